//! Any bytes as messages of a feed, one a line: parsing them, a session and a twin fed with them must not panic, and what
//! is written must be a message again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mirante::feed::{Session, SessionOptions, parse_client, parse_server};
use mirante::twin::Twin;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let (mut session, mut twin) = (Session::new(SessionOptions::default()), Twin::default());
    session.opened(1_000_000.0);
    for line in text.lines() {
        if let Ok((message, _)) = parse_server(line) {
            let written = message.to_json();
            parse_server(&written).expect("what was written is a message");
        }
        if let Ok((message, _)) = parse_client(line) {
            let written = message.to_json();
            parse_client(&written).expect("what was written is a message");
        }
        let _ = session.receive(line, 1_000_000.0);
        for update in session.take_updates() {
            twin.apply(update);
        }
    }
    for t_secs in [0.0, 1_000_000.0, 1_000_001.5, 1e12] {
        for (key, _) in twin.entities() {
            let _ = twin.pose_at(key, t_secs);
        }
        twin.advance(t_secs);
    }
});
