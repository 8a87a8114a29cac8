//! Pitched roofs solved: slopes and gables in space.
//!
//! The skeleton of the eaves gives for each point of a slope its distance from the eaves; a profile turns distances into
//! heights (one pitch, or a break as in mansards, or an arc). Edges that are gables don't move.

use super::super::building::{Face, Roof, Volume};
use super::super::poly;
use super::super::skeleton::{Skeleton, skeleton};
use super::{VERGE_M, overhangs};
use glam::{DVec2, DVec3};

/// A planar piece of roof.
#[derive(Debug, Clone)]
pub struct Slope {
    /// Counter-clockwise seen from above.
    pub points: Vec<DVec3>,
    /// The edge that it rises from, counted over all rings.
    pub edge: usize,
    /// Which part of a broken profile, from the eaves.
    pub part: usize,
}

/// An upright end of the roof: its upper outline from the edge's end to its start.
#[derive(Debug, Clone)]
pub struct Gable {
    pub edge: usize,
    /// Distance along the wall from its start, and height.
    pub chain: Vec<(f64, f64)>,
}

#[derive(Debug, Clone)]
pub struct Eave {
    /// The wall's ends, and the eaves' ends before them.
    pub wall: (DVec2, DVec2),
    pub edge: (DVec2, DVec2),
    pub face: Face,
    pub is_gable: bool,
}

#[derive(Debug, Clone)]
pub struct Slopes {
    pub slopes: Vec<Slope>,
    pub gables: Vec<Gable>,
    /// For each edge of the rings in order.
    pub eaves: Vec<Eave>,
    pub ridges: Vec<(DVec3, DVec3)>,
    /// Height of the eaves' edge.
    pub eaves_edge_u: f64,
    pub eaves_u: f64,
    pub rise_m: f64,
    pub overhang_m: f64,
    /// Metres up for each metre in, above the eaves.
    pub pitch: f64,
}

/// Shares of the way in and of the rise where a profile bends.
type Profile = Vec<(f64, f64)>;

fn profile(roof: Roof) -> Profile {
    match roof {
        Roof::Mansard(_) => vec![(0.0, 0.0), (0.24, 0.68), (1.0, 1.0)],
        Roof::Gambrel(_) => vec![(0.0, 0.0), (0.42, 0.64), (1.0, 1.0)],
        // A quarter of a circle, by sines of 0, 18, 36, 54, 72 and 90 degrees.
        Roof::Round(_) => {
            const SINES: [f64; 6] = [0.0, 0.309_017, 0.587_785, 0.809_017, 0.951_057, 1.0];
            (0..6).map(|k| (1.0 - SINES[5 - k], SINES[k])).collect()
        }
        _ => vec![(0.0, 0.0), (1.0, 1.0)],
    }
}

/// Where the profile's bends lie, metres in and up from the wall's line.
struct Section {
    bends: Vec<(f64, f64)>,
}

impl Section {
    fn height(&self, inwards: f64) -> f64 {
        let k = self.bends.windows(2).position(|w| inwards < w[1].0).unwrap_or(self.bends.len() - 2);
        let (a, b) = (self.bends[k], self.bends[k + 1]);
        a.1 + (b.1 - a.1) * (inwards - a.0) / (b.0 - a.0).max(1e-9)
    }
}

impl Slopes {
    pub fn solve(v: &Volume, eaves_m: f64) -> Option<Self> {
        let rise = v.roof.rise_m();
        // Steep lower slopes would hang far down.
        let over = match v.roof {
            Roof::Mansard(_) | Roof::Round(_) => eaves_m * 0.4,
            _ => eaves_m,
        };
        let rings: Vec<&[DVec2]> = v.rings().map(|(ring, _)| ring).collect();
        let speeds: Vec<f64> =
            v.rings().enumerate().flat_map(|(k, (ring, faces))| speeds(v, k == 0, ring, faces)).collect();
        let mut moved = Vec::new();
        let mut first = 0;
        for (ring, faces) in v.rings() {
            let outs: Vec<f64> = (0..ring.len())
                .map(|k| match (overhangs(faces[k]) && over > 0.0, speeds[first + k] == 0.0) {
                    (false, _) => 0.0,
                    (true, true) => VERGE_M,
                    (true, false) => over,
                })
                .collect();
            moved.push(poly::offset(ring, &outs));
            first += ring.len();
        }
        if !poly::is_sound_offset(&rings, &moved) {
            return None;
        }
        let views: Vec<&[DVec2]> = moved.iter().map(Vec::as_slice).collect();
        let found = skeleton(&views, &speeds)?;
        let span = found.longest_time() - over;
        if span < 0.3 {
            return None;
        }
        let bends: Vec<(f64, f64)> = profile(v.roof).iter().map(|&(t, h)| (t * span, h * rise)).collect();
        let section = Section { bends };
        let mut out = Self::built(v, &found, &section, &moved, &speeds, over);
        if matches!(v.roof, Roof::HalfHipped(_)) {
            out.cut_gables();
        }
        Some(out)
    }

    fn built(v: &Volume, s: &Skeleton, section: &Section, moved: &[Vec<DVec2>], speeds: &[f64], over: f64) -> Self {
        let eaves_u = v.eaves_u();
        let height = |t: f64| eaves_u + section.height(t - over);
        let walls: Vec<(DVec2, DVec2, Face)> = v
            .rings()
            .flat_map(|(ring, faces)| poly::edges(ring).zip(faces).map(|((a, b), &f)| (a, b, f)).collect::<Vec<_>>())
            .collect();
        let edges: Vec<(DVec2, DVec2)> = moved.iter().flat_map(|r| poly::edges(r)).collect();
        let mut out = Self {
            slopes: Vec::new(),
            gables: Vec::new(),
            eaves: Vec::new(),
            ridges: Vec::new(),
            eaves_edge_u: height(0.0),
            eaves_u,
            rise_m: v.roof.rise_m(),
            overhang_m: over,
            pitch: section.bends[1].1 / section.bends[1].0.max(1e-6),
        };
        for (k, face) in s.faces.iter().enumerate() {
            let (a, b, kind) = walls[k];
            let is_gable = speeds[k] == 0.0;
            out.eaves.push(Eave { wall: (a, b), edge: edges[k], face: kind, is_gable });
            if is_gable {
                let along = (b - a).normalize_or_zero();
                let times: Vec<(f64, f64)> = face[1..]
                    .iter()
                    .chain(&face[..1])
                    .map(|&n| ((s.nodes[n].at - a).dot(along), s.nodes[n].time))
                    .collect();
                out.gables.push(Gable { edge: k, chain: chain(&times, section, over, (b - a).length(), &height) });
                continue;
            }
            let flat: Vec<DVec3> = face.iter().map(|&n| s.nodes[n].at.extend(s.nodes[n].time)).collect();
            let normal = (edges[k].1 - edges[k].0).normalize_or_zero().perp();
            for part in 0..section.bends.len() - 1 {
                let mut piece = flat.clone();
                if part > 0 {
                    piece = poly::clipped(&piece, edges[k].0 + normal * (section.bends[part].0 + over), normal);
                }
                if part + 2 < section.bends.len() {
                    piece = poly::clipped(&piece, edges[k].0 + normal * (section.bends[part + 1].0 + over), -normal);
                }
                let points: Vec<DVec3> = piece.iter().map(|p| p.truncate().extend(height(p.z))).collect();
                if points.len() >= 3 {
                    out.slopes.push(Slope { points, edge: k, part });
                }
            }
        }
        out.ridges = ridges(s, &height);
        out
    }

    /// Half hips: the upper two fifths of triangular gables lean inwards.
    fn cut_gables(&mut self) {
        const KEPT: f64 = 0.58;
        let gables = std::mem::take(&mut self.gables);
        for mut gable in gables {
            let eave = self.eaves[gable.edge].clone();
            let along = (eave.wall.1 - eave.wall.0).normalize_or_zero();
            let out = -along.perp();
            let top = gable.chain.iter().copied().enumerate().max_by(|a, b| a.1.1.total_cmp(&b.1.1));
            let (Some((at, (s, high))), 3) = (top, gable.chain.len()) else {
                self.gables.push(gable);
                continue;
            };
            let verge = (eave.edge.0 - eave.wall.0).dot(out);
            let apex = (eave.wall.0 + along * s + out * verge).extend(high);
            let cut_u = self.eaves_u + (high - self.eaves_u) * KEPT;
            let inwards = (high - cut_u) / self.pitch.max(0.1) + verge;
            let moved = apex - (out * inwards).extend(0.0);
            let near = |p: DVec3| (p - apex).length() < 0.02;
            // The ridge has to be long enough.
            let ridge_ok = self.ridges.iter().any(|r| (near(r.0) || near(r.1)) && (r.1 - r.0).length() > inwards + 0.3);
            if at != 1 || !ridge_ok {
                self.gables.push(gable);
                continue;
            }
            let mut cuts = Vec::new();
            for slope in &mut self.slopes {
                let Some(k) = slope.points.iter().position(|&p| near(p)) else { continue };
                let n = slope.points.len();
                let (before, after) = (slope.points[(k + n - 1) % n], slope.points[(k + 1) % n]);
                let on_verge = |p: DVec3| ((p.truncate() - eave.edge.0).dot(out)).abs() < 0.02 && p.z < high - 0.05;
                let part = |p: DVec3| p.lerp(apex, ((cut_u - p.z) / (high - p.z)).clamp(0.0, 1.0));
                if on_verge(before) {
                    cuts.push(part(before));
                    slope.points.splice(k..=k, [part(before), moved]);
                } else if on_verge(after) {
                    cuts.push(part(after));
                    slope.points.splice(k..=k, [moved, part(after)]);
                }
            }
            for ridge in &mut self.ridges {
                if near(ridge.0) {
                    ridge.0 = moved;
                } else if near(ridge.1) {
                    ridge.1 = moved;
                }
            }
            if let [p, q] = cuts[..] {
                let (p, q) = if (q - p).truncate().dot(along) > 0.0 { (p, q) } else { (q, p) };
                self.slopes.push(Slope { points: vec![p, q, moved], edge: gable.edge, part: 1 });
                let share = |end: (f64, f64)| end.0 + (s - end.0) * ((cut_u - end.1) / (high - end.1)).clamp(0.0, 1.0);
                let (right, left) = (share(gable.chain[0]), share(gable.chain[2]));
                gable.chain.splice(1..2, [(right, cut_u), (left, cut_u)]);
            }
            self.gables.push(gable);
        }
    }
}

/// The upper outline of a gable in the wall's plane: bends put in, ends brought to the wall's corners.
fn chain(
    times: &[(f64, f64)],
    section: &Section,
    over: f64,
    length: f64,
    height: &dyn Fn(f64) -> f64,
) -> Vec<(f64, f64)> {
    let mut out = Vec::new();
    for pair in times.windows(2) {
        let ((s0, t0), (s1, t1)) = (pair[0], pair[1]);
        let mut cuts: Vec<f64> = section.bends[..section.bends.len() - 1]
            .iter()
            .map(|b| (b.0 + over - t0) / (t1 - t0))
            .filter(|k| *k > 1e-6 && *k < 1.0 - 1e-6)
            .collect();
        cuts.sort_by(f64::total_cmp);
        out.push((s0, t0));
        out.extend(cuts.iter().map(|k| (s0 + (s1 - s0) * k, t0 + (t1 - t0) * k)));
    }
    out.extend(times.last());
    // What lies beyond the wall's corners hangs over.
    let inside = |&(s, t): &(f64, f64)| t > over + 1e-6 && s > 1e-3 && s < length - 1e-3;
    let mut chain = vec![(length, height(over))];
    chain.extend(out.iter().filter(|p| inside(p)).map(|&(s, t)| (s, height(t))));
    chain.push((0.0, height(over)));
    chain
}

/// Level arcs between slopes.
fn ridges(s: &Skeleton, height: &dyn Fn(f64) -> f64) -> Vec<(DVec3, DVec3)> {
    let mut seen = std::collections::BTreeSet::new();
    for face in &s.faces {
        for k in 1..face.len() {
            let (a, b) = (face[k], face[(k + 1) % face.len()]);
            let (p, q) = (s.nodes[a], s.nodes[b]);
            if p.time > 0.05 && (p.time - q.time).abs() < 0.01 && (p.at - q.at).length() > 0.6 {
                seen.insert((a.min(b), a.max(b)));
            }
        }
    }
    let place = |n: usize| s.nodes[n].at.extend(height(s.nodes[n].time));
    seen.into_iter().map(|(a, b)| (place(a), place(b))).collect()
}

/// How fast each edge of a ring moves inwards: gables and party walls stand still.
fn speeds(v: &Volume, outer: bool, ring: &[DVec2], faces: &[Face]) -> Vec<f64> {
    let n = ring.len();
    let mut speeds: Vec<f64> = faces.iter().map(|&f| if f == Face::Blank { 0.0 } else { 1.0 }).collect();
    let gabled = matches!(v.roof, Roof::Gabled(_) | Roof::HalfHipped(_) | Roof::Gambrel(_) | Roof::Round(_));
    if !gabled || !outer {
        return speeds;
    }
    let blank: Vec<bool> = faces.iter().map(|&f| f == Face::Blank).collect();
    let edge = |k: usize| ring[(k + 1) % n] - ring[k % n];
    let convex =
        |k: usize| edge((k + n - 1) % n).perp_dot(edge(k)) > 0.2 * edge((k + n - 1) % n).length() * edge(k).length();
    let mut order: Vec<usize> = (0..n).filter(|&k| convex(k) && convex((k + 1) % n) && !blank[k]).collect();
    // Shortest first; on a tie not the front, so that the ridge runs along the street.
    order.sort_by(|&a, &b| edge(a).length().total_cmp(&edge(b).length()).then((b % 2).cmp(&(a % 2))));
    // The long sides of a wing may be cut short by the body that it joins.
    let limit = |side: usize, far: usize| edge(side).length() * if convex(far) { 1.02 } else { 2.2 };
    for k in order {
        let (before, after) = ((k + n - 1) % n, (k + 1) % n);
        let free = speeds[before] > 0.0 && speeds[after] > 0.0;
        let wanted = match v.roof_towards {
            Some(ridge) => edge(k).normalize_or_zero().dot(ridge.normalize_or_zero()).abs() < 0.6,
            None => edge(k).length() <= limit(before, before).min(limit(after, (after + 1) % n)),
        };
        if free && wanted {
            speeds[k] = 0.0;
        }
    }
    speeds
}
