//! OBJ and MTL from any bytes; the same bytes serve as both.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mirante::bake::source::obj;
use mirante::bake::source::stand::{SitePlace, Stand};
use mirante::format::content::UpAxis;
use mirante::geo::{Geodetic, HeadingPitchRoll};
use std::collections::BTreeMap;

fuzz_target!(|bytes: &[u8]| {
    let stand = Stand::Site(SitePlace {
        origin: Geodetic::from_degrees(9.0, 50.0, 0.0),
        orientation: HeadingPitchRoll::default(),
        scale: 1.0,
        up_axis: UpAxis::Y,
    });
    let _ = obj::pictures(bytes);
    let files = obj::libraries(bytes).into_iter().map(|name| (name, bytes.into())).collect::<BTreeMap<_, _>>();
    if let Ok(solid) = obj::read(bytes, &files, &stand) {
        for part in &solid.parts {
            assert!(part.positions_m.iter().all(|p| p.is_finite()));
            assert!(part.triangles.iter().flatten().all(|&i| (i as usize) < part.positions_m.len()));
            assert!(part.material < solid.materials.len());
        }
    }
});
