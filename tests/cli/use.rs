//! Wrong use and what is told about it; what is printed without a session.

use std::process::Stdio;

use super::process::{folder, live, run, sockscope, write};
use super::slack::{Slack, TOKEN};

#[test]
fn a_missing_token_is_told_with_all_that_helps() {
    let ended = run(&mut sockscope(&folder()));
    assert_eq!(ended.code, Some(1));
    for part in
        ["SLACK_APP_TOKEN", "xapp-", "connections:write", "https://api.slack.com/apps", "sockscope demo"]
    {
        assert!(ended.stderr.contains(part), "{part}: {}", ended.stderr);
    }
    assert_eq!(ended.stdout, "");
}

#[test]
fn tokens_of_other_kinds_are_refused_before_any_request() {
    let (folder, slack) = (folder(), Slack::start());
    for (token, kind) in
        [("xoxb-1-EXAMPLE", "bot"), ("xoxp-1-EXAMPLE", "user"), ("hunter2", "no Slack token")]
    {
        let ended = run(live(&folder, &slack).env("SLACK_APP_TOKEN", token));
        assert_eq!(ended.code, Some(1));
        assert!(ended.stderr.contains(kind) && ended.stderr.contains("xapp-"), "{}", ended.stderr);
        assert!(!ended.stderr.contains(token), "{}", ended.stderr);
    }
    assert_eq!(slack.handle.state().counts.opens, 0);
}

#[test]
fn a_token_that_no_header_can_carry_is_an_error_and_no_panic() {
    let (folder, slack) = (folder(), Slack::start());
    for token in ["xapp-1-é", "xapp-1-\u{7f}", "xapp-1-a\nb"] {
        let ended = run(live(&folder, &slack).env("SLACK_APP_TOKEN", token).args(["--for", "2s"]));
        assert_eq!(ended.code, Some(1), "{token:?} {} {}", ended.stderr, ended.stdout);
        assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
        assert!(!ended.stderr.contains(token) && !ended.stdout.contains(token), "{}", ended.stderr);
    }
    assert_eq!(slack.handle.state().counts.opens, 0);
}

#[test]
fn a_wrong_filter_points_at_its_column() {
    for option in ["--filter", "--until"] {
        let ended = run(sockscope(&folder()).args(["demo", option, "type:interactive ack:never"]));
        assert_eq!(ended.code, Some(2));
        let lines: Vec<&str> = ended.stderr.lines().collect();
        let at = lines.iter().position(|line| line.trim() == "^").expect("no caret");
        let column = lines[at - 1].find("ack:never").unwrap() + "ack:".len();
        let caret = lines[at].find('^').unwrap();
        assert!(caret == column || caret + 4 == column, "{}", ended.stderr);
    }
}

#[test]
fn wrong_values_are_wrong_use() {
    for arguments in [
        &["--hold", "nonsense"][..],
        &["--connections", "11"],
        &["--connections", "0"],
        &["--for", "soon"],
        &["--api-url", "not a url"],
        &["--theme", "neon"],
        &["nonsense"],
        &["completions", "nonsense"],
    ] {
        let ended = run(sockscope(&folder()).args(arguments));
        assert_eq!(ended.code, Some(2), "{arguments:?}: {}", ended.stderr);
        assert!(ended.stdout.is_empty() && !ended.stderr.is_empty());
    }
}

#[test]
fn the_longest_times_are_no_panic() {
    let slack = Slack::start();
    let time = format!("{}s", i64::MAX);
    let ended = run(live(&folder(), &slack).args(["--for", &time, "--until", "num_connections"]));
    assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
}

#[test]
fn an_unknown_key_in_the_config_file_is_told_with_its_line() {
    let folder = folder();
    write(&folder, "config.toml", "connections = 2\ncolour = 'red'\n");
    let ended = run(sockscope(&folder).args(["demo", "--config", "config.toml"]));
    assert_eq!(ended.code, Some(1));
    for part in ["config.toml", "line 2", "colour"] {
        assert!(ended.stderr.contains(part), "{}", ended.stderr);
    }
    let ended = run(sockscope(&folder).args(["demo", "--config", "missing.toml"]));
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.contains("missing.toml"), "{}", ended.stderr);
}

#[test]
fn an_unknown_scenario_is_told_with_those_that_are() {
    let ended = run(sockscope(&folder()).args(["demo", "--scenario", "nonsense"]));
    assert!(!ended.stderr.is_empty() && ended.code != Some(0));
    assert!(ended.stderr.contains("nonsense") && ended.stderr.contains("tour"), "{}", ended.stderr);
}

#[test]
fn the_token_comes_from_a_file_or_from_dot_env() {
    let slack = Slack::start();
    let (from_file, from_env) = (folder(), folder());
    write(&from_file, "token", &format!("{TOKEN}\n"));
    write(&from_env, ".env", &format!("SLACK_APP_TOKEN={TOKEN}\nSLACK_API_URL={}\n", slack.api_url));
    let ended = run(sockscope(&from_file).env("SLACK_API_URL", &slack.api_url).args([
        "--app-token-file",
        "token",
        "--until",
        "num_connections",
    ]));
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let ended = run(sockscope(&from_env).args(["--until", "num_connections"]));
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(slack.handle.state().counts.hellos, 2);
    let ended = run(sockscope(&from_env).args(["--app-token-file", "missing"]));
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.contains("missing"), "{}", ended.stderr);
}

/// Slack itself must never be called instead of what was meant.
#[test]
fn a_wrong_api_url_in_dot_env_is_told() {
    let folder = folder();
    write(&folder, ".env", &format!("SLACK_APP_TOKEN={TOKEN}\nSLACK_API_URL=127.0.0.1:1/api/\n"));
    let ended = run(sockscope(&folder).args(["--for", "100ms"]));
    assert_eq!(ended.code, Some(1), "{}", ended.stdout);
    assert!(
        ended.stderr.contains("SLACK_API_URL") && ended.stderr.contains("127.0.0.1:1"),
        "{}",
        ended.stderr
    );
}

#[test]
fn an_empty_variable_is_as_good_as_none() {
    let ended =
        run(sockscope(&folder()).env("SLACK_API_URL", "").args(["demo", "--until", "num_connections"]));
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
}

#[test]
fn completions_manual_version_and_help_are_printed() {
    let words = [
        (&["completions", "bash"][..], "complete"),
        (&["completions", "zsh"], "#compdef sockscope"),
        (&["completions", "fish"], "complete -c sockscope"),
        (&["man"], ".TH sockscope 1"),
        (&["--version"], env!("CARGO_PKG_VERSION")),
        (&["--help"], "sockscope demo"),
        (&["-h"], "--record"),
    ];
    for (arguments, word) in words {
        let ended = run(sockscope(&folder()).args(arguments));
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        assert!(ended.stdout.contains(word), "{arguments:?}: {}", ended.stdout);
    }
}

#[test]
fn a_completion_script_is_sound() {
    let script = run(sockscope(&folder()).args(["completions", "bash"])).stdout;
    let folder = folder();
    write(&folder, "script", &script);
    let status =
        std::process::Command::new("bash").args(["-n", "script"]).current_dir(folder.path()).status();
    assert!(status.unwrap().success());
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let folder = folder();
    for command in ["man | true", "completions bash | true", "--help | true", "demo | head -n 1 > first"] {
        let script = format!("set -o pipefail; \"$0\" {command} && true; echo ${{PIPESTATUS[0]}} >&2");
        let program = env!("CARGO_BIN_EXE_sockscope");
        let mut bash = std::process::Command::new("bash");
        bash.args(["-c", &script, program]).current_dir(folder.path()).stdin(Stdio::null());
        let ended = run(&mut bash);
        assert!(
            !ended.stderr.contains("sockscope:") && !ended.stderr.contains("panicked"),
            "{}",
            ended.stderr
        );
    }
    assert!(super::process::read(&folder, "first").contains("\"kind\":\"session\""));
}

#[test]
fn the_log_is_masked_and_private() {
    use std::os::unix::fs::PermissionsExt as _;
    let (folder, slack) = (folder(), Slack::start());
    let ended = run(live(&folder, &slack).args(["--log", "log", "--until", "num_connections"]));
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let log = super::process::read(&folder, "log");
    assert!(!log.is_empty());
    assert!(!log.contains(TOKEN), "the token is in the log");
    assert!(!log.replace("ticket=***", "").contains("ticket="), "a ticket is in the log:\n{log}");
    let mode = std::fs::metadata(folder.path().join("log")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let ended = run(live(&folder, &slack).args(["--log", "no/such/folder", "--for", "1s"]));
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.contains("no/such/folder"), "{}", ended.stderr);
}

/// A cause is part of its message, or follows it: never both.
#[test]
fn no_error_says_a_thing_twice() {
    let folder = folder();
    write(&folder, "wrong.toml", "[[rule]]\nwhen = \"nonsense:yes\"\n");
    write(&folder, "scenario.toml", "title = 1\n");
    write(&folder, "other.txt", "no recording at all\n");
    std::fs::create_dir(folder.path().join("here")).unwrap();
    for (arguments, cause) in [
        (&["demo", "--rules", "missing.toml"][..], "No such file or directory"),
        (&["demo", "--rules", "wrong.toml"], "is no filter"),
        (&["demo", "--config", "missing.toml"], "No such file or directory"),
        (&["demo", "--config", "here"], "Is a directory"),
        (&["demo", "--scenario", "scenario.toml"], "title = 1"),
        (&["demo", "--record", "here"], "Is a directory"),
        (&["demo", "--record", "other.txt"], "expected"),
        (&["--app-token-file", "missing", "--for", "1s"], "No such file or directory"),
        (&["open", "/proc/self/mem"], "os error"),
    ] {
        let ended = run(sockscope(&folder).args(arguments));
        assert!(matches!(ended.code, Some(1 | 2)), "{arguments:?}: {}", ended.stderr);
        assert_eq!(ended.stderr.matches(cause).count(), 1, "{arguments:?}: {}", ended.stderr);
        assert!(ended.stderr.matches("os error").count() <= 1, "{}", ended.stderr);
        assert!(ended.stderr.lines().filter(|line| line.trim() == "^").count() <= 1, "{}", ended.stderr);
        assert!(ended.stderr.matches("expected").count() <= 1, "{}", ended.stderr);
    }
}
