//! Tests against a server on loopback and files in a temporary folder.

use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use super::test_server::{Reply, Server};
use super::*;

const SOON: Duration = Duration::from_secs(20);
const CUBE: &[u8] = include_bytes!("../../../tests/cases/tilesets/cube.3tz");

/// Options with short times.
fn quick() -> FetchOptions {
    FetchOptions { timeout_secs: 10.0, first_pause_secs: 0.01, max_pause_secs: 1.0, ..FetchOptions::default() }
}

fn get(options: FetchOptions, location: &Location) -> (Result<Fetched, FetchError>, FetchStats) {
    let fetcher = Fetcher::new(options).unwrap();
    let result = fetcher.get_blocking(location);
    (result, fetcher.stats())
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(content).unwrap();
    packer.finish().unwrap()
}

fn file(folder: &tempfile::TempDir, name: &str, content: &[u8]) -> Location {
    let path = folder.path().join(name);
    std::fs::write(&path, content).unwrap();
    Location::File(path)
}

#[test]
fn body_comes_back_with_its_place_and_size() {
    let server = Server::start(|_| Reply::ok("tile"));
    let (result, stats) = get(quick(), &server.at("/a?v=1"));
    let fetched = result.unwrap();
    assert_eq!((&fetched.bytes[..], fetched.from, fetched.wire_bytes), (&b"tile"[..], server.at("/a?v=1"), 4));
    assert_eq!(stats, FetchStats { requests: 1, wire_bytes: 4, bytes: 4, ..FetchStats::default() });
}

#[test]
fn requests_say_who_asks() {
    let server = Server::start(|_| Reply::ok(""));
    get(quick(), &server.at("/")).0.unwrap();
    assert!(server.asked()[0].header("user-agent").unwrap().starts_with("Mirante/"));
}

#[test]
fn passing_failures_are_tried_again() {
    let server = Server::start(|asked| if asked.number < 2 { Reply::status(503) } else { Reply::ok("ok") });
    let (result, stats) = get(quick(), &server.at("/"));
    assert_eq!(&result.unwrap().bytes[..], b"ok");
    assert_eq!((stats.requests, stats.retries, stats.failures), (3, 2, 0));
}

#[test]
fn tries_are_limited() {
    let server = Server::start(|_| Reply::status(500));
    let (result, stats) = get(FetchOptions { retries: 2, ..quick() }, &server.at("/"));
    assert_eq!(result, Err(FetchError::Http { status: 500, retry_after_secs: None }));
    assert_eq!((stats.requests, stats.failures), (3, 1));
}

#[test]
fn lasting_failures_are_not_tried_again() {
    for (status, expected) in [
        (404, FetchError::NotFound),
        (403, FetchError::Denied("status 403".to_owned())),
        (400, FetchError::Http { status: 400, retry_after_secs: None }),
    ] {
        let server = Server::start(move |_| Reply::status(status));
        assert_eq!(get(quick(), &server.at("/")).0, Err(expected));
        assert_eq!(server.asked().len(), 1);
    }
}

#[test]
fn refused_connections_are_tried_again_then_told() {
    let gone = Server::start(|_| Reply::ok("")).at("/");
    std::thread::sleep(Duration::from_millis(50));
    let (result, stats) = get(FetchOptions { retries: 1, ..quick() }, &gone);
    assert!(matches!(result, Err(FetchError::Connect(_))), "{result:?}");
    assert_eq!(stats.requests, 2);
}

#[test]
fn retry_after_is_obeyed() {
    let server = Server::start(|asked| match asked.number {
        0 => Reply::status(429).header("Retry-After: 1"),
        _ => Reply::ok("ok"),
    });
    let start = Instant::now();
    assert!(get(quick(), &server.at("/")).0.is_ok());
    assert!(start.elapsed() >= Duration::from_secs(1));
}

#[test]
fn retry_after_too_long_ends_the_request() {
    let server = Server::start(|_| Reply::status(503).header("Retry-After: 3600"));
    let result = get(quick(), &server.at("/")).0;
    assert_eq!(result, Err(FetchError::Http { status: 503, retry_after_secs: Some(3600.0) }));
}

#[test]
fn pauses_double_up_to_their_limit() {
    let options = FetchOptions { first_pause_secs: 1.0, max_pause_secs: 5.0, retries: 9, ..FetchOptions::default() };
    let error = FetchError::Timeout { secs: 1.0 };
    let pauses: Vec<f64> = (0..5).map(|tried| http::pause_secs(&options, &error, tried, 0.0).unwrap()).collect();
    assert_eq!(pauses, [1.0, 2.0, 4.0, 5.0, 5.0]);
    assert_eq!(http::pause_secs(&options, &error, 0, 1.0), Some(0.5));
    assert_eq!(http::pause_secs(&options, &error, 9, 0.0), None);
}

#[test]
fn dates_serve_as_retry_after() {
    // 1994-11-06T08:49:37Z, 90 seconds after now.
    let error = http::judge_status(503, Some("Sun, 06 Nov 1994 08:49:37 GMT"), 784_111_687.0);
    assert_eq!(error, Err(FetchError::Http { status: 503, retry_after_secs: Some(90.0) }));
}

#[test]
fn truncated_bodies_are_tried_again() {
    let server = Server::start(|asked| match asked.number {
        0 => Reply { claimed_len: Some(100), ..Reply::ok("half") },
        _ => Reply::ok("whole"),
    });
    assert_eq!(&get(quick(), &server.at("/")).0.unwrap().bytes[..], b"whole");
}

#[test]
fn bodies_that_stay_truncated_are_told() {
    let server = Server::start(|_| Reply { claimed_len: Some(100), ..Reply::ok("half") });
    let result = get(FetchOptions { retries: 1, ..quick() }, &server.at("/")).0;
    assert!(matches!(result, Err(FetchError::Interrupted(_))), "{result:?}");
}

#[test]
fn silence_before_or_within_the_answer_times_out() {
    let long = Duration::from_secs(6);
    for reply in [Reply { delay: long, ..Reply::ok("late") }, Reply { pause_in_body: long, ..Reply::ok("slow") }] {
        let server = Server::start(move |_| reply.clone());
        let start = Instant::now();
        let options = FetchOptions { retries: 0, timeout_secs: 0.5, ..quick() };
        assert_eq!(get(options, &server.at("/")).0, Err(FetchError::Timeout { secs: 0.5 }));
        assert!(start.elapsed() < Duration::from_secs(5));
    }
}

#[test]
fn slow_but_steady_answers_end_at_the_total_limit() {
    let server = Server::start(|_| Reply { pause_in_body: Duration::from_secs(6), ..Reply::ok("slow") });
    let options = FetchOptions { retries: 0, timeout_secs: 5.0, total_timeout_secs: 0.3, ..quick() };
    assert_eq!(get(options, &server.at("/")).0, Err(FetchError::Timeout { secs: 0.3 }));
}

#[test]
fn oversize_is_refused_by_promise_and_by_fact() {
    let options = || FetchOptions { max_bytes: 10, ..quick() };
    let server = Server::start(|_| Reply::ok("more than ten bytes"));
    assert_eq!(get(options(), &server.at("/")).0, Err(FetchError::TooLarge { max: 10 }));
    let packed = gzip(&[0; 1000]);
    let limit = FetchOptions { max_bytes: 100, ..quick() };
    let server = Server::start(move |_| Reply::ok(packed.clone()).header("Content-Encoding: gzip"));
    assert_eq!(get(limit, &server.at("/")).0, Err(FetchError::TooLarge { max: 100 }));
}

#[test]
fn gzip_is_undone_by_header_and_by_magic() {
    let content = "tile ".repeat(100).into_bytes();
    let (once, twice) = (gzip(&content), gzip(&gzip(&content)));
    for (body, header) in [(once.clone(), "Content-Encoding: gzip"), (once, "X: y"), (twice, "Content-Encoding: GZIP")]
    {
        let wire = body.len() as u64;
        let server = Server::start(move |_| Reply::ok(body.clone()).header(header));
        let fetched = get(quick(), &server.at("/")).0.unwrap();
        assert_eq!((&fetched.bytes[..], fetched.wire_bytes), (&content[..], wire));
    }
}

#[test]
fn damaged_gzip_and_unknown_encodings_are_told() {
    let server = Server::start(|_| Reply::ok(&b"\x1f\x8b\x08 not really"[..]));
    assert!(matches!(get(quick(), &server.at("/")).0, Err(FetchError::Unpack(_))));
    let server = Server::start(|_| Reply::ok("x").header("Content-Encoding: br"));
    assert_eq!(get(quick(), &server.at("/")).0, Err(FetchError::Encoding("br".to_owned())));
}

#[test]
fn redirects_are_followed_and_told() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/old" => Reply::status(302).header("Location: /new?x=1"),
        _ => Reply::ok("here"),
    });
    assert_eq!(get(quick(), &server.at("/old")).0.unwrap().from, server.at("/new?x=1"));
}

#[test]
fn endless_and_foreign_redirects_are_refused() {
    for target in ["/again", "file:///etc/passwd", "ftp://127.0.0.1/x"] {
        let server = Server::start(move |_| Reply::status(302).header(format!("Location: {target}")));
        let result = get(quick(), &server.at("/")).0;
        assert!(result.is_err(), "{target}");
        assert!(server.asked().len() <= 11, "{target}");
    }
}

#[test]
fn cancelled_requests_are_never_answered() {
    let server = Server::start(|_| Reply { delay: Duration::from_millis(300), ..Reply::ok("late") });
    let fetcher = Fetcher::new(quick()).unwrap();
    let (sender, receiver) = channel();
    let running = fetcher.get(&server.at("/"), 0.0, move |result| sender.send(result).unwrap());
    std::thread::sleep(Duration::from_millis(100));
    assert!(running.cancel());
    // The callback was dropped, not called.
    assert_eq!(receiver.recv_timeout(SOON).unwrap_err(), RecvTimeoutError::Disconnected);
    assert_eq!((fetcher.pending(), fetcher.stats().canceled), ((0, 0), 1));
}

#[test]
fn cancelling_makes_room_for_the_next() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/slow" => Reply { delay: Duration::from_secs(5), ..Reply::ok("") },
        _ => Reply::ok("next"),
    });
    let fetcher = Fetcher::new(FetchOptions { max_in_flight: 1, timeout_secs: 30.0, ..quick() }).unwrap();
    let slow = fetcher.get(&server.at("/slow"), 0.0, |_| ());
    let (sender, receiver) = channel();
    let next = fetcher.get(&server.at("/next"), 0.0, move |result| sender.send(result).unwrap());
    drop(slow);
    assert_eq!(&receiver.recv_timeout(Duration::from_secs(3)).unwrap().unwrap().bytes[..], b"next");
    next.detach();
}

#[test]
fn urgent_requests_overtake_and_the_limit_holds() {
    let server = Server::start(|_| Reply { delay: Duration::from_millis(250), ..Reply::ok("") });
    let fetcher = Fetcher::new(FetchOptions { max_in_flight: 1, ..quick() }).unwrap();
    let (sender, receiver) = channel();
    let ask = |name: &'static str, priority: f32| {
        let sender = sender.clone();
        fetcher.get(&server.at(&format!("/{name}")), priority, move |_| sender.send(name).unwrap())
    };
    let handles = [ask("first", 0.0), ask("low", 1.0), ask("nan", f32::NAN), ask("high", 9.0), ask("raised", 0.0)];
    handles[4].set_priority(5.0);
    let order: Vec<&str> = (0..5).map(|_| receiver.recv_timeout(SOON).unwrap()).collect();
    assert_eq!(order, ["first", "high", "raised", "low", "nan"]);
    assert_eq!(server.most_at_once(), 1);
}

#[test]
fn several_requests_run_at_once() {
    let server = Server::start(|_| Reply { delay: Duration::from_millis(400), ..Reply::ok("") });
    let fetcher = Fetcher::new(FetchOptions { max_in_flight: 4, ..quick() }).unwrap();
    let (sender, receiver) = channel();
    let handles: Vec<FetchHandle> = (0..8)
        .map(|n| {
            let sender = sender.clone();
            fetcher.get(&server.at(&format!("/{n}")), 0.0, move |_| sender.send(()).unwrap())
        })
        .collect();
    (0..8).for_each(|_| receiver.recv_timeout(SOON).unwrap());
    assert_eq!((server.most_at_once(), handles.len()), (4, 8));
}

#[test]
fn queue_is_bounded() {
    let server = Server::start(|_| Reply { delay: Duration::from_millis(400), ..Reply::ok("") });
    let fetcher = Fetcher::new(FetchOptions { max_in_flight: 1, max_waiting: 1, ..quick() }).unwrap();
    let (sender, receiver) = channel();
    let _running = fetcher.get(&server.at("/1"), 0.0, |_| ());
    let _waiting = fetcher.get(&server.at("/2"), 0.0, |_| ());
    let _refused = fetcher.get(&server.at("/3"), 0.0, move |result| sender.send(result).unwrap());
    assert_eq!(receiver.recv_timeout(SOON).unwrap(), Err(FetchError::QueueFull));
}

#[test]
fn dropping_the_fetcher_ends_everything() {
    let server = Server::start(|_| Reply { delay: Duration::from_secs(5), ..Reply::ok("") });
    let fetcher = Fetcher::new(FetchOptions { max_in_flight: 1, timeout_secs: 30.0, ..quick() }).unwrap();
    let called = Arc::new(AtomicUsize::new(0));
    let count = |called: &Arc<AtomicUsize>| {
        let called = called.clone();
        move |_| {
            called.fetch_add(1, Ordering::SeqCst);
        }
    };
    let handles =
        [fetcher.get(&server.at("/"), 0.0, count(&called)), fetcher.get(&server.at("/"), 0.0, count(&called))];
    let start = Instant::now();
    drop(fetcher);
    drop(handles);
    assert!(start.elapsed() < Duration::from_secs(2));
    assert_eq!((called.load(Ordering::SeqCst), Arc::strong_count(&called)), (0, 1));
}

#[test]
fn panicking_callbacks_do_not_stop_the_queue() {
    let server = Server::start(|_| Reply::ok("x"));
    let fetcher = Fetcher::new(FetchOptions { max_in_flight: 1, ..quick() }).unwrap();
    fetcher.get(&server.at("/"), 1.0, |_| panic!("on purpose")).detach();
    assert!(fetcher.get_blocking(&server.at("/")).is_ok());
    assert!(fetcher.get_blocking(&server.at("/")).is_ok());
}

#[test]
fn files_are_read_and_unpacked() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(&get(quick(), &file(&folder, "a", b"plain")).0.unwrap().bytes[..], b"plain");
    let fetched = get(quick(), &file(&folder, "b", &gzip(b"packed"))).0.unwrap();
    assert_eq!(&fetched.bytes[..], b"packed");
}

#[test]
fn what_is_no_readable_file_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let small = FetchOptions { max_bytes: 3, ..quick() };
    assert_eq!(get(small, &file(&folder, "a", b"1234")).0, Err(FetchError::TooLarge { max: 3 }));
    assert_eq!(get(quick(), &Location::File(folder.path().join("none"))).0, Err(FetchError::NotFound));
    assert_eq!(get(quick(), &Location::File(folder.path().join("a/b"))).0, Err(FetchError::NotFound));
    let kind = FetchError::Io("it is a folder".to_owned());
    assert_eq!(get(quick(), &Location::File(folder.path().to_owned())).0, Err(kind));
}

#[cfg(unix)]
#[test]
fn devices_are_not_read() {
    let result = get(quick(), &Location::File("/dev/zero".into())).0;
    assert_eq!(result, Err(FetchError::Io("it is no regular file".to_owned())));
}

#[test]
fn data_uris_are_answered() {
    let location = Location::parse_user("data:;base64,AAEC").unwrap();
    assert_eq!(&get(quick(), &location).0.unwrap().bytes[..], [0, 1, 2]);
}

fn entry(archive: &Location, entry: &str) -> Location {
    Location::Archive { archive: Arc::new(archive.clone()), entry: entry.to_owned() }
}

#[test]
fn archives_on_disk_are_opened_once() {
    let folder = tempfile::tempdir().unwrap();
    let archive = file(&folder, "cube.3tz", CUBE);
    let fetcher = Fetcher::new(quick()).unwrap();
    assert!(fetcher.get_blocking(&entry(&archive, "tileset.json")).unwrap().bytes.starts_with(b"{\"asset\""));
    let before = fetcher.stats().requests;
    assert!(fetcher.get_blocking(&entry(&archive, "content/one.glb")).unwrap().bytes.starts_with(b"glTF"));
    assert_eq!(fetcher.stats().requests - before, 1);
    assert_eq!(fetcher.get_blocking(&entry(&archive, "none")), Err(FetchError::NotFound));
}

#[test]
fn remote_archives_are_read_by_ranges() {
    // Padded in front of its end, so that the archive is larger than what the first request brings.
    let padded = {
        let mut bytes = Vec::new();
        let mut writer = zip::ZipWriter::new(std::io::Cursor::new(&mut bytes));
        let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        for (name, len) in [("tileset.json", 10), ("big.bin", 300_000), ("small.bin", 20)] {
            writer.start_file(name, stored).unwrap();
            writer.write_all(&vec![7; len]).unwrap();
        }
        writer.finish().unwrap();
        bytes
    };
    let server = Server::start(move |asked| Reply::ranged(asked, &padded));
    let fetcher = Fetcher::new(quick()).unwrap();
    let archive = server.at("/c.3tz");
    let Location::Archive { archive, .. } = archive else { panic!("not an archive") };
    assert_eq!(fetcher.get_blocking(&entry(&archive, "tileset.json")).unwrap().bytes.len(), 10);
    assert_eq!(server.asked().len(), 2);
    let small = fetcher.get_blocking(&entry(&archive, "small.bin")).unwrap();
    assert_eq!(small.bytes.len(), 20);
    assert!(small.wire_bytes < 200, "{}", small.wire_bytes);
    assert_eq!(server.asked().len(), 3);
}

#[test]
fn remote_archives_without_ranges_are_fetched_whole() {
    let server = Server::start(|_| Reply::ok(CUBE));
    let fetcher = Fetcher::new(quick()).unwrap();
    let root = server.at("/c.3tz");
    assert!(fetcher.get_blocking(&root).unwrap().bytes.starts_with(b"{\"asset\""));
    let Location::Archive { archive, .. } = root else { panic!("not an archive") };
    assert!(fetcher.get_blocking(&entry(&archive, "content/one.glb")).unwrap().bytes.starts_with(b"glTF"));
    assert_eq!(server.asked().len(), 1);
}

#[test]
fn broken_archives_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let archive = file(&folder, "cut.3tz", &CUBE[..300]);
    let error = get(quick(), &entry(&archive, "tileset.json")).0.unwrap_err();
    assert_eq!(error, FetchError::Unpack("not a zip archive: no end record".to_owned()));
}

#[test]
fn a_file_that_does_not_exist_yet_comes_from_its_folders_maker() {
    struct Echo;
    impl super::Maker for Echo {
        fn make(&self, path: &str) -> Option<Result<Vec<u8>, String>> {
            path.strip_suffix(".made").map(|name| match name {
                "sub/broken" => Err("out of clay".to_owned()),
                name => Ok(name.as_bytes().to_vec()),
            })
        }
    }
    let folder = tempfile::tempdir().unwrap();
    super::register_maker(folder.path().to_owned(), std::sync::Arc::new(Echo));
    let ask = |name: &str| get(quick(), &Location::File(folder.path().join(name))).0;
    assert_eq!(&*ask("sub/pot.made").unwrap().bytes, b"sub/pot");
    assert_eq!(ask("sub/broken.made"), Err(FetchError::Io("out of clay".into())));
    assert_eq!(ask("other"), Err(FetchError::NotFound));
    super::unregister_maker(folder.path());
    assert_eq!(ask("sub/pot.made"), Err(FetchError::NotFound));
}

#[test]
fn a_file_may_lie_there_compressed() {
    use std::io::Write;
    let folder = tempfile::tempdir().unwrap();
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(b"a tile").unwrap();
    std::fs::write(folder.path().join("a.glb.gz"), encoder.finish().unwrap()).unwrap();
    std::fs::write(folder.path().join("b.glb.gz"), b"no gzip").unwrap();
    let ask = |name: &str| get(quick(), &Location::File(folder.path().join(name))).0;
    assert_eq!(&*ask("a.glb").unwrap().bytes, b"a tile");
    assert!(matches!(ask("b.glb"), Err(FetchError::Io(_))));
    assert_eq!(ask("c.glb"), Err(FetchError::NotFound));
}
