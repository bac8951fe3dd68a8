//! Events API: `{"type":"event_callback","event":{…},"event_id":…}`.

use std::borrow::Cow;

use super::{About, Kind, id, line};
use crate::slack::peek;

pub(super) fn about<'a>(payload: &mut peek::Value<'a>) -> About<'a> {
    const KEYS: [&str; 6] = ["type", "channel_type", "user", "user_id", "channel", "function"];
    let [mut event, mut event_id, mut team, mut authorizations, mut api_type] = [None; 5];
    let mut of_event = [None; KEYS.len()];
    payload.members(|key, value| match key {
        "event" => {
            of_event = value.fields(KEYS);
            event = Some(value.raw());
        }
        "event_id" => event_id = Some(value.raw()),
        "team_id" => team = Some(value.raw()),
        "authorizations" => authorizations = Some(value.raw()),
        "type" => api_type = Some(value.raw()),
        _ => {}
    });
    let payload = payload.raw();
    let wrapped = event.is_some_and(peek::is_object);
    let event = unwrapped(payload, event, api_type);
    if !wrapped {
        of_event = peek::fields(event, KEYS);
    }
    let [type_, channel_type, user, user_id, channel, function] = of_event;
    let inner = || peek::field(event, "message").or_else(|| peek::field(event, "previous_message"));
    let item = || peek::field(event, "item");
    About {
        subject: subject(
            type_.and_then(peek::text).unwrap_or_default(),
            channel_type.and_then(peek::text).as_deref(),
        ),
        team_id: team.and_then(peek::text).or_else(|| id(authorizations.and_then(first_team))),
        user: id(user).or_else(|| id(user_id)).or_else(|| id(peek::field(inner()?, "user"))),
        user_name: user.and_then(|user| peek::text_at(user, "name")),
        channel: id(channel)
            .or_else(|| peek::text_at(event, "channel_id"))
            .or_else(|| id(peek::field(item()?, "channel"))),
        event_id: event_id.and_then(peek::text),
        callback_id: function.and_then(|function| peek::text_at(function, "callback_id")),
        ..About::empty(Kind::Event, payload)
    }
}

/// What happened, in the event's own words.
pub(super) fn summary(payload: &str) -> String {
    let [event, api_type] = peek::fields(payload, ["event", "type"]);
    let event = unwrapped(payload, event, api_type);
    let [type_, subtype] = peek::fields(event, ["type", "subtype"]).map(|value| value.and_then(peek::text));
    line::joined([subtype.as_deref(), said(event, &type_.unwrap_or_default()).as_deref()])
}

/// The event within the payload. Slack's page shows `app_home_opened` without its `event_callback` around it.
fn unwrapped<'a>(payload: &'a str, event: Option<&'a str>, api_type: Option<&str>) -> &'a str {
    match event.filter(|event| peek::is_object(event)) {
        Some(event) => event,
        None if api_type.and_then(peek::string).is_none_or(|name| name != "event_callback") => payload,
        None => "",
    }
}

fn first_team(authorizations: &str) -> Option<&str> {
    peek::field(peek::items(authorizations).next()?, "team_id")
}

/// The name by which the event is subscribed to: messages are told apart by the channel they are in.
fn subject<'a>(type_: Cow<'a, str>, channel_type: Option<&str>) -> Cow<'a, str> {
    let place = match (&*type_, channel_type) {
        ("message", Some("channel")) => "channels",
        ("message", Some("group")) => "groups",
        ("message", Some(other)) => other,
        _ => return type_,
    };
    Cow::Owned(format!("{type_}.{place}"))
}

/// Where the telling part of an event lies, the first that is there; the rest of the known events tell who.
const TELLING: [&str; 15] = [
    "/text",
    "/message/text",
    "/previous_message/text",
    "/reaction",
    "/links/0/url",
    "/attachments/0/fallback",
    "/file/name",
    "/files/0/name",
    "/file_id",
    "/assistant_thread/context/channel_id",
    "/function/callback_id",
    "/channel/name",
    "/subteam/handle",
    "/name",
    "/tab",
];

fn said<'a>(event: &'a str, type_: &str) -> Option<Cow<'a, str>> {
    let found = TELLING.iter().find_map(|place| {
        let text = peek::text(peek::pointer(event, place)?)?;
        Some(if *place == "/reaction" { Cow::Owned(format!(":{text}:")) } else { text })
    });
    let user = peek::field(event, "user");
    let who = || user.and_then(|user| peek::text_at(user, "name").or_else(|| id(Some(user))));
    match found {
        Some(text) if type_ == "message" || type_ == "app_mention" => Some(text),
        Some(text) => Some(Cow::Owned(line::joined([Some(&*text), who().as_deref()]))),
        None => who(),
    }
}
