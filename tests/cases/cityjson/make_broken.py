"""Writes the faulty files of `broken`, each a good building and one with one kind of fault."""
import json
from pathlib import Path

out = Path(__file__).parent / "broken"
VERTICES = [[0, 0, 0], [10000, 0, 0], [10000, 8000, 0], [0, 8000, 0],
            [0, 0, 6000], [10000, 0, 6000], [10000, 8000, 6000], [0, 8000, 6000]]
CUBE = [[[0, 3, 2, 1]], [[4, 5, 6, 7]], [[0, 1, 5, 4]], [[1, 2, 6, 5]], [[2, 3, 7, 6]], [[3, 0, 4, 7]]]


def cube(**more):
    return {"type": "Building", "geometry": [{"type": "Solid", "lod": "1", "boundaries": [CUBE], **more}]}


def surfaces(boundaries, **more):
    return {"type": "Building", "geometry": [{"type": "MultiSurface", "lod": "2", "boundaries": boundaries, **more}]}


def model(bad, **members):
    return {"type": "CityJSON", "version": "2.0",
            "transform": {"scale": [0.001] * 3, "translate": [85000.0, 447000.0, 0.0]},
            "metadata": {"referenceSystem": "https://www.opengis.net/def/crs/EPSG/0/7415"},
            "CityObjects": {"good": cube(), **bad}, "vertices": VERTICES, **members}


def without(member, m):
    return {k: v for k, v in m.items() if k != member}


def write(name, m):
    (out / name).write_text(m if isinstance(m, str) else json.dumps(m) + "\n")


far = VERTICES + [[1e15, 0, 0], [0, None, 0], ["NaN", 0, 0], [1, 2], {"x": 1}, [0, 0, 9000], [5000, 4000, 9000]]
whole = json.dumps(model({"bad": cube()}))
write("index.city.json", model({"bad": surfaces([[[0, 1, 99]], [[0, -1, 2]], [[0, 1.5, 2]], [[0, "a", 2]], [[0, 1, 2], [3, None, 5]], [[0, 1, 2]]])}))
write("truncated.city.json", whole[:len(whole) * 2 // 3])
write("repeated.city.json", model({"bad": surfaces([[[0, 0, 1, 2, 2, 0]], [[0, 1, 2, 3]]])}))
write("empty-rings.city.json", model({"bad": surfaces([[[]], [], [[0, 1]], [[0, 1, 0]], [[0, 1, 2, 3], []], [[0, 1, 2, 3]]])}))
write("crossing.city.json", model({"bad": surfaces([[[0, 1, 3, 2]]])}))
write("bent.city.json", model({"bad": surfaces([[[0, 1, 2, 13]], [[0, 1, 6, 3]]])}, vertices=far))
write("flat.city.json", model({"bad": surfaces([[[0, 1, 2, 1]], [[0, 1, 2, 3]]])}))
write("inside-out.city.json", model({"bad": {"type": "Building", "geometry": [{"type": "Solid", "lod": "1", "boundaries": [[[s[0][::-1]] for s in CUBE]]}]}}))
write("no-transform.city.json", without("transform", model({"bad": {"type": "Building"}})))
write("bad-transform.city.json", model({}, transform={"scale": [0.001, "a", 0.001], "translate": [0, 0, 0]}))
write("no-position.city.json", model({"bad": surfaces([[[0, 1, 8]], [[0, 1, 9]], [[0, 1, 10]], [[0, 1, 11]], [[0, 1, 12]], [[0, 1, 2]]])}, vertices=far))
write("types.city.json", model({"a": {"type": "Castle"}, "b": {}, "c": {"type": 5}, "d": "text", "+e": {"type": "+Castle", **{k: v for k, v in cube().items() if k != "type"}},
                               "f": {"type": "Building", "geometry": [{"type": "Blob", "lod": "1", "boundaries": []}, {"lod": "1"}, 7]}}))
write("nesting.city.json", model({"a": {"type": "Building", "geometry": [{"type": "Solid", "lod": "1", "boundaries": CUBE}]}, "b": surfaces([CUBE]), "c": surfaces(5), "d": {"type": "Building", "geometry": {"type": "Solid"}}}))
write("lod.city.json", model({"a": {"type": "Building", "geometry": [{"type": "MultiSurface", "boundaries": [[[0, 1, 2]]]}, {"type": "MultiSurface", "lod": "high", "boundaries": [[[0, 1, 2]]]}]}}))
write("semantics.city.json", model({"a": surfaces(CUBE, semantics={"surfaces": [{"type": "RoofSurface"}, {"type": "Thatch"}, {"no": 1}, 3], "values": [0, 1, 2, 7, None]}), "b": surfaces(CUBE, semantics={"surfaces": 5})}))
write("appearance.city.json", model({
    "image": surfaces([[[0, 1, 2]]], texture={"t": {"values": [[[9, 0, 0, 0]]]}}),
    "unnamed": surfaces([[[0, 1, 2]]], texture={"t": {"values": [[[1, 0, 0, 0]]]}}),
    "count": surfaces([[[0, 1, 2]]], texture={"t": {"values": [[[0, 0, 0]]]}}),
    "coordinate": surfaces([[[0, 1, 2]]], texture={"t": {"values": [[[0, 0, 0, 8]]]}}),
    "rings": surfaces([[[0, 1, 2, 3], [4, 5, 6]]], texture={"t": {"values": [[[0, 0, 0, 0, 0], [None]]]}}),
    "material": surfaces([[[0, 1, 2]]], material={"t": {"value": 3}}),
    "colour": surfaces([[[0, 1, 2]]], material={"t": {"values": [0]}})},
    appearance={"textures": [{"type": "PNG", "image": "a.png"}, {"type": "PNG"}], "vertices-texture": [[0, 0]],
                "materials": [{"name": "m", "diffuseColor": ["red", 0, 0]}, 5]}))
I = {"type": "GeometryInstance", "template": 0, "boundaries": [0], "transformationMatrix": [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]}
write("instances.city.json", model({name: {"type": "CityFurniture", "geometry": [{**I, **change}]} for name, change in {
    "template": {"template": 4}, "unnamed": {"template": "x"}, "place": {"boundaries": [77]}, "places": {"boundaries": []},
    "matrix": {"transformationMatrix": [1, 2, 3]}, "flat": {"transformationMatrix": [0] * 16}, "bad": {"template": 1}, "good one": {}}.items()},
    **{"geometry-templates": {"templates": [{"type": "MultiSurface", "lod": "2", "boundaries": [[[0, 1, 2]]]}, {"type": "Sphere"}],
                              "vertices-templates": [[0, 0, 0], [1, 0, 0], [0, 0, 1]]}}))
write("families.city.json", model({"a": {**cube(), "parents": ["b"]}, "b": {**cube(), "parents": ["a"]}, "c": {**cube(), "parents": ["nobody"]}, "d": {**cube(), "children": ["good", "none"]}}))
write("keys.city.json", whole[:-1] + ', "version": "1.1", "CityObjects": {"x": 1, "x": 2}}\n')
write("extent.city.json", model({"bad": surfaces([[[0, 1, 8]], [[0, 1, 2]]])}, vertices=VERTICES + [[9_000_000_000_000_000, 0, 0]]))
write("height.city.json", model({name: {"type": "Building", "attributes": {"measuredHeight": h}, "geometry": [{"type": "MultiSurface", "lod": "0", "boundaries": [[[0, 1, 2, 3]]]}]} for name, h in
                                 {"nought": 0, "tower": 5000.0, "below": -4, "word": "high"}.items()}))
write("version.city.json", model({}, version="0.9"))
write("version-1.0.city.json", model({}, version="1.0", metadata={"referenceSystem": "urn:ogc:def:crs:EPSG::7415"}))
write("no-system.city.json", without("metadata", model({})))
write("unknown-system.city.json", model({}, metadata={"referenceSystem": "https://www.opengis.net/def/crs/EPSG/0/1"}))
write("type.city.json", model({}, type="FeatureCollection"))
write("list.city.json", "[1, 2]\n")
write("overflow.city.json", whole.replace("8000, 6000", "1e999, 6000"))

header = json.dumps({**model({}), "CityObjects": {}, "vertices": []})
feature = lambda id, key="one", **more: json.dumps({"type": "CityJSONFeature", "id": id, "CityObjects": {key: cube()}, "vertices": VERTICES, **more})
write("lines.city.jsonl", "\n".join([header, feature("one"), feature("one")[:150], "", "[]", '{"type": "Feature"}', feature("two"), feature("three", "three")]) + "\n")
write("no-header.city.jsonl", feature("one") + "\n" + feature("two", "two") + "\n")
write("headers.city.jsonl", "\n".join([header, feature("one"), json.dumps(model({}, metadata={"referenceSystem": "https://www.opengis.net/def/crs/EPSG/0/28992"})), feature("three", "three")]) + "\n")
write("header-without-transform.city.jsonl", json.dumps(without("transform", json.loads(header))) + "\n" + feature("one") + "\n")
(out / "latin1.city.json").write_bytes(json.dumps(model({"gro\u00df": cube()}), ensure_ascii=False).encode("latin-1"))
