//! The app without a window: pictures of small scenes are compared with those kept in `tests/cases/view`.
//!
//! A case is a folder with `case.json` and `expected.png`. `MIRANTE_BLESS=1` writes the pictures anew; look at them before
//! they are committed. Cases over the real data beside the checkout are skipped with a message where it is absent.

mod cases;
mod commands;
mod jitter;
mod picture;

use std::path::Path;

/// One test: every app of Bevy shares the process's task pools, and a software renderer uses all cores anyway.
#[test]
fn pictures_are_as_expected() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/view");
    let cases = cases::read_all(&folder);
    assert!(!cases.is_empty(), "no cases in {}", folder.display());
    let mut failures = Vec::new();
    for case in &cases {
        match cases::run(case) {
            cases::Outcome::Same => println!("{}: as expected", case.name),
            cases::Outcome::Skipped(why) => println!("{}: skipped: {why}", case.name),
            cases::Outcome::Different(why) => failures.push(format!("{}: {why}", case.name)),
        }
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}
