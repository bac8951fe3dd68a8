//! `blocks.validate` over real sockets: servers that answer, that never do, and that are not there.

#![allow(clippy::unwrap_used)]

use std::time::Duration;

use sockscope::link::validate::{PATIENCE, validate};
use sockscope::simulator::{self, Simulator};
use sockscope::slack::validation::{Answer, Question};
use tokio::net::TcpListener;

const DRAFT: &str =
    r#"{"text":"x","blocks":[{"type":"divider"},{"type":"section","text":{"type":"plain_text","text":""}}]}"#;

fn question() -> Question {
    Question::of(DRAFT).unwrap()
}

#[tokio::test]
async fn the_simulator_checks_as_we_do() {
    let slack = Simulator::start(simulator::Options::default()).await.unwrap();
    let url: url::Url = slack.api_url().parse().unwrap();
    let Answer::Invalid(refusals) = validate(url.clone(), question(), PATIENCE).await else { panic!() };
    assert_eq!(refusals[0].pointer, "/blocks/1/text/text");
    let message = Question::of(r#"{"attachments":[{"blocks":[{"type":"divider"}]}]}"#).unwrap();
    assert_eq!(validate(url, message, PATIENCE).await, Answer::Valid);
}

#[tokio::test]
async fn a_server_that_never_answers_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/api/", listener.local_addr().unwrap()).parse().unwrap();
    let Answer::NoAnswer(why) = validate(url, question(), Duration::from_millis(300)).await else { panic!() };
    assert!(why.contains("127.0.0.1 did not answer within 0.3 s"), "{why}");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_told_of() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/api/", listener.local_addr().unwrap()).parse().unwrap();
    drop(listener);
    let Answer::NoAnswer(why) = validate(url, question(), PATIENCE).await else { panic!() };
    assert!(why.contains("127.0.0.1 cannot be reached") && why.contains("doctor"), "{why}");
}
