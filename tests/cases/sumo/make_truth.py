"""Makes placement.csv: net coordinates of a made-up UTM 32 net to WGS84 and ECEF, by pyproj 3.7.2 (PROJ 9.5)."""
import math, random
from pyproj import Geod, Transformer

random.seed(4)
offset = (-683542.41, -4928877.56)
to_geodetic = Transformer.from_crs(32632, 4326, always_xy=True)
to_ecef = Transformer.from_crs(4979, 4978, always_xy=True)
geod = Geod(ellps="WGS84")
with open("placement.csv", "w") as f:
    f.write("x_net,y_net,z_net,lon_deg,lat_deg,x_ecef,y_ecef,z_ecef,convergence_deg\n")
    for _ in range(40):
        x, y, z = random.uniform(-3000, 6000), random.uniform(-3000, 6000), random.choice([0.0, 12.5, -4.0])
        lon, lat = to_geodetic.transform(x - offset[0], y - offset[1])
        ahead = to_geodetic.transform(x - offset[0], y + 100.0 - offset[1])
        azimuth, _, _ = geod.inv(lon, lat, *ahead)
        ecef = to_ecef.transform(lon, lat, 52.0 + z)
        f.write(",".join(repr(float(v)) for v in (x, y, z, lon, lat, *ecef, azimuth)) + "\n")
