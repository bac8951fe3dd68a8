//! The stream under a WebSocket: plain or TLS, watched as the bytes pass.
//!
//! Watched for two things that the WebSocket library does not tell: the close code as it was sent (it puts
//! 1002 in the place of every code outside the standard), and that bytes arrive while a long frame is on its
//! way, which is no silence.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

/// What carries the bytes.
#[derive(Debug)]
pub enum Carrier {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// A carrier that is listened in on.
#[derive(Debug)]
pub struct Wire {
    carrier: Carrier,
    pub frames: Frames,
    /// When the last byte came.
    pub heard: Instant,
}

impl Wire {
    /// `read` was read from the carrier already, and belongs to the frames.
    pub fn new(carrier: Carrier, read: &[u8]) -> Self {
        let mut frames = Frames::default();
        frames.pass(read);
        Self { carrier, frames, heard: Instant::now() }
    }
}

impl AsyncRead for Carrier {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(cx, buf),
            Self::Tls(stream) => Pin::new(stream).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Carrier {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
            Self::Tls(stream) => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Self::Tls(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        let result = Pin::new(&mut this.carrier).poll_read(cx, buf);
        let new = &buf.filled()[before..];
        if !new.is_empty() {
            this.heard = Instant::now();
            this.frames.pass(new);
        }
        result
    }
}

impl AsyncWrite for Wire {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().carrier).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().carrier).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().carrier).poll_shutdown(cx)
    }
}

/// Follows the frames' heads through the bytes and keeps what the first close frame said (RFC 6455, 5.2).
#[derive(Debug)]
pub struct Frames {
    at: At,
    closed: bool,
    said: Vec<u8>,
}

#[derive(Debug)]
enum At {
    Head { bytes: [u8; 14], have: usize },
    Payload { left: u64, close: bool },
}

const NEW_HEAD: At = At::Head { bytes: [0; 14], have: 0 };

impl Default for Frames {
    fn default() -> Self {
        Self { at: NEW_HEAD, closed: false, said: Vec::new() }
    }
}

impl Frames {
    /// The code and the reason of the peer's close frame. No frame: `None`; a frame without a code: 1005.
    pub fn close(&self) -> Option<(u16, String)> {
        match self.said.as_slice() {
            _ if !self.closed => None,
            [high, low, reason @ ..] => {
                Some((u16::from_be_bytes([*high, *low]), String::from_utf8_lossy(reason).into_owned()))
            }
            _ => Some((1005, String::new())),
        }
    }

    fn pass(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() && !matches!((&self.at, self.closed), (At::Head { .. }, true)) {
            bytes = match &mut self.at {
                At::Head { bytes: head, have } => {
                    head[*have] = bytes[0];
                    *have += 1;
                    if let Some((left, close)) = read_head(&head[..*have]) {
                        self.closed |= close;
                        self.at = if left == 0 { NEW_HEAD } else { At::Payload { left, close } };
                    }
                    &bytes[1..]
                }
                At::Payload { left, close } => {
                    let taken = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len());
                    if *close {
                        let room = 125_usize.saturating_sub(self.said.len()).min(taken);
                        self.said.extend_from_slice(&bytes[..room]);
                    }
                    *left -= taken as u64;
                    if *left == 0 {
                        self.at = NEW_HEAD;
                    }
                    &bytes[taken..]
                }
            };
        }
    }
}

/// The payload's length and whether this is a close frame, once the head is whole.
fn read_head(head: &[u8]) -> Option<(u64, bool)> {
    let [first, second, rest @ ..] = head else { return None };
    let mask = if second & 0x80 == 0 { 0 } else { 4 };
    let (extra, left) = match second & 0x7f {
        126 => (2, u64::from(u16::from_be_bytes(rest.get(..2)?.try_into().ok()?))),
        127 => (8, u64::from_be_bytes(rest.get(..8)?.try_into().ok()?)),
        short => (0, u64::from(short)),
    };
    (rest.len() == extra + mask).then_some((left, first & 0x0f == 8))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn frame(opcode: u8, payload: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0x80 | opcode];
        match payload.len() {
            short @ ..126 => bytes.push(u8::try_from(short).unwrap()),
            middle @ ..65_536 => {
                bytes.push(126);
                bytes.extend(u16::try_from(middle).unwrap().to_be_bytes());
            }
            long => {
                bytes.push(127);
                bytes.extend((long as u64).to_be_bytes());
            }
        }
        bytes.extend(payload);
        bytes
    }

    proptest! {
        #[test]
        fn the_code_is_found_however_the_bytes_are_cut(
            lengths in prop::collection::vec(prop_oneof![0..200_usize, 65_500..65_600_usize], 0..4),
            code: u16,
            cut in 1..4000_usize,
        ) {
            let mut bytes = Vec::new();
            for length in lengths {
                bytes.extend(frame(1, &vec![8; length]));
            }
            let mut watch = Frames::default();
            watch.pass(&bytes);
            prop_assert_eq!(watch.close(), None);

            bytes.extend(frame(8, &[&code.to_be_bytes()[..], b"why"].concat()));
            bytes.extend(frame(8, b"\x00\x00not this one"));
            let mut watch = Frames::default();
            for part in bytes.chunks(cut) {
                watch.pass(part);
            }
            prop_assert_eq!(watch.close(), Some((code, "why".to_owned())));
        }

        #[test]
        fn no_bytes_make_it_fail(bytes: Vec<u8>) {
            let mut watch = Frames::default();
            watch.pass(&bytes);
            let _ = watch.close();
        }
    }

    #[test]
    fn a_close_frame_without_a_code_is_1005() {
        let mut watch = Frames::default();
        watch.pass(&frame(8, b""));
        assert_eq!(watch.close(), Some((1005, String::new())));
    }
}
