"""lyon.csv: the buildings of Lyon's GeoJSON with their first corner in degrees (pyproj), z, height, and their footprint's geodesic
area (pyproj, WGS84). Usage: make_lyon.py oneBlock.geojson > lyon.csv"""
import json
import sys

import pyproj

to_degrees = pyproj.Transformer.from_crs(3946, 4326, always_xy=True)
geod = pyproj.Geod(ellps="WGS84")
print("id,lon,lat,z,height,area_m2")
for feature in json.load(open(sys.argv[1]))["features"]:
    area = 0.0
    first = None
    assert len(feature["geometry"]["coordinates"]) == 1
    for ring in feature["geometry"]["coordinates"][0]:
        degrees = [to_degrees.transform(x, y) for x, y, _ in ring]
        part = abs(geod.polygon_area_perimeter(*zip(*degrees))[0])
        area += part if first is None else -part
        first = first or (*degrees[0], min(p[2] for p in ring))
    properties = feature["properties"]
    print(properties["ID"], f"{first[0]:.9f}", f"{first[1]:.9f}", first[2], properties["HAUTEUR"], f"{area:.3f}", sep=",")
