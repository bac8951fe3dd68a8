//! What users click, choose and submit.

use std::borrow::Cow;

use super::{About, Kind, action, id, line};
use crate::slack::peek;

pub(super) fn about<'a>(type_: &str, payload: &mut peek::Value<'a>) -> About<'a> {
    let keys = [
        "type",
        "team",
        "user",
        "channel",
        "callback_id",
        "action_id",
        "block_id",
        "view",
        "actions",
        "enterprise",
        "container",
    ];
    let [
        own_type,
        team,
        user,
        channel,
        callback_id,
        action_id,
        block_id,
        view,
        actions,
        enterprise,
        container,
    ] = payload.fields(keys);
    let own_type = own_type.and_then(peek::text);
    let kind = match Kind::of(type_, own_type.as_deref()) {
        Kind::Unknown => return super::unknown(payload.raw(), own_type),
        kind => kind,
    };
    let action = actions.and_then(|actions| peek::items(actions).next());
    let of_action = |key| action.and_then(|action| peek::text_at(action, key));
    // an app installed for a whole organisation gets `"team":null`
    let team = team.filter(|team| peek::is_object(team)).or(enterprise);
    let mut about = About {
        team_id: id(team),
        team_domain: team.and_then(|team| peek::text_at(team, "domain")),
        user: id(user),
        user_name: user
            .and_then(|user| peek::text_at(user, "username").or_else(|| peek::text_at(user, "name"))),
        channel: id(channel).or_else(|| peek::text_at(container?, "channel_id")),
        callback_id: callback_id
            .and_then(peek::text)
            .or_else(|| view.and_then(|view| peek::text_at(view, "callback_id"))),
        action_id: action_id.and_then(peek::text).or_else(|| of_action("action_id")),
        block_id: block_id.and_then(peek::text).or_else(|| of_action("block_id")),
        ..About::empty(kind, payload.raw())
    };
    about.subject = subject(&about, action).or_else(|| view.and_then(view_name)).unwrap_or_default();
    about
}

/// What was done, and by whom.
pub(super) fn summary(kind: Kind, payload: &str, who: Option<&str>) -> String {
    let [view, actions] = peek::fields(payload, ["view", "actions"]);
    line::joined([told(kind, payload, view, actions).as_deref(), who])
}

/// What a developer wrote a handler for.
fn subject<'a>(about: &About<'a>, action: Option<&'a str>) -> Option<Cow<'a, str>> {
    match about.kind {
        Kind::BlockActions | Kind::BlockSuggestion => {
            let named = about.action_id.clone().or_else(|| about.block_id.clone());
            named.or_else(|| action.and_then(|action| peek::text_at(action, "type")))
        }
        _ => about.callback_id.clone(),
    }
}

/// A view without a `callback_id` is known by its title.
fn view_name(view: &str) -> Option<Cow<'_, str>> {
    peek::pointer(view, "/title/text").and_then(peek::text).or_else(|| peek::text_at(view, "id"))
}

/// What was chosen, typed or meant.
fn told(kind: Kind, payload: &str, view: Option<&str>, actions: Option<&str>) -> Option<String> {
    match kind {
        Kind::BlockActions | Kind::InteractiveMessage if actions.is_some() => actions.and_then(all_actions),
        Kind::BlockSuggestion | Kind::DialogSuggestion | Kind::InteractiveMessage => {
            let typed = peek::field(payload, "value").and_then(peek::string)?;
            let name = peek::text_at(payload, "name");
            let quoted = line::quoted(&typed);
            Some(name.map_or_else(|| quoted.clone(), |name| format!("{}: {quoted}", line::one(&name))))
        }
        Kind::ViewSubmission => first_input(view?),
        Kind::ViewClosed => {
            let all = peek::field(payload, "is_cleared") == Some("true");
            Some(if all { "all views closed".to_owned() } else { "closed".to_owned() })
        }
        Kind::MessageAction => {
            peek::pointer(payload, "/message/text").and_then(peek::text).map(|text| line::one(&text))
        }
        Kind::DialogSubmission => {
            let submission = peek::field(payload, "submission")?;
            let (_, typed) = peek::members(submission).find(|(_, value)| peek::text(value).is_some())?;
            peek::string(typed).map(|typed| line::quoted(&typed))
        }
        _ => None,
    }
}

fn all_actions(actions: &str) -> Option<String> {
    let mut rest = peek::items(actions);
    let first = action::value_or_type(rest.next()?);
    match rest.count() {
        0 => first,
        more => Some(format!("{} +{more}", first.unwrap_or_default()).trim_start().to_owned()),
    }
}

/// The first input of a submitted view that holds something.
fn first_input(view: &str) -> Option<String> {
    let values = peek::pointer(view, "/state/values")?;
    peek::members(values)
        .find_map(|(_, block)| peek::members(block).find_map(|(_, input)| action::value(input)))
}
