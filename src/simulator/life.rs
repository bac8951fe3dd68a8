//! What happens to connections: hello, pings, warnings, refreshes, and the ends that are forced.

use std::time::Duration;

use serde_json::json;

use super::ConnId;
use super::connection::{How, Stage, Whom};
use super::fault::Greeting;
use super::workspace::{Act, MAX_CONNECTIONS, Timer, Workspace};

impl Workspace {
    /// The upgrade is done: hello will follow, or `too_many_websockets` in its place.
    pub fn upgraded(&mut self, now: Duration, conn: ConnId) {
        if self.num_connections() > MAX_CONNECTIONS {
            return self.leave(now, conn, "too_many_websockets");
        }
        let Some(connection) = self.connections.get(&conn) else { return };
        let greeting = connection.greeting.clone();
        let timing = &self.timing;
        let (life, warn_ahead) = (timing.life_of(connection.debug_reconnects), timing.warn_ahead);
        let (hello_after, ping_every) = (timing.hello_after, timing.ping_every);
        match greeting {
            Greeting::Never => {}
            Greeting::Slow(delay) => self.after(now, delay, Timer::Hello(conn)),
            _ => self.after(now, hello_after, Timer::Hello(conn)),
        }
        if let Greeting::After(envelopes) = greeting {
            for unsent in envelopes {
                self.send_on(now, unsent.into(), Some(conn), 1);
            }
        }
        self.after(now, ping_every, Timer::Ping(conn));
        if !warn_ahead.is_zero() {
            self.after(now, life.saturating_sub(warn_ahead), Timer::Warn(conn));
        }
        self.after(now, life, Timer::Refresh(conn));
    }

    pub(super) fn hello(&mut self, now: Duration, conn: ConnId) {
        let text = self.hello_text(now, conn);
        let Some(connection) = self.connections.get_mut(&conn) else { return };
        if connection.stage != Stage::Dialled {
            return;
        }
        connection.stage = Stage::Live;
        connection.hello = Some(now);
        let greeting = std::mem::take(&mut connection.greeting);
        self.counts.hellos += 1;
        match greeting {
            Greeting::Text(other) => self.act(conn, Act::Text(other)),
            Greeting::Twice => {
                self.act(conn, Act::Text(text.clone()));
                self.act(conn, Act::Text(text));
            }
            _ => self.act(conn, Act::Text(text)),
        }
    }

    fn hello_text(&mut self, now: Duration, conn: ConnId) -> String {
        let Some(connection) = self.connections.get(&conn) else { return String::new() };
        let host = &connection.host;
        let life = self.timing.announced(connection.debug_reconnects);
        let started = self.wall(now).strftime("%Y-%m-%d %H:%M:%S%.3f").to_string();
        json!({
            "type": "hello",
            "num_connections": self.num_connections(),
            "connection_info": { "app_id": self.app_id },
            "debug_info": { "host": host, "started": started, "build_number": 118, "approximate_connection_time": life },
        })
        .to_string()
    }

    pub(super) fn ping(&mut self, now: Duration, conn: ConnId) {
        let Some(connection) =
            self.connections.get(&conn).filter(|c| c.is_open() && c.stage != Stage::Silent)
        else {
            return;
        };
        let payload = connection.ping().into_bytes();
        self.act(conn, Act::Ping(payload));
        self.after(now, self.timing.ping_every, Timer::Ping(conn));
    }

    pub(super) fn warn(&mut self, conn: ConnId) {
        let Some(connection) = self.connections.get_mut(&conn).filter(|c| c.stage == Stage::Live) else {
            return;
        };
        connection.stage = Stage::Warned;
        self.say_disconnect(conn, "warning");
    }

    /// A disconnect that ends the connection: the message now, the close frame a little later.
    pub(super) fn leave(&mut self, now: Duration, conn: ConnId, reason: &str) {
        let Some(connection) = self.connections.get_mut(&conn) else { return };
        if !matches!(connection.stage, Stage::Dialled | Stage::Live | Stage::Warned) {
            return;
        }
        connection.stage = Stage::Leaving;
        self.say_disconnect(conn, reason);
        self.after(now, self.timing.close_after, Timer::Close(conn));
    }

    fn say_disconnect(&mut self, conn: ConnId, reason: &str) {
        let Some(connection) = self.connections.get(&conn) else { return };
        let host = &connection.host;
        let text =
            json!({ "type": "disconnect", "reason": reason, "debug_info": { "host": host } }).to_string();
        self.counts.disconnects += 1;
        self.act(conn, Act::Text(text));
    }

    pub(super) fn close(&mut self, now: Duration, conn: ConnId, code: u16, reason: &str) {
        let Some(connection) = self.connections.get(&conn) else { return };
        if !connection.is_open() || connection.stage == Stage::Silent {
            return;
        }
        self.act(conn, Act::Close { code, reason: reason.to_owned() });
        self.closed(now, conn, How::Server(code));
    }

    /// Sends a disconnect with that reason. `warning` only warns; every other reason is followed by the
    /// close frame; `link_disabled` means all connections, and no further opens until Socket Mode is on.
    pub fn disconnect(&mut self, now: Duration, reason: &str, whom: Whom) {
        let off = reason == "link_disabled";
        if off {
            self.socket_mode = false;
        }
        for conn in self.chosen(if off { Whom::All } else { whom }) {
            if reason == "warning" {
                self.warn(conn);
            } else {
                self.leave(now, conn, reason);
            }
        }
    }

    /// Warns now and refreshes `ahead` later, as at the end of a life; at zero without the warning.
    pub fn refresh(&mut self, now: Duration, whom: Whom, ahead: Duration) {
        for conn in self.chosen(whom) {
            if !ahead.is_zero() {
                self.warn(conn);
            }
            self.after(now, ahead, Timer::Refresh(conn));
        }
    }

    /// Socket Mode is switched on again, or off without a word to the connections.
    pub fn set_socket_mode(&mut self, on: bool) {
        self.socket_mode = on;
    }

    /// A close frame with any code, without a disconnect before it.
    pub fn close_now(&mut self, now: Duration, whom: Whom, code: u16, reason: &str) {
        for conn in self.chosen(whom) {
            self.close(now, conn, code, reason);
        }
    }

    /// Resets the TCP connection.
    pub fn cut(&mut self, now: Duration, whom: Whom) {
        for conn in self.chosen(whom) {
            self.act(conn, Act::Reset);
            self.closed(now, conn, How::Cut);
        }
    }

    /// Half-open: the connection neither reads nor writes from now on, and does not close. It still
    /// counts in `num_connections`, but gets no envelopes: they would be lost without a trace.
    /// After [`Timing::silent_for`](super::timing::Timing) the far end is reset.
    pub fn silence(&mut self, now: Duration, whom: Whom) {
        for conn in self.chosen(whom) {
            self.after(now, self.timing.silent_for, Timer::Bury(conn));
            if let Some(connection) = self.connections.get_mut(&conn) {
                connection.stage = Stage::Silent;
            }
            self.act(conn, Act::Silence);
        }
    }

    /// Slack notices at last that nobody is there.
    pub(super) fn bury(&mut self, now: Duration, conn: ConnId) {
        if self.connections.get(&conn).is_some_and(|connection| connection.stage == Stage::Silent) {
            self.act(conn, Act::Reset);
            self.closed(now, conn, How::Cut);
        }
    }

    /// Any message at all on a connection: plain text, empty text, binary, a ping, bytes.
    pub fn utter(&mut self, whom: Whom, act: &Act) {
        for conn in self.chosen(whom) {
            self.act(conn, act.clone());
        }
    }

    /// The client pinged; the socket has answered.
    pub fn pinged(&mut self, conn: ConnId) {
        if let Some(connection) = self.connections.get_mut(&conn) {
            connection.pings += 1;
        }
    }

    /// The client answered a ping with that payload.
    pub fn ponged(&mut self, conn: ConnId, payload: &[u8]) {
        if let Some(connection) = self.connections.get_mut(&conn) {
            connection.pongs += 1;
            connection.wrong_pongs += u64::from(connection.ping().as_bytes() != payload);
        }
    }
}
