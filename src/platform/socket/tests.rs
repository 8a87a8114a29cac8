use std::net::TcpListener;
use std::time::{Duration, Instant};

use tokio_tungstenite::tungstenite::{Bytes, Message, WebSocket, accept};

use super::*;

fn options() -> SocketOptions {
    let backoff = Backoff { first_secs: 0.02, max_secs: 0.1, settled_secs: 5.0 };
    SocketOptions { backoff, ..SocketOptions::default() }
}

fn next(socket: &mut Socket) -> SocketEvent {
    let start = Instant::now();
    loop {
        if let Some(event) = socket.try_recv() {
            return event;
        }
        assert!(start.elapsed() < Duration::from_secs(30), "waited in vain for an event");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// A server that does `serve` with each connection, one after the other.
fn server(mut serve: impl FnMut(u32, WebSocket<std::net::TcpStream>) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("ws://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for count in 0.. {
            let (stream, _) = listener.accept().unwrap();
            if let Ok(socket) = accept(stream) {
                serve(count, socket);
            }
        }
    });
    url
}

#[test]
fn pauses_grow_to_a_bound_and_differ_by_chance() {
    let backoff = Backoff { first_secs: 1.0, max_secs: 20.0, settled_secs: 5.0 };
    let pauses: Vec<f64> = (0..7).map(|failures| backoff.pause_secs(failures, 0.0)).collect();
    assert_eq!(pauses, [1.0, 2.0, 4.0, 8.0, 16.0, 20.0, 20.0]);
    assert_eq!((backoff.pause_secs(u32::MAX, 1.0), backoff.pause_secs(0, 0.5)), (10.0, 0.75));
}

#[test]
fn texts_go_both_ways_and_the_connection_comes_back() {
    let url = server(|count, mut socket| {
        let heard = socket.read().unwrap();
        socket.send(Message::text(format!("{count}: {}", heard.to_text().unwrap()))).unwrap();
        socket.send(Message::Binary(Bytes::from_static(b"\x01\x02"))).unwrap();
    });
    let mut socket = Socket::open(&url, options());
    for count in 0..3 {
        assert_eq!(next(&mut socket), SocketEvent::Opened);
        assert!(socket.send("Grüße".into()));
        assert_eq!(next(&mut socket), SocketEvent::Text(format!("{count}: Grüße")));
        assert_eq!(next(&mut socket), SocketEvent::Binary(vec![1, 2]));
        assert!(matches!(next(&mut socket), SocketEvent::Closed { .. }));
    }
}

#[test]
fn what_fails_says_why_and_goes_on() {
    let unused = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for (url, reason) in [
        (format!("ws://{unused}"), "refused"),
        ("http://127.0.0.1".to_string(), "URL"),
        ("not a url".to_string(), ""),
        ("ws://no-such-host.invalid".to_string(), ""),
    ] {
        let mut socket = Socket::open(&url, options());
        for _ in 0..2 {
            match next(&mut socket) {
                SocketEvent::Failed { reason: got, retry_in_secs } => {
                    assert!(!got.is_empty() && got.contains(reason) && retry_in_secs <= 0.1, "{url}: {got}");
                }
                other => panic!("{url}: {other:?}"),
            }
        }
    }
}

#[test]
fn a_server_without_tls_is_no_wss() {
    let url = server(|_, _| {}).replace("ws:", "wss:");
    let mut socket = Socket::open(&url, options());
    assert!(matches!(next(&mut socket), SocketEvent::Failed { .. }));
}

#[test]
fn a_server_that_knows_no_subprotocol_is_taken() {
    let url = server(|_, mut socket| {
        socket.send(Message::text("hello")).unwrap();
        let _ = socket.read();
    });
    let mut socket = Socket::open(&url, SocketOptions { subprotocols: vec!["some.v1".into()], ..options() });
    assert_eq!(next(&mut socket), SocketEvent::Opened);
    assert_eq!(next(&mut socket), SocketEvent::Text("hello".into()));
}

#[test]
fn a_message_over_the_limit_ends_the_connection_and_says_so() {
    let url = server(|_, mut socket| {
        use std::io::Write;
        // The head of a text frame of 200 MB; what follows need never be sent.
        let mut head = vec![0x81, 0x7f];
        head.extend(200_000_000_u64.to_be_bytes());
        socket.get_mut().write_all(&head).unwrap();
        let _ = socket.read();
    });
    let mut socket = Socket::open(&url, options());
    assert_eq!(next(&mut socket), SocketEvent::Opened);
    match next(&mut socket) {
        SocketEvent::Closed { reason } => assert!(reason.contains("200000000 bytes, at most 16777216"), "{reason}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_app_that_does_not_read_makes_the_server_wait() {
    let (told, sent) = std::sync::mpsc::channel();
    let url = server(move |_, mut socket| {
        let stream = socket.get_mut();
        stream.set_write_timeout(Some(Duration::from_secs(2))).unwrap();
        let text = "x".repeat(100_000);
        let mut count = 0_u32;
        // 200 MB, far more than all buffers hold.
        while count < 2000 && socket.send(Message::text(text.clone())).is_ok() {
            count += 1;
        }
        let _ = told.send(count);
    });
    let mut socket = Socket::open(&url, SocketOptions { queue_len: 1000, queue_bytes: 1 << 20, ..options() });
    let count = sent.recv_timeout(Duration::from_secs(60)).unwrap();
    assert!(count < 1000, "the server could send {count} messages of 100 kB");
    assert_eq!(next(&mut socket), SocketEvent::Opened);
    let mut received = 0;
    while let SocketEvent::Text(_) = next(&mut socket) {
        received += 1;
    }
    assert!(received > 10 && received <= count + 1, "{received} of {count}");
}

#[test]
fn a_server_that_falls_silent_is_left() {
    let url = server(|_, socket| {
        // Takes what comes, answers nothing, not even pings.
        std::thread::sleep(Duration::from_secs(2));
        drop(socket);
    });
    let mut socket = Socket::open(&url, SocketOptions { idle_timeout_secs: 0.3, ..options() });
    assert_eq!(next(&mut socket), SocketEvent::Opened);
    assert_eq!(next(&mut socket), SocketEvent::Closed { reason: "nothing came for 0.3 s".into() });
}

#[test]
fn a_dropped_socket_hangs_up() {
    let (told, ended) = std::sync::mpsc::channel();
    let url = server(move |_, mut socket| {
        while socket.read().is_ok() {}
        let _ = told.send(());
    });
    let mut socket = Socket::open(&url, options());
    assert_eq!(next(&mut socket), SocketEvent::Opened);
    drop(socket);
    ended.recv_timeout(Duration::from_secs(30)).unwrap();
}
