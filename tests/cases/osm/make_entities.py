"""entities.csv: how many nodes, ways and relations each real file has, the number of their references, and the sum of all
coordinates in 1e-7 degrees, by pyosmium. Usage: make_entities.py FOLDER_OF_OSM_FILES > entities.csv"""
import sys

import osmium

print("file,nodes,ways,relations,references,coordinates_e7")
for name in ("andorra.osm.pbf", "monaco.osm.gz", "berlin-siegessaeule.osm.gz"):
    counts = {"n": 0, "w": 0, "r": 0}
    references = coordinates = 0
    for entity in osmium.FileProcessor(f"{sys.argv[1]}/{name}"):
        kind = entity.type_str()
        counts[kind] += 1
        if kind == "n":
            coordinates += entity.location.x + entity.location.y
        else:
            references += len(entity.nodes if kind == "w" else entity.members)
    print(name, counts["n"], counts["w"], counts["r"], references, coordinates, sep=",")
