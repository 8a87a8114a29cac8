"""Truth for the reader of LAS and LAZ: what laspy (with lazrs) and pyproj say of the files in shared/data.

    pip install laspy[lazrs] pyproj
    python truth.py FOLDER_OF_LASPY_FILES

Writes points.csv (some points of each file as the file has them) and places.csv (where two of them are on Earth).
"""
import csv, pathlib, sys
import laspy, numpy as np, pyproj

folder = pathlib.Path(sys.argv[1])
here = pathlib.Path(__file__).parent
# Oregon GIC Lambert in feet, without a datum shift: the same definition as in the test.
LAMBERT = "+proj=lcc +lat_0=41.75 +lon_0=-120.5 +lat_1=43 +lat_2=45.5 +x_0=399999.9999984 +y_0=0 +ellps=GRS80 +units=ft +no_defs"
to_geodetic = pyproj.Transformer.from_crs(LAMBERT, "+proj=longlat +ellps=GRS80 +no_defs", always_xy=True)

with open(here / "points.csv", "w", newline="") as points, open(here / "places.csv", "w", newline="") as places:
    write, place = csv.writer(points, lineterminator="\n"), csv.writer(places, lineterminator="\n")
    write.writerow("file count index x y z intensity class return returns red green blue".split())
    place.writerow("x y z lon_deg lat_deg height_m".split())
    for path in sorted(folder.iterdir()):
        las = laspy.read(path)
        n = len(las.points)
        names = set(las.point_format.dimension_names)
        xyz = las.xyz
        for i in sorted({0, 1, n // 3, n // 2, n - 1}):
            rgb = [int(las[c][i]) for c in ("red", "green", "blue")] if "red" in names else [0, 0, 0]
            write.writerow([path.name, n, i, *(repr(float(v)) for v in xyz[i]), int(las.intensity[i]), int(las.classification[i]),
                            int(las.return_number[i]), int(las.number_of_returns[i]), *rgb])
        if path.name == "autzen_trim.laz":
            for i in np.linspace(0, n - 1, 20).astype(int):
                x, y, z = (float(v) for v in xyz[i])
                lon, lat = to_geodetic.transform(x, y)
                place.writerow([repr(x), repr(y), repr(z), f"{lon:.10f}", f"{lat:.10f}", f"{z * 0.3048:.5f}"])
