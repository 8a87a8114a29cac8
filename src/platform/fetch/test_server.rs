//! An http server on loopback for tests: answers by a function, one thread a connection, one request a connection.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::format::uri::Location;

/// What a client asked for.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Counts from 0 over all requests.
    pub number: usize,
    pub path: String,
    /// Header lines as they came.
    pub headers: Vec<String>,
}

impl Asked {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

/// What the server sends.
#[derive(Debug, Clone, Default)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<String>,
    pub body: Vec<u8>,
    /// Sent in place of the body's true length.
    pub claimed_len: Option<usize>,
    /// Waits before the answer, and again in the middle of the body.
    pub delay: Duration,
    pub pause_in_body: Duration,
}

impl Reply {
    pub fn ok(body: impl Into<Vec<u8>>) -> Self {
        Self { status: 200, body: body.into(), ..Self::default() }
    }

    pub fn status(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    pub fn header(mut self, line: impl Into<String>) -> Self {
        self.headers.push(line.into());
        self
    }

    /// The whole or the asked part of `content`.
    pub fn ranged(asked: &Asked, content: &[u8]) -> Self {
        let Some(range) = asked.header("range").and_then(|text| text.strip_prefix("bytes=")) else {
            return Self::ok(content);
        };
        let (first, last) = range.split_once('-').unwrap();
        let (start, end) = match (first.parse::<usize>(), last.parse::<usize>()) {
            (Ok(first), Ok(last)) => (first, (last + 1).min(content.len())),
            (Err(_), Ok(count)) => (content.len().saturating_sub(count), content.len()),
            _ => panic!("range {range}"),
        };
        let line = format!("Content-Range: bytes {start}-{}/{}", end - 1, content.len());
        Self { status: 206, body: content[start..end].to_vec(), ..Self::default() }.header(line)
    }
}

pub struct Server {
    address: SocketAddr,
    stop: Arc<AtomicBool>,
    asked: Arc<Mutex<Vec<Asked>>>,
    at_once: Arc<AtomicUsize>,
}

impl Server {
    pub fn start(answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            stop: Arc::default(),
            asked: Arc::default(),
            at_once: Arc::default(),
        };
        let (stop, asked, at_once) = (server.stop.clone(), server.asked.clone(), server.at_once.clone());
        let answer = Arc::new(answer);
        std::thread::spawn(move || {
            let now = Arc::new(AtomicUsize::new(0));
            for stream in listener.incoming() {
                if stop.load(Ordering::SeqCst) {
                    return;
                }
                let (asked, at_once, answer, now) = (asked.clone(), at_once.clone(), answer.clone(), now.clone());
                std::thread::spawn(move || {
                    at_once.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    // A client that hangs up is what some tests are about.
                    let _ = serve(&stream.unwrap(), &asked, &*answer, || {
                        now.fetch_sub(1, Ordering::SeqCst);
                    });
                });
            }
        });
        server
    }

    pub fn at(&self, path: &str) -> Location {
        Location::parse_user(&format!("http://{}{path}", self.address)).unwrap()
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// The most requests that were served at the same time.
    pub fn most_at_once(&self) -> usize {
        self.at_once.load(Ordering::SeqCst)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // Wakes the listener; it may be gone already.
        let _ = TcpStream::connect(self.address);
    }
}

fn serve(
    stream: &TcpStream,
    asked: &Mutex<Vec<Asked>>,
    answer: &dyn Fn(&Asked) -> Reply,
    done: impl Fn(),
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        match line.trim_end() {
            "" => break,
            text => lines.push(text.to_owned()),
        }
    }
    let path = lines.first().and_then(|line| line.split(' ').nth(1)).unwrap_or_default().to_owned();
    let request = {
        let mut asked = asked.lock().unwrap();
        let request = Asked { number: asked.len(), path, headers: lines.split_off(1.min(lines.len())) };
        asked.push(request.clone());
        request
    };
    let reply = answer(&request);
    std::thread::sleep(reply.delay);
    done();
    let mut writer = stream;
    let mut head = format!("HTTP/1.1 {} x\r\nConnection: close\r\n", reply.status);
    head += &format!("Content-Length: {}\r\n", reply.claimed_len.unwrap_or(reply.body.len()));
    for header in &reply.headers {
        head += &format!("{header}\r\n");
    }
    writer.write_all(format!("{head}\r\n").as_bytes())?;
    let (first, second) = reply.body.split_at(reply.body.len() / 2);
    writer.write_all(first)?;
    writer.flush()?;
    if !reply.pause_in_body.is_zero() {
        std::thread::sleep(reply.pause_in_body);
    }
    writer.write_all(second)
}
