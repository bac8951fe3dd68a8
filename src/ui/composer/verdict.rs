//! What would happen to a draft: the fault, or the effect, what Slack refuses, and the exact frame.

use ratatui::text::{Line, Span};

use crate::app::App;
use crate::app::action::Action;
use crate::app::composer::{Composer, Draft, SlackSays, Verdict};
use crate::slack::ack::MAX_FRAME;
use crate::slack::check::{Finding, Severity};
use crate::slack::validation::{Answer, Mark};
use crate::text;
use crate::ui::Look;
use crate::ui::footer::key_of;
use crate::ui::theme::Paint;

/// Something that is told: its mark, its words, its colour.
type Told = (&'static str, String, Paint);

/// What is below the draft, for a pane of this width, in at most so many lines where it can be told in them.
pub fn lines<'a>(app: &App, draft: &Draft, look: &Look, (width, budget): (usize, usize)) -> Vec<Line<'a>> {
    let theme = &look.theme;
    let room = width.saturating_sub(3);
    let mut lines = Vec::new();
    if let Some(why) = &draft.unfilled {
        lines.extend(wrapped(
            &("!", format!("the template stands as it is written: {why}"), theme.warn),
            room,
        ));
    }
    let mut last = Vec::new();
    last.extend(draft.verdict.frame().map(|frame| frame_line(frame, look, room)));
    if matches!(app.composer, Composer::Kept(_)) {
        let words = format!("kept; {} goes on writing", key_of(app, Action::Compose));
        last.extend(wrapped(&("·", words, theme.dim), room));
    }
    // At least a line of ours is seen below what Slack says.
    let left = budget.saturating_sub(lines.len() + last.len() + 1);
    lines.extend(listed(
        &slack_says(draft, look),
        |count| format!("and {count} more from Slack"),
        look,
        (room, left),
    ));
    let left = budget.saturating_sub(lines.len() + last.len());
    lines.extend(own_verdict(app, draft, look, (room, left)));
    lines.extend(last);
    lines
}

fn slack_says(draft: &Draft, look: &Look) -> Vec<Told> {
    let theme = &look.theme;
    let answer = match &draft.slack {
        None => return Vec::new(),
        Some(SlackSays::Asked(_)) => {
            return vec![("…", "Slack is asked (blocks.validate)".to_owned(), theme.dim)];
        }
        Some(SlackSays::Said(answer)) => answer,
    };
    let told = answer.lines().into_iter().map(|(mark, words)| match mark {
        Mark::Good => ("✓", words, theme.ok),
        Mark::Bad => ("✗", words, theme.bad),
        Mark::Doubt => ("!", words, theme.warn),
    });
    told.collect()
}

fn own_verdict<'a>(app: &App, draft: &Draft, look: &Look, (room, left): (usize, usize)) -> Vec<Line<'a>> {
    let theme = &look.theme;
    let (effect, findings) = match &draft.verdict {
        Verdict::Syntax(error) => return wrapped(&("✗", error.to_string(), theme.bad), room),
        Verdict::TooLarge { bytes } => {
            let words = format!("{} are not checked: Slack takes 20,480 bytes", text::bytes(*bytes as u64));
            return wrapped(&("✗", words, theme.bad), room);
        }
        Verdict::Frame { effect, findings, .. } => (effect, findings),
    };
    if let Some(problem) = draft.problem() {
        // That which the cursor was brought to, whole.
        let (mark, words, paint) = told(problem.finding, look);
        return wrapped(&(mark, format!("{} of {}  {words}", problem.at, problem.of), paint), room);
    }
    let refused = findings.iter().any(|finding| finding.severity == Severity::Error);
    let taken = if refused {
        Vec::new()
    } else {
        wrapped(&("✓", format!("{}: {effect}", promise(draft)), theme.ok), room)
    };
    let told: Vec<Told> = findings.iter().map(|finding| told(finding, look)).collect();
    let key = key_of(app, Action::NextProblem);
    let left = left.saturating_sub(taken.len());
    let mut lines = listed(&told, |count| format!("and {count} more ({key} goes there)"), look, (room, left));
    lines.extend(taken);
    lines
}

/// What our own rules may say of a draft that they find nothing wrong with: less, where Slack was asked and did not
/// take it.
fn promise(draft: &Draft) -> &'static str {
    match &draft.slack {
        Some(SlackSays::Said(answer)) if *answer != Answer::Valid => "our rules find nothing",
        None if draft.is_as_sent() => "this was sent",
        _ => "Slack will take this",
    }
}

fn told(finding: &Finding, look: &Look) -> Told {
    let place = if finding.pointer.is_empty() { String::new() } else { format!("{}: ", finding.pointer) };
    let words = format!("{place}{}", finding.message);
    match finding.severity {
        Severity::Error => ("✗", words, look.theme.bad),
        Severity::Warning => ("!", words, look.theme.warn),
    }
}

fn wrapped<'a>((mark, words, paint): &Told, room: usize) -> Vec<Line<'a>> {
    let lines = text::wrap_words(words, room).into_iter().enumerate();
    lines
        .map(|(at, words)| Line::styled(format!(" {} {words}", if at == 0 { mark } else { " " }), *paint))
        .collect()
}

/// The first one whole, and those behind it that have room; then how many more there are.
fn listed<'a>(
    all: &[Told],
    more: impl Fn(usize) -> String,
    look: &Look,
    (room, left): (usize, usize),
) -> Vec<Line<'a>> {
    let mut lines = Vec::new();
    for (at, told) in all.iter().enumerate() {
        let next = wrapped(told, room);
        let rest = all.len() - at;
        if at > 0 && lines.len() + next.len() + usize::from(rest > 1) > left {
            lines.push(Line::styled(format!("   {}", text::fit(&more(rest), room)), look.theme.dim));
            break;
        }
        lines.extend(next);
    }
    lines
}

/// The exact frame, behind its size.
fn frame_line<'a>(frame: &str, look: &Look, room: usize) -> Line<'a> {
    let size = format!("{} of {} B ", text::thousands(frame.len() as u64), text::thousands(MAX_FRAME as u64));
    let paint = if frame.len() > MAX_FRAME { look.theme.bad } else { look.theme.text };
    let rest = room.saturating_sub(size.len());
    Line::from(vec![
        Span::styled(" → ", look.theme.dim),
        Span::styled(size, paint),
        Span::styled(
            text::fit(&text::visible(text::take(frame, rest + 1)), rest).into_owned(),
            look.theme.faint,
        ),
    ])
}
