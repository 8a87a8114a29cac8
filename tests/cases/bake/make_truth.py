"""Makes corners.csv from the shared data: where corners of buildings are on the Earth, by PROJ alone.

pip install pyproj==3.7.2; python3 make_truth.py SHARED_DATA/02_city
"""
import csv, gzip, json, sys
import xml.etree.ElementTree as ET
from pathlib import Path
from pyproj import Transformer, network

network.set_network_enabled(False)
city = Path(sys.argv[1])
rd = Transformer.from_crs(28992, 4326, always_xy=True)
ecef = Transformer.from_crs(4979, 4978, always_xy=True)
rows = []


def add(source, id, lon, lat, height_m):
    rows.append([source, id, *ecef.transform(lon, lat, 0.0), *ecef.transform(lon, lat, 100.0), height_m])


def cityjson(source, path, every):
    model = json.loads((city / path).read_text())
    t = model["transform"]
    ids = sorted(id for id, o in model["CityObjects"].items() if o["type"] == "Building")
    for id in ids[::every]:
        geometry = model["CityObjects"][id]["geometry"][0]
        surfaces = geometry["boundaries"]
        if geometry["type"] == "Solid":
            surfaces = [surface for shell in surfaces for surface in shell]
        used = sorted({i for surface in surfaces for ring in surface for i in ring})
        for i in used[:6]:
            x, y, z = (v * s + o for v, s, o in zip(model["vertices"][i], t["scale"], t["translate"]))
            add(source, id, *rd.transform(x, y), z)


def osm(source, path, names):
    root = ET.parse(gzip.open(city / path)).getroot()
    nodes = {n.get("id"): n for n in root.iter("node")}
    for way in root.iter("way"):
        tags = {t.get("k"): t.get("v") for t in way.iter("tag")}
        if tags.get("name") in names and "building" in tags:
            for ref in [nd.get("ref") for nd in way.iter("nd")][:-1]:
                add(source, "way/" + way.get("id"), float(nodes[ref].get("lon")), float(nodes[ref].get("lat")), "")


cityjson("delft", "cityjson-cjio/delft.json", 53)
cityjson("rotterdam", "cityjson-cjio/rotterdam/rotterdam_subset.json", 5)
osm("monaco", "osm/monaco.osm.gz", {"Nouveau Musée National - Villa Sauber", "Casino de Monte Carlo"})
with open(Path(__file__).parent / "corners.csv", "w", newline="") as f:
    w = csv.writer(f, lineterminator="\n")
    w.writerow("source id x_m y_m z_m x_100_m y_100_m z_100_m height_m".split())
    w.writerows([[f"{v:.5f}" if isinstance(v, float) else v for v in row] for row in rows])
