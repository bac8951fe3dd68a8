//! curl for a `response_url`, which serves five times within 30 minutes (protocol.md, section 4).

use url::Url;

use super::{NoHandler, answer, literal};
use crate::slack::envelope::Kind;
use crate::slack::{ack, peek};

/// What is sent where the draft is no message.
const STARTER: &str = r#"{ "response_type": "ephemeral", "replace_original": false, "text": "Done" }"#;

/// A message to the payload's `response_url`: the draft, where it is one.
pub fn curl(kind: Kind, payload: &str, draft: &str) -> Result<String, NoHandler> {
    let places = ["/response_url", "/response_urls/0/response_url"];
    let address = places.iter().find_map(|place| peek::text(peek::pointer(payload, place)?));
    let address: Url =
        address.ok_or(NoHandler::NoResponseUrl)?.parse().map_err(|_| NoHandler::NoWebAddress)?;
    if !matches!(address.scheme(), "http" | "https") {
        return Err(NoHandler::NoWebAddress);
    }
    let draft = answer(draft)?.filter(|draft| is_message(kind, draft));
    let message = literal::json(&draft.unwrap_or_else(|| ack::pretty(STARTER)));
    Ok(format!(
        "curl --globoff -X POST -H 'Content-Type: application/json; charset=utf-8' \\\n  --data-raw {} \\\n  {}\n",
        shell(&message),
        shell(address.as_str())
    ))
}

fn is_message(kind: Kind, draft: &str) -> bool {
    let answers_a_modal = matches!(kind, Kind::ViewSubmission | Kind::DialogSubmission);
    let has = |key| peek::field(draft, key).is_some();
    !answers_a_modal && (has("text") || has("blocks") || has("attachments"))
}

/// In single quotes a shell takes everything as it stands, but for the quote itself.
fn shell(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
