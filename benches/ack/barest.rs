//! The barest client that finds the id and answers: each envelope by itself, or all that came at once together.

use futures_util::{FutureExt as _, SinkExt as _, StreamExt as _};
use memchr::memmem;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;

pub async fn run(port: u16, bursts: bool) {
    let tcp = TcpStream::connect(("127.0.0.1", port)).await.expect("the server listens");
    tcp.set_nodelay(true).expect("a TCP socket");
    let url = format!("ws://127.0.0.1:{port}/link/");
    let (mut ws, _) = tokio_tungstenite::client_async(url, tcp).await.expect("an upgrade");
    while let Some(Ok(message)) = ws.next().await {
        let mut next = Some(message);
        while let Some(message) = next {
            if let Message::Text(text) = &message
                && let Some(id) = id(text)
            {
                let ack = format!(r#"{{"envelope_id":"{id}"}}"#);
                ws.feed(Message::text(ack)).await.expect("the server reads");
            }
            next = if bursts { ws.next().now_or_never().flatten().and_then(Result::ok) } else { None };
        }
        ws.flush().await.expect("the server reads");
    }
}

fn id(text: &str) -> Option<&str> {
    const KEY: &str = r#""envelope_id":""#;
    let start = memmem::find(text.as_bytes(), KEY.as_bytes())? + KEY.len();
    text[start..].split('"').next()
}
