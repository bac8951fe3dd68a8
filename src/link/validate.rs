//! Asks Slack's `blocks.validate`, once and only when somebody wants it.

use std::time::Duration;

use url::Url;

use super::fault::{Fault, chain};
use super::net::Net;
use super::timing::Timing;
use crate::slack::validation::{Answer, Question};

/// A person waits for it.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// An answer longer than this is none of this method's.
const LONGEST_ANSWER: usize = 1 << 20;

/// Slack's answer, or why there is none. No token goes with it: the method needs none.
pub async fn validate(api_url: Url, question: Question, patience: Duration) -> Answer {
    let host = api_url.host_str().unwrap_or_default().to_owned();
    match tokio::time::timeout(patience, ask(api_url, &question)).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(why)) => Answer::NoAnswer(why),
        Err(_) => Answer::NoAnswer(format!(
            "{host} did not answer within {} s; try again, or see `sockscope doctor`",
            patience.as_secs_f64()
        )),
    }
}

async fn ask(api_url: Url, question: &Question) -> Result<Answer, String> {
    let host = api_url.host_str().unwrap_or_default().to_owned();
    let unreachable = |error: reqwest::Error| {
        let cause = chain(&error.without_url());
        format!("{host} cannot be reached: {cause}; see `sockscope doctor`")
    };
    let (base, timing) = (api_url.clone(), Timing::default());
    // The roots of trust are read from files.
    let net = tokio::task::spawn_blocking(move || Net::from_env(&base, &timing)).await;
    let net = net.map_err(|error| error.to_string())?.map_err(|fault: Fault| fault.to_string())?;
    let method = api_url.join("blocks.validate").map_err(|error| error.to_string())?;
    let form = url::form_urlencoded::Serializer::new(String::new())
        .append_pair(question.argument, &question.json)
        .finish();
    let request =
        net.http.post(method).header("content-type", "application/x-www-form-urlencoded").body(form);
    let mut answer = request.send().await.map_err(unreachable)?;
    let status = answer.status().as_u16();
    let retry_after =
        answer.headers().get("retry-after").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(unreachable)? {
        body.extend_from_slice(&chunk);
        if body.len() > LONGEST_ANSWER {
            break;
        }
    }
    Ok(question.read(status, retry_after.as_deref(), &String::from_utf8_lossy(&body)))
}
