//! The head of an HTTP answer, read by hand: for the proxy's answer to CONNECT and for the upgrade.
//!
//! By hand, because what a refused upgrade says (status, `Retry-After`, first line of the body) is what a
//! debugger has to show, and because the bytes after the head belong to the WebSocket.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};

/// Longer heads are no answer to us.
const LONGEST_HEAD: usize = 64 << 10;
/// Of a refusal's body.
const LONGEST_BODY: usize = 4 << 10;

/// An answer up to its empty line.
#[derive(Debug)]
pub struct Head {
    pub status: u16,
    headers: Vec<(String, String)>,
    /// What was read beyond the head.
    pub rest: Vec<u8>,
}

impl Head {
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// Whether a header that lists words has this one.
    pub fn lists(&self, name: &str, word: &str) -> bool {
        self.header(name)
            .is_some_and(|value| value.split(',').any(|part| part.trim().eq_ignore_ascii_case(word)))
    }

    fn parse(text: &str, rest: Vec<u8>) -> Option<Self> {
        let mut lines = text.split("\r\n");
        let (version, status) = lines.next()?.split_once(' ')?;
        if !version.starts_with("HTTP/1.") {
            return None;
        }
        let status = status.get(..3)?.parse().ok()?;
        let headers = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned()))
            .collect();
        Some(Self { status, headers, rest })
    }
}

/// Reads an answer's head.
pub async fn read(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Head> {
    let mut bytes = Vec::with_capacity(1024);
    loop {
        if stream.read_buf(&mut bytes).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if let Some(end) = memchr::memmem::find(&bytes, b"\r\n\r\n") {
            let rest = bytes.split_off(end + 4);
            bytes.truncate(end);
            return Head::parse(&String::from_utf8_lossy(&bytes), rest)
                .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "this is no HTTP answer"));
        }
        if bytes.len() > LONGEST_HEAD {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the answer's head has no end"));
        }
    }
}

/// What a refusal says, as far as it comes within a moment.
pub async fn body(head: &mut Head, stream: &mut (impl AsyncRead + Unpin)) -> String {
    let length = head.header("content-length").and_then(|length| length.parse().ok());
    let want = length.unwrap_or(LONGEST_BODY).min(LONGEST_BODY);
    let reading =
        async { while head.rest.len() < want && matches!(stream.read_buf(&mut head.rest).await, Ok(1..)) {} };
    let _ = tokio::time::timeout(Duration::from_millis(500), reading).await;
    String::from_utf8_lossy(&head.rest).into_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[tokio::test]
    async fn a_head_is_read_and_the_rest_is_kept() {
        let mut bytes =
            &b"HTTP/1.1 101 Switching Protocols\r\nConnection: keep-alive, Upgrade\r\nA:b\r\n\r\n\x81\x00"[..];
        let head = read(&mut bytes).await.unwrap();
        assert_eq!((head.status, head.header("a"), head.rest.as_slice()), (101, Some("b"), &b"\x81\x00"[..]));
        assert!(head.lists("connection", "upgrade"));
    }

    #[tokio::test]
    async fn what_is_no_answer_is_an_error() {
        for bytes in ["", "HTTP/1.1 200 OK\r\n", "SSH-2.0-OpenSSH\r\n\r\n", "HTTP/1.1 xx\r\n\r\n", "\r\n\r\n"]
        {
            assert!(read(&mut bytes.as_bytes()).await.is_err(), "{bytes:?}");
        }
        assert!(read(&mut &vec![b'a'; LONGEST_HEAD * 2][..]).await.is_err());
    }
}
