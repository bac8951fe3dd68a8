//! Tokens, and what Slack says to them.

use sockscope::simulator::fault::RefuseOpen;
use tokio::net::TcpListener;

use crate::around::{Doctor, simulator};

#[tokio::test]
async fn a_token_of_another_kind_is_told_before_any_request() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let api_url = format!("http://{}/api/", listener.local_addr().unwrap());
    for (token, code, says) in [
        ("xoxb-1-2-EXAMPLE", "wrong_token", "bot token"),
        ("xoxp-1-2-EXAMPLE", "wrong_token", "user token"),
        ("\"xapp-1-A0EXAMPLE\"", "wrong_token", "no Slack token"),
        ("xapp-1-A0EXAMPLE two", "token_characters", "SLACK_APP_TOKEN"),
        ("", "no_token", "no app-level token"),
    ] {
        let examined = Doctor::at(&api_url).with("SLACK_APP_TOKEN", token).examine().await;
        let (message, advice) = examined.failed_at("token", code);
        assert!(message.contains(says), "{message}");
        assert!(advice.contains("api.slack.com/apps"), "{advice}");
    }
    let waiting = std::future::poll_fn(|cx| std::task::Poll::Ready(listener.poll_accept(cx).is_ready()));
    assert!(!waiting.await, "a request was made");
}

#[tokio::test]
async fn a_token_file_that_cannot_be_read_is_told() {
    let said = Doctor::at("http://127.0.0.1:1/api/").run(&["--app-token-file", "missing", "--json"]).await;
    assert_eq!(said.code, Some(1));
    assert!(said.stdout.contains(r#""code":"token_file""#), "{}", said.stdout);
}

#[tokio::test]
async fn what_slack_says_to_the_token_is_explained() {
    let simulator = simulator().await;
    for (code, advises) in [
        ("invalid_auth", "App-Level Tokens"),
        ("token_revoked", "Make a new one"),
        ("missing_scope", "connections:write"),
        ("not_allowed_token_type", "xapp-"),
        ("socket_mode_disabled", "Enable Socket Mode"),
        ("ratelimited", "restarts in a loop"),
        ("internal_error", "status.slack.com"),
        ("brand_new", "docs.slack.dev"),
    ] {
        simulator.handle().recover();
        simulator.handle().refuse_open(RefuseOpen::Error { code: code.to_owned(), retry_after: None }, None);
        let examined = Doctor::at(simulator.api_url()).examine().await;
        let (_, advice) = examined.failed_at("open", code);
        assert!(advice.contains(advises), "{code}: {advice}");
    }
}

#[tokio::test]
async fn a_page_or_a_redirect_in_place_of_the_api_is_told() {
    let simulator = simulator().await;
    let to = "https://elsewhere.test/".to_owned();
    for (refusal, code) in [(RefuseOpen::Html, "not_json"), (RefuseOpen::Redirect { to }, "http_302")] {
        simulator.handle().recover();
        simulator.handle().refuse_open(refusal, None);
        Doctor::at(simulator.api_url()).examine().await.failed_at("open", code);
    }
}
