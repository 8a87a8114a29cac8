use mirante::geo::Geodetic;
use mirante::nav::Eye;
use mirante::view::{capture::Studio, space::MainEye};
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let f = |i: usize| a[i].parse::<f64>().unwrap();
    let mut s = Studio::new(bevy::math::UVec2::new(960, 540), |app| {
        let eye = Eye::from_angles(Geodetic::from_degrees(f(2), f(3), f(4)), f(5).to_radians(), f(6).to_radians(), 0.0);
        app.insert_resource(MainEye(eye));
        let mut sky = mirante::view::sky::SkySettings::default();
        sky.unix_secs += f(7) * 3600.0;
        app.insert_resource(sky);
    });
    s.frame();
    s.picture().unwrap().save(&a[1]).unwrap();
}
