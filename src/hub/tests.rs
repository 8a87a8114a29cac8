//! The hub over real sockets on loopback.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error as WsError, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use super::serve::now_secs;
use super::*;
use crate::feed::message::ServerMessage;
use crate::feed::{SUBPROTOCOL_JSON, Session, SessionOptions, SessionState, parse_server};
use crate::platform::socket::{Backoff, Socket, SocketEvent, SocketOptions};
use crate::twin::{EntityUpdate, Event, Order, Twin, Update, Value};

/// Nothing here takes so long, unless it hangs.
const PATIENCE: Duration = Duration::from_secs(60);

fn hub() -> HubHandle {
    spawn(HubOptions { listen: "127.0.0.1:0".into(), ..HubOptions::default() }).unwrap()
}

fn hub_playing(play: PlayOptions) -> HubHandle {
    spawn(HubOptions { listen: "127.0.0.1:0".into(), play: Some(play), ..HubOptions::default() }).unwrap()
}

fn set(id: &str, x: f64) -> Update {
    let set = vec![("x".into(), Value::Number(x).into())];
    Update::Entity(EntityUpdate { id: id.into(), order: Order::at(now_secs()), class: None, model: None, set })
}

fn gone(id: &str) -> Update {
    Update::Gone { id: id.into(), order: Order::at(now_secs()) }
}

fn event(id: &str) -> Update {
    let (order, id, kind) = (Order::at(now_secs()), id.into(), "mark".into());
    Update::Event(Event { order, id, kind, severity: None, entity: None, text: None, state: None, more: Vec::new() })
}

/// A whole client: socket, session and twin, as the app has them.
struct Client {
    socket: Socket,
    session: Session,
    twin: Twin,
    ends: Vec<String>,
    texts: u64,
}

impl Client {
    fn open(url: &str) -> Self {
        let backoff = Backoff { first_secs: 0.05, max_secs: 0.2, settled_secs: 5.0 };
        let subprotocols = vec![SUBPROTOCOL_JSON.to_string()];
        let socket = Socket::open(url, SocketOptions { subprotocols, backoff, ..SocketOptions::default() });
        let session = Session::new(SessionOptions::default());
        Self { socket, session, twin: Twin::default(), ends: Vec::new(), texts: 0 }
    }

    fn poll(&mut self) {
        while self.session.can_receive() {
            match self.socket.try_recv() {
                None => break,
                Some(SocketEvent::Opened) => self.session.opened(now_secs()),
                Some(SocketEvent::Text(text)) => {
                    self.texts += 1;
                    self.session.receive(&text, now_secs()).unwrap();
                }
                Some(SocketEvent::Binary(_)) => panic!("no binary messages were asked for"),
                Some(SocketEvent::Closed { reason } | SocketEvent::Failed { reason, .. }) => {
                    self.session.closed();
                    self.ends.push(reason);
                }
            }
        }
        self.session.poll(now_secs());
        while let Some(text) = self.session.next_outgoing() {
            self.socket.send(text);
        }
        for update in self.session.take_updates() {
            self.twin.apply(update);
        }
        self.twin.advance(now_secs());
    }

    fn until(&mut self, what: &str, done: impl Fn(&Self) -> bool) {
        let start = Instant::now();
        while !done(self) {
            assert!(start.elapsed() < PATIENCE, "waited in vain for: {what}; ends: {:?}", self.ends);
            self.poll();
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    fn x(&self, id: &str) -> Option<f64> {
        self.twin.get(self.twin.find(id)?, "x")?.value.as_number()
    }

    fn ids(&self) -> Vec<String> {
        let mut ids: Vec<String> = self.twin.entities().map(|(_, entity)| entity.id().to_string()).collect();
        ids.sort();
        ids
    }
}

#[test]
fn a_client_gets_a_snapshot_then_updates_and_departures() {
    let hub = hub();
    hub.publish([set("a", 1.0), set("吊车-三", 2.0), set("left", 3.0)]);
    let mut client = Client::open(hub.url());
    client.until("the snapshot", |client| client.twin.len() == 3);
    assert_eq!((client.x("a"), client.x("吊车-三")), (Some(1.0), Some(2.0)));
    hub.publish([set("a", 5.0), gone("left")]);
    client.until("the update", |client| client.x("a") == Some(5.0) && client.twin.len() == 2);
    assert_eq!((client.session.state(), client.session.stats().bad_messages), (SessionState::Live, 0));
    assert!(client.session.clock_offset_secs().unwrap().abs() < 5.0);
}

#[test]
fn a_stopped_hub_is_left_and_its_successor_found() {
    let first = hub();
    let addr = first.addr();
    first.publish([set("a", 1.0), set("only in the first life", 1.0)]);
    let mut client = Client::open(first.url());
    client.until("the snapshot", |client| client.twin.len() == 2);
    first.stop();
    client.until("the end", |client| !client.ends.is_empty());
    assert!(client.ends[0].contains("the hub stops"), "{:?}", client.ends);
    let second = spawn(HubOptions { listen: addr.to_string(), ..HubOptions::default() }).unwrap();
    second.publish([set("a", 2.0), set("b", 3.0)]);
    client.until("the new state", |client| client.ids() == ["a", "b"] && client.x("a") == Some(2.0));
    assert_eq!(client.session.stats().connections, 2);
}

/// Carries bytes between clients and a hub, until it is told to cut all connections.
struct Wire {
    url: String,
    cut: tokio::sync::watch::Sender<u32>,
    _runtime: tokio::runtime::Runtime,
}

impl Wire {
    fn to(hub: &HubHandle) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("ws://{}", listener.local_addr().unwrap());
        let (cut, mut cuts) = tokio::sync::watch::channel(0);
        let target = hub.addr();
        cuts.mark_unchanged();
        runtime.spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                let mut cuts = cuts.clone();
                tokio::spawn(async move {
                    let mut far = TcpStream::connect(target).await.unwrap();
                    cuts.mark_unchanged();
                    tokio::select! {
                        _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
                        _ = cuts.changed() => {}
                    }
                });
            }
        });
        Self { url, cut, _runtime: runtime }
    }

    fn cut(&self) {
        self.cut.send_modify(|count| *count += 1);
    }
}

#[test]
fn after_a_cut_a_client_gets_what_it_missed_and_no_more() {
    let hub = hub();
    let wire = Wire::to(&hub);
    hub.publish((0..2000).map(|k| set(&format!("e{k}"), 0.0)));
    let mut client = Client::open(&wire.url);
    client.until("the snapshot", |client| client.twin.len() == 2000);
    hub.publish([event("e1")]);
    client.until("an event", |client| client.twin.events().len() == 1);
    let before = client.session.stats().updates;
    wire.cut();
    hub.publish([set("e7", 1.0), event("e2"), set("e7", 2.0), gone("e8"), event("e3")]);
    client.until("what was missed", |client| client.x("e7") == Some(2.0) && client.twin.len() == 1999);
    client.until("the events", |client| client.twin.events().len() == 3);
    let events: Vec<&str> = client.twin.events().map(|event| &*event.id).collect();
    assert_eq!(events, ["e1", "e2", "e3"]);
    assert!(client.session.stats().updates - before < 10, "no second snapshot");
    assert_eq!(client.session.stats().connections, 2);
}

#[test]
fn ten_thousand_entities_arrive_and_move() {
    let hub = hub();
    hub.publish((0..10_000).map(|k| set(&format!("e{k}"), 0.0)));
    let mut client = Client::open(hub.url());
    client.until("all of them", |client| client.twin.len() == 10_000);
    let start = Instant::now();
    for round in 1..=20 {
        hub.publish((0..10_000).map(|k| set(&format!("e{k}"), f64::from(round))));
    }
    client.until("the last round", |client| {
        client.twin.entities().all(|(key, _)| client.twin.get(key, "x").is_some_and(|x| x.value == Value::Number(20.0)))
    });
    let (received, secs) = (client.session.stats().updates - 10_000, start.elapsed().as_secs_f64());
    println!("200,000 updates in, {received} received after conflation, all in {secs:.2} s");
}

type Raw = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn raw(hub: &HubHandle) -> Raw {
    tokio_tungstenite::connect_async(hub.url()).await.unwrap().0
}

async fn next_text(socket: &mut Raw) -> Option<String> {
    loop {
        match tokio::time::timeout(PATIENCE, socket.next()).await.unwrap() {
            Some(Ok(Message::Text(text))) => return Some(text.to_string()),
            Some(Ok(Message::Close(_))) | Some(Err(_)) | None => return None,
            Some(Ok(_)) => {}
        }
    }
}

/// The ids of entities told from now on until something is told of `last`.
async fn ids_until(socket: &mut Raw, last: &str) -> Vec<String> {
    let mut ids = Vec::new();
    while !ids.iter().any(|id| id == last) {
        let text = next_text(socket).await.unwrap();
        let entities = match parse_server(&text).unwrap().0 {
            ServerMessage::Snapshot(snapshot) => snapshot.entities,
            ServerMessage::Update(update) => update.entities,
            _ => continue,
        };
        ids.extend(entities.iter().map(|entity| entity.id.to_string()));
    }
    ids
}

#[tokio::test]
async fn a_client_that_says_nothing_gets_everything() {
    let hub = hub();
    hub.publish([set("a", 1.0)]);
    let mut socket = raw(&hub).await;
    assert!(next_text(&mut socket).await.unwrap().starts_with(r#"{"type":"hello","feed":"hub","epoch":""#));
    assert!(next_text(&mut socket).await.unwrap().starts_with(r#"{"type":"snapshot","seq":1,"#));
}

#[tokio::test]
async fn a_subscription_is_kept() {
    let hub = hub();
    hub.publish([set("agv-1", 1.0), set("crane-1", 1.0), set("crane-2", 1.0)]);
    let mut socket = raw(&hub).await;
    socket.send(Message::text(r#"{"type":"subscribe","entities":["crane-*"],"max_hz":50}"#)).await.unwrap();
    assert_eq!(ids_until(&mut socket, "crane-2").await, ["crane-1", "crane-2"]);
    hub.publish([set("agv-1", 2.0), set("crane-1", 2.0)]);
    assert_eq!(ids_until(&mut socket, "crane-1").await, ["crane-1"]);
}

#[tokio::test]
async fn a_pace_is_kept() {
    let hub = hub();
    let mut socket = raw(&hub).await;
    socket.send(Message::text(r#"{"type":"subscribe","max_hz":5}"#)).await.unwrap();
    let start = Instant::now();
    let mut count = 0;
    for round in 0..100 {
        hub.publish([set("a", f64::from(round))]);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    hub.publish([set("end", 0.0)]);
    loop {
        let text = next_text(&mut socket).await.unwrap();
        count += 1;
        if text.contains("\"end\"") {
            break;
        }
    }
    let most = start.elapsed().as_secs_f64() * 5.0 + 3.0;
    assert!(f64::from(count) <= most, "{count} messages, at most {most}");
}

#[tokio::test]
async fn nonsense_is_answered_and_only_a_lot_of_it_ends_the_connection() {
    let hub = hub();
    hub.publish([set("a", 1.0)]);
    let mut socket = raw(&hub).await;
    for text in ["{", "[]", r#"{"type":"dance"}"#, r#"{"type":"publish","source":"me"}"#, r#"{"type":"ping","t":5}"#] {
        socket.send(Message::text(text)).await.unwrap();
    }
    let mut answers = Vec::new();
    while answers.len() < 5 {
        let text = next_text(&mut socket).await.unwrap();
        match parse_server(&text).unwrap().0 {
            ServerMessage::Error(error) => answers.push(error.code.to_string()),
            ServerMessage::Pong(pong) => answers.push(format!("pong {}", pong.t_secs.unwrap())),
            _ => {}
        }
    }
    assert_eq!(answers, ["bad_message", "bad_message", "bad_message", "read_only", "pong 5"]);
    for _ in 0..200 {
        if socket.send(Message::text("nonsense")).await.is_err() {
            break;
        }
    }
    while next_text(&mut socket).await.is_some() {}
    // Others are served as before.
    assert_eq!(ids_until(&mut raw(&hub).await, "a").await, ["a"]);
}

#[tokio::test]
async fn a_huge_message_ends_only_its_sender() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let hub = hub();
    hub.publish([set("a", 1.0)]);
    let mut socket = raw(&hub).await;
    // The head of a masked text frame of 200 MB; what follows need never be sent.
    let MaybeTlsStream::Plain(stream) = socket.get_mut() else { panic!("loopback has no TLS") };
    let mut head = vec![0x81, 0xff];
    head.extend(200_000_000_u64.to_be_bytes());
    head.extend([1, 2, 3, 4]);
    stream.write_all(&head).await.unwrap();
    let mut said = Vec::new();
    tokio::time::timeout(PATIENCE, stream.read_to_end(&mut said)).await.unwrap().unwrap();
    // Close code 1009, message too big (RFC 6455 section 7.4.1).
    assert!(said.windows(2).any(|pair| pair == 1009_u16.to_be_bytes()));
    assert_eq!(ids_until(&mut raw(&hub).await, "a").await, ["a"]);
}

#[tokio::test]
async fn a_client_too_many_is_refused_and_a_place_that_is_left_is_free() {
    let options = HubOptions { listen: "127.0.0.1:0".into(), max_clients: 2, ..HubOptions::default() };
    let hub = spawn(options).unwrap();
    let (first, _second) = (raw(&hub).await, raw(&hub).await);
    match tokio_tungstenite::connect_async(hub.url()).await {
        Err(WsError::Http(response)) => assert_eq!(response.status(), 503),
        other => panic!("{other:?}"),
    }
    drop(first);
    let start = Instant::now();
    while tokio_tungstenite::connect_async(hub.url()).await.is_err() {
        assert!(start.elapsed() < PATIENCE);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn an_unknown_subprotocol_is_refused_and_the_known_one_chosen() {
    let hub = hub();
    let request = |offer: &str| {
        let mut request = hub.url().into_client_request().unwrap();
        request.headers_mut().insert("Sec-WebSocket-Protocol", offer.parse().unwrap());
        tokio_tungstenite::connect_async(request)
    };
    assert!(matches!(request("graphql-ws").await, Err(WsError::Http(_))));
    let (_, response) = request("mirante.feed.v1+cbor, mirante.feed.v1+json").await.unwrap();
    assert_eq!(response.headers()["Sec-WebSocket-Protocol"], SUBPROTOCOL_JSON);
}

#[tokio::test]
async fn a_client_that_does_not_read_slows_nobody_and_ends_up_with_the_newest() {
    let hub = hub();
    let mut slow = raw(&hub).await;
    slow.send(Message::text(r#"{"type":"resume","epoch":"","seq":0}"#)).await.unwrap();
    let mut quick = Client::open(hub.url());
    // About 20 MB of messages, more than the buffers of a connection hold.
    let text = Value::text(&"x".repeat(200));
    let filled = |round: u32| {
        let text = text.clone();
        (0..500).map(move |k| match set(&format!("e{k}"), f64::from(round)) {
            Update::Entity(mut update) => {
                update.set.push(("text".into(), text.clone().into()));
                Update::Entity(update)
            }
            other => other,
        })
    };
    for round in 0..200 {
        hub.publish(filled(round));
        quick.until("the round", |client| client.x("e499") == Some(f64::from(round)));
    }
    let mut messages = 0_u32;
    let mut last = BTreeMap::new();
    while last.len() < 500 || last.values().any(|x| *x != 199.0) {
        let text = next_text(&mut slow).await.expect("the slow one is not cut off");
        messages += 1;
        let entities = match parse_server(&text).unwrap().0 {
            ServerMessage::Update(update) => update.entities,
            ServerMessage::Snapshot(snapshot) => snapshot.entities,
            _ => continue,
        };
        for entity in entities {
            let x = entity.set.iter().find(|(name, _)| name == "x").unwrap().1.value.as_number().unwrap();
            last.insert(entity.id.to_string(), x);
        }
    }
    println!("200 rounds: the quick client got {} texts, the slow one {messages}", quick.texts);
    assert!(u64::from(messages) < quick.texts, "{messages} of {}", quick.texts);
}

fn write(dir: &tempfile::TempDir, name: &str, text: &str) -> PathBuf {
    let file = dir.path().join(name);
    std::fs::write(&file, text).unwrap();
    file
}

#[test]
fn a_looped_trace_of_messages_begins_anew_without_a_slide() {
    let dir = tempfile::tempdir().unwrap();
    let file = write(
        &dir,
        "agv.jsonl",
        r#"{"type":"names","from":0,"ids":["a"]}
{"type":"update","t":0.0,"entities":[{"id":"a","class":"agv","set":{"pose":{"e":0,"n":0,"u":0},"round":1}}]}

not a message
{"type":"columns","t":0.1,"ids":[0],"set":{"x":[1]}}
{"type":"update","t":0.2,"entities":[{"id":"late","set":{"x":2}}]}
"#,
    );
    let hub = hub_playing(PlayOptions { looped: true, ..PlayOptions::new(&file) });
    let mut client = Client::open(hub.url());
    client.until("the trace", |client| client.x("a") == Some(1.0) && client.x("late") == Some(2.0));
    let first = client.twin.entity(client.twin.find("a").unwrap()).unwrap().appeared_tick();
    client.until("the next round", |client| {
        client.twin.find("a").is_some_and(|key| client.twin.entity(key).unwrap().appeared_tick() > first)
    });
    client.until("the one that comes late to leave", |client| client.twin.find("late").is_none());
    client.until("and to come again", |client| client.x("late") == Some(2.0));
}

#[test]
fn a_trace_that_is_still_being_made_is_played_once_it_is_there() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("trace.jsonl");
    let hub = hub_playing(PlayOptions { wait_secs: 60.0, ..PlayOptions::new(&file) });
    let mut client = Client::open(hub.url());
    let text = r#"{"type":"update","t":0.0,"entities":[{"id":"a","set":{"x":1}}]}"#;
    let draft = write(&dir, "draft", text);
    std::fs::rename(draft, &file).unwrap();
    client.until("the trace", |client| client.x("a") == Some(1.0));
}

#[test]
fn what_cannot_be_played_is_told_before_the_hub_starts() {
    let dir = tempfile::tempdir().unwrap();
    for (name, text, reason) in [
        ("empty.jsonl", "", "neither SUMO"),
        ("words.txt", "hello", "neither SUMO"),
        ("useless.jsonl", "{\"type\":\"pong\"}\n", "none of its"),
        ("html.xml", "<html></html>", "fcd-export"),
        ("nobody.xml", "<fcd-export><timestep time=\"0\"/></fcd-export>", "nobody"),
        (
            "net.xml",
            "<fcd-export><timestep time=\"0\"><vehicle id=\"a\" x=\"900\" y=\"9\"/></timestep></fcd-export>",
            "--net",
        ),
    ] {
        let play = Some(PlayOptions::new(write(&dir, name, text)));
        let error = spawn(HubOptions { listen: "127.0.0.1:0".into(), play, ..HubOptions::default() }).err();
        let error = error.expect(name).to_string();
        assert!(error.contains(reason) && error.contains(name), "{error}");
    }
    let play = Some(PlayOptions { speed: 0.0, ..PlayOptions::new("x") });
    assert!(matches!(spawn(HubOptions { play, ..HubOptions::default() }), Err(HubError::Speed(_))));
    let taken = hub();
    let options = HubOptions { listen: taken.addr().to_string(), ..HubOptions::default() };
    assert!(matches!(spawn(options), Err(HubError::Listen { .. })));
}

#[test]
fn the_trace_of_bologna_plays_on_its_streets() {
    let Some(data) = crate::test_support::shared_data() else { return };
    let play = PlayOptions {
        net: Some(data.join("04_sumo/bologna/acosta/acosta_buslanes.net.xml")),
        speed: 20.0,
        ..PlayOptions::new(data.join("04_sumo/fcd/bologna_acosta_fcd_600-900s.xml.gz"))
    };
    let net = crate::format::sumo::SumoNet::from_bytes(&std::fs::read(play.net.as_ref().unwrap()).unwrap()).unwrap();
    let hub = hub_playing(play);
    let mut client = Client::open(hub.url());
    client.until("traffic", |client| client.twin.len() > 300 && client.session.stats().updates > 5000);
    let (mut checked, mut worst_m) = (0, 0.0_f64);
    for (key, entity) in client.twin.entities() {
        let lane = client.twin.get(key, "lane").unwrap().value.as_text().unwrap().to_string();
        // Buses are long, and junctions bend: their middles may leave the lane of their fronts.
        let Some((edge, lane)) = net.lane(&lane).filter(|_| entity.class() == Some("car")) else { continue };
        if edge.id.starts_with(':') {
            continue;
        }
        let Some(sample) = client.twin.pose_at(key, entity.newest_t_secs().unwrap()) else { continue };
        let here = crate::geo::wgs84::geodetic_from_ecef(sample.pos_ecef);
        let (x, y, _) = net.location.projection.as_ref().unwrap().projected_from_geodetic(here).unwrap();
        let here = glam::DVec2::new(x, y) + net.location.net_offset;
        let aside_m = lane
            .shape
            .windows(2)
            .map(|ends| {
                let (a, b) = (ends[0].truncate(), ends[1].truncate());
                let along = ((here - a).dot(b - a) / (b - a).length_squared()).clamp(0.0, 1.0);
                here.distance(a.lerp(b, along))
            })
            .fold(f64::INFINITY, f64::min);
        checked += 1;
        worst_m = worst_m.max(aside_m);
    }
    println!("{checked} cars on straight lanes, the worst {worst_m:.2} m from its lane's middle");
    // A car that changes lanes is between two (3.2 m each); one whose front has just entered a lane has its middle 2.5 m
    // before it.
    assert!(checked > 100 && worst_m < 4.0, "{checked} cars, {worst_m} m");
}
