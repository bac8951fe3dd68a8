//! The Web API of the simulated Slack: enough for Bolt to start and for common calls to succeed.

use serde_json::{Map, Value, json};

/// The bot behind every token.
const BOT_USER: &str = "U0BOTDUINO";
const TEAM: &str = "T123ABC456";

/// The answer of a Web API method (`chat.postMessage`) to these arguments. `ts` is a fresh timestamp.
/// A method that is not in the table answers `ok:true`.
pub(super) fn answer(method: &str, args: &Map<String, Value>, ts: &str) -> Value {
    let arg = |name: &str, or: &str| args.get(name).cloned().unwrap_or_else(|| or.into());
    match method {
        "blocks.validate" => super::blocks::validate(args),
        "api.test" => json!({ "ok": true, "args": args }),
        // Bolt calls this before it opens its socket (protocol.md section 6)
        "auth.test" => json!({
            "ok": true, "url": "https://duino.slack.com/", "team": "Duino", "user": "duino",
            "team_id": TEAM, "user_id": BOT_USER, "bot_id": "B123ABC456", "is_enterprise_install": false,
        }),
        "chat.postMessage" | "chat.update" => json!({
            "ok": true, "channel": arg("channel", "C123ABC456"), "ts": args.get("ts").cloned().unwrap_or(ts.into()),
            "text": arg("text", ""),
            "message": {
                "type": "message", "user": BOT_USER, "bot_id": "B123ABC456", "team": TEAM,
                "text": arg("text", ""), "ts": ts,
            },
        }),
        "chat.postEphemeral" => json!({ "ok": true, "message_ts": ts }),
        "chat.delete" => json!({ "ok": true, "channel": arg("channel", "C123ABC456"), "ts": arg("ts", ts) }),
        "views.open" | "views.push" | "views.update" | "views.publish" => {
            json!({ "ok": true, "view": view(args.get("view")) })
        }
        "users.info" => json!({
            "ok": true,
            "user": {
                "id": arg("user", "U123ABC456"), "team_id": TEAM, "name": "rainer", "real_name": "Rainer Maria",
                "is_bot": false,
            },
        }),
        "conversations.info" => json!({
            "ok": true,
            "channel": { "id": arg("channel", "C123ABC456"), "name": "general", "is_channel": true, "is_member": true },
        }),
        "conversations.open" => json!({ "ok": true, "channel": { "id": "D123ABC456" } }),
        "conversations.list" => json!({
            "ok": true,
            "channels": [{ "id": "C123ABC456", "name": "general", "is_channel": true, "is_member": true }],
            "response_metadata": { "next_cursor": "" },
        }),
        "users.list" => json!({
            "ok": true,
            "members": [{ "id": "U123ABC456", "team_id": TEAM, "name": "rainer", "is_bot": false }],
            "response_metadata": { "next_cursor": "" },
        }),
        _ => json!({ "ok": true }),
    }
}

/// The view as sent (a form carries it as text), with what Slack adds to it.
fn view(sent: Option<&Value>) -> Value {
    let mut view = match sent {
        Some(Value::String(text)) => serde_json::from_str(text).unwrap_or_else(|_| json!({})),
        Some(view) => view.clone(),
        None => json!({}),
    };
    if let Value::Object(map) = &mut view {
        for (key, value) in [
            ("id", json!("V123ABC456")),
            ("team_id", json!(TEAM)),
            ("root_view_id", json!("V123ABC456")),
            ("app_id", json!("A123ABC456")),
            ("bot_id", json!("B123ABC456")),
            ("hash", json!("1763764899.QmZx81Kd")),
            ("state", json!({ "values": {} })),
        ] {
            map.entry(key).or_insert(value);
        }
    }
    view
}

/// The arguments of a call, from its query and from its body: a form, JSON, or nothing readable.
pub(super) fn arguments(query: &str, body: &[u8]) -> Map<String, Value> {
    let form = |text: &[u8]| -> Map<String, Value> {
        url::form_urlencoded::parse(text)
            .map(|(key, value)| (key.into_owned(), value.into_owned().into()))
            .collect()
    };
    let mut args = form(query.as_bytes());
    match serde_json::from_slice(body) {
        Ok(Value::Object(map)) => args.extend(map),
        _ => args.extend(form(body)),
    }
    args
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_come_from_query_form_and_json() {
        assert_eq!(arguments("a=1", b"b=x+y")["b"], "x y");
        assert_eq!(arguments("a=1", b"{\"b\":2}")["b"], 2);
        assert_eq!(arguments("a=1", b"[1]")["a"], "1");
    }

    #[test]
    fn answers_echo_what_was_asked() {
        let args = arguments("", b"channel=C9&text=hi");
        let answer = answer("chat.postMessage", &args, "1.2");
        assert_eq!((&answer["channel"], &answer["message"]["text"]), (&json!("C9"), &json!("hi")));
        let opened = super::answer("views.open", &arguments("", br#"view={"type":"modal"}"#), "1.2");
        assert_eq!((&opened["view"]["type"], &opened["view"]["id"]), (&json!("modal"), &json!("V123ABC456")));
        assert_eq!(super::answer("pins.add", &Map::new(), "1.2"), json!({ "ok": true }));
    }
}
