//! What a draft will do, as it stands.

use super::{Form, row_of};
use crate::slack::envelope::Kind;
use crate::slack::peek;

impl Form {
    /// The form that a draft has, read off its members; whether it is right or legal is another question.
    pub fn of(kind: Kind, draft: &str) -> Self {
        let keys = ["response_action", "options", "option_groups", "errors", "blocks", "response_type"];
        let [action, options, groups, errors, blocks, response_type] = peek::fields(draft, keys);
        let in_channel = response_type.and_then(peek::string).is_some_and(|place| place == "in_channel");
        let action = action.and_then(peek::string);
        match (kind, action.as_deref()) {
            _ if peek::members(draft).next().is_none() && matches!(draft.trim(), "" | "{}") => Self::Empty,
            (_, Some("update")) => Self::ViewUpdate,
            (_, Some("push")) => Self::ViewPush,
            (_, Some("clear")) => Self::ViewClear,
            (_, Some("errors")) => Self::ViewErrors,
            (Kind::DialogSubmission, _) if errors.is_some() => Self::DialogErrors,
            _ if options.is_some() => Self::Options,
            _ if groups.is_some() => Self::OptionGroups,
            (Kind::InteractiveMessage, _) => Self::Message,
            (Kind::Command, _) => match (blocks.is_some(), in_channel) {
                (true, true) => Self::BlocksInChannel,
                (true, false) => Self::Blocks,
                (false, true) => Self::MessageInChannel,
                (false, false) => Self::Message,
            },
            _ => Self::Raw,
        }
    }
}

/// What Slack does when it takes this draft, in one line: "keeps the modal open and marks 2 inputs".
pub fn effect(kind: Kind, draft: &str) -> String {
    let form = Form::of(kind, draft);
    let count = |key| {
        peek::field(draft, key).map_or(0, |list| peek::members(list).count() + peek::items(list).count())
    };
    match form {
        Form::ViewErrors => format!("keeps the modal open and marks {}", many(count("errors"), "input")),
        Form::DialogErrors => format!("keeps the dialog open and marks {}", many(count("errors"), "field")),
        Form::Options => format!("the menu shows {}", many(count("options"), "option")),
        Form::OptionGroups => {
            let groups = peek::field(draft, "option_groups").unwrap_or_default();
            let options = peek::items(groups).filter_map(|group| peek::field(group, "options"));
            let options: usize = options.map(|list| peek::items(list).count()).sum();
            format!("the menu shows {} in {}", many(options, "option"), many(count("option_groups"), "group"))
        }
        _ => row_of(kind, form).map_or("sends what Slack knows no use for", |row| row.effect).to_owned(),
    }
}

fn many(count: usize, thing: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {thing}{plural}")
}
