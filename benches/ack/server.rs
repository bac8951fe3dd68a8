//! A server that costs next to nothing: blocking, on plain bytes, with envelopes made beforehand.

use std::io::{self, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use url::Url;

use crate::{clock, envelope};

/// Envelopes that are sent one at a time.
const ALONE: usize = 4_000;
/// Envelopes that are sent with this many outstanding.
const OUTSTANDING: usize = 256;
const TOGETHER: usize = 60_000;
const SIZE: usize = 1_600;

#[derive(Debug, Clone, Copy)]
pub struct Report {
    pub p50: Duration,
    pub p99: Duration,
    pub per_second: f64,
}

pub struct Server {
    pub port: u16,
}

impl Server {
    /// Serves one client, and reports how it did.
    pub fn start() -> (Self, oneshot::Receiver<Report>) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let (to, report) = oneshot::channel();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if let Ok(Some(socket)) = meet(stream, port) {
                    // A client that goes away early leaves no report.
                    let _ = measure(socket, to);
                    return;
                }
            }
        });
        (Self { port }, report)
    }

    pub fn api_url(&self) -> Url {
        format!("http://127.0.0.1:{}/api/", self.port).parse().expect("a URL")
    }
}

/// Issues a URL, or takes an upgrade.
fn meet(mut stream: TcpStream, port: u16) -> io::Result<Option<Socket>> {
    stream.set_nodelay(true)?;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    if head.starts_with("POST") {
        let body = format!(r#"{{"ok":true,"url":"ws://127.0.0.1:{port}/link/?ticket=1"}}"#);
        let length = body.len();
        write!(
            stream,
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        )?;
        return Ok(None);
    }
    let key = head
        .lines()
        .filter_map(|line| line.split_once(": "))
        .find(|(name, _)| name.eq_ignore_ascii_case("sec-websocket-key"))
        .map_or("", |(_, key)| key.trim());
    let accept = derive_accept_key(key.as_bytes());
    write!(
        stream,
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"
    )?;
    Ok(Some(Socket { stream, bytes: vec![0; 64 << 10], have: 0 }))
}

fn measure(mut socket: Socket, to: oneshot::Sender<Report>) -> io::Result<()> {
    let hello = r#"{"type":"hello","num_connections":1,"connection_info":{"app_id":"A0EXAMPLE"},"debug_info":{"host":"applink-1","build_number":118,"approximate_connection_time":18060}}"#;
    socket.stream.write_all(&frame(hello))?;
    let frames: Vec<Vec<u8>> =
        (0..ALONE + TOGETHER).map(|number| frame(&envelope::message(number, SIZE))).collect();
    let mut times = Vec::with_capacity(ALONE);
    for (number, frame) in frames[..ALONE].iter().enumerate() {
        let started = Instant::now();
        socket.stream.write_all(frame)?;
        let mut acks = Vec::new();
        while acks.is_empty() {
            socket.acks(|ack| acks.push(ack.to_vec()))?;
        }
        times.push(started.elapsed());
        let expected = format!(r#"{{"envelope_id":"{}"}}"#, envelope::id(number));
        assert_eq!(acks, [expected.as_bytes()], "one ack, of the envelope that was sent");
    }
    let started = Instant::now();
    let (mut sent, mut acked, mut burst) = (ALONE, 0, Vec::new());
    while acked < TOGETHER {
        let until = (ALONE + acked + OUTSTANDING).min(frames.len());
        burst.clear();
        frames[sent..until].iter().for_each(|frame| burst.extend_from_slice(frame));
        sent = until;
        socket.stream.write_all(&burst)?;
        socket.acks(|_| acked += 1)?;
    }
    let took = started.elapsed();
    #[expect(clippy::cast_precision_loss, reason = "some thousand")]
    let per_second = TOGETHER as f64 / took.as_secs_f64();
    let (p50, p99) = (clock::quantile(&mut times, 0.5), clock::quantile(&mut times, 0.99));
    let _ = to.send(Report { p50, p99, per_second });
    // What is left is the client's goodbye.
    while socket.acks(|_| {})? {}
    Ok(())
}

/// A text frame as a server sends it: not masked.
fn frame(text: &str) -> Vec<u8> {
    let mut frame = vec![0x81];
    match u16::try_from(text.len()).expect("a short text") {
        length @ 0..126 => frame.push(length.to_le_bytes()[0]),
        length => {
            frame.push(126);
            frame.extend_from_slice(&length.to_be_bytes());
        }
    }
    frame.extend_from_slice(text.as_bytes());
    frame
}

struct Socket {
    stream: TcpStream,
    bytes: Vec<u8>,
    /// How many bytes of an unfinished frame there are.
    have: usize,
}

impl Socket {
    /// Waits for bytes, and hands over every text frame that is whole; `false` once the client says goodbye.
    fn acks(&mut self, mut each: impl FnMut(&[u8])) -> io::Result<bool> {
        let count = self.stream.read(&mut self.bytes[self.have..])?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.have += count;
        let mut at = 0;
        // Two bytes of head, four of mask; what clients send here is shorter than 126 bytes.
        while self.have - at >= 6 {
            let length = usize::from(self.bytes[at + 1] & 0x7f);
            assert!(length < 126, "an ack without payload is short");
            let end = at + 6 + length;
            if end > self.have {
                break;
            }
            match self.bytes[at] & 0xf {
                1 => {
                    let (head, text) = self.bytes[at..end].split_at_mut(6);
                    text.iter_mut().zip(head[2..].iter().cycle()).for_each(|(byte, mask)| *byte ^= mask);
                    each(text);
                }
                8 => {
                    self.stream.write_all(&[0x88, 0])?;
                    return Ok(false);
                }
                _ => {}
            }
            at = end;
        }
        self.bytes.copy_within(at..self.have, 0);
        self.have -= at;
        Ok(true)
    }
}
