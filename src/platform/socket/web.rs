//! Sockets of the browser, driven by the app's polling: no timers and no threads of their own.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use js_sys::{Array, ArrayBuffer, Uint8Array};
use send_wrapper::SendWrapper;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{BinaryType, CloseEvent, Event, MessageEvent, WebSocket};

use super::{SocketEvent, SocketOptions, too_long};

/// Bytes that the browser may hold back for us before `send` refuses.
const MAX_BUFFERED_BYTES: u32 = 1 << 20;

/// A connection that is kept up until it is dropped. It belongs to the page's thread and panics on any other; the
/// wrapper lets it lie where the app asks for `Send`, on the one thread that a page has.
pub struct Socket(SendWrapper<PageSocket>);

impl Socket {
    /// Starts connecting to a `ws:` or `wss:` URL. Never fails at once: what is wrong comes as an event.
    pub fn open(url: &str, options: SocketOptions) -> Self {
        Self(SendWrapper::new(PageSocket::open(url, options)))
    }

    /// The next event, if there is one. Also what reconnects: call it every frame.
    pub fn try_recv(&mut self) -> Option<SocketEvent> {
        self.0.try_recv()
    }

    /// Sends a text; false if there is no connection or the network is so far behind that it was dropped.
    pub fn send(&self, text: String) -> bool {
        self.0.send(text)
    }
}

struct PageSocket {
    url: String,
    options: SocketOptions,
    inbox: Rc<RefCell<Inbox>>,
    connection: Option<Connection>,
    failures: u32,
    retry_at_secs: f64,
}

/// What the browser's callbacks leave for the next poll.
#[derive(Default)]
struct Inbox {
    events: VecDeque<SocketEvent>,
    bytes: usize,
    opened: bool,
    /// Why the connection ended, once it has.
    ended: Option<String>,
}

/// One WebSocket and its callbacks, which live as long as it.
struct Connection {
    socket: WebSocket,
    started_secs: f64,
    _on_open: Closure<dyn FnMut(Event)>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_close: Closure<dyn FnMut(CloseEvent)>,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.socket.set_onopen(None);
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        // Closing one that is closed does nothing.
        let _ = self.socket.close();
    }
}

fn now_secs() -> f64 {
    js_sys::Date::now() / 1000.0
}

impl PageSocket {
    fn open(url: &str, options: SocketOptions) -> Self {
        let mut socket = Self {
            url: url.to_string(),
            options,
            inbox: Rc::default(),
            connection: None,
            failures: 0,
            retry_at_secs: 0.0,
        };
        socket.connect();
        socket
    }

    fn try_recv(&mut self) -> Option<SocketEvent> {
        let event = self.inbox.borrow_mut().take();
        if event.is_some() {
            return event;
        }
        if let Some(event) = self.settle_end() {
            return Some(event);
        }
        if self.connection.is_none() && now_secs() >= self.retry_at_secs {
            self.connect();
            return self.inbox.borrow_mut().take();
        }
        None
    }

    fn send(&self, text: String) -> bool {
        let Some(connection) = &self.connection else { return false };
        connection.socket.ready_state() == WebSocket::OPEN
            && connection.socket.buffered_amount() < MAX_BUFFERED_BYTES
            && connection.socket.send_with_str(&text).is_ok()
    }

    /// Turns the end of a connection into its event, once all its messages were taken.
    fn settle_end(&mut self) -> Option<SocketEvent> {
        let (reason, opened) = {
            let mut inbox = self.inbox.borrow_mut();
            (inbox.ended.take()?, std::mem::take(&mut inbox.opened))
        };
        let lived_secs = self.connection.take().map_or(0.0, |connection| now_secs() - connection.started_secs);
        if opened && lived_secs >= self.options.backoff.settled_secs {
            self.failures = 0;
        }
        let retry_in_secs = self.options.backoff.pause_secs(self.failures, js_sys::Math::random());
        self.retry_at_secs = now_secs() + retry_in_secs;
        self.failures = self.failures.saturating_add(1);
        Some(if opened { SocketEvent::Closed { reason } } else { SocketEvent::Failed { reason, retry_in_secs } })
    }

    fn connect(&mut self) {
        // Callbacks of an older connection keep the older inbox.
        self.inbox = Rc::default();
        let protocols = Array::new();
        for protocol in &self.options.subprotocols {
            protocols.push(&protocol.as_str().into());
        }
        match WebSocket::new_with_str_sequence(&self.url, &protocols) {
            Ok(socket) => self.connection = Some(self.listen(socket)),
            Err(_) => self.inbox.borrow_mut().ended = Some(format!("the browser refuses the address {}", self.url)),
        }
    }

    fn listen(&self, socket: WebSocket) -> Connection {
        socket.set_binary_type(BinaryType::Arraybuffer);
        let inbox = self.inbox.clone();
        let on_open = Closure::<dyn FnMut(Event)>::new(move |_| {
            let mut inbox = inbox.borrow_mut();
            inbox.opened = true;
            inbox.events.push_back(SocketEvent::Opened);
        });
        let (inbox, options) = (self.inbox.clone(), self.options.clone());
        let closing = socket.clone();
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |message: MessageEvent| {
            let refused = inbox.borrow_mut().put(&message, &options).err();
            if let Some(reason) = refused {
                inbox.borrow_mut().ended.get_or_insert(reason);
                let _ = closing.close();
            }
        });
        let inbox = self.inbox.clone();
        let on_close = Closure::<dyn FnMut(CloseEvent)>::new(move |close: CloseEvent| {
            let reason = match close.reason() {
                reason if reason.is_empty() => format!("the connection ended with code {}", close.code()),
                reason => format!("the server closed: {reason}"),
            };
            inbox.borrow_mut().ended.get_or_insert(reason);
        });
        socket.set_onopen(Some(on_open.as_ref().unchecked_ref()));
        socket.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        socket.set_onclose(Some(on_close.as_ref().unchecked_ref()));
        Connection { socket, started_secs: now_secs(), _on_open: on_open, _on_message: on_message, _on_close: on_close }
    }
}

impl Inbox {
    fn take(&mut self) -> Option<SocketEvent> {
        let event = self.events.pop_front()?;
        self.bytes = self.bytes.saturating_sub(size(&event));
        Some(event)
    }

    /// An error is why the connection must end. A browser cannot make the server wait, so an app that is too far
    /// behind leaves, and resumes later from where it was.
    fn put(&mut self, message: &MessageEvent, options: &SocketOptions) -> Result<(), String> {
        if self.ended.is_some() {
            return Ok(());
        }
        let data = message.data();
        let event = if let Some(text) = data.as_string() {
            SocketEvent::Text(text)
        } else if let Some(buffer) = data.dyn_ref::<ArrayBuffer>() {
            SocketEvent::Binary(Uint8Array::new(buffer).to_vec())
        } else {
            return Ok(());
        };
        let bytes = size(&event);
        if bytes > options.max_message_bytes {
            return Err(too_long(bytes, options.max_message_bytes));
        }
        let full = self.events.len() >= options.queue_len || self.bytes.saturating_add(bytes) > options.queue_bytes;
        if full && !self.events.is_empty() {
            return Err("the page was too far behind in reading".into());
        }
        self.bytes = self.bytes.saturating_add(bytes);
        self.events.push_back(event);
        Ok(())
    }
}

fn size(event: &SocketEvent) -> usize {
    match event {
        SocketEvent::Text(text) => text.len(),
        SocketEvent::Binary(bytes) => bytes.len(),
        _ => 0,
    }
}
