//! Which class word and kind a thing gets: tables by key and value, the first row that fits counts.
//!
//! | class words | of |
//! | --- | --- |
//! | building, building part, roof, tank, silo, chimney, tower | `building=*`, `building:part=*`, some of `man_made=*` (drawn as buildings) |
//! | road, path, rail, tram, platform, runway, taxiway, apron, crossing | `highway`, `railway`, `aeroway` |
//! | road area, square, parking | areas of `area:highway`, `highway`, `place=square`, `amenity=parking` |
//! | river, stream, canal, coastline, dam | `waterway`, `natural=coastline` |
//! | water, sea, pool, fountain, wetland, glacier | areas of water and ice; sea is made of coastlines |
//! | grass, park, forest, scrub, farmland, orchard, vineyard, sand, rock, quarry, cemetery, construction, harbour, industrial, commercial, residential, railway, sports, playground, grounds, land use | what covers the ground |
//! | power line, power cable, pipeline, pylon, pole, substation, power plant, wind turbine | `power`, `man_made=pipeline` |
//! | piste, aerialway | `piste:type`, `aerialway` |
//! | wall, fence, hedge, pier, quay, breakwater | `barrier`, `man_made` |
//! | tree, lamp, signal, mast, crane, flagpole, bench, hydrant, place, peak, station, entrance | points |
//!
//! Left out: what is not there (`proposed`, `razed`, `abandoned`, ...), administrative boundaries, routes, indoor ways,
//! buildings that are underground (`location=underground`), multi-storey and underground parking as areas.

use super::is_on;
use crate::bake::model::{Cover, PointKind, WayKind};
use crate::format::osm::Tags;

/// A row of a table: a key, its values (none: any value but `no`), what it makes.
pub struct Row<K> {
    key: &'static str,
    values: &'static [&'static str],
    pub class: &'static str,
    pub kind: K,
    /// Closed ways are areas only with `area=yes` (relations always are).
    needs_area: bool,
}

const fn row<K: Copy>(key: &'static str, values: &'static [&'static str], class: &'static str, kind: K) -> Row<K> {
    Row { key, values, class, kind, needs_area: false }
}

const fn area_only(key: &'static str, values: &'static [&'static str], class: &'static str, kind: Cover) -> Row<Cover> {
    Row { key, values, class, kind, needs_area: true }
}

impl<K> Row<K> {
    fn fits(&self, tags: &Tags<'_>) -> bool {
        let Some(value) = tags.get(self.key) else { return false };
        if self.values.is_empty() { !matches!(value, "no" | "none") } else { self.values.contains(&value) }
    }
}

/// What has the shape of a building.
static BUILDINGS: &[Row<()>] = &[
    row("man_made", &["storage_tank", "tank", "gasometer", "gas_holder"], "tank", ()),
    row("man_made", &["silo", "bunker_silo"], "silo", ()),
    row("building", &["silo"], "silo", ()),
    row("man_made", &["chimney"], "chimney", ()),
    row(
        "man_made",
        &["tower", "communications_tower", "water_tower", "cooling_tower", "lighthouse", "observatory"],
        "tower",
        (),
    ),
    row("building", &["roof", "carport"], "roof", ()),
    row("building", &[], "building", ()),
];

static COVERS: &[Row<Cover>] = &[
    row("natural", &["water"], "water", Cover::Water),
    row("waterway", &["riverbank", "dock", "boatyard"], "water", Cover::Water),
    row("landuse", &["reservoir", "basin", "salt_pond", "aquaculture"], "water", Cover::Water),
    row("leisure", &["swimming_pool"], "pool", Cover::Water),
    row("amenity", &["fountain"], "fountain", Cover::Water),
    area_only("aeroway", &["runway"], "runway", Cover::Runway),
    area_only("aeroway", &["taxiway", "taxilane"], "taxiway", Cover::Paved),
    row("aeroway", &["apron", "helipad"], "apron", Cover::Paved),
    area_only("piste:type", &[], "piste", Cover::Piste),
    row("amenity", &["bicycle_parking", "motorcycle_parking"], "parking", Cover::Parking),
    row(
        "leisure",
        &["pitch", "track", "stadium", "sports_centre", "ice_rink", "miniature_golf"],
        "sports",
        Cover::Sports,
    ),
    row("leisure", &["playground"], "playground", Cover::Playground),
    row("leisure", &["golf_course", "common", "horse_riding"], "grass", Cover::Grass),
    row("leisure", &["park", "garden", "dog_park"], "park", Cover::Park),
    row("leisure", &["marina"], "harbour", Cover::Harbour),
    row("tourism", &["zoo", "theme_park", "camp_site", "caravan_site", "picnic_site"], "park", Cover::Park),
    row("landuse", &["forest"], "forest", Cover::Forest),
    row("natural", &["wood"], "forest", Cover::Forest),
    row("natural", &["scrub", "heath", "shrubbery"], "scrub", Cover::Scrub),
    row("natural", &["grassland", "fell", "tundra", "meadow"], "grass", Cover::Grass),
    row("landuse", &["grass", "meadow", "village_green", "greenfield", "flowerbed"], "grass", Cover::Grass),
    row("landcover", &["grass"], "grass", Cover::Grass),
    row("landcover", &["trees"], "forest", Cover::Forest),
    row("natural", &["sand", "beach", "dune", "shoal"], "sand", Cover::Sand),
    row("natural", &["bare_rock", "scree", "shingle", "rock", "stone", "blockfield"], "rock", Cover::Rock),
    row("natural", &["glacier"], "glacier", Cover::Glacier),
    row("natural", &["wetland", "mud", "marsh"], "wetland", Cover::Wetland),
    row(
        "landuse",
        &["farmland", "farmyard", "farm", "allotments", "plant_nursery", "greenhouse_horticulture"],
        "farmland",
        Cover::Farmland,
    ),
    row("landuse", &["orchard"], "orchard", Cover::Orchard),
    row("landuse", &["vineyard"], "vineyard", Cover::Vineyard),
    row("landuse", &["recreation_ground"], "park", Cover::Park),
    row("landuse", &["cemetery"], "cemetery", Cover::Cemetery),
    row("amenity", &["grave_yard"], "cemetery", Cover::Cemetery),
    row("landuse", &["construction", "brownfield"], "construction", Cover::Construction),
    row("landuse", &["quarry", "landfill"], "quarry", Cover::Quarry),
    row("landuse", &["port", "harbour"], "harbour", Cover::Harbour),
    row("industrial", &["port", "container_terminal"], "harbour", Cover::Harbour),
    row("harbour", &[], "harbour", Cover::Harbour),
    row("power", &["substation", "station", "sub_station"], "substation", Cover::Industrial),
    row("power", &["plant"], "power plant", Cover::Industrial),
    row("landuse", &["railway"], "railway", Cover::Railway),
    row("landuse", &["industrial", "depot"], "industrial", Cover::Industrial),
    row("man_made", &["works", "wastewater_plant", "water_works", "petroleum_well"], "industrial", Cover::Industrial),
    row("landuse", &["commercial", "retail"], "commercial", Cover::Commercial),
    row("landuse", &["residential"], "residential", Cover::Residential),
    row(
        "amenity",
        &["school", "university", "college", "kindergarten", "hospital", "prison"],
        "grounds",
        Cover::Commercial,
    ),
    row("landuse", &["education", "institutional", "religious", "military", "garages"], "grounds", Cover::Commercial),
    row("man_made", &["pier"], "pier", Cover::Paved),
    row("man_made", &["quay"], "quay", Cover::Paved),
    row("man_made", &["breakwater", "groyne"], "breakwater", Cover::Rock),
    row("railway", &["platform"], "platform", Cover::Paved),
    row("public_transport", &["platform"], "platform", Cover::Paved),
    row("area:highway", &[], "road area", Cover::Paved),
    row("place", &["square"], "square", Cover::Paved),
    row("highway", &["rest_area", "services", "platform"], "square", Cover::Paved),
    area_only(
        "highway",
        &[
            "pedestrian",
            "footway",
            "service",
            "living_street",
            "path",
            "cycleway",
            "residential",
            "unclassified",
            "steps",
            "track",
        ],
        "square",
        Cover::Paved,
    ),
    area_only("barrier", &["hedge"], "hedge", Cover::Scrub),
    row("landuse", &[], "land use", Cover::Unknown),
];

static WAYS: &[Row<WayKind>] = &[
    row("highway", &["motorway", "motorway_link"], "road", WayKind::Motorway),
    row("highway", &["trunk", "trunk_link"], "road", WayKind::Trunk),
    row("highway", &["primary", "primary_link"], "road", WayKind::Primary),
    row("highway", &["secondary", "secondary_link"], "road", WayKind::Secondary),
    row("highway", &["tertiary", "tertiary_link"], "road", WayKind::Tertiary),
    row("highway", &["residential", "unclassified", "road", "minor"], "road", WayKind::Residential),
    row(
        "highway",
        &["service", "services", "busway", "bus_guideway", "raceway", "escape", "emergency_bay"],
        "road",
        WayKind::Service,
    ),
    row("highway", &["living_street"], "road", WayKind::LivingStreet),
    row("highway", &["track"], "road", WayKind::Track),
    row("highway", &["pedestrian"], "path", WayKind::Pedestrian),
    row("highway", &["footway", "path"], "path", WayKind::Footway),
    row("highway", &["bridleway"], "path", WayKind::Track),
    row("highway", &["cycleway"], "path", WayKind::Cycleway),
    row("highway", &["steps"], "path", WayKind::Steps),
    row("highway", &["platform"], "platform", WayKind::Pedestrian),
    row(
        "railway",
        &["rail", "light_rail", "subway", "narrow_gauge", "funicular", "monorail", "preserved", "miniature"],
        "rail",
        WayKind::Rail,
    ),
    row("railway", &["tram"], "tram", WayKind::Tram),
    row("railway", &["platform"], "platform", WayKind::Pedestrian),
    row("public_transport", &["platform"], "platform", WayKind::Pedestrian),
    row("aeroway", &["runway"], "runway", WayKind::Runway),
    row("aeroway", &["taxiway", "taxilane"], "taxiway", WayKind::Taxiway),
    row("waterway", &["river", "tidal_channel", "fairway"], "river", WayKind::River),
    row("waterway", &["canal"], "canal", WayKind::Canal),
    row("waterway", &["stream", "ditch", "drain", "brook"], "stream", WayKind::Stream),
    row("waterway", &["dam", "weir"], "dam", WayKind::Wall),
    row("natural", &["coastline"], "coastline", WayKind::Coastline),
    row("power", &["line", "minor_line"], "power line", WayKind::PowerLine),
    row("power", &["cable"], "power cable", WayKind::PowerLine),
    row("man_made", &["pipeline"], "pipeline", WayKind::Pipeline),
    row("man_made", &["pier"], "pier", WayKind::Pier),
    row("man_made", &["quay"], "quay", WayKind::Quay),
    row("man_made", &["breakwater", "groyne"], "breakwater", WayKind::Quay),
    row("piste:type", &[], "piste", WayKind::Piste),
    row(
        "aerialway",
        &[
            "cable_car",
            "gondola",
            "mixed_lift",
            "chair_lift",
            "drag_lift",
            "t-bar",
            "j-bar",
            "platter",
            "rope_tow",
            "magic_carpet",
            "zip_line",
            "goods",
            "yes",
        ],
        "aerialway",
        WayKind::Aerialway,
    ),
    row("barrier", &["wall", "retaining_wall", "city_wall"], "wall", WayKind::Wall),
    row("barrier", &["fence", "guard_rail", "handrail", "railing", "wire_fence"], "fence", WayKind::Fence),
    row("barrier", &["hedge", "hedge_bank"], "hedge", WayKind::Hedge),
];

static POINTS: &[Row<PointKind>] = &[
    row("natural", &["tree"], "tree", PointKind::BroadleavedTree),
    row("power", &["tower", "portal"], "pylon", PointKind::PowerTower),
    row("power", &["pole"], "pole", PointKind::PowerPole),
    row("aerialway", &["pylon"], "pylon", PointKind::AerialwayPylon),
    row("generator:source", &["wind"], "wind turbine", PointKind::WindTurbine),
    row("man_made", &["mast", "antenna"], "mast", PointKind::Mast),
    row("man_made", &["tower", "communications_tower", "water_tower", "lighthouse"], "tower", PointKind::Mast),
    row("man_made", &["flagpole"], "flagpole", PointKind::Mast),
    row("man_made", &["chimney"], "chimney", PointKind::Chimney),
    row("man_made", &["crane"], "crane", PointKind::Crane),
    row("man_made", &["storage_tank", "silo"], "tank", PointKind::Unknown),
    row("highway", &["street_lamp"], "lamp", PointKind::StreetLamp),
    row("highway", &["traffic_signals"], "signal", PointKind::TrafficSignal),
    row("crossing", &["traffic_signals"], "signal", PointKind::TrafficSignal),
    row("highway", &["crossing"], "crossing", PointKind::Unknown),
    row("amenity", &["bench"], "bench", PointKind::Bench),
    row("emergency", &["fire_hydrant"], "hydrant", PointKind::Hydrant),
    row("natural", &["peak", "volcano"], "peak", PointKind::Unknown),
    row("railway", &["station", "halt", "tram_stop", "subway_entrance"], "station", PointKind::Unknown),
    row("aerialway", &["station"], "station", PointKind::Unknown),
    row("place", &[], "place", PointKind::Unknown),
    row("entrance", &[], "entrance", PointKind::Unknown),
];

/// The class of what is drawn as a building; `None` for what is none or can't be seen.
pub fn building(tags: &Tags<'_>) -> Option<&'static str> {
    let unseen = matches!(tags.get("location"), Some("underground" | "underwater"))
        || matches!(tags.get("building"), Some("proposed" | "razed" | "demolished" | "no"));
    if unseen {
        return None;
    }
    if is_on(tags, "building:part") && !is_on(tags, "building") {
        return Some("building part");
    }
    BUILDINGS.iter().find(|row| row.fits(tags)).map(|row| row.class)
}

/// What a closed way or a relation covers.
pub fn cover(tags: &Tags<'_>, is_relation: bool) -> Option<(&'static str, Cover)> {
    let area = tags.get("area");
    if area == Some("no") {
        return None;
    }
    // Parking on the ground only: the other kinds are buildings, or below everything.
    if tags.get("amenity") == Some("parking")
        && matches!(tags.get("parking"), None | Some("surface" | "yes" | "street_side" | "lane"))
    {
        return Some(("parking", Cover::Parking));
    }
    let is_area = is_relation || area == Some("yes");
    COVERS.iter().find(|row| row.fits(tags) && (is_area || !row.needs_area)).map(|row| (row.class, row.kind))
}

/// What runs along a line: one row for each key and class, since a street may carry a tram and a wall.
pub fn ways<'t>(tags: &'t Tags<'_>) -> impl Iterator<Item = (&'static str, WayKind)> + 't {
    const MAX: usize = 4;
    let mut given: [(&str, &str); MAX] = [("", ""); MAX];
    let mut count = 0;
    let is_new = move |row: &&Row<WayKind>| {
        let again = given[..count].iter().any(|(key, class)| *key == row.key || *class == row.class);
        if count == MAX || again || !row.fits(tags) {
            return false;
        }
        given[count] = (row.key, row.class);
        count += 1;
        true
    };
    WAYS.iter().filter(is_new).map(|row| (row.class, row.kind))
}

/// The kind of a road or path by OSM's word for it, such as `residential`.
pub fn highway(value: &str) -> Option<(&'static str, WayKind)> {
    let rows = WAYS.iter().filter(|row| row.key == "highway");
    rows.clone().find(|row| row.values.contains(&value)).map(|row| (row.class, row.kind))
}

/// What stands at a point.
pub fn point(tags: &Tags<'_>) -> Option<(&'static str, PointKind)> {
    POINTS.iter().find(|row| row.fits(tags)).map(|row| (row.class, row.kind))
}

/// A row of trees, which are told one by one.
pub fn is_tree_row(tags: &Tags<'_>) -> bool {
    tags.get("natural") == Some("tree_row")
}
