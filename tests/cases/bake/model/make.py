"""Writes corners.json: where the corners of house.obj lie on the Earth with the placements of job.json, by PROJ (pip: pyproj)."""
import json
import math
from pathlib import Path

from pyproj import Transformer

here = Path(__file__).parent
corners = [
    tuple(map(float, line.split()[1:4])) for line in (here / "house.obj").read_text().splitlines() if line.startswith("v ")
]
source = json.loads((here / "job.json").read_text())["sources"][0]


def turned(p, placement):
    """Model to east, north, up: roll, then pitch, then heading."""
    x, y, z = (c * placement.get("scale", 1.0) for c in p)
    roll, pitch, heading = (math.radians(placement.get(k, 0.0)) for k in ("roll_deg", "pitch_deg", "heading_deg"))
    x, z = x * math.cos(roll) + z * math.sin(roll), -x * math.sin(roll) + z * math.cos(roll)
    y, z = y * math.cos(pitch) - z * math.sin(pitch), y * math.sin(pitch) + z * math.cos(pitch)
    return x * math.cos(heading) + y * math.sin(heading), -x * math.sin(heading) + y * math.cos(heading), z


out = []
for placement in [source["placement"], *source["more_placements"]]:
    lon, lat, h = placement["lon_deg"], placement["lat_deg"], placement["height_m"]
    to_ecef = Transformer.from_pipeline(
        f"+proj=pipeline +step +inv +proj=topocentric +ellps=WGS84 +lon_0={lon} +lat_0={lat} +h_0={h}"
    )
    out.append([list(to_ecef.transform(*turned(p, placement))) for p in corners])
(here / "corners.json").write_text(json.dumps({"ecef_m": out}, indent=1) + "\n")
