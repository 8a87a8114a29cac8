//! SUMO networks and traces from any bytes: read, and drawn and made features of where they can be read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mirante::bake::source::sumo::{SumoOptions, read_sumo};
use mirante::format::sumo::lanes::{LaneOptions, content_of_net};
use mirante::format::sumo::{FcdReader, SumoNet};
use mirante::geo::{Geodetic, SiteFrame};

fuzz_target!(|data: &[u8]| {
    if let Ok(net) = SumoNet::from_bytes(data) {
        let site = SiteFrame::from_geodetic(Geodetic::from_degrees(9.0, 50.0, 0.0));
        let content = content_of_net(&net, &site, LaneOptions::default());
        for part in &content.parts {
            assert!(part.geometry.positions.iter().all(|p| p.is_finite()));
            assert!(part.geometry.indices.iter().all(|&i| (i as usize) < part.geometry.positions.len()));
        }
        let _ = read_sumo(&net, &SumoOptions::default(), &mut |_| {});
    }
    if let Ok(reader) = FcdReader::new(data) {
        for step in reader {
            if step.is_err() {
                break;
            }
        }
    }
});
