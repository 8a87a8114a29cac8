//! The large forms of the land, before anybody built: plain, hills, ridges, far mountains, the valleys between. Plan
//! frame metres. A slow and smooth function; [`super::terrain`] keeps it in a grid.

use super::geom::to_segment;
use crate::bake::det::{fractal, lerp, noise, smoothstep};
use crate::world::layout::{PISTE, SUMMIT};
use glam::DVec2;

/// A crest line with its heights above the plain, and how far its flanks reach.
struct Ridge {
    crest: &'static [(f64, f64, f64)],
    reach_m: f64,
}

/// The range in the north, the spurs that run down from it, and the two headlands that frame the bay.
const RIDGES: [Ridge; 10] = [
    Ridge {
        crest: &[
            (-15000.0, 9800.0, 760.0),
            (-11500.0, 8200.0, 620.0),
            (-8300.0, 7700.0, 800.0),
            (-4600.0, 7900.0, 720.0),
            (-2600.0, 7050.0, 860.0),
            (-1000.0, 6500.0, 1060.0),
            (900.0, 6900.0, 900.0),
            (3000.0, 7500.0, 790.0),
            (6200.0, 6900.0, 700.0),
            (9500.0, 7700.0, 820.0),
            (14000.0, 9000.0, 700.0),
        ],
        reach_m: 4100.0,
    },
    Ridge { crest: &[(-1000.0, 6500.0, 700.0), (-1650.0, 5300.0, 520.0), (-1900.0, 4100.0, 210.0)], reach_m: 1700.0 },
    Ridge { crest: &[(3000.0, 7500.0, 700.0), (2300.0, 5600.0, 420.0), (2050.0, 4200.0, 150.0)], reach_m: 1700.0 },
    Ridge { crest: &[(6200.0, 6900.0, 600.0), (5200.0, 4900.0, 330.0), (5300.0, 3500.0, 110.0)], reach_m: 1900.0 },
    // The western hill that the motorway goes through, down to the western headland.
    Ridge {
        crest: &[
            (-8300.0, 7700.0, 700.0),
            (-6900.0, 4800.0, 430.0),
            (-5900.0, 2900.0, 240.0),
            (-5560.0, 1900.0, 100.0),
        ],
        reach_m: 1350.0,
    },
    Ridge {
        crest: &[
            (-5750.0, 2500.0, 190.0),
            (-5520.0, 1150.0, 150.0),
            (-5700.0, -500.0, 115.0),
            (-6050.0, -2100.0, 95.0),
            (-6220.0, -3300.0, 62.0),
        ],
        reach_m: 1020.0,
    },
    // The eastern headland.
    Ridge {
        crest: &[(7900.0, 700.0, 30.0), (7500.0, -600.0, 105.0), (7250.0, -1900.0, 110.0), (7350.0, -2800.0, 75.0)],
        reach_m: 1250.0,
    },
    Ridge { crest: &[(-3300.0, 4900.0, 280.0), (-2700.0, 3500.0, 130.0), (-2300.0, 2300.0, 45.0)], reach_m: 1250.0 },
    // A gentle swell that carries the eastern suburbs.
    Ridge { crest: &[(3600.0, 2900.0, 40.0), (5600.0, -300.0, 34.0), (6100.0, -1200.0, 26.0)], reach_m: 1500.0 },
    Ridge { crest: &[(9500.0, 7700.0, 600.0), (8200.0, 4600.0, 260.0), (8700.0, 2600.0, 80.0)], reach_m: 1800.0 },
];

/// Round hills inside the city: middle, height, radius.
const HILLS: [(f64, f64, f64, f64); 6] = [
    // The castle's hill in the old town.
    (-1330.0, -1420.0, 44.0, 430.0),
    // The park with the lookout.
    (-650.0, 420.0, 52.0, 620.0),
    (1500.0, 2500.0, 34.0, 800.0),
    (-3550.0, -300.0, 26.0, 700.0),
    (2900.0, -400.0, 16.0, 700.0),
    (-7300.0, -1000.0, 30.0, 900.0),
];

/// A smooth hill: 1 in the middle, 0 from 1 on.
fn dome(t: f64) -> f64 {
    let k = 1.0 - t * t;
    if k > 0.0 { k * k } else { 0.0 }
}

/// The larger of two, with a smooth passage `k` wide.
fn smooth_max(a: f64, b: f64, k: f64) -> f64 {
    // What is near nothing adds nothing.
    let k = k.min(2.0 * a.min(b));
    if k <= 0.0 {
        return a.max(b);
    }
    let h = (k - (a - b).abs()).max(0.0) / k;
    a.max(b) + h * h * k * 0.25
}

/// Height of the dry land, metres above the sea, at `inland_m` from the coast. Always above 3.
pub fn land(seed: u64, p: DVec2, inland_m: f64) -> f64 {
    let d = inland_m.clamp(0.0, 12_000.0);
    let plain = 3.3 + 0.0068 * d + 2.0e-6 * d * d;
    let mut mountain = 0.0;
    let bent = p + 260.0 * DVec2::new(noise(seed ^ 71, p / 1100.0), noise(seed ^ 72, p / 1100.0));
    for ridge in &RIDGES {
        mountain = smooth_max(mountain, ridge_height(seed, ridge, p, bent), 60.0);
    }
    // Gullies and ribs, the stronger the higher.
    let ribs = 1.0 - 2.6 * fractal(seed ^ 73, bent / 1700.0, 4).abs();
    let rough = 0.20 * mountain * smoothstep(40.0, 420.0, mountain);
    let summit = dome((p - SUMMIT.0).length() / 700.0);
    let hills: f64 = HILLS.iter().map(|h| h.2 * dome((p - DVec2::new(h.0, h.1)).length() / h.3 / 1.6)).sum();
    let rolling = 5.5 * smoothstep(900.0, 2600.0, d) * fractal(seed ^ 74, p / 760.0, 2);
    let far = far_mountains(seed, p, inland_m);
    let stones = 1.0 - 2.2 * fractal(seed ^ 77, bent / 430.0, 3).abs();
    let broken = 0.05 * mountain * smoothstep(150.0, 480.0, mountain) * stones * off_piste(p);
    let height = plain + mountain + (rough * (ribs * 0.75 + 0.1) + broken) * (1.0 - summit) + hills + rolling + far;
    height.max(3.2)
}

/// 0 on the ski slope and near it, which is smooth, 1 elsewhere.
fn off_piste(p: DVec2) -> f64 {
    let near = PISTE.windows(2).map(|pair| to_segment(p, pair[0], pair[1]).0).fold(f64::MAX, f64::min);
    smoothstep(110.0, 420.0, near)
}

/// How deep a gully is at a place on a flank, 0 on a rib to 1 in its bed. Gullies run down from the crest: `along_m` is measured
/// on it, `down_m` from it. Two of them join into one further down.
fn gully(seed: u64, along_m: f64, down_m: f64, p: DVec2) -> f64 {
    let wander = 0.42 * noise(seed ^ 78, p / 620.0);
    let valley = |size_m: f64, salt: u64| {
        let n = noise(seed ^ salt, DVec2::new(along_m / size_m + wander, down_m / (size_m * 4.5)));
        1.0 - (2.4 * n.abs()).min(1.0)
    };
    let small = valley(210.0, 80) * smoothstep(2600.0, 500.0, down_m);
    (valley(560.0, 79) + 0.45 * small) / 1.45
}

fn ridge_height(seed: u64, ridge: &Ridge, p: DVec2, bent: DVec2) -> f64 {
    let mut best = 0.0;
    let mut begin_m = 0.0;
    let smooth = off_piste(p);
    for pair in ridge.crest.windows(2) {
        let (a, b) = (DVec2::new(pair[0].0, pair[0].1), DVec2::new(pair[1].0, pair[1].1));
        // Near its crest a ridge stands where it was put; its flanks wander.
        let (close, _) = to_segment(p, a, b);
        let wander = smoothstep(60.0, if ridge.reach_m > 3000.0 { 900.0 } else { 300.0 }, close);
        let (distance, t) = to_segment(p.lerp(bent, wander), a, b);
        let k = distance / ridge.reach_m;
        if k < 1.0 {
            // Rounded over the last metres, so that a crest is no edge.
            let k = (k * k + 0.0012).sqrt();
            let shape = (0.42 * (1.0 - k) * (1.0 - k) + 0.58 * dome(k)).max(0.0);
            let crest = lerp(pair[0].2, pair[1].2, t);
            // Only mountains are carved, and neither at their crest nor where they run out into the plain.
            let flank = smoothstep(0.02, 0.22, k) * smoothstep(1.0, 0.62, k) * smoothstep(200.0, 480.0, crest) * smooth;
            let carved = if flank > 0.0 {
                1.0 - 0.42 * flank * gully(seed, begin_m + t * (b - a).length(), distance, p)
            } else {
                1.0
            };
            best = smooth_max(best, crest * shape * carved, 30.0);
        }
        begin_m += (b - a).length();
    }
    best
}

/// Beyond the drawn world the country goes on: ranges in the north, hills along the coast.
fn far_mountains(seed: u64, p: DVec2, inland_m: f64) -> f64 {
    let out = (p.y - 8600.0).max((p.x.abs() - 9600.0) * 0.8);
    if out <= 0.0 {
        return 0.0;
    }
    let reach = smoothstep(0.0, 6500.0, out) * smoothstep(300.0, 4200.0, inland_m);
    let ridged = 1.0 - 2.2 * fractal(seed ^ 75, p / 5200.0, 5).abs();
    let broad = 0.5 + 0.5 * fractal(seed ^ 76, p / 11_000.0, 2);
    reach * (140.0 + 900.0 * broad * (0.45 + 0.55 * ridged).max(0.0))
}
