//! A server that does what the test says: it answers nothing by itself.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;

/// Long enough for the slowest machine, short enough to end a test that hangs.
pub const LONG: Duration = Duration::from_secs(20);

pub struct Server {
    pub port: u16,
    requests: mpsc::UnboundedReceiver<Request>,
}

/// A request whose answer the test gives.
pub struct Request {
    pub stream: TcpStream,
    pub head: String,
}

/// The server's end of a WebSocket.
pub struct Peer(pub WebSocketStream<TcpStream>);

impl Server {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (to, requests) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let to = to.clone();
                tokio::spawn(async move {
                    if let Some(request) = Request::read(stream).await {
                        let _ = to.send(request);
                    }
                });
            }
        });
        Self { port, requests }
    }

    pub fn api_url(&self) -> url::Url {
        format!("http://127.0.0.1:{}/api/", self.port).parse().unwrap()
    }

    pub async fn request(&mut self) -> Request {
        tokio::time::timeout(LONG, self.requests.recv()).await.expect("no request came").unwrap()
    }

    /// Whether a request waits that the test has not asked for.
    pub fn idle(&mut self) -> bool {
        self.requests.try_recv().is_err()
    }

    /// The next `apps.connections.open`.
    pub async fn open(&mut self) -> Request {
        let request = self.request().await;
        assert!(request.head.starts_with("POST /api/apps.connections.open "), "{}", request.head);
        request
    }

    /// Issues a URL and takes the upgrade.
    pub async fn connect(&mut self) -> Peer {
        self.issue().await;
        self.request().await.accept().await
    }

    /// Answers the next `apps.connections.open` with a URL of this server.
    pub async fn issue(&mut self) {
        let open = self.open().await;
        let url = format!("ws://127.0.0.1:{}/link/?ticket=t&app_id=a", self.port);
        open.json(&format!(r#"{{"ok":true,"url":"{url}"}}"#)).await;
    }

    /// A connection that said hello.
    pub async fn live(&mut self) -> Peer {
        let mut peer = self.connect().await;
        peer.text(HELLO).await;
        peer
    }
}

pub const HELLO: &str = r#"{"type":"hello","num_connections":1,"connection_info":{"app_id":"A1"},"debug_info":{"host":"applink-1","build_number":118,"approximate_connection_time":18060}}"#;

impl Request {
    async fn read(mut stream: TcpStream) -> Option<Self> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.ok()?);
        }
        Some(Self { stream, head: String::from_utf8(head).unwrap() })
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// Writes an answer and closes.
    pub async fn answer(mut self, status: &str, headers: &str, body: &str) {
        let length = body.len();
        let answer = format!(
            "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n{body}"
        );
        let _ = self.stream.write_all(answer.as_bytes()).await;
        let _ = self.stream.shutdown().await;
    }

    pub async fn json(self, body: &str) {
        self.answer("200 OK", "Content-Type: application/json\r\n", body).await;
    }

    /// Accepts the upgrade.
    pub async fn accept(mut self) -> Peer {
        let key = self.header("sec-websocket-key").expect("no upgrade").to_owned();
        let accept = derive_accept_key(key.as_bytes());
        let answer = format!(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"
        );
        self.stream.write_all(answer.as_bytes()).await.unwrap();
        Peer(WebSocketStream::from_raw_socket(self.stream, Role::Server, None).await)
    }
}

impl Peer {
    pub async fn text(&mut self, text: &str) {
        self.0.send(Message::text(text)).await.unwrap();
    }

    pub async fn envelope(&mut self, id: &str) {
        self.text(&envelope(id)).await;
    }

    /// Bytes past the WebSocket library: frames that it would not send.
    pub async fn raw(&mut self, bytes: &[u8]) {
        self.0.get_mut().write_all(bytes).await.unwrap();
    }

    /// The next message of any kind.
    pub async fn next(&mut self) -> Option<Message> {
        let next = tokio::time::timeout(LONG, self.0.next()).await.expect("nothing came");
        next.and_then(Result::ok)
    }

    /// The next text, past pings.
    pub async fn next_text(&mut self) -> String {
        loop {
            match self.next().await {
                Some(Message::Text(text)) => return text.as_str().to_owned(),
                Some(Message::Ping(_) | Message::Pong(_)) => {}
                other => panic!("{other:?} in place of a text"),
            }
        }
    }

    /// Reads until the client has gone; its close code.
    pub async fn until_closed(&mut self) -> Option<u16> {
        let closed = async {
            let mut code = None;
            while let Some(Ok(message)) = self.0.next().await {
                if let Message::Close(frame) = message {
                    code = frame.map(|frame| frame.code.into());
                }
            }
            code
        };
        tokio::time::timeout(LONG, closed).await.expect("the client did not close")
    }

    /// Resets the TCP connection: no close frame.
    pub fn cut(self) {
        let stream = self.0.into_inner();
        let _ = stream.set_zero_linger();
    }
}

pub fn envelope(id: &str) -> String {
    format!(
        r#"{{"envelope_id":"{id}","payload":{{"type":"event_callback"}},"type":"events_api","accepts_response_payload":false}}"#
    )
}
