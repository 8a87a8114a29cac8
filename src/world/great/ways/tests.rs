use super::*;

fn plan() -> (City, Ways) {
    let city = City::new(7);
    let ways = Ways::new(&city, 7);
    (city, ways)
}

#[test]
fn probe() {
    let start = cpu_time::ThreadTime::now();
    let c = City::new(7);
    println!("city {:?}", start.elapsed());
    let w = Ways::new(&c, 7);
    println!("ways {:?} fixtures {} lamps {}", start.elapsed(), w.fixtures.len(), w.lamps.len());
    let m = &c.motorway;
    let mut s = 0.0;
    while s < m.line.length() {
        let p = m.line.at(s).0;
        println!(
            "{s:.0} {:.0},{:.0} road {:.1} relief {:.1} h {:.1}",
            p.x,
            p.y,
            m.height(s),
            c.terrain.relief_at(p),
            c.terrain.height(p)
        );
        s += 80.0;
    }
    let r = &c.railway;
    println!("tunnels {:?}", r.tunnels);
    let mut s = 0.0;
    while s < r.line.length() {
        let p = r.line.at(s).0;
        println!(
            "rail {s:.0} {:.0},{:.0} rail {:.1} relief {:.1} h {:.1}",
            p.x,
            p.y,
            r.height(s),
            c.terrain.relief_at(p),
            c.terrain.height(p)
        );
        s += 100.0;
    }
    for (k, e) in c.graph.edges.iter().enumerate() {
        if !e.bridge {
            continue;
        }
        let mid = e.line.at(e.line.length() * 0.5).0;
        println!(
            "bridge {k} {} at {:.0},{:.0} deck {:.1} ground {:.1}",
            c.graph.name_of(k),
            mid.x,
            mid.y,
            c.surface.street_u(&c.graph, &c.terrain, k, e.line.length() * 0.5),
            c.terrain.height(mid)
        );
    }
    let mut kinds: std::collections::BTreeMap<String, usize> = Default::default();
    for f in &w.fixtures {
        *kinds.entry(f.feature.as_ref().map_or("none".into(), |f| f.kind.clone())).or_default() += 1;
        if f.radius_m > 140.0 {
            println!("wide {:?} {}", f.feature.as_ref().map(|f| &f.id), f.radius_m);
        }
    }
    println!("{kinds:?}");
    for p in portals_of(&w) {
        println!("{p}");
    }
}

fn portals_of(w: &Ways) -> Vec<String> {
    tunnel::portals(&w.land).iter().map(|p| format!("{:?} {:?}", p.at, p.into)).collect()
}
