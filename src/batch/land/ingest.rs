//! From sources to buckets: all features once through the checks onto a spool, then, when it is known how far they reach,
//! into the bucket of each tile.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use glam::DVec2;
use serde::{Deserialize, Serialize};

use super::buckets::{self, Buckets};
use super::{Below, LandError, LandJob, Progress, Sources, at, output};
use crate::bake::frame::PlanFrame;
use crate::bake::land::check::{self, Findings};
use crate::bake::land::extent::{Body, Gather, Stray};
use crate::bake::land::{Item, Land, cells};
use crate::bake::model::{Building, Height, Placed, Shape};
use crate::bake::tiling::land::{LandTree, TileId};
use crate::format::issue::{Issue, Severity};
use crate::geo::geoid::Geoid;

/// Beyond this many levels tiles are no longer told apart by 32-bit metres.
const MAX_LEVELS: u32 = 20;
/// Ground around the outermost features: metres, and a share of how far they reach.
const MARGIN_M: f64 = 25.0;
const MARGIN_SHARE: f64 = 0.04;
/// Heights that a level ground is guessed from.
const HEIGHT_SAMPLES: usize = 1 << 16;
/// Classes of city models that are the ground.
const LYING: [&str; 6] = ["road", "rail", "water", "land use", "terrain", "plant cover"];

/// What reading found out, kept for a run that goes on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    pub fingerprint: String,
    pub lon_deg: f64,
    pub lat_deg: f64,
    pub sea_h_m: f64,
    pub low: [f64; 2],
    pub size_m: f64,
    pub leaf_level: u32,
    /// What has ground, plan frame: west, south, east, north.
    pub extent: [f64; 4],
    /// Of level ground, metres above the ellipsoid.
    pub level_h_m: f64,
    /// Tiles of detail 2 that features touch: x and y.
    pub touched: BTreeSet<(u32, u32)>,
    pub features: u64,
    pub buildings: u64,
    pub findings: Findings,
}

impl Plan {
    pub fn land(&self, job: &LandJob) -> Land {
        let tree = LandTree {
            frame: PlanFrame::new(self.lon_deg, self.lat_deg, self.sea_h_m),
            low: DVec2::from(self.low),
            size_m: self.size_m,
        };
        let [west, south, east, north] = self.extent;
        Land {
            tree,
            leaf_level: self.leaf_level,
            picture_px: job.picture_px,
            picture: job.picture,
            extent: (DVec2::new(west, south), DVec2::new(east, north)),
        }
    }
}

/// West, south, east, north in degrees.
type Bounds = [f64; 4];

/// Reads everything. `keep` says whose buckets are wanted: only those are written.
pub fn ingest(
    job: &LandJob,
    sources: &dyn Sources,
    work: &Path,
    memory_bytes: u64,
    keep: &dyn Fn(&Plan) -> BTreeSet<TileId>,
    progress: &mut dyn Progress,
) -> Result<Plan, LandError> {
    fs::create_dir_all(work).map_err(at(work))?;
    let mut findings = Findings::default();
    progress.stage("reading sources");
    let spooled = spool(job, sources, work, &mut findings, progress)?;
    let outcome = plan_of(job, sources, &spooled, findings);
    let mut plan = match outcome {
        Ok(plan) => plan,
        Err((error, findings)) => {
            let text = serde_json::to_vec_pretty(&findings.json()).unwrap_or_default();
            output::write(work, "../issues.json", &text)?;
            return Err(error);
        }
    };
    progress.stage("sorting features into tiles");
    let land = plan.land(job);
    let level = land.level_of(2);
    // Which tiles there are is known only after a walk over all, and it decides which are wanted.
    let mut touched = BTreeSet::new();
    each(&spooled, job, sources, None, &mut |item| {
        cells::distribute(&land, level, item, &mut |tile, _| {
            touched.insert((tile.x, tile.y));
        });
        Ok(())
    })?;
    plan.touched = touched;
    let wanted = keep(&plan);
    let mut out = Buckets::new(&work.join("buckets"), (memory_bytes / 4) as usize)?;
    let mut told = std::mem::take(&mut plan.findings);
    let (mut features, mut buildings) = (0, 0);
    each(&spooled, job, sources, Some(&mut told), &mut |item| {
        features += 1;
        buildings += u64::from(is_building(&item));
        if features % 1024 == 0 {
            progress.step(features, spooled.count);
        }
        let mut result = Ok(());
        cells::distribute(&land, level, item, &mut |tile, piece| {
            if result.is_ok() && wanted.contains(&tile) {
                result = out.add(tile, &piece);
            }
        });
        result
    })?;
    out.flush()?;
    plan.findings = told;
    (plan.features, plan.buildings) = (features, buildings);
    output::remove_file(&spooled.path)?;
    let bytes = postcard::to_stdvec(&plan).map_err(|_| LandError::Damaged(work.to_owned()))?;
    output::write_durably(work, "plan", &bytes)?;
    Ok(plan)
}

/// What an earlier run read, if it is of the same job.
pub fn known(job: &LandJob, work: &Path) -> Option<Plan> {
    let bytes = fs::read(work.join("plan")).ok()?;
    let plan: Plan = postcard::from_bytes(&bytes).ok()?;
    (plan.fingerprint == job.fingerprint).then_some(plan)
}

fn is_building(item: &Item) -> bool {
    matches!(item.feature.shape, Shape::Building(_)) || item.feature.class == "building"
}

/// All features that passed the checks, on disk.
struct Spool {
    path: PathBuf,
    count: u64,
    body: Option<Body>,
    /// The feet of what stands, and of what is ground itself.
    feet_h_m: Vec<f64>,
    lying_h_m: Vec<f64>,
    gather: Gather,
}

fn spool(
    job: &LandJob,
    sources: &dyn Sources,
    work: &Path,
    findings: &mut Findings,
    progress: &mut dyn Progress,
) -> Result<Spool, LandError> {
    let path = work.join("spool");
    let mut writer = BufWriter::new(File::create(&path).map_err(at(&path))?);
    let mut spool = Spool {
        path: path.clone(),
        count: 0,
        body: None,
        feet_h_m: Vec::new(),
        lying_h_m: Vec::new(),
        gather: Gather::default(),
    };
    let names = sources.names();
    let mut own = Findings::default();
    let mut sequence = 0;
    let result = sources.read(
        &mut |given| {
            let name = names.get(given.source as usize).map_or("", String::as_str);
            for feature in check::check(given.feature, name, &mut own) {
                sequence += 1;
                let item = Item {
                    source: given.source,
                    sequence,
                    piece: 0,
                    own_segments: None,
                    size_m2: size_m2(&feature.shape),
                    color: given.color,
                    feature,
                };
                spool.see(&item);
                let bytes = buckets::encoded(&item, &path)?;
                let head = bounds_of(&item.feature.shape).unwrap_or([f64::NAN; 4]);
                writer.write_all(&(bytes.len() as u32).to_le_bytes()).map_err(at(&path))?;
                for x in head {
                    writer.write_all(&x.to_le_bytes()).map_err(at(&path))?;
                }
                writer.write_all(&bytes).map_err(at(&path))?;
                spool.count += 1;
                if spool.count.is_multiple_of(1024) {
                    progress.step(spool.count, 0);
                }
            }
            Ok(())
        },
        findings,
    );
    findings.extend(own);
    result?;
    writer.flush().map_err(at(&path))?;
    if job.region.is_none() {
        spool.body = spool.gather.body();
    }
    Ok(spool)
}

impl Spool {
    fn see(&mut self, item: &Item) {
        let shape = &item.feature.shape;
        let Some(place) = check::place_of(shape) else { return };
        self.gather.add(place);
        let is_lying = LYING.contains(&item.feature.class.as_str());
        let samples = if is_lying { &mut self.lying_h_m } else { &mut self.feet_h_m };
        if samples.len() < HEIGHT_SAMPLES
            && let Some(h) = foot_h_m(shape)
        {
            samples.push(h);
        }
    }

    /// Where level ground lies, metres above the ellipsoid: below the ground that a source brings itself, so that this is
    /// what one sees; else at the feet of what stands.
    fn level_h_m(&self) -> Option<f64> {
        if self.lying_h_m.len() * 4 > self.feet_h_m.len() {
            return quantile(&self.lying_h_m, 0.01).map(|h| h - 0.5);
        }
        quantile(&self.feet_h_m, 0.5)
    }
}

/// The lowest height that a shape itself tells, metres above the ellipsoid.
fn foot_h_m(shape: &Shape) -> Option<f64> {
    match shape {
        Shape::Surfaces(surfaces) => Some(crate::bake::land::heights_of(surfaces)?.0),
        Shape::Building(Building { base: Height::Ellipsoidal(h), .. })
        | Shape::Model(Placed { base: Height::Ellipsoidal(h), .. }) => Some(*h),
        _ => None,
    }
}

fn size_m2(shape: &Shape) -> f64 {
    use crate::bake::source::polygons::area_m2;
    match shape {
        Shape::Area(area) => area.polygons.iter().map(|p| area_m2(&p.outer).abs()).sum(),
        _ => 0.0,
    }
}

fn bounds_of(shape: &Shape) -> Option<Bounds> {
    let mut bounds = [f64::MAX, f64::MAX, f64::MIN, f64::MIN];
    cells::for_each_place(shape, &mut |p| {
        let reach = match shape {
            Shape::Model(placed) => placed.reach_m / crate::bake::source::polygons::metres_per_degree(p.y),
            _ => DVec2::ZERO,
        };
        grow(&mut bounds, [p.x - reach.x, p.y - reach.y, p.x + reach.x, p.y + reach.y]);
    });
    (bounds[0] <= bounds[2]).then_some(bounds)
}

fn grow(bounds: &mut Bounds, other: Bounds) {
    if other.iter().all(|x| x.is_finite()) {
        *bounds = [bounds[0].min(other[0]), bounds[1].min(other[1]), bounds[2].max(other[2]), bounds[3].max(other[3])];
    }
}

/// Gives all features of the spool that lie in the region and among the others; tells of the strays.
fn each(
    spool: &Spool,
    job: &LandJob,
    sources: &dyn Sources,
    mut findings: Option<&mut Findings>,
    sink: &mut dyn FnMut(Item) -> Result<(), LandError>,
) -> Result<(), LandError> {
    let path = &spool.path;
    let mut reader = BufReader::new(File::open(path).map_err(at(path))?);
    let mut head = [0; 36];
    for _ in 0..spool.count {
        reader.read_exact(&mut head).map_err(at(path))?;
        let length = u32::from_le_bytes([head[0], head[1], head[2], head[3]]) as usize;
        let mut bytes = vec![0; length];
        reader.read_exact(&mut bytes).map_err(at(path))?;
        let item = buckets::decoded(&bytes, path)?;
        if let Some(region) = job.region
            && !region.touches(&item.feature.shape)
        {
            continue;
        }
        if let (Some(body), Some(place)) = (spool.body, check::place_of(&item.feature.shape))
            && let Some(stray) = body.stray(place)
        {
            if let Some(findings) = findings.as_deref_mut() {
                let name = sources.names().get(item.source as usize).map_or("", String::as_str);
                findings.tell(&stray_issue(stray, &item.feature.id, &body, place), name, Some(place));
            }
            continue;
        }
        sink(item)?;
    }
    Ok(())
}

fn stray_issue(stray: Stray, id: &str, body: &Body, place: DVec2) -> Issue {
    let near = format!("near {:.3}, {:.3}", body.middle.x, body.middle.y);
    let message = match stray {
        Stray::Swapped => {
            "lies nowhere near the others, but would with longitude and latitude exchanged; it is left out \
             (are the axes swapped?)"
        }
        Stray::Far => {
            "lies nowhere near the others; it is left out (is its reference system the right one? a region keeps it)"
        }
    };
    Issue::error(id, message)
        .expected_got(near, format!("{:.3}, {:.3}, {:.0} km away", place.x, place.y, body.distance_m(place) / 1e3))
}

/// The square of land that holds everything.
fn plan_of(
    job: &LandJob,
    sources: &dyn Sources,
    spool: &Spool,
    findings: Findings,
) -> Result<Plan, (LandError, Findings)> {
    // Areas and power lines may reach across a country, so that other things say how far the land reaches; in a region,
    // whose end they cannot pass, areas do too.
    let (mut things, mut all): (Option<Bounds>, Option<Bounds>) = (None, None);
    let result = each(spool, job, sources, None, &mut |item| {
        let Some(bounds) = bounds_of(&item.feature.shape) else { return Ok(()) };
        grow(all.get_or_insert(bounds), bounds);
        let is_long = match &item.feature.shape {
            Shape::Area(_) => job.region.is_none(),
            Shape::Way(way) => cells::is_hung(way),
            _ => false,
        };
        if !is_long {
            grow(things.get_or_insert(bounds), bounds);
        }
        Ok(())
    });
    if let Err(error) = result {
        return Err((error, findings));
    }
    let nothing = |findings: Findings| Err((LandError::Nothing(worst(&findings)), findings));
    let Some(mut bounds) = things.or(all) else { return nothing(findings) };
    if let Some(region) = job.region {
        let (low, high) = (region.min(), region.max());
        bounds = [bounds[0].max(low.x), bounds[1].max(low.y), bounds[2].min(high.x), bounds[3].min(high.y)];
        if bounds[0] >= bounds[2] || bounds[1] >= bounds[3] {
            return nothing(findings);
        }
    }
    let round = |x: f64| (x * 1e5).round() / 1e5;
    let (lon_deg, lat_deg) = (round((bounds[0] + bounds[2]) * 0.5), round((bounds[1] + bounds[3]) * 0.5));
    let sea_h_m = (Geoid::egm96().undulation_m(lon_deg.to_radians(), lat_deg.to_radians()) * 100.0).round() / 100.0;
    let frame = PlanFrame::new(lon_deg, lat_deg, sea_h_m);
    let corner = |x: f64, y: f64| frame.plan_from_geodetic(DVec2::new(x, y).extend(0.0)).truncate();
    let (a, b) = (corner(bounds[0], bounds[1]), corner(bounds[2], bounds[3]));
    let margin_m = MARGIN_M + MARGIN_SHARE * (b - a).max_element();
    let (a, b) = ((a - margin_m).floor(), (b + margin_m).ceil());
    let reach_m = a.abs().max(b.abs()).max_element();
    let mut leaf_level = crate::bake::land::FINE_LEVELS - 1;
    while job.leaf_m * f64::from(1_u32 << leaf_level) < 2.0 * reach_m {
        leaf_level += 1;
        if leaf_level > MAX_LEVELS {
            let width_km = reach_m / 500.0;
            return Err((LandError::TooWide { levels: leaf_level, width_km }, findings));
        }
    }
    let size_m = job.leaf_m * f64::from(1_u32 << leaf_level);
    let level_h_m = match job.below {
        Below::Terrain(_) => sea_h_m,
        Below::FromFeatures | Below::Nothing => spool.level_h_m().unwrap_or(sea_h_m),
    };
    Ok(Plan {
        fingerprint: job.fingerprint.clone(),
        lon_deg,
        lat_deg,
        sea_h_m,
        low: [-size_m / 2.0; 2],
        size_m,
        leaf_level,
        extent: [a.x, a.y, b.x, b.y],
        level_h_m,
        touched: BTreeSet::new(),
        features: 0,
        buildings: 0,
        findings,
    })
}

/// The first errors, for a message.
pub(super) fn worst(findings: &Findings) -> String {
    const FEW: usize = 3;
    let errors: Vec<String> = findings
        .kinds()
        .filter(|(_, severity, _, _)| *severity == Severity::Error)
        .flat_map(|(message, _, _, examples)| examples.first().map(|e| (message, e)))
        .map(|(message, e)| [e.file.as_str(), e.path.as_str(), message].into_iter().filter(|s| !s.is_empty()))
        .map(|parts| parts.map(str::to_string).collect::<Vec<_>>().join(": "))
        .take(FEW)
        .collect();
    if errors.is_empty() { String::new() } else { format!(" ({})", errors.join("; ")) }
}

/// The value that this share of the others is below.
fn quantile(values: &[f64], share: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get((sorted.len() as f64 * share) as usize).map(|h| (h * 100.0).round() / 100.0)
}
