//! SUMO floating-car data as updates: vehicles, people and containers with `pose`, `speed` (m/s), `kind` (SUMO's vehicle
//! type) and `lane`, and a class by their type.
//!
//! SUMO's position of a vehicle is its front bumper; a pose is the middle of the body. Traces do not tell lengths, so the
//! usual length of the class is taken.

use std::collections::{HashMap, HashSet, VecDeque};
use std::io::BufRead;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use glam::{DVec2, DVec3};

use super::{Step, read_limited};
use crate::feed::codec::limits;
use crate::format::sumo::{Coordinates, FcdReader, FcdStep, FcdVehicle, NetPlacement, SumoNet};
use crate::geo::{Geodetic, SiteFrame, enu_basis, wgs84};
use crate::hub::{HubError, PlayOptions};
use crate::twin::{EntityUpdate, Order, PoseValue, Property, Turn, Update, Value};

/// Largest network that is read.
const MAX_NET_BYTES: u64 = 1 << 30;
/// Steps without anyone at the start of a trace.
const MAX_EMPTY_STEPS: usize = 100_000;
const RADIANS: f64 = std::f64::consts::PI / 180.0;

/// A trace of SUMO.
pub struct FcdTrace<R: BufRead> {
    reader: FcdReader<R>,
    file: PathBuf,
    frame: Frame,
    peeked: VecDeque<FcdStep>,
    present: HashSet<Arc<str>>,
    names: Names,
    texts: HashMap<String, Arc<str>>,
    failed: bool,
}

/// What the trace's positions are.
enum Frame {
    LonLat,
    Net(Box<SumoNet>),
}

struct Names {
    pose: Arc<str>,
    speed: Arc<str>,
    kind: Arc<str>,
    lane: Arc<str>,
}

impl<R: BufRead> FcdTrace<R> {
    /// Reads up to the first step with anyone in it, and the network if the positions need one.
    ///
    /// # Errors
    /// The trace or its network can't be read, or there is no network where one is needed.
    pub fn open(source: R, options: &PlayOptions) -> Result<Self, HubError> {
        let file = options.file.clone();
        let failed = |error: crate::format::sumo::SumoError| HubError::Trace {
            file: options.file.clone(),
            reason: error.to_string(),
        };
        let mut reader = FcdReader::new(source).map_err(failed)?;
        let mut peeked = VecDeque::new();
        while reader.coordinates().is_none() || peeked.is_empty() {
            match reader.next() {
                Some(step) => peeked.push_back(step.map_err(failed)?),
                None => break,
            }
            if peeked.len() > MAX_EMPTY_STEPS {
                let reason = format!("nobody is in its first {MAX_EMPTY_STEPS} steps");
                return Err(HubError::Trace { file, reason });
            }
        }
        let frame = match reader.coordinates() {
            Some(Coordinates::LonLat) => Frame::LonLat,
            Some(Coordinates::Net) => Frame::Net(Box::new(read_net(options)?)),
            None => return Err(HubError::Trace { file, reason: "nobody is in it".into() }),
        };
        let names = Names { pose: "pose".into(), speed: "speed".into(), kind: "kind".into(), lane: "lane".into() };
        let (present, texts) = (HashSet::new(), HashMap::new());
        Ok(Self { reader, file, frame, peeked, present, names, texts, failed: false })
    }

    fn step_of(&mut self, step: FcdStep) -> Step {
        let order = Order::at(step.time_secs);
        let mut updates = Vec::with_capacity(step.vehicles.len());
        let mut here = HashSet::with_capacity(step.vehicles.len());
        for vehicle in &step.vehicles {
            if vehicle.id.len() > limits::ID_BYTES {
                continue;
            }
            let id = self.present.get(vehicle.id.as_str()).cloned().unwrap_or_else(|| vehicle.id.as_str().into());
            let new = !self.present.contains(&id);
            if let Some(update) = self.update_of(vehicle, id.clone(), order, new) {
                updates.push(Update::Entity(update));
                here.insert(id);
            }
        }
        let mut left: Vec<Arc<str>> = self.present.difference(&here).cloned().collect();
        left.sort_unstable();
        updates.extend(left.into_iter().map(|id| Update::Gone { id, order }));
        self.present = here;
        Step { t_secs: step.time_secs, updates }
    }

    /// None if the vehicle is nowhere on Earth.
    fn update_of(&mut self, vehicle: &FcdVehicle, id: Arc<str>, order: Order, new: bool) -> Option<EntityUpdate> {
        let class = class_of(&vehicle.kind, vehicle.person);
        let pose = self.frame.pose(vehicle, class.length_m / 2.0)?;
        let mut set: Vec<(Arc<str>, Property)> = vec![
            (self.names.pose.clone(), Value::Pose(pose).into()),
            (self.names.speed.clone(), Value::Number(rounded(vehicle.speed_mps, 100.0)).into()),
        ];
        if !vehicle.lane.is_empty() {
            set.push((self.names.lane.clone(), Value::Text(self.shared(&vehicle.lane)).into()));
        }
        if new {
            set.push((self.names.kind.clone(), Value::Text(self.shared(&vehicle.kind)).into()));
        }
        let class = new.then(|| self.shared(class.name));
        Some(EntityUpdate { id, order, class, model: None, set })
    }

    /// One text for all that are equal: lanes and types are few.
    fn shared(&mut self, text: &str) -> Arc<str> {
        const MAX_TEXTS: usize = 1 << 20;
        match self.texts.get(text) {
            Some(text) => text.clone(),
            None => {
                let shared: Arc<str> = text.into();
                if self.texts.len() < MAX_TEXTS {
                    self.texts.insert(text.to_string(), shared.clone());
                }
                shared
            }
        }
    }
}

impl<R: BufRead> Iterator for FcdTrace<R> {
    type Item = Result<Step, HubError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let step = match self.peeked.pop_front() {
            Some(step) => step,
            None => match self.reader.next() {
                None => {
                    for issue in self.reader.issues().iter().take(10) {
                        tracing::warn!("{}: {issue}", self.file.display());
                    }
                    return None;
                }
                Some(Ok(step)) => step,
                Some(Err(error)) => {
                    self.failed = true;
                    return Some(Err(HubError::Trace { file: self.file.clone(), reason: error.to_string() }));
                }
            },
        };
        Some(Ok(self.step_of(step)))
    }
}

impl Frame {
    /// The pose of the middle of a body whose front is `ahead_m` before it.
    fn pose(&self, vehicle: &FcdVehicle, ahead_m: f64) -> Option<PoseValue> {
        let turn = |heading_deg: f64| {
            Some(Turn {
                heading_deg: rounded(heading_deg.rem_euclid(360.0), 100.0),
                pitch_deg: rounded(vehicle.slope_deg, 100.0),
                roll_deg: 0.0,
            })
        };
        let back = |heading_rad: f64| -ahead_m * DVec2::new(heading_rad.sin(), heading_rad.cos());
        match self {
            Self::LonLat => {
                let front = Geodetic::from_degrees(vehicle.x, vehicle.y, vehicle.z.unwrap_or(0.0));
                let east_north_m = back(vehicle.angle_deg * RADIANS);
                let middle_ecef = wgs84::ecef_from_geodetic(front) + enu_basis(front) * east_north_m.extend(0.0);
                let middle = wgs84::geodetic_from_ecef(middle_ecef);
                geo_pose(middle, vehicle.z, turn(vehicle.angle_deg))
            }
            Self::Net(net) => {
                let front = DVec2::new(vehicle.x, vehicle.y);
                let middle = front + back(vehicle.angle_deg * RADIANS);
                match net.geodetic_of(middle.x, middle.y) {
                    Some(geodetic) => {
                        let geodetic = geodetic.ok()?;
                        // Angles count from the net's north.
                        let placement = NetPlacement::new(net, SiteFrame::from_geodetic(geodetic), 0.0);
                        let convergence_deg = placement.grid_convergence_rad(middle).ok()?.to_degrees();
                        geo_pose(geodetic, vehicle.z, turn(vehicle.angle_deg + convergence_deg))
                    }
                    None => {
                        let pos = (middle - net.location.net_offset).extend(vehicle.z.unwrap_or(0.0));
                        let DVec3 { x, y, z } = pos;
                        let all_finite = pos.is_finite();
                        all_finite.then(|| PoseValue::Site {
                            e_m: rounded(x, 1000.0),
                            n_m: rounded(y, 1000.0),
                            u_m: rounded(z, 1000.0),
                            turn: turn(vehicle.angle_deg),
                        })
                    }
                }
            }
        }
    }
}

fn geo_pose(geodetic: Geodetic, height_m: Option<f64>, turn: Option<Turn>) -> Option<PoseValue> {
    geodetic.is_finite().then(|| PoseValue::Geo {
        // A hundred-millionth of a degree is a millimetre.
        lon_deg: rounded(geodetic.lon_deg(), 1e8),
        lat_deg: rounded(geodetic.lat_deg(), 1e8),
        height_m: height_m.map(|height_m| rounded(height_m, 1000.0)),
        turn,
    })
}

fn rounded(number: f64, per_unit: f64) -> f64 {
    (number * per_unit).round() / per_unit
}

/// A class of agents, and how long its bodies usually are.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Class {
    name: &'static str,
    length_m: f64,
}

/// By what the type's name contains; cars are what is left. Lengths: SUMO's defaults for its vehicle classes. The position
/// of a person is the middle already.
fn class_of(kind: &str, person: bool) -> Class {
    const CLASSES: [(&str, f64, &[&str]); 8] = [
        ("pedestrian", 0.0, &["pedestrian", "person", "walker"]),
        ("bus", 12.0, &["bus", "coach"]),
        ("truck", 7.1, &["truck", "trailer", "lorry", "delivery", "hgv", "lkw"]),
        ("tram", 22.0, &["tram", "lightrail"]),
        ("train", 135.0, &["rail", "train", "subway", "metro"]),
        ("bicycle", 1.6, &["bicycle", "bike", "cyclist"]),
        ("motorcycle", 2.2, &["motorcycle", "moped", "motorbike"]),
        ("ship", 17.0, &["ship", "vessel", "ferry", "barge"]),
    ];
    if person {
        return Class { name: "pedestrian", length_m: 0.0 };
    }
    let kind = kind.to_lowercase();
    // "motorbike" is no bike: the longest name that fits decides.
    let fits = CLASSES.iter().flat_map(|(name, length_m, words)| words.iter().map(move |word| (name, length_m, word)));
    let best = fits.filter(|(_, _, word)| kind.contains(**word)).max_by_key(|(_, _, word)| word.len());
    best.map_or(Class { name: "car", length_m: 5.0 }, |(name, length_m, _)| Class { name, length_m: *length_m })
}

fn read_net(options: &PlayOptions) -> Result<SumoNet, HubError> {
    let Some(file) = options.net.clone().or_else(|| net_beside(&options.file)) else {
        return Err(HubError::NoNet { file: options.file.clone() });
    };
    let bytes = read_limited(&file, MAX_NET_BYTES)?;
    let net = SumoNet::from_bytes(&bytes)
        .map_err(|error| HubError::Trace { file: file.clone(), reason: error.to_string() })?;
    for issue in net.issues.iter().take(10) {
        tracing::warn!("{}: {issue}", file.display());
    }
    Ok(net)
}

/// The network of a trace, if there is exactly one in its folder, or one whose name begins as the trace's does.
fn net_beside(trace: &Path) -> Option<PathBuf> {
    let name = trace.file_name()?.to_string_lossy().into_owned();
    let mut nets: Vec<PathBuf> =
        std::fs::read_dir(trace.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new(".")))
            .ok()?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                name.ends_with(".net.xml") || name.ends_with(".net.xml.gz")
            })
            .collect();
    nets.sort();
    let stem = |path: &Path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.split(".net.xml").next().unwrap_or_default().to_string()
    };
    let same_start = nets.iter().filter(|net| name.starts_with(&stem(net))).max_by_key(|net| stem(net).len());
    match nets.as_slice() {
        [only] => Some(only.clone()),
        _ => same_start.cloned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_come_from_the_names_of_types() {
        for (kind, class) in [
            ("passenger2a", "car"),
            ("DEFAULT_VEHTYPE", "car"),
            ("bus", "bus"),
            ("veh_Truck_heavy", "truck"),
            ("motorbike", "motorcycle"),
            ("bike_fast", "bicycle"),
            ("", "car"),
        ] {
            assert_eq!(class_of(kind, false).name, class, "{kind}");
        }
        assert_eq!(class_of("DEFAULT_PEDTYPE", true).name, "pedestrian");
    }

    fn trace(xml: &str) -> Vec<Step> {
        let options = PlayOptions::new("trace.xml");
        FcdTrace::open(xml.as_bytes(), &options).unwrap().map(Result::unwrap).collect()
    }

    const LON_LAT: &str = r#"<fcd-export>
        <timestep time="10.00"/>
        <timestep time="11.00">
            <vehicle id="a" x="11.34" y="44.49" angle="90.00" type="bus" speed="10.00" lane="e_0" slope="0.00"/>
            <person id="p" x="11.35" y="44.49" angle="0.00" speed="1.00" edge="e"/>
        </timestep>
        <timestep time="12.00">
            <vehicle id="a" x="11.3401" y="44.49" angle="90.00" type="bus" speed="10.00" lane="e_0" slope="0.00"/>
        </timestep>
    </fcd-export>"#;

    #[test]
    fn vehicles_appear_move_and_leave() {
        let steps = trace(LON_LAT);
        let times: Vec<f64> = steps.iter().map(|step| step.t_secs).collect();
        assert_eq!(times, [10.0, 11.0, 12.0]);
        let [empty, first, second] = steps.as_slice() else { panic!("three steps") };
        assert!(empty.updates.is_empty());
        let [Update::Entity(bus), Update::Entity(person)] = first.updates.as_slice() else { panic!("{first:?}") };
        assert_eq!((bus.class.as_deref(), person.class.as_deref()), (Some("bus"), Some("pedestrian")));
        let [Update::Entity(again), Update::Gone { id, .. }] = second.updates.as_slice() else { panic!("{second:?}") };
        assert_eq!((again.class.as_deref(), &**id), (None, "p"));
    }

    #[test]
    fn the_pose_is_half_a_length_behind_the_front() {
        let steps = trace(LON_LAT);
        let Some(Update::Entity(bus)) = steps[1].updates.first() else { panic!("a bus") };
        let Some((_, Property { value: Value::Pose(PoseValue::Geo { lon_deg, lat_deg, height_m, turn }), .. })) =
            bus.set.first()
        else {
            panic!("a pose")
        };
        // 6 m west of the front: a degree of longitude at 44.49 degrees north has 79,525 m (pyproj 3.7, WGS84).
        assert!((lon_deg - (11.34 - 6.0 / 79_525.0)).abs() < 1e-7, "{lon_deg}");
        assert!((lat_deg - 44.49).abs() < 1e-7);
        assert_eq!((*height_m, turn.unwrap().heading_deg), (None, 90.0));
    }

    #[test]
    fn net_coordinates_without_a_net_are_refused() {
        let xml =
            r#"<fcd-export><timestep time="0"><vehicle id="a" x="900" y="600" angle="0"/></timestep></fcd-export>"#;
        let dir = tempfile::tempdir().unwrap();
        let options = PlayOptions::new(dir.path().join("trace.xml"));
        assert!(matches!(FcdTrace::open(xml.as_bytes(), &options), Err(HubError::NoNet { .. })));
    }
}
