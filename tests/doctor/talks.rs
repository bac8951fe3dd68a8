//! The socket: upgrade, hello, ping; and the report that people read.

use std::time::Duration;

use sockscope::doctor::stage::{Diagnosis, Outcome, Stage};
use sockscope::doctor::variables::Variables;
use sockscope::doctor::{Options, diagnose, print};
use sockscope::link::Timing;
use sockscope::simulator::Simulator;
use sockscope::simulator::connection::Whom;
use sockscope::simulator::fault::{Greeting, RefuseUpgrade};
use sockscope::slack::sample::Overrides;

use crate::around::{Doctor, TOKEN, simulator};

/// Examines within this process, with other periods.
async fn examine(simulator: &Simulator, timing: &Timing) -> Diagnosis {
    let options = Options {
        api_url: simulator.api_url().parse().unwrap(),
        token: Ok(TOKEN.to_owned()),
        token_from: "SLACK_APP_TOKEN".to_owned(),
        timing: *timing,
        variables: Variables::default(),
    };
    diagnose(options, |_| {}).await.unwrap()
}

fn code(diagnosis: &Diagnosis) -> (Stage, String) {
    let (stage, failure) = diagnosis.failure().expect("nothing failed");
    assert!(!failure.advice.is_empty());
    (stage, failure.code.to_string())
}

#[tokio::test]
async fn all_is_well_against_the_simulator() {
    let simulator = simulator().await;
    let examined = Doctor::at(simulator.api_url()).examine().await;
    assert_eq!(examined.0["ok"], true, "{}", examined.0);
    for stage in ["token", "api_tcp", "open", "socket_tcp", "upgrade", "hello", "ping"] {
        assert_eq!(examined.stage(stage)["ok"], true, "{stage}");
        assert!(examined.stage(stage)["took_ms"].as_f64().unwrap() >= 0.0);
    }
    assert!(examined.fact("hello").starts_with("the app's only connection, lives about 1 h, app A"));
    assert!(examined.0["notes"][0].as_str().unwrap().contains("none came"));
    let handle = simulator.handle();
    handle.wait_until(|workspace| workspace.num_connections() == 0).await;
}

#[tokio::test]
async fn other_connections_are_told() {
    let simulator = simulator().await;
    simulator.handle().set_ghosts(2);
    let examined = Doctor::at(simulator.api_url()).examine().await;
    assert!(examined.fact("hello").starts_with("1 of 3 connections"), "{}", examined.fact("hello"));
}

#[tokio::test]
async fn a_refused_upgrade_is_told_with_its_status() {
    let simulator = simulator().await;
    for status in [408, 409, 429, 502] {
        simulator.handle().recover();
        simulator.handle().refuse_upgrade(RefuseUpgrade { status, retry_after: None }, None);
        let diagnosis = examine(&simulator, &Timing::default()).await;
        assert_eq!(code(&diagnosis), (Stage::Upgrade, format!("upgrade_{status}")));
    }
}

#[tokio::test]
async fn an_upgrade_without_hello_is_told() {
    let simulator = simulator().await;
    simulator.handle().greet(Greeting::Never, None);
    let timing = Timing { hello: Duration::from_millis(50), ..Timing::default() };
    let diagnosis = examine(&simulator, &timing).await;
    assert_eq!(code(&diagnosis), (Stage::Hello, "hello_timeout".to_owned()));
    assert!(diagnosis.failure().unwrap().1.message.contains("0.05 s"));
    simulator.handle().wait_until(|workspace| workspace.num_connections() == 0).await;
}

#[tokio::test]
async fn a_text_or_a_disconnect_in_place_of_hello_is_told() {
    let simulator = simulator().await;
    let timing = Timing { hello: Duration::from_millis(700), ..Timing::default() };
    simulator.handle().greet(Greeting::Text("UNAUTHENTICATED: cache_error".to_owned()), Some(1));
    let diagnosis = examine(&simulator, &timing).await;
    assert_eq!(code(&diagnosis).1, "hello_timeout");
    assert!(diagnosis.notes[1].contains("cache_error"), "{:?}", diagnosis.notes);

    for reason in ["link_disabled", "too_many_websockets"] {
        let text = format!(r#"{{"type":"disconnect","reason":"{reason}"}}"#);
        simulator.handle().greet(Greeting::Text(text), Some(1));
        let diagnosis = examine(&simulator, &Timing::default()).await;
        assert_eq!(code(&diagnosis), (Stage::Hello, reason.to_owned()));
    }
}

#[tokio::test]
async fn a_connection_that_falls_silent_is_told() {
    let simulator = simulator().await;
    let handle = simulator.handle();
    handle.greet(Greeting::Never, None);
    // Hello comes, and from then on nothing is answered.
    let timing = Timing { ping: Duration::from_millis(50), ..Timing::default() };
    let silence = async {
        handle.wait_until(|workspace| workspace.num_connections() == 1).await;
        handle
            .utter(Whom::All, &sockscope::simulator::workspace::Act::Text(r#"{"type":"hello"}"#.to_owned()));
        handle.silence(Whom::All);
    };
    let (diagnosis, ()) = tokio::join!(examine(&simulator, &timing), silence);
    assert_eq!(code(&diagnosis), (Stage::Ping, "pong_timeout".to_owned()));
}

#[tokio::test]
async fn an_envelope_that_comes_meanwhile_is_not_acknowledged_but_told() {
    let simulator = simulator().await;
    let handle = simulator.handle();
    let unsent = ["block_actions", "message"].map(|name| handle.unsent(name, &Overrides::new()).unwrap());
    handle.greet(Greeting::After(unsent.into()), Some(1));
    let diagnosis = examine(&simulator, &Timing::default()).await;
    assert!(diagnosis.ok());
    let note = &diagnosis.notes[0];
    assert!(note.contains("1 events_api, 1 interactive came and were not acknowledged"), "{note}");
}

#[tokio::test]
async fn a_server_that_hangs_is_told() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let options = Options {
        api_url: format!("https://{}/api/", listener.local_addr().unwrap()).parse().unwrap(),
        token: Ok(TOKEN.to_owned()),
        token_from: "SLACK_APP_TOKEN".to_owned(),
        timing: Timing { dial: Duration::from_millis(700), ..Timing::default() },
        variables: Variables::default(),
    };
    let diagnosis = diagnose(options, |_| {}).await.unwrap();
    assert_eq!(code(&diagnosis), (Stage::ApiTls, "timeout".to_owned()));
    assert!(matches!(diagnosis.steps.last().unwrap().outcome, Outcome::Skipped { .. }));
    assert!(print::json(&diagnosis).contains(r#""name":"ping","ok":null"#));
}

/// Times, ports and the build's own numbers differ from run to run.
fn masked(text: &str) -> String {
    let time = regex::Regex::new(r"  +[0-9.]+ m?s  |\(\d+ ms").unwrap();
    let port = regex::Regex::new(r"127\.0\.0\.1:\d+").unwrap();
    let text = time.replace_all(text, |found: &regex::Captures| {
        if found[0].starts_with('(') {
            "(N ms".to_owned()
        } else {
            format!("{:>width$}  ", "N ms", width = found[0].len() - 2)
        }
    });
    port.replace_all(&text, "127.0.0.1:PORT").into_owned()
}

#[tokio::test]
async fn the_report_reads_well() {
    let simulator = simulator().await;
    let well = Doctor::at(simulator.api_url()).run(&[]).await;
    assert_eq!((well.code, well.stderr.as_str()), (Some(0), ""));
    insta::assert_snapshot!("well", masked(&well.stdout));

    simulator.handle().refuse_open(
        sockscope::simulator::fault::RefuseOpen::Error { code: "invalid_auth".to_owned(), retry_after: None },
        None,
    );
    let ill = Doctor::at(simulator.api_url()).run(&[]).await;
    assert_eq!((ill.code, ill.stderr.as_str()), (Some(1), ""));
    insta::assert_snapshot!("invalid_auth", masked(&ill.stdout));
}
