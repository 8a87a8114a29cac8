//! A scene file of any bytes reads to a value or an error; what was read reads back without an issue.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mirante::format::scene::{SceneError, check, read};
use mirante::twin::bind::{Rules, fixed_updates};

fuzz_target!(|bytes: &[u8]| match read(bytes) {
    Err(SceneError::Unusable { reason }) => panic!("the schema and the types differ: {reason}"),
    Err(_) => {}
    Ok((scene, _)) => {
        check(&scene);
        scene.references();
        Rules::compile(&scene);
        fixed_updates(&scene);
        let written = serde_json::to_vec(&scene).expect("a scene has string keys and finite numbers only");
        let (_, issues) = read(&written).expect("a written scene is one");
        assert!(issues.is_empty(), "{:?}", issues.into_vec());
    }
});
