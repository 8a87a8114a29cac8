"""Writes validated.json and oklab.json beside this file: truth from programs that share no code with Mirante.

    pip install jsonschema coloraide
    python tests/cases/scenes/validate.py

validated.json: how Python's jsonschema (draft 2020-12, formats as notes) judges by docs/scene.schema.json each case, and
the complete case after single changes. A scene that the reader takes without an issue must be valid, and the other way
round; what only the reader can know (a pattern cannot tell every bad address, time or label text) is left out below.
oklab.json: blends on straight lines in OKLab, in linear sRGB, not cut to the gamut, by coloraide.
"""

import copy
import json
import pathlib
import random

from coloraide import Color
from jsonschema import Draft202012Validator

HERE = pathlib.Path(__file__).parent
SCHEMA = json.loads((HERE / "../../../docs/scene.schema.json").read_text())
# Cases whose only faults the schema cannot say, and cases that are no JSON.
BEYOND_SCHEMA = {"error-not-json", "duplicate-keys"}
VALUES = [
    None, True, 0, 1, -1, 2.5, 3.0, 1e9, -1e9, "", "x", "now", "#ffffff", "red", "a/b.glb", "/etc/x", "ws://h/x", "{id}",
    "{", "*", [], [1], [1, 2], [1, 2, 3], ["a"], {}, {"x": 1}, {"e_m": 1, "n_m": 2}, {"lon_deg": 1, "lat_deg": 2},
    {"property": "/a"}, {"property": "/a", "map": {"lookup": {"a": "#ffffff"}}},
]


def places(value, at=""):
    """All JSON pointers below a value."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else []
    for key, child in children:
        here = f"{at}/{str(key).replace('~', '~0').replace('/', '~1')}"
        yield here
        yield from places(child, here)


def changed(scene, at, to, remove):
    scene = copy.deepcopy(scene)
    *parents, last = [token.replace("~1", "/").replace("~0", "~") for token in at.split("/")[1:]]
    node = scene
    for token in parents:
        node = node[int(token)] if isinstance(node, list) else node[token]
    last = int(last) if isinstance(node, list) else last
    if remove:
        del node[last]
    else:
        node[last] = to
    return scene


def main():
    validator = Draft202012Validator(SCHEMA)
    Draft202012Validator.check_schema(SCHEMA)
    cases = {}
    for folder in sorted(path for path in HERE.iterdir() if path.is_dir() and path.name not in BEYOND_SCHEMA):
        cases[folder.name] = validator.is_valid(json.loads((folder / "scene.json").read_text()))
    base = json.loads((HERE / "complete/scene.json").read_text())
    assert validator.is_valid(base)
    rng = random.Random(7)
    changes = []
    # The version decides before the schema does.
    for at in (at for at in places(base) if at != "/mirante"):
        changes.append({"at": at, "valid": validator.is_valid(changed(base, at, None, True))})
        for to in rng.sample(VALUES, 4):
            changes.append({"at": at, "to": to, "valid": validator.is_valid(changed(base, at, to, False))})
    for at in [at for at in places(base) if not at.rsplit("/", 1)[1].isdigit() and "/properties/" not in at][::3]:
        at = at + "_x"
        changes.append({"at": at, "to": 1, "valid": validator.is_valid(changed(base, at, 1, False))})
    lines = ",\n".join("    " + json.dumps(change) for change in changes)
    text = '{\n  "made_by": "validate.py",\n  "cases": %s,\n  "changes": [\n%s\n  ]\n}\n'
    (HERE / "validated.json").write_text(text % (json.dumps(cases, indent=4).replace("\n}", "\n  }"), lines))

    rows = []
    pairs = [("#ff0000", "#0000ff"), ("#ffffff", "#000000"), ("#e5484d", "#30a46c"), ("#00ff00", "#ff00ff")]
    for first, second in pairs:
        for share in (0.0, 0.25, 0.5, 0.9):
            blend = Color(first).mix(second, share, space="oklab").convert("srgb-linear", fit=False)
            row = {"from": first, "to": second, "share": share, "linear": [round(c, 7) for c in blend.coords()]}
            rows.append("    " + json.dumps(row))
    text = '{\n  "made_by": "validate.py",\n  "rows": [\n%s\n  ]\n}\n'
    (HERE / "oklab.json").write_text(text % ",\n".join(rows))


main()
