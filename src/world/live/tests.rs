use super::*;
use std::sync::OnceLock;

const SECS: u32 = 120;

fn city() -> &'static City {
    static CITY: OnceLock<City> = OnceLock::new();
    CITY.get_or_init(|| City::new(7))
}

#[test]
#[ignore = "figures of the whole feed, for looking"]
fn figures() {
    let start = cpu_time::ThreadTime::now();
    let city = city();
    println!("city {:.2}", start.elapsed().as_secs_f64());
    let network = Network::new(city);
    println!(
        "network {:.2} lanes {} connections {}",
        start.elapsed().as_secs_f64(),
        network.lanes.len(),
        network.connections.len()
    );
    let period = steps_of(300);
    let mut tracks = Tracks::new(city, &network, 300.0);
    let mut trips = routes::trips(&mut tracks, city.seed, period, 1.0);
    println!("trips {:.2}: {}", start.elapsed().as_secs_f64(), trips.len());
    trips.extend(motorway::trips(&mut tracks, city.seed, period, 1.0));
    println!("with motorway {:.2}: {}, tracks {}", start.elapsed().as_secs_f64(), trips.len(), tracks.list.len());
    let driven = traffic::record(&tracks, &mut trips, period);
    let steps: usize = driven.iter().map(|d| d.poses.len()).sum();
    println!(
        "driven {:.2}: {} trips, {} vehicles at a time",
        start.elapsed().as_secs_f64(),
        driven.len(),
        steps / period
    );
    let mut by_class: BTreeMap<&str, (usize, usize, f64)> = BTreeMap::new();
    for t in &trips {
        by_class.entry(t.class).or_default().0 += 1;
    }
    for d in &driven {
        let e = by_class.get_mut(trips[d.trip].class).unwrap();
        e.1 += 1;
        e.2 += d.poses.len() as f64 * 0.5;
    }
    println!("{by_class:?}");
    let stopped: usize = driven.iter().flat_map(|d| &d.speeds).filter(|v| **v < 0.2).count();
    println!("stopped {:.2}", stopped as f64 / steps as f64);
    let roads = Roads { trips, driven };
    let courses = roads.courses(7, period);
    let frame = crate::bake::frame::PlanFrame::new(-9.15, 38.42, 53.0);
    let bytes = trace::write(&courses, &frame, 300);
    println!(
        "written {:.2}: {} courses {:.1} MB",
        start.elapsed().as_secs_f64(),
        courses.len(),
        bytes.len() as f64 / 1e6
    );
}
