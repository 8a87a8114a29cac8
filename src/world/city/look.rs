
use super::*;
use glam::DVec2;
#[test]
#[ignore]
fn map_terrain() {
    let t0 = std::time::Instant::now();
    let t = terrain::Terrain::new(7);
    eprintln!("terrain {:?}", t0.elapsed());
    let half = std::env::var("HALF").ok().and_then(|s| s.parse().ok()).unwrap_or(8600.0f64);
    let n = 1000u32;
    let t0 = std::time::Instant::now();
    let mut img = image::RgbImage::new(n, n);
    for y in 0..n { for x in 0..n {
        let p = DVec2::new((x as f64 + 0.5) / n as f64 * 2.0 - 1.0, 1.0 - (y as f64 + 0.5) / n as f64 * 2.0) * half;
        let h = t.height(p);
        let e = half * 2.0 / n as f64;
        let g = DVec2::new(t.height(p + DVec2::new(e, 0.0)) - h, t.height(p + DVec2::new(0.0, e)) - h) / e;
        let l = (0.75 + 0.9 * (g.x - g.y)).clamp(0.2, 1.3);
        let c = if h < 0.0 { [40.0, 80.0 + 60.0 * (1.0 + h / 40.0).max(0.0), 130.0] } else {
            let k = (h / 1200.0).min(1.0).sqrt();
            let band = if (h / 50.0).fract() < 0.06 { 0.85 } else { 1.0 };
            [(120.0 + 100.0 * k) * band, (150.0 + 20.0 * k) * band, (90.0 + 80.0 * k) * band] };
        img.put_pixel(x, y, image::Rgb(c.map(|v| (v * if h < 0.0 { 1.0 } else { l }).clamp(0.0, 255.0) as u8)));
    } }
    eprintln!("heights {:?}", t0.elapsed());
    img.save("/tmp/terrain.png").unwrap();
    for p in world::layout::PADS { eprintln!("{} {} natural {:.1}", p.name, p.ground_u, t.relief_at(p.centre)); }
    for p in world::layout::PISTE { eprint!("{:.0} ", t.height(p)); }
    eprintln!("summit {:.0}", t.height(world::layout::SUMMIT.0));
    let m = geom::Line::smooth(&world::layout::MOTORWAY, 50.0);
    let mut x = 0.0; while x < m.length() { eprint!("{:.0}:{:.0} ", x, t.height(m.at(x).0)); x += 250.0; }
    eprintln!();
}
use crate::world;
