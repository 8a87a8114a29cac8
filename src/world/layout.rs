//! Where the great places of the world lie. Plan frame: metres east and north of the world's middle, up above the sea.
//!
//! The world is a square of 16 km. The sea is in the south, with a bay at the city's feet; mountains stand in the north,
//! a river comes down in the west of the core; the container port lies in the east of the bay, the factory in the
//! plain behind it; a motorway crosses everything from west to east.

use glam::DVec2;

/// Half the side of the world's square.
pub const WORLD_HALF_M: f64 = 8000.0;

/// How high pavements lie above the carriageway.
pub const KERB_M: f64 = 0.13;

/// A levelled rectangle that a site is built on. Streets keep off it, but for its gates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pad {
    pub name: &'static str,
    pub centre: DVec2,
    /// Unit vector of the site's own x axis; its y axis is to the left of it.
    pub along: DVec2,
    /// Half length along x and half width along y.
    pub half: DVec2,
    /// The height of its ground.
    pub ground_u: f64,
    /// Where roads come in, in the site's own x and y (on its border), the first being the main gate.
    pub gates: &'static [DVec2],
}

/// Quay, yard, gates, tank farm. Its southern long side is the quay; ships lie south of it.
pub const PORT: Pad = Pad {
    name: "port",
    centre: DVec2::new(3650.0, -3050.0),
    along: DVec2::new(1.0, 0.0),
    half: DVec2::new(1250.0, 330.0),
    ground_u: 3.4,
    gates: &[DVec2::new(-200.0, 330.0), DVec2::new(800.0, 330.0)],
};

/// Assembly hall, high-bay warehouse, robots, AGV lanes.
pub const FACTORY: Pad = Pad {
    name: "factory",
    centre: DVec2::new(4300.0, 550.0),
    along: DVec2::new(1.0, 0.0),
    half: DVec2::new(420.0, 300.0),
    ground_u: 57.0,
    gates: &[DVec2::new(-120.0, -300.0), DVec2::new(420.0, 60.0)],
};

pub const SUBSTATION: Pad = Pad {
    name: "substation",
    centre: DVec2::new(2600.0, 2500.0),
    along: DVec2::new(1.0, 0.0),
    half: DVec2::new(130.0, 95.0),
    ground_u: 92.0,
    gates: &[DVec2::new(0.0, -95.0)],
};

/// Beside the motorway, which runs along its northern long side.
pub const SERVICE_AREA: Pad = Pad {
    name: "service area",
    centre: DVec2::new(6350.0, 1340.0),
    along: DVec2::new(1.0, 0.0),
    half: DVec2::new(210.0, 90.0),
    ground_u: 56.0,
    gates: &[DVec2::new(-210.0, 70.0), DVec2::new(210.0, 70.0)],
};

/// All levelled sites.
pub const PADS: [Pad; 4] = [PORT, FACTORY, SUBSTATION, SERVICE_AREA];

/// The middle of the core, where the towers stand highest.
pub const CORE: DVec2 = DVec2::new(250.0, -1150.0);

/// The square with the underground station's entrances.
pub const STATION: DVec2 = DVec2::new(60.0, -900.0);

/// The river's middle line from the mountains to the sea.
pub const RIVER: [DVec2; 9] = [
    DVec2::new(-5200.0, 5200.0),
    DVec2::new(-4700.0, 3900.0),
    DVec2::new(-3800.0, 3000.0),
    DVec2::new(-3700.0, 1900.0),
    DVec2::new(-2900.0, 1100.0),
    DVec2::new(-2750.0, 200.0),
    DVec2::new(-2250.0, -700.0),
    DVec2::new(-2150.0, -1700.0),
    DVec2::new(-2350.0, -2900.0),
];
/// Its width where it meets the sea; upstream it narrows to a third.
pub const RIVER_WIDTH_M: f64 = 130.0;

/// The motorway's middle line; it has two carriageways of three lanes.
pub const MOTORWAY: [DVec2; 11] = [
    DVec2::new(-8000.0, 500.0),
    DVec2::new(-6600.0, 700.0),
    DVec2::new(-5300.0, 1250.0),
    DVec2::new(-4100.0, 1450.0),
    DVec2::new(-3000.0, 1250.0),
    DVec2::new(-1500.0, 1150.0),
    DVec2::new(200.0, 1350.0),
    DVec2::new(2000.0, 1500.0),
    DVec2::new(4300.0, 1380.0),
    DVec2::new(6200.0, 1480.0),
    DVec2::new(8000.0, 1750.0),
];
/// Parts of the motorway by distance from its western end, metres: through the hill, over the river, the toll plaza.
pub const TUNNEL_M: (f64, f64) = (1672.0, 3580.0);
pub const BRIDGE_M: (f64, f64) = (4480.0, 5700.0);
/// Height of the roadway at the bridge's ends.
pub const BRIDGE_U: (f64, f64) = (37.3, 32.7);
pub const TOLL_M: f64 = 10_090.0;

/// The ski slope's trail from the top station to the bottom.
pub const PISTE: [DVec2; 6] = [
    DVec2::new(-900.0, 6350.0),
    DVec2::new(-760.0, 6020.0),
    DVec2::new(-420.0, 5700.0),
    DVec2::new(-330.0, 5330.0),
    DVec2::new(20.0, 4980.0),
    DVec2::new(160.0, 4600.0),
];
/// The summit, and its height.
pub const SUMMIT: (DVec2, f64) = (DVec2::new(-1000.0, 6500.0), 1180.0);
