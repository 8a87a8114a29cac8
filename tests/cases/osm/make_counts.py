"""counts.csv: how many features of some classes each real file holds, and areas.csv: multipolygon relations with their rings and
areas (square degrees times 1e10), both by pyosmium (its own assembly of multipolygons) and shapely.
Usage: make_counts.py FOLDER_OF_OSM_FILES; writes both files beside itself."""
import pathlib
import sys

import osmium
import shapely
import shapely.wkb

here = pathlib.Path(__file__).parent
ROADS = {"motorway", "trunk", "primary", "secondary", "tertiary", "residential", "unclassified", "road", "service", "services",
         "living_street", "track", "busway"}
ROADS |= {f"{road}_link" for road in ("motorway", "trunk", "primary", "secondary", "tertiary")}
PATHS = {"pedestrian", "footway", "path", "bridleway", "cycleway", "steps"}
wkb = osmium.geom.WKBFactory()


def is_on(tags, key):
    return key in tags and tags[key] not in ("no", "false", "0", "none")


def linear_count(path, count):
    for o in osmium.FileProcessor(path):
        if not (o.is_way() or o.is_node()):
            continue
        tags = dict(o.tags)
        if o.is_node():
            count("tree nodes", tags.get("natural") == "tree")
            count("lamp", tags.get("highway") == "street_lamp")
            count("mast", tags.get("man_made") == "mast")
            count("tower", tags.get("man_made") == "tower" and "power" not in tags)
            count("pylon", tags.get("power") in ("tower", "portal") or tags.get("aerialway") == "pylon")
            continue
        square = o.is_closed() and len(o.nodes) > 3 and tags.get("area") == "yes"
        count("road", tags.get("highway") in ROADS and not square)
        count("path", tags.get("highway") in PATHS and not square)
        count("aerialway", tags.get("aerialway", "pylon") not in ("pylon", "station"))
        count("piste", "piste:type" in tags)
        count("power line", tags.get("power") in ("line", "minor_line"))
        count("coastline", tags.get("natural") == "coastline")


def areas(path):
    for o in osmium.FileProcessor(path).with_areas():
        if o.is_area() and o.num_rings()[0] > 0:
            yield o, dict(o.tags), shapely.wkb.loads(wkb.create_multipolygon(o))


def building_count(path, count):
    buildings, parts = [], []
    for o, tags, shape in areas(path):
        if is_on(tags, "building") and tags["building"] != "proposed" and tags.get("location") != "underground":
            buildings.append(shape)
        elif is_on(tags, "building:part"):
            parts.append(shape)
    inside = [part.representative_point() for part in parts]
    count("building part", *[True] * len(parts))
    for shape in buildings:
        count("buildings without parts", not any(shape.contains(p) for p in inside))


with open(here / "counts.csv", "w") as counts_csv, open(here / "areas.csv", "w") as areas_csv:
    print("file,class,count", file=counts_csv)
    print("file,relation,outer rings,inner rings,area_1e-10_deg2", file=areas_csv)
    for name in ("andorra.osm.pbf", "monaco.osm.gz", "berlin-siegessaeule.osm.gz"):
        counts = {}

        def count(word, *hits):
            counts[word] = counts.get(word, 0) + sum(map(bool, hits))

        path = f"{sys.argv[1]}/{name}"
        linear_count(path, count)
        building_count(path, count)
        for word, number in sorted(counts.items()):
            print(name, word, number, sep=",", file=counts_csv)
        for o, tags, shape in areas(path):
            if not o.from_way() and not tags.get("boundary"):
                inner = sum(len(polygon.interiors) for polygon in shape.geoms)
                print(name, o.orig_id(), len(shape.geoms), inner, f"{shape.area * 1e10:.6f}", sep=",", file=areas_csv)
