//! Envelopes as Slack sends them, of any size.

/// A `message.channels` event of so many bytes: short strings in many blocks, as Slack's own are. Equal numbers
/// give equal envelopes, others differ in all their ids.
pub fn message(number: usize, bytes: usize) -> String {
    let id = id(number);
    let user = number % 97;
    let mut text = format!(
        r#"{{"envelope_id":"{id}","payload":{{"token":"EXAMPLE","team_id":"T0EXAMPLE","context_team_id":"T0EXAMPLE","api_app_id":"A0EXAMPLE","event":{{"user":"U{user:08}","type":"message","ts":"1763795000.{number:06}","client_msg_id":"c{id}","text":"Who if I cried out would hear me, number {number}","team":"T0EXAMPLE","blocks":[{{"type":"rich_text","block_id":"b{number}","elements":[{{"type":"rich_text_section","elements":["#
    );
    let end = format!(
        r#"]}}]}}],"channel":"C{:08}","event_ts":"1763795000.{number:06}","channel_type":"channel"}},"type":"event_callback","event_id":"Ev{number:010}","event_time":1763795000,"authorizations":[{{"enterprise_id":null,"team_id":"T0EXAMPLE","user_id":"U0BOT","is_bot":true,"is_enterprise_install":false}}],"is_ext_shared_channel":false,"event_context":"4-EXAMPLE-{number}"}},"type":"events_api","accepts_response_payload":false,"retry_attempt":0,"retry_reason":""}}"#,
        number % 31
    );
    let mut comma = "";
    loop {
        let element = format!(
            r#"{comma}{{"type":"text","text":"among the angelic orders","style":{{"bold":{}}}}}"#,
            text.len() % 2 == 0
        );
        let left = bytes.saturating_sub(text.len() + end.len());
        if left < 2 * element.len() {
            // The last one takes what is left.
            let frame = r#"{"type":"text","text":""}"#.len() + comma.len();
            let filling = ".".repeat(left.saturating_sub(frame));
            return format!(r#"{text}{comma}{{"type":"text","text":"{filling}"}}{end}"#);
        }
        text.push_str(&element);
        comma = ",";
    }
}

/// The `envelope_id` of [`message`]: as long as Slack's.
pub fn id(number: usize) -> String {
    format!("{number:08x}-57d5-4a6c-9e2b-{number:012x}")
}
