//! Tests on small own cases (`tests/cases/sumo`), on broken ones, and on real nets and a real trace where they are.

mod broken;
mod drawn;
mod real;
mod small;

use std::path::PathBuf;

use super::SumoNet;

fn case(name: &str) -> PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/sumo").join(name)
}

fn case_bytes(name: &str) -> Vec<u8> {
    let path = case(name);
    std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn corner() -> SumoNet {
    SumoNet::from_bytes(&case_bytes("corner.net.xml")).expect("it is a net")
}
