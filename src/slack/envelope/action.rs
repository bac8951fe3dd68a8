//! The value of one Block Kit element, as `actions` and a view's `state` have it.

use super::line;
use crate::slack::peek;

/// How an element's value is told.
enum Told {
    /// A person typed it.
    Quoted,
    /// It is what the element shows.
    Plain,
    /// An option, told by its text.
    Option,
    /// A list of options or IDs.
    List,
    /// Seconds since 1970, or a date or a time of day.
    Scalar,
}

/// Where Block Kit's elements keep what was chosen; the first that is there is told. `text` of a button comes
/// after `selected_…`, which select menus of old messages have beside it.
const PLACES: [(&str, Told); 17] = [
    ("/selected_option", Told::Option),
    ("/selected_options", Told::List),
    ("/selected_user", Told::Plain),
    ("/selected_users", Told::List),
    ("/selected_channel", Told::Plain),
    ("/selected_channels", Told::List),
    ("/selected_conversation", Told::Plain),
    ("/selected_conversations", Told::List),
    ("/selected_date_time", Told::Scalar),
    ("/selected_date", Told::Plain),
    ("/selected_time", Told::Plain),
    ("/files", Told::List),
    ("/rich_text_value/elements/0/elements/0/text", Told::Quoted),
    ("/text/text", Told::Plain),
    ("/text", Told::Plain),
    ("/value", Told::Quoted),
    ("/accessibility_label", Told::Plain),
];

/// What was typed or chosen; `None` for an input that nobody filled.
pub(super) fn value(element: &str) -> Option<String> {
    PLACES.iter().find_map(|(place, how)| tell(peek::pointer(element, place)?, how))
}

/// [`value`], or what kind of element it is: a menu whose choice was taken back has no value.
pub(super) fn value_or_type(element: &str) -> Option<String> {
    value(element).or_else(|| peek::text_at(element, "type").map(|type_| line::one(&type_)))
}

fn tell(raw: &str, how: &Told) -> Option<String> {
    match how {
        Told::Quoted => peek::text(raw).map(|text| line::quoted(&text)),
        Told::Plain => peek::text(raw).map(|text| line::one(&text)),
        Told::Option => one_of(raw),
        Told::Scalar => raw.parse::<i64>().ok().map(|seconds| seconds.to_string()),
        Told::List => {
            let all: Vec<String> = peek::items(raw).filter_map(one_of).collect();
            (!all.is_empty()).then(|| line::one(&all.join(", ")))
        }
    }
}

/// An option, a file or an ID.
fn one_of(raw: &str) -> Option<String> {
    let places = ["", "/text/text", "/text", "/value", "/name", "/id"];
    let text = places.iter().find_map(|place| peek::text(peek::pointer(raw, place)?))?;
    Some(line::one(&text))
}
