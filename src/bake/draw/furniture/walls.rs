//! What runs along lines: fences, walls, railings, guard rails.

use crate::bake::det::Rng;
use crate::bake::mesh::{Matter, Mesh, Rect, Rgb, Surface, hex, scale};
use glam::{DVec2, DVec3};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Barrier {
    /// Masonry with a coping.
    Wall,
    /// Plastered, between gardens.
    GardenWall,
    /// Upright boards.
    WoodFence,
    /// Iron bars on a low wall.
    IronFence,
    /// Posts with wire mesh; drawn as posts and rails.
    WireFence,
    /// Two or three rails between posts: bridges, quays, ramps.
    Railing,
    /// Beside highways.
    GuardRail,
}

/// At most this many posts, bars or boards along one line.
const MAX_PIECES: usize = 4000;

struct Run {
    a: DVec3,
    b: DVec3,
    along: DVec2,
    length: f64,
}

impl Run {
    fn at(&self, t: f64, out: f64, up: f64) -> DVec3 {
        self.a.lerp(self.b, t) + (self.along.perp() * out).extend(up)
    }

    fn pieces(&self, pitch: f64) -> usize {
        (self.length / pitch).round().clamp(1.0, MAX_PIECES as f64) as usize
    }
}

/// Draws a barrier of the given height along a line of foot points.
pub fn barrier(mesh: &mut Mesh, kind: Barrier, line: &[DVec3], high_m: f64, seed: u64, level: usize) {
    if level < 3 && !(matches!(kind, Barrier::Wall | Barrier::GardenWall) && level == 2) {
        return;
    }
    let before = mesh.surface;
    let mut rng = Rng::new(seed);
    for pair in line.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        let flat = (b - a).truncate();
        let length = flat.length();
        if length.is_nan() || length <= 0.05 {
            continue;
        }
        let run = Run { a, b, along: flat / length, length };
        match kind {
            Barrier::Wall | Barrier::GardenWall => wall(mesh, &run, kind, high_m, &mut rng, level),
            Barrier::WoodFence => boards(mesh, &run, high_m, &mut rng, level),
            Barrier::IronFence => iron(mesh, &run, high_m, level),
            Barrier::WireFence => {
                posts_and_rails(mesh, &run, high_m, (2.5, &[0.05, 0.5, 1.0], 0.025), hex(0x7f8a84), level)
            }
            Barrier::Railing => {
                posts_and_rails(mesh, &run, high_m, (1.6, &[0.4, 0.7, 1.0], 0.045), hex(0x6d7478), level)
            }
            Barrier::GuardRail => guard_rail(mesh, &run, level),
        }
    }
    mesh.surface = before;
}

/// Both sides of an upright strip along the run.
fn strip(mesh: &mut Mesh, run: &Run, (low, high): (f64, f64), half: f64, c: [Rgb; 2]) {
    for side in [1.0, -1.0] {
        let p = [
            run.at(0.0, half * side, low),
            run.at(1.0, half * side, low),
            run.at(1.0, half * side, high),
            run.at(0.0, half * side, high),
        ];
        let p = if side > 0.0 { [p[1], p[0], p[3], p[2]] } else { p };
        mesh.quad_shaded(Matter::Solid, p, [c[0], c[0], c[1], c[1]]);
    }
}

fn lid(mesh: &mut Mesh, run: &Run, up: f64, half: f64, c: Rgb) {
    let p = [run.at(0.0, -half, up), run.at(1.0, -half, up), run.at(1.0, half, up), run.at(0.0, half, up)];
    mesh.quad(Matter::Solid, p, c);
}

fn ends(mesh: &mut Mesh, run: &Run, (low, high): (f64, f64), half: f64, c: Rgb) {
    let p = |t: f64, side: f64, up: f64| run.at(t, side * half, up);
    mesh.quad(Matter::Solid, [p(0.0, 1.0, low), p(0.0, -1.0, low), p(0.0, -1.0, high), p(0.0, 1.0, high)], c);
    mesh.quad(Matter::Solid, [p(1.0, -1.0, low), p(1.0, 1.0, low), p(1.0, 1.0, high), p(1.0, -1.0, high)], c);
}

fn wall(mesh: &mut Mesh, run: &Run, kind: Barrier, high: f64, rng: &mut Rng, level: usize) {
    let masonry = kind == Barrier::Wall;
    mesh.surface = if masonry { Surface::Brick } else { Surface::Plaster };
    let c = hex(if masonry {
        rng.pick(&[0x8a7a68, 0x8a5a48, 0x9a9080])
    } else {
        rng.pick(&[0xe3d9c6, 0xd9d2c5, 0xcdbfae])
    });
    strip(mesh, run, (-0.4, high), 0.14, [scale(c, 0.58), c]);
    ends(mesh, run, (-0.4, high), 0.14, scale(c, 0.85));
    if level < 4 {
        return lid(mesh, run, high, 0.14, scale(c, 1.03));
    }
    mesh.surface = Surface::Concrete;
    let cap = hex(0xb8b0a2);
    strip(mesh, run, (high, high + 0.07), 0.19, [scale(cap, 0.8), cap]);
    lid(mesh, run, high + 0.07, 0.19, scale(cap, 1.04));
    ends(mesh, run, (high, high + 0.07), 0.19, scale(cap, 0.85));
}

fn boards(mesh: &mut Mesh, run: &Run, high: f64, rng: &mut Rng, level: usize) {
    mesh.surface = Surface::Wood;
    let c = hex(rng.pick(&[0x8a6f54, 0x6a5846, 0x9a8a72]));
    if level < 4 {
        return strip(mesh, run, (0.0, high), 0.02, [scale(c, 0.6), c]);
    }
    let count = run.pieces(0.32);
    for k in 0..count {
        let (t0, t1) = ((k as f64 + 0.06) / count as f64, (k as f64 + 0.94) / count as f64);
        let tone = scale(c, rng.range(0.82, 1.1) as f32);
        let top = high + rng.range(-0.03, 0.03);
        let part = Run {
            a: run.at(t0, 0.0, 0.0),
            b: run.at(t1, 0.0, 0.0),
            along: run.along,
            length: run.length / count as f64,
        };
        strip(mesh, &part, (0.04, top), 0.012, [scale(tone, 0.62), tone]);
    }
    for up in [0.3, high - 0.3] {
        strip(mesh, run, (up, up + 0.08), 0.022, [scale(c, 0.6); 2]);
    }
}

fn iron(mesh: &mut Mesh, run: &Run, high: f64, level: usize) {
    let stone = hex(0xa9a294);
    mesh.surface = Surface::Concrete;
    strip(mesh, run, (-0.4, 0.45), 0.15, [scale(stone, 0.6), stone]);
    lid(mesh, run, 0.45, 0.15, scale(stone, 1.03));
    ends(mesh, run, (-0.4, 0.45), 0.15, scale(stone, 0.85));
    mesh.surface = Surface::Metal;
    let c = hex(0x24282a);
    for up in [0.55, high - 0.12] {
        strip(mesh, run, (up, up + 0.04), 0.02, [c; 2]);
    }
    if level >= 4 {
        let count = run.pieces(0.2);
        for k in 0..=count {
            let foot = run.at(k as f64 / count as f64, 0.0, 0.45);
            mesh.drum(foot.truncate(), (0.014, 0.008), (foot.z, foot.z + high - 0.4), 3, c, c);
        }
    }
}

fn posts_and_rails(
    mesh: &mut Mesh,
    run: &Run,
    high: f64,
    (pitch, rails, thick): (f64, &[f64], f64),
    c: Rgb,
    level: usize,
) {
    mesh.surface = Surface::Metal;
    let count = run.pieces(pitch);
    for &share in rails {
        if level >= 4 {
            mesh.beam(run.at(0.0, 0.0, high * share), run.at(1.0, 0.0, high * share), thick, c);
        } else if share == 1.0 {
            strip(mesh, run, (high - 0.06, high), 0.02, [c; 2]);
        }
    }
    if level >= 4 {
        for k in 0..=count {
            let foot = run.at(k as f64 / count as f64, 0.0, 0.0);
            mesh.drum(foot.truncate(), (thick * 0.7, thick * 0.7), (foot.z - 0.2, foot.z + high), 4, scale(c, 0.7), c);
        }
    }
}

fn guard_rail(mesh: &mut Mesh, run: &Run, level: usize) {
    mesh.surface = Surface::Metal;
    let c = hex(0xaab0b0);
    if level < 4 {
        return strip(mesh, run, (0.45, 0.75), 0.03, [scale(c, 0.8), c]);
    }
    // A beam of two waves.
    for (low, high, k) in [(0.44, 0.52, 0.75), (0.52, 0.6, 1.0), (0.6, 0.68, 0.7), (0.68, 0.76, 1.0)] {
        strip(mesh, run, (low, high), if k > 0.9 { 0.06 } else { 0.04 }, [scale(c, k), scale(c, k)]);
    }
    lid(mesh, run, 0.76, 0.06, c);
    let count = run.pieces(4.0);
    for k in 0..=count {
        let p = run.at(k as f64 / count as f64, 0.0, 0.0);
        mesh.boxed(&Rect::new(p.truncate(), run.along, 0.1, 0.06), p.z - 0.2, p.z + 0.7, scale(c, 0.8));
    }
}
