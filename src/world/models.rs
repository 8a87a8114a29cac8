//! Models of entities as GLB: y up, +Z forward, +X to the left, metres, origin on the ground under the middle (ships:
//! on the waterline; parts of the crane: see each). Bodies that a scene tints are white.

use super::GeneratedFile;
use super::parts::{self, BOXES, Local, Station, container, hull};
use crate::bake::det::unit_vector;
use crate::bake::glb::{self, Node};
use crate::bake::mesh::{Matter, Mesh, Rgb, hex, scale};
use glam::{DVec2, DVec3};

/// Length of the large vessel, metres.
pub const VESSEL_M: f64 = 200.0;
/// The spreader's lower side above the quay in the whole crane model.
const SPREADER_Z: f64 = 14.0;

/// All models, with their paths.
pub fn files() -> Vec<GeneratedFile> {
    let l = Local::model();
    let made: [(&str, Mesh); 12] = [
        ("car", car(&l, false)),
        ("van", car(&l, true)),
        ("truck", truck(&l)),
        ("bus", bus(&l)),
        ("agv", agv(&l)),
        ("container", drawn(|m| container(m, &l, (0.0, 0.0, 0.0), hex(BOXES[0]), true))),
        ("vessel", drawn(|m| parts::container_ship(m, &l, VESSEL_M, 5, 3))),
        ("tug", tug(&l)),
        ("person", person(&l)),
        ("crane_gantry", drawn(|m| parts::crane_gantry(m, &l, hex(0x3f6f86)))),
        ("crane_trolley", trolley(&l)),
        ("crane_spreader", drawn(|m| parts::crane_spreader(m, &l, 0.0, 14.0))),
    ];
    let mut files: Vec<_> = made
        .into_iter()
        .map(|(name, mesh)| file(name, &[Node { name: name.into(), parent: None, at: DVec3::ZERO, mesh }]))
        .collect();
    files.push(file("crane", &crane(&l)));
    files
}

fn file(name: &str, nodes: &[Node]) -> GeneratedFile {
    GeneratedFile { path: format!("models/{name}.glb"), bytes: glb::model(nodes) }
}

fn drawn(draw: impl FnOnce(&mut Mesh)) -> Mesh {
    let mut mesh = Mesh::default();
    draw(&mut mesh);
    mesh
}

/// The trolley with ropes; its origin lies on the quay below it.
fn trolley(l: &Local) -> Mesh {
    drawn(|m| {
        parts::crane_trolley(m, l, parts::CRANE_BOOM_Z);
        for (x, y) in [(-0.8, -2.0), (0.8, -2.0), (-0.8, 2.0), (0.8, 2.0)] {
            l.beam(m, [x, y, 19.0], [x, y, parts::CRANE_BOOM_Z], 0.09, hex(0x2e3031));
        }
    })
}

/// The whole crane with moving parts as nodes: Gantry (along x), Trolley in it (along z), Spreader in that (along y).
fn crane(l: &Local) -> Vec<Node> {
    let node = |name: &str, parent, at, mesh| Node { name: name.into(), parent, at, mesh };
    let top = parts::CRANE_BOOM_Z - SPREADER_Z;
    let hook = drawn(|m| parts::crane_spreader(m, l, 0.0, top));
    let trolley = drawn(|m| parts::crane_trolley(m, l, 0.0));
    // In the models' z up frame forward is -y.
    vec![
        node("Gantry", None, DVec3::ZERO, drawn(|m| parts::crane_gantry(m, l, hex(0x3f6f86)))),
        node("Trolley", Some(0), DVec3::new(0.0, -18.0, parts::CRANE_BOOM_Z), trolley),
        node("Spreader", Some(1), DVec3::new(0.0, 0.0, -top), hook),
    ]
}

/// A rounded outline through points on one half of a vehicle's plan, mirrored.
fn outline(l: &Local, half: &[(f64, f64)]) -> Vec<DVec2> {
    let right = half.iter().map(|&(x, y)| l.at(x, -y, 0.0).truncate());
    let left = half.iter().rev().map(|&(x, y)| l.at(x, y, 0.0).truncate());
    right.chain(left).collect()
}

/// Rings of a body from bottom to top, each an outline at a height; walls between them with smooth normals.
fn loft(mesh: &mut Mesh, l: &Local, rings: &[(f64, Vec<DVec2>)], matter: Matter, color: Rgb) {
    for pair in rings.windows(2) {
        let ((u0, low), (u1, high)) = (&pair[0], &pair[1]);
        let count = low.len();
        for k in 0..count {
            let n = (k + 1) % count;
            let p =
                [low[k].extend(l.z(*u0)), low[n].extend(l.z(*u0)), high[n].extend(l.z(*u1)), high[k].extend(l.z(*u1))];
            mesh.quad(matter, p, color);
        }
    }
    if let Some((u, top)) = rings.last() {
        mesh.flat(matter, top, l.z(*u), color);
    }
}

/// A wheel across the vehicle, outside at `y`.
fn wheel(mesh: &mut Mesh, l: &Local, x: f64, y: f64, r: f64, width: f64) {
    let sides = 14;
    let inner = y - width * y.signum();
    let rim = |k: usize, r: f64, y: f64| {
        let d = unit_vector(std::f64::consts::TAU * k as f64 / sides as f64);
        l.at(x + d.x * r, y, d.y * r)
    };
    let lift = DVec3::Z * r;
    let (tyre, disc) = (hex(0x17181a), hex(0x8d9092));
    for k in 0..sides {
        let (a, b) = (k, k + 1);
        let tread = [rim(a, r, y) + lift, rim(b, r, y) + lift, rim(b, r, inner) + lift, rim(a, r, inner) + lift];
        let tread = if y > 0.0 { tread } else { [tread[1], tread[0], tread[3], tread[2]] };
        mesh.quad(Matter::Solid, tread, tyre);
        for (r0, r1, c) in [(r * 0.62, r, tyre), (0.0, r * 0.62, disc)] {
            let q = [rim(a, r0, y) + lift, rim(a, r1, y) + lift, rim(b, r1, y) + lift, rim(b, r0, y) + lift];
            let q = if y > 0.0 { [q[3], q[2], q[1], q[0]] } else { q };
            mesh.quad(Matter::Solid, q, c);
        }
    }
}

fn lamp(mesh: &mut Mesh, l: &Local, x: f64, y: f64, z: f64, size: (f64, f64), c: Rgb) {
    let half = if x > 0.0 { size.0 * 0.5 } else { -size.0 * 0.5 };
    let (a, b) = (l.at(x, y - half, 0.0).truncate(), l.at(x, y + half, 0.0).truncate());
    mesh.wall(a, b, l.z(z), l.z(z + size.1), c, c);
}

fn car(l: &Local, van: bool) -> Mesh {
    let mut mesh = Mesh::default();
    let m = &mut mesh;
    let white = hex(0xf2f2f0);
    let (h, w) = if van { (2.65, 0.98) } else { (2.2, 0.9) };
    let plan = |f: f64, b: f64, w: f64| {
        outline(l, &[(-b, w * 0.82), (-b + 0.18, w), (f - 0.55, w), (f - 0.12, w * 0.84), (f, w * 0.55)])
    };
    let sill = hex(0x2a2b2d);
    let belt = if van { 1.15 } else { 0.86 };
    loft(m, l, &[(0.2, plan(h - 0.08, h - 0.06, w - 0.04)), (0.42, plan(h, h, w))], Matter::Solid, sill);
    let body =
        [(0.42, plan(h, h, w)), (belt - 0.2, plan(h - 0.04, h - 0.02, w)), (belt, plan(h - 0.18, h - 0.1, w - 0.07))];
    loft(m, l, &body, Matter::Solid, white);
    let (roof, front, back) = if van { (2.05, 1.75, h - 0.14) } else { (1.43, 0.95, 1.82) };
    let cabin = |f: f64, b: f64, w: f64| outline(l, &[(-b, w), (f, w)]);
    let top_front = if van { 0.75 } else { 0.25 };
    let low = cabin(front, back, w - 0.1);
    let high = cabin(front - top_front, back - if van { 0.1 } else { 0.55 }, w - 0.24);
    let glass = hex(0x16191c);
    loft(m, l, &[(belt - 0.02, low.clone()), (roof - 0.05, high.clone())], Matter::Glass, glass);
    let lid = cabin(front - top_front - 0.04, back - if van { 0.12 } else { 0.6 }, w - 0.25);
    loft(m, l, &[(roof - 0.06, high), (roof, lid)], Matter::Solid, white);
    // Pillars: thin white strips between the panes.
    for y in [-1.0, 1.0] {
        for (x0, x1) in [(front - 0.02, front - top_front - 0.04), (-0.35, -0.42)] {
            let a = [x0, y * (w - 0.09), belt];
            l.beam(m, a, [x1, y * (w - 0.24), roof - 0.03], 0.09, white);
        }
        wheel(m, l, h * 0.62, y * (w + 0.01), 0.33, 0.22);
        wheel(m, l, -h * 0.6, y * (w + 0.01), 0.33, 0.22);
        lamp(m, l, h - 0.09, y * (w - 0.28), 0.58, (0.36, 0.16), hex(0xf4f0e0));
        lamp(m, l, -h - 0.015, y * (w - 0.26), 0.62, (0.34, 0.16), hex(0x9c1f1a));
        l.boxed(m, (front - 0.3, y * (w + 0.06)), (0.16, 0.2), (belt, belt + 0.15), white);
    }
    lamp(m, l, h + 0.01, 0.0, 0.36, (0.9, 0.16), hex(0x151617));
    lamp(m, l, -h - 0.02, 0.0, 0.5, (0.52, 0.12), hex(0xd8d8d0));
    mesh
}

fn truck(l: &Local) -> Mesh {
    let mut mesh = Mesh::default();
    let m = &mut mesh;
    let cab = hex(0xf0f0ee);
    let dark = hex(0x2a2c2e);
    let plan = |f: f64, b: f64, w: f64| outline(l, &[(b, w), (f - 0.25, w), (f, w * 0.8)]);
    loft(m, l, &[(0.45, plan(7.9, 5.75, 1.2)), (1.75, plan(8.0, 5.75, 1.25))], Matter::Solid, cab);
    loft(m, l, &[(1.75, plan(7.99, 5.78, 1.24)), (2.75, plan(7.75, 5.78, 1.2))], Matter::Glass, hex(0x16191c));
    loft(m, l, &[(2.75, plan(7.76, 5.75, 1.22)), (3.35, plan(7.3, 5.75, 1.15))], Matter::Solid, cab);
    for y in [-1.21, 1.21] {
        l.boxed(m, (6.25, y), (1.0, 0.06), (1.7, 2.8), cab);
        l.boxed(m, (7.55, y * 1.12), (0.18, 0.28), (1.9, 2.6), dark);
    }
    l.boxed(m, (1.2, 0.0), (13.0, 0.9), (0.85, 1.15), dark);
    l.boxed(m, (-0.9, 0.0), (12.3, 2.44), (1.15, 1.32), dark);
    container(m, &Local { origin: l.at(-0.9, 0.0, 0.0), ..*l }, (0.0, 0.0, 1.32), hex(0x8a4a35), true);
    for y in [-1.25, 1.25] {
        for x in [6.9, 3.9, -4.2, -5.5, -6.8] {
            wheel(m, l, x, y, 0.5, 0.5);
        }
        l.boxed(m, (0.0, y * 0.93), (5.0, 0.08), (0.55, 1.05), hex(0x8b8e90));
        lamp(m, l, 8.0, y * 0.72, 0.7, (0.4, 0.22), hex(0xf4f0e0));
        lamp(m, l, -7.1, y * 0.7, 0.95, (0.4, 0.2), hex(0x9c1f1a));
    }
    l.boxed(m, (7.93, 0.0), (0.16, 2.4), (0.4, 0.68), dark);
    mesh
}

fn bus(l: &Local) -> Mesh {
    let mut mesh = Mesh::default();
    let m = &mut mesh;
    let white = hex(0xf0efe9);
    let plan = |w: f64, h: f64| outline(l, &[(-h, w * 0.9), (-h + 0.2, w), (h - 0.35, w), (h, w * 0.75)]);
    loft(m, l, &[(0.3, plan(1.22, 5.95)), (1.05, plan(1.275, 6.0))], Matter::Solid, white);
    loft(m, l, &[(1.05, plan(1.27, 5.99)), (2.45, plan(1.24, 5.93))], Matter::Glass, hex(0x15181b));
    loft(m, l, &[(2.45, plan(1.275, 5.97)), (2.95, plan(1.25, 5.9)), (3.05, plan(1.05, 5.6))], Matter::Solid, white);
    for y in [-1.265, 1.265] {
        for k in 0..8 {
            l.boxed(m, (-5.2 + k as f64 * 1.45, y), (0.1, 0.05), (1.05, 2.46), white);
        }
        for x in [3.6, -2.8] {
            wheel(m, l, x, y * 1.0, 0.48, 0.35);
        }
        lamp(m, l, 6.01, y * 0.62, 0.62, (0.4, 0.22), hex(0xf4f0e0));
        lamp(m, l, -6.01, y * 0.8, 0.8, (0.26, 0.5), hex(0x9c1f1a));
    }
    // Doors on the right-hand side.
    for x in [4.9, 0.2] {
        let rect = l.rect(x, -1.285, 1.25, 0.03).corners();
        mesh_side(m, l, rect, 0.42, 2.45, hex(0x2c3236));
    }
    l.boxed(m, (-1.5, 0.0), (3.2, 1.6), (3.05, 3.3), hex(0xd5d4ce));
    l.boxed(m, (3.0, 0.0), (1.8, 1.5), (3.05, 3.25), hex(0xd5d4ce));
    lamp(m, l, 5.9, 0.0, 2.56, (1.6, 0.28), hex(0x23211c));
    mesh
}

fn mesh_side(m: &mut Mesh, l: &Local, c: [DVec2; 4], z0: f64, z1: f64, color: Rgb) {
    m.wall(c[0], c[1], l.z(z0), l.z(z1), scale(color, 0.8), color);
}

fn agv(l: &Local) -> Mesh {
    let mut mesh = Mesh::default();
    let m = &mut mesh;
    let (white, dark) = (hex(0xeceae2), hex(0x2b2d2f));
    let plan = |h: f64, w: f64| outline(l, &[(-h, w * 0.7), (-h + 0.6, w), (h - 0.6, w), (h, w * 0.7)]);
    loft(
        m,
        l,
        &[(0.35, plan(7.3, 1.35)), (0.75, plan(7.4, 1.5)), (1.25, plan(7.4, 1.5)), (1.4, plan(7.1, 1.4))],
        Matter::Solid,
        white,
    );
    for y in [-1.42, 1.42] {
        for x in [5.2, 3.9, -3.9, -5.2] {
            wheel(m, l, x, y, 0.5, 0.45);
        }
        l.boxed(m, (0.0, y * 1.06), (6.4, 0.05), (0.55, 0.95), hex(0xd0a02c));
        l.boxed(m, (6.1, y * 0.8), (0.3, 0.3), (1.4, 2.0), hex(0xd0a02c));
        l.boxed(m, (-6.1, y * 0.8), (0.3, 0.3), (1.4, 2.0), hex(0xd0a02c));
    }
    for x in [-4.5, 0.0, 4.5] {
        l.boxed(m, (x, 0.0), (1.2, 2.5), (1.4, 1.62), dark);
    }
    for x in [7.42, -7.42] {
        lamp(m, l, x, 0.0, 0.75, (1.8, 0.2), if x > 0.0 { hex(0xf4f0e0) } else { hex(0x9c1f1a) });
        l.boxed(m, (x * 0.985, 0.9), (0.2, 0.2), (1.4, 1.75), hex(0x3a6f8a));
    }
    mesh
}

fn tug(l: &Local) -> Mesh {
    let mut mesh = Mesh::default();
    let m = &mut mesh;
    let stations = [
        Station(-15.0, 3.6, 2.6, 2.1),
        Station(-13.0, 4.8, 4.2, 2.0),
        Station(-4.0, 5.4, 5.0, 2.0),
        Station(5.0, 5.2, 4.4, 2.6),
        Station(11.0, 3.6, 2.2, 3.7),
        Station(14.0, 1.7, 0.6, 4.4),
        Station(15.2, 0.3, 0.05, 4.7),
    ];
    hull(m, l, &stations, hex(0x22384c), hex(0x7d5a48));
    parts::deckhouse(m, l, 2.5, (10.0, 6.6), 2.2, 2);
    l.boxed(m, (3.4, 0.0), (4.6, 4.8), (7.8, 8.2), hex(0xece9e0));
    let glass = l.rect(3.4, 0.0, 4.2, 4.4).corners();
    for k in 0..4 {
        let (a, b) = (glass[k], glass[(k + 1) % 4]);
        m.quad(Matter::Glass, [a.extend(8.2), b.extend(8.2), b.extend(9.7), a.extend(9.7)], hex(0x1c2328));
    }
    l.boxed(m, (3.4, 0.0), (5.0, 5.2), (9.7, 10.0), hex(0xc06a2a));
    l.beam(m, [2.6, 0.0, 10.0], [2.6, 0.0, 16.0], 0.3, hex(0xe4e0d6));
    for y in [-1.9, 1.9] {
        l.boxed(m, (-2.6, y), (1.3, 1.1), (2.2, 8.6), hex(0xc06a2a));
        l.boxed(m, (-2.6, y), (1.35, 1.15), (7.8, 8.7), hex(0x22252a));
        for k in 0..7 {
            l.boxed(m, (-11.0 + k as f64 * 3.4, y * 2.72), (1.1, 0.35), (0.9, 1.7), hex(0x1b1c1e));
        }
    }
    l.boxed(m, (-8.5, 0.0), (2.2, 2.6), (2.0, 3.5), hex(0x55595b));
    l.boxed(m, (9.2, 0.0), (2.0, 2.2), (3.2, 4.6), hex(0x55595b));
    mesh
}

fn person(l: &Local) -> Mesh {
    let mut mesh = Mesh::default();
    let m = &mut mesh;
    let (coat, cloth, skin, hair) = (hex(0xe9e6df), hex(0x30343c), hex(0xb98a6d), hex(0x33271f));
    let body = |m: &mut Mesh, at: [f64; 3], half: [f64; 3], c: Rgb, rings: (usize, usize)| {
        // `half` is forward, sideways, up; the blob's axes are the page's.
        let half = DVec3::new(half[1], half[0], half[2]);
        m.blob(l.at(at[0], at[1], at[2]), half, rings, |z| scale(c, 0.85 + 0.15 * z as f32), |_, _| 1.0);
    };
    for (y, x) in [(-0.1, 0.16), (0.1, -0.14)] {
        l.beam(m, [0.0, y, 0.88], [x * 0.35, y, 0.46], 0.17, cloth);
        l.beam(m, [x * 0.35, y, 0.48], [x, y, 0.06], 0.13, cloth);
        l.boxed(m, (x + 0.05, y), (0.27, 0.1), (0.0, 0.09), hex(0x1d1d1f));
    }
    body(m, [0.0, 0.0, 0.95], [0.14, 0.19, 0.17], cloth, (12, 6));
    body(m, [0.0, 0.0, 1.22], [0.125, 0.2, 0.33], coat, (14, 10));
    for (y, x) in [(-0.25, -0.16), (0.25, 0.16)] {
        l.beam(m, [0.0, y * 0.9, 1.42], [x * 0.4, y * 1.08, 1.14], 0.1, coat);
        l.beam(m, [x * 0.4, y * 1.08, 1.15], [x, y, 0.9], 0.085, coat);
        body(m, [x, y, 0.87], [0.05, 0.04, 0.06], skin, (8, 5));
    }
    body(m, [0.01, 0.0, 1.62], [0.1, 0.085, 0.125], skin, (12, 8));
    body(m, [-0.02, 0.0, 1.66], [0.105, 0.095, 0.11], hair, (12, 8));
    l.boxed(m, (0.0, 0.0), (0.09, 0.1), (1.45, 1.55), skin);
    mesh
}
