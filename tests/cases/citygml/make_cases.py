"""Writes `house.gml`, which has one of everything that is read, and faulty files in `broken`."""
from pathlib import Path

here = Path(__file__).parent
HEAD = '''<?xml version="1.0" encoding="UTF-8"?>
<core:CityModel xmlns:core="http://www.opengis.net/citygml/2.0" xmlns:bldg="http://www.opengis.net/citygml/building/2.0"
  xmlns:gml="http://www.opengis.net/gml" xmlns:gen="http://www.opengis.net/citygml/generics/2.0" xmlns:xlink="http://www.w3.org/1999/xlink"
  xmlns:app="http://www.opengis.net/citygml/appearance/2.0" xmlns:tran="http://www.opengis.net/citygml/transportation/2.0"
  xmlns:frn="http://www.opengis.net/citygml/cityfurniture/2.0" xmlns:veg="http://www.opengis.net/citygml/vegetation/2.0" xmlns:my="urn:mine">
<gml:boundedBy><gml:Envelope srsName="urn:ogc:def:crs:EPSG::25832" srsDimension="3">
<gml:lowerCorner>690000 5330000 500</gml:lowerCorner><gml:upperCorner>690010 5330008 510</gml:upperCorner></gml:Envelope></gml:boundedBy>
'''
X, Y, Z = 690000, 5330000, 500
V = [(0, 0, 0), (10, 0, 0), (10, 8, 0), (0, 8, 0), (0, 0, 6), (10, 0, 6), (10, 8, 6), (0, 8, 6)]
CUBE = [[0, 3, 2, 1], [4, 5, 6, 7], [0, 1, 5, 4], [1, 2, 6, 5], [2, 3, 7, 6], [3, 0, 4, 7]]


def numbers(points):
    return " ".join(f"{x + X} {y + Y} {z + Z}" for x, y, z in points)


def ring(points, id=""):
    return f'<gml:LinearRing{id and f" gml:id={chr(34)}{id}{chr(34)}"}><gml:posList>{numbers(points + points[:1])}</gml:posList></gml:LinearRing>'


def polygon(corners, id="", holes=()):
    p = [V[c] if isinstance(c, int) else c for c in corners]
    inner = "".join(f"<gml:interior>{ring(list(h))}</gml:interior>" for h in holes)
    return f'<gml:Polygon{id and f" gml:id={chr(34)}{id}{chr(34)}"}><gml:exterior>{ring(p, id and id + "_r")}</gml:exterior>{inner}</gml:Polygon>'


def member(s):
    return f"<gml:surfaceMember>{s}</gml:surfaceMember>"


def multi(s):
    return f"<gml:MultiSurface>{s}</gml:MultiSurface>"


def solid(s):
    return f"<gml:Solid><gml:exterior><gml:CompositeSurface>{s}</gml:CompositeSurface></gml:exterior></gml:Solid>"


def lod1(prefix="bldg"):
    return f"<{prefix}:lod1Solid>{solid(''.join(member(polygon(c)) for c in CUBE))}</{prefix}:lod1Solid>"


def bounded(kind, inner, more=""):
    return f"<bldg:boundedBy><bldg:{kind}>{more}<bldg:lod2MultiSurface>{multi(inner)}</bldg:lod2MultiSurface></bldg:{kind}></bldg:boundedBy>"


def model(*members):
    return HEAD + "".join(f"<core:cityObjectMember>{m}</core:cityObjectMember>\n" for m in members) + "</core:CityModel>\n"


def building(id, inner):
    return f'<bldg:Building gml:id="{id}">{inner}</bldg:Building>'


def refs(*ids):
    return "".join(f'<gml:surfaceMember xlink:href="#{i}"/>' for i in ids)


GENERICS = '''<gml:name>Town &amp; hall</gml:name><core:creationDate>2020-05-01</core:creationDate>
<gen:intAttribute name="count"><gen:value>3</gen:value></gen:intAttribute>
<gen:stringAttribute name="code"><gen:value>007</gen:value></gen:stringAttribute>
<gen:genericAttributeSet name="set"><gen:doubleAttribute name="x"><gen:value>0.5</gen:value></gen:doubleAttribute></gen:genericAttributeSet>
<bldg:function codeSpace="list.xml">1000</bldg:function><bldg:measuredHeight uom="m">6</bldg:measuredHeight>
<my:detail><my:Detail><my:year>1999</my:year><my:area uom="m2">80</my:area></my:Detail></my:detail>
<my:detail><my:Detail><my:year>2001</my:year></my:Detail></my:detail>
'''
wall = polygon(CUBE[2], "wall", holes=[[(2, 0, 1), (2, 0, 3), (4, 0, 3), (4, 0, 1)]])
door = "<bldg:opening><bldg:Door><my:colour>red</my:colour><bldg:lod2MultiSurface>" + multi(member(polygon([(2, 0, 1), (4, 0, 1), (4, 0, 3), (2, 0, 3)], "door"))) + "</bldg:lod2MultiSurface></bldg:Door></bldg:opening>"
house = building("house", GENERICS + lod1()
    + f"<bldg:lod2Solid>{solid(refs('ground', 'wall', 'door', 'w1', 'w2', 'w3') + member(polygon(CUBE[1], 'roof')))}</bldg:lod2Solid>"
    + bounded("GroundSurface", member(polygon(CUBE[0], "ground")))
    + bounded("WallSurface", member(wall) + "".join(member(polygon(c, f"w{i + 1}")) for i, c in enumerate(CUBE[3:])), "<my:insulation>12</my:insulation>" ).replace("</bldg:WallSurface>", door + "</bldg:WallSurface>")
    + bounded("RoofSurface", refs("roof"))
    + "<bldg:consistsOfBuildingPart><bldg:BuildingPart gml:id=\"part\"><bldg:roofType>1030</bldg:roofType>" + lod1() + "</bldg:BuildingPart></bldg:consistsOfBuildingPart>"
    + "<bldg:interiorRoom><bldg:Room gml:id=\"room\"><bldg:lod4MultiSurface>" + multi(member("<gml:OrientableSurface orientation=\"-\"><gml:baseSurface>" + polygon(CUBE[0]) + "</gml:baseSurface></gml:OrientableSurface>")) + "</bldg:lod4MultiSurface></bldg:Room></bldg:interiorRoom>")
edge = building("edge", "<bldg:measuredHeight>6</bldg:measuredHeight><bldg:storeysAboveGround>2</bldg:storeysAboveGround><bldg:lod0RoofEdge>" + multi(member(polygon(CUBE[1]))) + "</bldg:lod0RoofEdge>")
road = '<tran:Road gml:id="road"><tran:trafficArea><tran:TrafficArea><tran:lod2MultiSurface>' + multi(member(polygon([3, 2, 1, 0][::-1]))) + "</tran:lod2MultiSurface></tran:TrafficArea></tran:trafficArea></tran:Road>"
flat = building("flat", '<bldg:lod0FootPrint><gml:MultiSurface srsDimension="2"><gml:surfaceMember><gml:Polygon><gml:exterior><gml:LinearRing>' + "".join(f"<gml:pos>{x + X} {y + Y}</gml:pos>" for x, y, _ in [V[0], V[1], V[2], V[0]]) + "</gml:LinearRing></gml:exterior></gml:Polygon></gml:surfaceMember></gml:MultiSurface></bldg:lod0FootPrint>")
LOOKS = '''<app:appearanceMember><app:Appearance><app:theme>summer</app:theme>
<app:surfaceDataMember><app:ParameterizedTexture><app:imageURI>a/front.jpg</app:imageURI><app:wrapMode>wrap</app:wrapMode>
<app:target uri="#door"><app:TexCoordList><app:textureCoordinates ring="#door_r">0 0 1 0 1 1 0 1 0 0</app:textureCoordinates></app:TexCoordList></app:target></app:ParameterizedTexture></app:surfaceDataMember>
<app:surfaceDataMember><app:X3DMaterial><app:diffuseColor>1 0.5 0</app:diffuseColor><app:transparency>0.2</app:transparency><app:target>#w1</app:target><app:target>#w2</app:target></app:X3DMaterial></app:surfaceDataMember>
</app:Appearance></app:appearanceMember>
<app:appearanceMember><app:Appearance><app:theme>winter</app:theme></app:Appearance></app:appearanceMember>
'''
whole = model(house, edge, road, flat).replace("</core:CityModel>", LOOKS + "</core:CityModel>")
(here / "house.gml").write_text(whole)

good = building("good", lod1())


def write(name, text):
    (here / "broken" / f"{name}.gml").write_text(text)


def bad(inner, id="bad"):
    return model(good, building(id, f"<bldg:lod2MultiSurface>{multi(inner)}</bldg:lod2MultiSurface>"))


write("truncated", model(good, good.replace("good", "cut"))[:-900])
write("tags", model(good, "<bldg:Building><bldg:function></bldg:usage></bldg:Building>", good))
write("numbers", bad(member(polygon([0, 1, 2]).replace("690010", "NaN", 1)) + member(polygon([0, 1, 2]).replace("690010", "ten", 1)) + member(polygon([0, 1, 2]).replace("690010 ", "", 1)) + member(polygon([0, 1, 2]))))
write("rings", bad(member(polygon([0, 1])) + member(polygon([0, 1, 1, 2])) + member("<gml:Polygon/>") + member(polygon([0, 1, 2, 3], holes=[[V[0], V[1]]]))))
write("references", model(good, building("bad", f"<bldg:lod2Solid>{solid(refs('nowhere') + member(polygon(CUBE[0])))}</bldg:lod2Solid>")))
write("texture", bad(member(polygon([0, 1, 2], "p"))).replace("</core:CityModel>", LOOKS.replace("door", "p") + "</core:CityModel>"))
write("modules", model(good, '<my:Pipe gml:id="pipe"/>', '<frn:CityFurniture gml:id="lamp"><frn:lod2ImplicitRepresentation><core:ImplicitGeometry><core:mimeType>model/obj</core:mimeType></core:ImplicitGeometry></frn:lod2ImplicitRepresentation></frn:CityFurniture>'))
write("no-id", model(good.replace(' gml:id="good"', "")))
write("inside-out", model(building("bad", f"<bldg:lod1Solid>{solid(''.join(member(polygon(c[::-1])) for c in CUBE))}</bldg:lod1Solid>")))
write("entities", model(good).replace("<core:CityModel", '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><core:CityModel', 1).replace("<bldg:lod1Solid>", "<gml:name>&b;</gml:name><bldg:lod1Solid>"))
write("deep", model(building("bad", "<my:a>" * 100 + "</my:a>" * 100), good))
write("version-3", model(good).replace("citygml/2.0", "citygml/3.0"))
write("root", "<kml><Document/></kml>\n")
write("no-system", model(good).replace(' srsName="urn:ogc:def:crs:EPSG::25832"', ""))
write("swapped", model(good).replace("EPSG::25832", "EPSG::6697").replace("690000", "139.7").replace("690010", "139.8").replace("5330000", "35.2").replace("5330008", "35.3"))
(here / "broken" / "sjis.gml").write_bytes(model(good).replace("good", "\u7f8e\u8853\u9928").encode("shift-jis"))
