"""Makes points.csv with PROJ by pyproj: map positions of many reference systems and where they lie on WGS84.

pip install pyproj==3.7.2; python3 make.py
"""
import csv
from pyproj import CRS, Transformer, network

network.set_network_enabled(False)

# Name, horizontal part, and a place in its area (longitude, latitude); heights: unit in metres and what they are above.
US_FOOT = 1200 / 3937
systems = [
    ("EPSG:7415", 28992, 4.36, 52.01, 1, "sea"), ("EPSG:32631", 32631, 1.5, 42.5, 1, ""),
    ("EPSG:2154", 2154, 4.85, 45.76, 1, ""), ("EPSG:3946", 3946, 4.85, 45.76, 1, ""),
    ("EPSG:27700", 27700, -1.5, 52.5, 1, ""), ("EPSG:7405", 27700, -3.2, 55.9, 1, "sea"),
    ("EPSG:2056", 2056, 7.5, 46.9, 1, ""), ("EPSG:2056+5729", 2056, 8.6, 47.4, 1, "sea"),
    ("EPSG:6677", 6677, 139.67, 35.28, 1, ""), ("EPSG:6697", 6668, 139.67, 35.28, 1, "sea"),
    ("EPSG:3857", 3857, 11.34, 44.49, 1, ""), ("EPSG:4326", 4326, -3.7, 40.4, 1, ""),
    ("EPSG:4979", 4979, 24.9, 60.2, 1, "ellipsoid"), ("OGC:CRS84", "OGC:CRS84", -3.7, 40.4, 1, ""),
    ("EPSG:31256", 31256, 16.37, 48.2, 1, ""), ("EPSG:2263", 2263, -73.97, 40.75, 1, ""),
    ("EPSG:2263+6360", 2263, -73.97, 40.75, US_FOOT, "sea"), ("EPSG:25832+7837", 25832, 9.99, 53.55, 1, "sea"),
    ("EPSG:5555", 25832, 11.57, 48.14, 1, "sea"), ("EPSG:31467", 31467, 9.0, 50.0, 1, ""),
    ("EPSG:3035", 3035, 10.0, 50.0, 1, ""), ("EPSG:3006", 3006, 18.07, 59.33, 1, ""),
    ("EPSG:3067", 3067, 24.9, 60.2, 1, ""), ("EPSG:2180", 2180, 21.0, 52.2, 1, ""),
    ("EPSG:28355", 28355, 144.96, -37.81, 1, ""), ("EPSG:2193", 2193, 174.78, -41.29, 1, ""),
    ("EPSG:5514", 5514, 14.42, 50.08, 1, ""), ("EPSG:3003", 3003, 11.34, 44.49, 1, ""),
    ("EPSG:23700", 23700, 19.05, 47.5, 1, ""), ("EPSG:32755", 32755, 147.3, -42.9, 1, ""),
]
rows = []
for name, code, lon0, lat0, unit, above in systems:
    forward = Transformer.from_crs(4326, code, always_xy=True)
    back = Transformer.from_crs(code, 4326, always_xy=True, allow_ballpark=False)
    # The same without always_xy, so that the order of the axes is the authority's.
    official = Transformer.from_crs(code, 4326, allow_ballpark=False)
    first = CRS(name).axis_info[0].direction
    for dlon, dlat in [(0, 0), (0.05, 0.03), (-0.07, -0.04)]:
        digits = 9 if CRS(code).is_geographic else 3
        x, y = (round(v, digits) for v in forward.transform(lon0 + dlon, lat0 + dlat))
        lon, lat = back.transform(x, y)
        north_first = first == "north"
        lat2, lon2 = official.transform(*((y, x) if north_first else (x, y)))
        assert abs(lon - lon2) + abs(lat - lat2) < 1e-11, (name, first)
        rows.append([name, repr(x), repr(y), 12.5, repr(lon), repr(lat), repr(12.5 * unit), above, "north" if north_first else "east"])
with open("points.csv", "w", newline="") as f:
    w = csv.writer(f, lineterminator="\n")
    w.writerow("name x y z lon_deg lat_deg height_m height_above first_axis".split())
    w.writerows(rows)
