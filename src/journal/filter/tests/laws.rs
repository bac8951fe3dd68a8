use jiff::tz::TimeZone;
use proptest::collection::vec;
use proptest::prelude::*;

use super::envelope;
use crate::journal::filter::Filter;

fn scraps() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "a",
        "é",
        "\"b c\"",
        "\"",
        "\\",
        "\\\"",
        "(",
        ")",
        "!",
        "not ",
        " or ",
        " and ",
        " ",
        " ",
        "/x+/",
        "/",
        "/i",
        "type:",
        "user:",
        "callback:s*",
        "ack:late",
        "ack:",
        "size:>10k",
        "took:<=5s",
        "after:10m",
        "before:07:21",
        "retry:>0",
        "nope:",
        ":",
        "*",
        "==",
        ".a",
        ".",
        "jq:",
        "jq:(.a == 1)",
        "[",
        "]",
        "|",
        "#",
        "U1",
        "\n",
    ]);
    vec(pieces, 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_text_is_a_filter_or_an_error_in_its_place(text in prop_oneof![3 => scraps(), 1 => ".{0,20}"], cursor in 0..40_usize) {
        match Filter::parse_in(&text, TimeZone::UTC) {
            Err(error) => {
                prop_assert!(text.is_char_boundary(error.offset));
                prop_assert_eq!(error.column, text[..error.offset].chars().count() + 1);
                prop_assert!(!error.message.is_empty());
            }
            Ok(filter) => {
                let written = filter.to_string();
                let again = Filter::parse_in(&written, TimeZone::UTC);
                prop_assert!(again.is_ok(), "{} -> {}: {:?}", text, written, again.err());
                prop_assert_eq!(again.unwrap(), filter);
            }
        }
        for completion in Filter::completions(&text, cursor) {
            prop_assert!(text.get(completion.replace.clone()).is_some());
        }
    }

    #[test]
    fn not_is_the_opposite(text in scraps(), message in "[aéb c{}\":xU1\\\\u]{0,20}") {
        let subject = envelope("interactive", &message);
        if let Ok(filter) = Filter::parse_in(&text, TimeZone::UTC)
            && !filter.matches_everything()
        {
            let opposite = Filter::parse_in(&format!("!({filter})"), TimeZone::UTC).unwrap();
            prop_assert_ne!(filter.matches(&subject), opposite.matches(&subject));
        }
    }

    #[test]
    fn text_is_found_wherever_serde_json_writes_it(before in ".{0,6}", needle in "[a-zA-Z\"\\\\/\n é😀]{1,6}", after in ".{0,6}") {
        let message = serde_json::to_string(&format!("{before}{needle}{after}")).unwrap();
        let quoted = format!("\"{}\"", needle.replace('\\', "\\\\").replace('"', "\\\""));
        let filter = Filter::parse_in(&quoted, TimeZone::UTC).unwrap();
        prop_assert!(filter.matches(&envelope("", &message)), "{} in {}", filter, message);
        let other = Filter::parse_in(&quoted.to_ascii_uppercase(), TimeZone::UTC).unwrap();
        prop_assert!(other.matches(&envelope("", &message)));
    }

    #[test]
    fn ascii_text_is_found_as_a_lowercase_search_finds_it(text in "[aAbB\\-1]{0,24}", needle in "[aAbB\\-1]{1,4}") {
        let filter = Filter::parse_in(&format!("\"{needle}\""), TimeZone::UTC).unwrap();
        let expected = text.to_lowercase().contains(&needle.to_lowercase());
        prop_assert_eq!(filter.matches(&envelope("", &text)), expected);
    }
}
