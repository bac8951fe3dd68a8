//! The ack as it goes over the wire.

/// `{"envelope_id":"…"}`, or with the payload as it was given.
pub fn frame(envelope_id: &str, payload: Option<&str>) -> String {
    let id = serde_json::Value::from(envelope_id);
    match payload {
        Some(payload) => format!(r#"{{"envelope_id":{id},"payload":{payload}}}"#),
        None => format!(r#"{{"envelope_id":{id}}}"#),
    }
}

/// The longest message that Slack takes from a client (protocol.md, section 2).
pub const LONGEST: usize = 20_480;
