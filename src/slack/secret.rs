//! Hides Slack tokens and socket tickets in any text, and tells the kinds of token apart.
//!
//! A token keeps its prefix (`xoxb-***`), so that a reader still sees which kind it was.

use std::borrow::Cow;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use memchr::memmem;

/// What stands for a hidden secret. No character of it can be part of one, so that masking twice changes nothing.
const MASK: &str = "***";

/// What a secret follows, the longer before the shorter that it starts with. `xoxe.` is what token rotation
/// puts before a bot or user token; Gson (Java) writes `=` as `\u003d`.
const PREFIXES: [&str; 19] = [
    "xapp-",
    "xwfp-",
    "xoxe.xoxb-",
    "xoxe.xoxp-",
    "xoxe.",
    "xoxa-",
    "xoxb-",
    "xoxc-",
    "xoxd-",
    "xoxe-",
    "xoxo-",
    "xoxp-",
    "xoxr-",
    "xoxs-",
    "ticket=",
    r"ticket\u003d",
    r"ticket\u003D",
    "ticket%3D",
    "ticket%3d",
];

static FINDER: LazyLock<AhoCorasick> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "19 short constant patterns always build")]
    AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(PREFIXES).expect("constant patterns")
});

/// What every prefix begins with. Four plain searches are several times faster than one for all prefixes, and
/// nearly every frame has no secret.
static STEMS: LazyLock<[memmem::Finder; 4]> =
    LazyLock::new(|| ["xox", "xapp-", "xwfp-", "ticket"].map(memmem::Finder::new));

/// `text` with every Slack token and socket ticket hidden; borrowed when there is none.
///
/// JSON text stays valid JSON: whole escapes are taken or none. A prefix with nothing behind it stays.
pub fn mask(text: &str) -> Cow<'_, str> {
    if STEMS.iter().all(|stem| stem.find(text.as_bytes()).is_none()) {
        return Cow::Borrowed(text);
    }
    let mut masked = String::new();
    let mut kept = 0;
    for found in FINDER.find_iter(text) {
        let start = found.end();
        let length = secret_length(&text.as_bytes()[start..]);
        // a match within the secret before it was swallowed with it
        if start < kept || length == 0 {
            continue;
        }
        masked.push_str(&text[kept..start]);
        masked.push_str(MASK);
        kept = start + length;
    }
    if kept == 0 {
        return Cow::Borrowed(text);
    }
    masked.push_str(&text[kept..]);
    Cow::Owned(masked)
}

/// How many bytes from here on belong to a secret. Rather too many than too few: tokens are letters, digits and
/// `-_.`, session cookies (`xoxd-`) also base64 with `%` escapes, whose slash JSON may escape.
fn secret_length(bytes: &[u8]) -> usize {
    let mut at = 0;
    loop {
        match bytes.get(at) {
            Some(b'-' | b'_' | b'.' | b'%' | b'+' | b'/' | b'=' | b'~') => at += 1,
            Some(byte) if byte.is_ascii_alphanumeric() => at += 1,
            Some(b'\\') if bytes.get(at + 1) == Some(&b'/') => at += 2,
            _ => return at,
        }
    }
}

/// What a token may be used for, read off its prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// `xapp-`: the only one that opens Socket Mode connections.
    AppLevel,
    /// `xoxb-`, also rotated (`xoxe.xoxb-`).
    Bot,
    /// `xoxp-`, also rotated (`xoxe.xoxp-`).
    User,
    /// `xoxe-`: buys a new token when one has expired.
    Refresh,
    /// `xwfp-`: lives as long as one run of a workflow's step.
    Workflow,
    /// `xoxa- xoxr- xoxo- xoxs-`: no longer issued.
    Legacy,
    /// `xoxc- xoxd-`: a browser's own session.
    Session,
    NotSlack,
}

impl TokenKind {
    pub fn of(token: &str) -> Self {
        let token = token.trim();
        let token = token.strip_prefix("xoxe.").unwrap_or(token);
        match token.get(..5) {
            Some("xapp-") => Self::AppLevel,
            Some("xoxb-") => Self::Bot,
            Some("xoxp-") => Self::User,
            Some("xoxe-") => Self::Refresh,
            Some("xwfp-") => Self::Workflow,
            Some("xoxa-" | "xoxr-" | "xoxo-" | "xoxs-") => Self::Legacy,
            Some("xoxc-" | "xoxd-") => Self::Session,
            _ => Self::NotSlack,
        }
    }

    /// In words that fit into "this is …".
    pub fn describe(self) -> &'static str {
        match self {
            Self::AppLevel => "an app-level token (xapp-)",
            Self::Bot => "a bot token (xoxb-)",
            Self::User => "a user token (xoxp-)",
            Self::Refresh => "a refresh token (xoxe-)",
            Self::Workflow => "a workflow token (xwfp-)",
            Self::Legacy => "a legacy token of a kind that Slack no longer issues",
            Self::Session => "a token of a browser session (xoxc-, xoxd-)",
            Self::NotSlack => "no Slack token",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn tokens_keep_their_prefix_only() {
        for (text, masked) in [
            ("xoxb-1-EXAMPLE", "xoxb-***"),
            ("Bearer xapp-1-A0EXAMPLE-2-abc, then", "Bearer xapp-***, then"),
            ("xoxe.xoxp-1-EXAMPLE", "xoxe.xoxp-***"),
            ("xoxe.xoxb-1-EXAMPLE", "xoxe.xoxb-***"),
            ("xoxe-1-EXAMPLE xwfp-EXAMPLE", "xoxe-*** xwfp-***"),
            (r#"{"d":"xoxd-ab%2Bc\/d==","e":1}"#, r#"{"d":"xoxd-***","e":1}"#),
            ("token=xoxb-xoxp-1&x=xoxa-2", "token=xoxb-***&x=xoxa-***"),
        ] {
            assert_eq!(mask(text), masked);
            assert_eq!(mask(masked), masked);
        }
    }

    #[test]
    fn tickets_are_hidden_however_their_url_is_escaped() {
        for (text, masked) in [
            (
                "wss://wss.slack.com/link/?ticket=12-34&app_id=5",
                "wss://wss.slack.com/link/?ticket=***&app_id=5",
            ),
            (
                r#""wss:\/\/wss.slack.com\/link\/?ticket=12-34\u0026app_id=5""#,
                r#""wss:\/\/wss.slack.com\/link\/?ticket=***\u0026app_id=5""#,
            ),
            (r"?ticket\u003d12-34\u0026x", r"?ticket\u003d***\u0026x"),
            ("link%3Fticket%3D12-34", "link%3Fticket%3D***"),
        ] {
            assert_eq!(mask(text), masked);
        }
    }

    #[test]
    fn every_prefix_begins_with_a_stem() {
        for prefix in PREFIXES {
            assert_eq!(mask(&format!("{prefix}1")), format!("{prefix}***"));
        }
    }

    #[test]
    fn a_prefix_alone_and_a_text_without_secrets_are_borrowed() {
        for text in ["xoxb-", "write \"xoxb-\" first", "xoxb-…", "ticket= 5", "", "boxb-1 xoxb 1"] {
            assert!(matches!(mask(text), Cow::Borrowed(same) if same == text), "{text}");
        }
    }

    #[test]
    fn every_kind_is_told() {
        for (token, kind) in [
            ("xapp-1-A0EXAMPLE", TokenKind::AppLevel),
            (" xoxb-1\n", TokenKind::Bot),
            ("xoxe.xoxb-1", TokenKind::Bot),
            ("xoxp-1", TokenKind::User),
            ("xoxe.xoxp-1", TokenKind::User),
            ("xoxe-1", TokenKind::Refresh),
            ("xwfp-1", TokenKind::Workflow),
            ("xoxs-1", TokenKind::Legacy),
            ("xoxc-1", TokenKind::Session),
            ("ghp_1", TokenKind::NotSlack),
            ("", TokenKind::NotSlack),
            ("xäöü", TokenKind::NotSlack),
        ] {
            assert_eq!(TokenKind::of(token), kind, "{token}");
        }
    }

    fn secret() -> impl Strategy<Value = (String, String)> {
        (proptest::sample::select(PREFIXES.to_vec()), "[A-Z0-9]{12}(-[a-z0-9]{8}){0,3}")
            .prop_map(|(prefix, body)| (prefix.to_owned(), body))
    }

    proptest! {
        #[test]
        fn no_secret_survives(before in "[^a-z]{0,12}", after in "[ &\"',;é]{0,3}[^-]{0,12}", (prefix, body) in secret()) {
            let text = format!("{before}{prefix}{body}{after}");
            prop_assert!(!mask(&text).contains(&body), "{} -> {}", text, mask(&text));
        }

        #[test]
        fn masking_twice_changes_nothing(text in r"((xox[abe][.-]|xapp-|ticket=|ticket\\u003d)|[a-z0-9.*/\\é-]){0,40}") {
            let once = mask(&text).into_owned();
            prop_assert_eq!(mask(&once), once.as_str());
        }

        #[test]
        fn json_stays_json(text in r#"((xoxb-|xoxd-|ticket=)|[a-z0-9/"\\\n&é.-]){0,40}"#, slashes: bool) {
            let mut json = serde_json::json!({ "a": [&text, 1], &text: text }).to_string();
            if slashes {
                json = json.replace('/', r"\/");
            }
            let masked = mask(&json);
            prop_assert!(serde_json::from_str::<serde_json::Value>(&masked).is_ok(), "{} -> {}", json, masked);
        }
    }
}
