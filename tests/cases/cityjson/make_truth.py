"""Makes the truth files of this folder from the shared data, with tools that share no code with Mirante.

pip install pyproj==3.7.2 lxml numpy; python3 make_truth.py SHARED_DATA/02_city
"""
import csv, json, sys
from pathlib import Path
import numpy as np
from lxml import etree
from pyproj import Transformer, network

network.set_network_enabled(False)
city = Path(sys.argv[1])
here = Path(__file__).parent


def write(name, header, rows):
    with open(here / name, "w", newline="") as f:
        w = csv.writer(f, lineterminator="\n")
        w.writerow(header)
        w.writerows([[repr(float(v)) if isinstance(v, (float, np.floating)) else v for v in row] for row in rows])


def coordinates(model):
    t = model["transform"]
    return np.array(model["vertices"]) * t["scale"] + t["translate"]


# The 22 corners of a building in Delft: RD New with NAP heights to WGS84; heights stay NAP, as no grid is used.
model = json.loads((city / "cityjson-cjio/delft.json").read_text())
xyz = coordinates(model)
rd = Transformer.from_crs(28992, 4326, always_xy=True)
ids = sorted(id for id, o in model["CityObjects"].items() if o["type"] == "Building")[::40]
rows = []
for id in ids:
    shells = model["CityObjects"][id]["geometry"][0]["boundaries"]
    for i in sorted({i for shell in shells for surface in shell for ring in surface for i in ring})[:12]:
        lon, lat = rd.transform(xyz[i][0], xyz[i][1])
        rows.append((id, lon, lat, xyz[i][2]))
write("delft_corners.csv", "id lon_deg lat_deg height_nap_m".split(), rows)


# Volumes of the buildings in Delft by the divergence theorem over a fan of each face, in metres of RD New.
def volume(geometry):
    total = 0.0
    origin = xyz[geometry["boundaries"][0][0][0][0]]
    for shell in geometry["boundaries"]:
        for surface in shell:
            for ring in surface:
                p = xyz[ring] - origin
                total += sum(np.dot(p[0], np.cross(p[k], p[k + 1])) for k in range(1, len(p) - 1)) / 6.0
    return total


rows = [(id, volume(o["geometry"][0])) for id, o in sorted(model["CityObjects"].items()) if o["type"] == "Building"]
write("delft_volumes.csv", "id volume_m3".split(), rows)


# What each object of Rotterdam has: rings of three different corners or more after repeated neighbours are left out.
def clean(ring, uv, xyz):
    keep = [k for k in range(len(ring)) if k == 0 or tuple(xyz[ring[k]]) != tuple(xyz[ring[k - 1]])]
    while len(keep) > 1 and tuple(xyz[ring[keep[-1]]]) == tuple(xyz[ring[keep[0]]]):
        keep.pop()
    return [ring[k] for k in keep], [uv[k] for k in keep] if uv else []


model = json.loads((city / "cityjson-cjio/rotterdam/rotterdam_subset.json").read_text())
xyz, uvs = coordinates(model), model["appearance"]["vertices-texture"]
rows = []
for id, o in sorted(model["CityObjects"].items()):
    g = o["geometry"][0]
    texture = next(iter(g["texture"].values()))["values"]
    kinds = {"RoofSurface": 0, "WallSurface": 0, "GroundSurface": 0}
    corners = textured = 0
    uv_sum = 0.0
    for k, surface in enumerate(g["boundaries"]):
        values = texture[k][0]
        uv = [uvs[i] for i in values[1:]] if values[0] is not None else []
        ring, uv = clean(surface[0], uv, xyz)
        assert len(surface) == 1
        if len(ring) < 3:
            continue
        kinds[g["semantics"]["surfaces"][g["semantics"]["values"][k]]["type"]] += 1
        corners += len(ring)
        textured += bool(uv)
        uv_sum += sum(u + v for u, v in uv)
    rows.append((id, *kinds.values(), corners, textured, uv_sum))
write("rotterdam.csv", "id roofs walls grounds corners textured uv_sum".split(), rows)

# Yokosuka: for each member its surfaces by level (bounded surfaces for level 2), rings with a texture, first corner.
GML = "{http://www.opengis.net/gml}"
tree = etree.parse(str(next((city / "citygml-plateau/yokosuka-shi/udx/bldg").glob("*.gml"))))
textured = {e.get("ring").lstrip("#") for e in tree.iter("{*}textureCoordinates")}
rows = []
for member in tree.getroot().iter("{*}cityObjectMember"):
    building = member[0]
    polygons = lambda *tags: [p for t in tags for e in building.iter("{*}" + t) for p in e.iter(GML + "Polygon")]
    lod2 = polygons("lod2MultiSurface")
    rings = [r.get(GML + "id") for p in lod2 for r in p.iter(GML + "LinearRing")]
    lat, lon, h = polygons("lod1Solid")[0].find(".//" + GML + "posList").text.split()[:3]
    rows.append((building.get(GML + "id"), len(polygons("lod0FootPrint")), len(polygons("lod1Solid")), len(lod2),
                 sum(r in textured for r in rings), float(lon), float(lat), float(h)))
write("yokosuka.csv", "id lod0 lod1 lod2 textured lod1_lon_deg lod1_lat_deg lod1_height_m".split(), rows)
