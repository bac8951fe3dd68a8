//! One WebSocket of the simulator: carries frames between the client and the workspace.

use std::ops::ControlFlow;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};

use super::ConnId;
use super::connection::How;
use super::hub::{Hub, Inbox};
use super::workspace::Act;

type Socket = WebSocketStream<TcpStream>;

/// Far above what the workspace takes, so that it sees an over-long frame and can name its length.
const LONGEST_READ: usize = 16 << 20;
/// How long the client has to answer a close frame.
const CLOSE_WITHIN: Duration = Duration::from_secs(1);

/// Speaks for the workspace until either side ends the connection.
pub(super) async fn run(hub: &Hub, conn: ConnId, stream: TcpStream, read_ahead: Vec<u8>, mut inbox: Inbox) {
    let config =
        WebSocketConfig::default().max_message_size(Some(LONGEST_READ)).max_frame_size(Some(LONGEST_READ));
    let mut socket = Socket::from_partially_read(stream, read_ahead, Role::Server, Some(config)).await;
    hub.apply(|workspace, now| workspace.upgraded(now, conn));
    let how = tokio::select! {
        biased;
        () = inbox.reset.notified() => {
            // a stream with zero linger is reset when it is dropped
            socket.get_ref().set_zero_linger().ok();
            How::Cut
        }
        how = talk(hub, conn, &mut socket, &mut inbox.acts) => how,
    };
    drop(socket);
    hub.forget(conn, how);
}

async fn talk(
    hub: &Hub,
    conn: ConnId,
    socket: &mut Socket,
    acts: &mut tokio::sync::mpsc::Receiver<Act>,
) -> How {
    loop {
        let flow = tokio::select! {
            act = acts.recv() => match act {
                Some(act) => perform(hub, conn, socket, act, acts).await,
                None => return How::Lost,
            },
            message = socket.next() => hear(hub, conn, message),
        };
        if let ControlFlow::Break(how) = flow {
            return how;
        }
    }
}

/// Does `first` and whatever else waits, and flushes once.
async fn perform(
    hub: &Hub,
    conn: ConnId,
    socket: &mut Socket,
    first: Act,
    acts: &mut tokio::sync::mpsc::Receiver<Act>,
) -> ControlFlow<How> {
    let mut next = Some(first);
    while let Some(act) = next {
        let done = match act {
            Act::Text(text) => socket.feed(Message::text(text)).await,
            Act::Binary(bytes) => socket.feed(Message::binary(bytes)).await,
            Act::Ping(bytes) => socket.feed(Message::Ping(bytes.into())).await,
            Act::Close { code, reason } => {
                return ControlFlow::Break(close(hub, conn, socket, code, reason).await);
            }
            Act::Silence => {
                socket.flush().await.ok();
                std::future::pending().await
            }
            // told apart from the others, so that it works on a socket that is stuck: see `Hub`
            Act::Reset => return ControlFlow::Break(How::Cut),
        };
        if done.is_err() {
            return ControlFlow::Break(How::Lost);
        }
        next = acts.try_recv().ok();
    }
    match socket.flush().await {
        Ok(()) => ControlFlow::Continue(()),
        Err(_) => ControlFlow::Break(How::Lost),
    }
}

/// Sends a close frame and hears out what the client has still to say.
async fn close(hub: &Hub, conn: ConnId, socket: &mut Socket, code: u16, reason: String) -> How {
    let frame = CloseFrame { code: CloseCode::from(code), reason: reason.into() };
    let goodbye = async {
        if socket.close(Some(frame)).await.is_ok() {
            while hear(hub, conn, socket.next().await).is_continue() {}
        }
    };
    tokio::time::timeout(CLOSE_WITHIN, goodbye).await.ok();
    How::Server(code)
}

fn hear(hub: &Hub, conn: ConnId, message: Option<Result<Message, Error>>) -> ControlFlow<How> {
    match message {
        Some(Ok(Message::Text(text))) => hub.apply(|workspace, now| workspace.heard(now, conn, &text)),
        Some(Ok(Message::Binary(bytes))) => {
            hub.apply(|workspace, now| workspace.heard_binary(now, conn, &bytes));
        }
        // tungstenite answers with the same payload at its next read or write
        Some(Ok(Message::Ping(_))) => hub.apply(|workspace, _| workspace.pinged(conn)),
        Some(Ok(Message::Pong(payload))) => hub.apply(|workspace, _| workspace.ponged(conn, &payload)),
        Some(Ok(Message::Close(frame))) => {
            return ControlFlow::Break(How::Client(frame.map(|frame| u16::from(frame.code))));
        }
        Some(Ok(Message::Frame(_))) => {}
        Some(Err(Error::Capacity(_))) => hub.apply(|workspace, now| workspace.too_long(now, conn, "")),
        Some(Err(_)) | None => return ControlFlow::Break(How::Lost),
    }
    ControlFlow::Continue(())
}
