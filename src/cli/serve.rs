//! A small static file server on loopback with a delay, for measuring streaming as if over a network.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// A running server; it stops when this is dropped.
pub struct FileServer {
    pub addr: SocketAddr,
    stop: Arc<AtomicBool>,
}

impl FileServer {
    /// Serves the files of a folder on a free port of the loopback interface, each answer `latency` late.
    pub fn start(folder: PathBuf, latency: Duration) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let addr = listener.local_addr()?;
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::Relaxed) {
                    return;
                }
                let Ok(stream) = stream else { continue };
                let folder = folder.clone();
                std::thread::spawn(move || {
                    // A client that goes away ends its connection; there is nobody to tell.
                    let _ = converse(stream, &folder, latency);
                });
            }
        });
        Ok(Self { addr, stop })
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}/{path}", self.addr)
    }
}

impl Drop for FileServer {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // Wakes the accepting thread, so that it sees the flag.
        let _ = TcpStream::connect(self.addr);
    }
}

/// Answers requests of one connection until it ends.
fn converse(stream: TcpStream, folder: &Path, latency: Duration) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut writer = stream.try_clone()?;
    let mut reader = BufReader::new(stream);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let path = line.split_whitespace().nth(1).unwrap_or("/").trim_start_matches('/').to_string();
        loop {
            line.clear();
            if reader.read_line(&mut line)? == 0 || line.trim().is_empty() {
                break;
            }
        }
        std::thread::sleep(latency);
        let inside = !path.split('/').any(|part| part == "..");
        let file = |end: &str| std::fs::read(folder.join(format!("{path}{end}"))).ok().filter(|_| inside);
        // What is kept packed is sent as it is.
        let found = file("").map(|bytes| (bytes, "")).or_else(|| Some((file(".gz")?, "Content-Encoding: gzip\r\n")));
        match found {
            Some((bytes, encoding)) => {
                write!(
                    writer,
                    "HTTP/1.1 200 OK\r\n{encoding}Content-Length: {}\r\nConnection: keep-alive\r\n\r\n",
                    bytes.len()
                )?;
                writer.write_all(&bytes)?;
            }
            None => {
                writer.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n")?
            }
        }
    }
}
