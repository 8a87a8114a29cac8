"""Makes the truth files of this folder with tools that share no code with Mirante.

pip install pyproj==3.7.2 astropy==8.0.2 numpy; python3 make_truth.py
geoid.csv is made otherwise: see README.md.
"""
import csv, datetime, random
import numpy as np
from pyproj import CRS, Geod, Transformer, network
from pyproj.enums import TransformDirection

network.set_network_enabled(False)
random.seed(20)


def write(name, header, rows):
    with open(name, "w", newline="") as f:
        w = csv.writer(f, lineterminator="\n")
        w.writerow(header)
        w.writerows([[repr(float(v)) if isinstance(v, (float, np.floating)) else v for v in row] for row in rows])


# Geodetic and ECEF (EPSG:4979 to EPSG:4978): poles, dateline, deep sea to geostationary orbit.
to_ecef = Transformer.from_crs(4979, 4978, always_xy=True)
heights = [-11000.0, -430.5, 0.0, 0.001, 55.25, 8848.86, 400000.0, 35786000.0]
places = [(0, 0), (0, 90), (0, -90), (180, 0), (-180, 45), (90, 0), (-90, 0), (11.3426, 44.4949), (4.35, 52.0),
          (139.7, 35.6), (-179.999999, -16.5), (179.999999, -16.5), (7.0, 89.999999), (-71.0, -89.9999), (0, 1e-9)]
places += [(random.uniform(-180, 180), random.uniform(-90, 90)) for _ in range(12)]
rows = [(float(lon), float(lat), h, *to_ecef.transform(lon, lat, h)) for lon, lat in places for h in heights]
write("ecef.csv", "lon_deg lat_deg height_m x_ecef y_ecef z_ecef".split(), rows)

# East, north, up at an origin (PROJ's topocentric).
rows = []
for lon0, lat0, h0 in [(11.3426, 44.4949, 50.0), (-179.9, -16.5, 0.0), (20.0, 78.2, 431.0), (0.0, 0.0, -100.0)]:
    topo = Transformer.from_pipeline(
        f"+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad +step +proj=cart +ellps=WGS84 "
        f"+step +proj=topocentric +ellps=WGS84 +lon_0={lon0} +lat_0={lat0} +h_0={h0}")
    for dlon, dlat, dh in [(0, 0, 0), (1e-5, 0, 0), (0, 1e-5, 3.5), (0.02, -0.013, 120.0), (-0.4, 0.3, -20.0), (5.0, 5.0, 9000.0)]:
        lon, lat, h = lon0 + dlon, lat0 + dlat, h0 + dh
        rows.append((lon0, lat0, h0, lon, lat, h, *topo.transform(lon, lat, h)))
write("enu.csv", "origin_lon_deg origin_lat_deg origin_height_m lon_deg lat_deg height_m east_m north_m up_m".split(), rows)

# Map projections, by EPSG code from PROJ's own database, always x = east. `datum` says whether the code's datum is
# shifted to WGS84 by parameters (then a database with other parameters differs by decimetres).
areas = {32601: (-177, 60), 32632: (9, 45), 32660: (177, 10), 32733: (15, -33), 32755: (147, -42), 25831: (3, 43),
         25832: (9, 51), 25833: (15, 52), 3857: (20, 30), 2154: (2.5, 46.5), 3944: (1.4, 43.6), 3035: (10, 50),
         3812: (4.4, 50.8), 3006: (16, 59), 3067: (25, 61), 2180: (19, 52), 6677: (139.7, 35.65), 6674: (135.5, 34.7),
         2451: (139.7, 35.65), 28992: (5.2, 52.1), 31467: (9, 50), 31468: (11.6, 48.1), 27700: (-1.5, 52.5),
         2056: (7.5, 46.9), 21781: (7.5, 46.9)}
rows = []
for code, (lon0, lat0) in areas.items():
    geographic = {2451: 4612, 6677: 6668, 6674: 6668}.get(code)
    shifted = code in (28992, 31467, 31468, 27700, 2056, 21781)
    source = 4326 if shifted or code in (3857,) or 32600 < code < 32800 else CRS.from_epsg(code).geodetic_crs
    project = Transformer.from_crs(source, code, always_xy=True, allow_ballpark=False)
    for dlon, dlat in [(0, 0), (0.5, 0.3), (-0.7, -0.4), (0.1, -0.6)]:
        lon, lat = float(lon0 + dlon), float(lat0 + dlat)
        rows.append((code, "shifted" if shifted else "same", lon, lat, *project.transform(lon, lat)))
write("projected.csv", "epsg datum lon_deg lat_deg x y".split(), rows)

# Geodesics.
geod = Geod(ellps="WGS84")
rows = []
for lon1, lat1, lon2, lat2 in [(11.3, 44.5, 11.31, 44.51), (9.99, 53.55, 6.96, 50.94), (-0.1, 51.5, 151.2, -33.9),
                               (179.5, 10.0, -179.5, -10.0), (0.0, 90.0, 40.0, -20.0), (0.0, 0.5, 179.5, -0.5), (5.0, 5.0, 5.0, 5.0)]:
    az1, back, dist = geod.inv(lon1, lat1, lon2, lat2)
    mid_lon, mid_lat, _ = geod.fwd(lon1, lat1, az1, dist * 0.3)
    rows.append((lon1, lat1, lon2, lat2, dist, az1, mid_lon, mid_lat))
write("geodesic.csv", "lon1_deg lat1_deg lon2_deg lat2_deg distance_m azimuth_deg lon_at_30_percent lat_at_30_percent".split(), rows)

# Sun, moon and stars in ECEF (ITRS), by astropy with ERFA and its built-in ephemerides.
import astropy.units as u
from astropy.coordinates import ITRS, GCRS, SkyCoord, get_body, get_sun, CartesianRepresentation
from astropy.time import Time
from astropy.utils import iers
iers.conf.auto_download = False
iers.conf.iers_degraded_accuracy = "warn"
rows = []
star = SkyCoord(ra=101.287155 * u.deg, dec=-16.716116 * u.deg, frame="icrs")
for stamp in ["1975-01-01T00:00:00", "1987-04-10T19:21:00", "2000-01-01T12:00:00", "2010-07-15T06:30:00", "2020-12-21T10:02:00",
              "2024-03-20T03:06:00", "2024-06-20T20:51:00", "2024-10-02T18:45:00", "2025-01-13T22:27:00", "2026-02-17T12:00:00",
              "2026-08-12T17:46:00", "2026-11-21T23:59:59"]:
    t = Time(stamp, scale="utc")
    unix = datetime.datetime.fromisoformat(stamp).replace(tzinfo=datetime.timezone.utc).timestamp()
    sun = get_sun(t)
    moon = get_body("moon", t, ephemeris="builtin")
    sun_itrs = sun.transform_to(ITRS(obstime=t)).cartesian
    moon_itrs = moon.transform_to(ITRS(obstime=t)).cartesian
    unit = sun_itrs / sun_itrs.norm()
    # Lit part of the disc: from the angle at the moon between sun and Earth.
    s, m = sun.cartesian, moon.cartesian
    to_sun, to_earth = (s - m), -m
    lit = (1 + (to_sun.dot(to_earth) / (to_sun.norm() * to_earth.norm())).to_value(u.one)) / 2
    # Sirius's catalogue direction as a fixed GCRS direction (no aberration: stars are drawn without it).
    catalogue = GCRS(star.cartesian * (1e9 * u.AU), obstime=t).transform_to(ITRS(obstime=t)).cartesian
    catalogue = catalogue / catalogue.norm()
    rows.append((stamp, unix, *unit.xyz.to_value(u.one), *moon_itrs.xyz.to_value(u.m), lit, *catalogue.xyz.to_value(u.one)))
write("sky.csv", "utc unix_secs sun_x sun_y sun_z moon_x_m moon_y_m moon_z_m moon_lit sirius_x sirius_y sirius_z".split(), rows)
