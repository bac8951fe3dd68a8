//! The dialog in which a rule is written: its fields, what is wrong with it, what speaks against it.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget as _};
use ratatui_textarea::TextArea;

use crate::app::rules::does;
use crate::app::rules::form::{Field, Form, Place};
use crate::link::rule::{Spec, THEN, Then};
use crate::text;
use crate::ui::Look;
use crate::ui::overlay::dialog;

/// Where what is written starts.
const LABEL: usize = 8;

const WIDEST: usize = 90;

/// The lines that most rules need.
const STEADY: usize = 13;

/// The lines of the dialog, and where the cursor stands.
struct Page<'a> {
    lines: Vec<Line<'a>>,
    cursor: Option<(usize, usize)>,
    width: usize,
}

pub fn draw(form: &Form, look: &Look, frame: &mut Frame, screen: Rect) {
    let title = match form.place {
        Place::First => "Arm this answer: it goes before all other rules",
        Place::Of { .. } => "Change the rule",
    };
    let width = usize::from(screen.width).saturating_sub(4).min(WIDEST);
    let mut page = Page { lines: Vec::new(), cursor: None, width };
    for field in Field::ALL {
        page.field(form, field, look);
    }
    page.lines.push(Line::styled("─".repeat(width), look.theme.border));
    page.consequences(form, look);
    let keys = page.keys(form, look);
    // Of a steady height, so that it does not jump while one types; the keys are always in sight.
    let height = (page.lines.len() + 2).max(STEADY);
    let area = dialog(frame, look, screen, (width, height), title);
    let [above, below] = Layout::vertical([Constraint::Fill(1), Constraint::Length(1)]).areas(area);
    Paragraph::new(page.lines).render(above, frame.buffer_mut());
    Paragraph::new(keys).render(below, frame.buffer_mut());
    if let Some((x, y)) = page.cursor {
        let place = |start: u16, offset: usize| start + u16::try_from(offset).unwrap_or(0);
        let x = place(area.x, x).min(area.right().saturating_sub(1));
        frame.set_cursor_position(Position::new(x, place(area.y, y)));
    }
}

impl Page<'_> {
    fn field(&mut self, form: &Form, field: Field, look: &Look) {
        let theme = &look.theme;
        let here = form.field == field;
        let fault = form.verdict.as_ref().err().filter(|fault| fault.field == Some(field));
        let label = if here { theme.focus } else { theme.dim };
        let mut line = Line::from(Span::styled(format!(" {:<1$}", field.label(), LABEL - 1), label));
        let mut left = 0;
        match field {
            Field::When => left = self.text(&mut line, &form.when, here, ("", fault.is_some()), look),
            Field::Delay => left = self.text(&mut line, &form.delay, here, ("none", fault.is_some()), look),
            Field::Name => left = self.text(&mut line, &form.name, here, ("none", fault.is_some()), look),
            Field::Times => line.extend(times(form.times, here, look)),
            Field::Then => line.extend(then(form.then, here, look)),
        }
        self.lines.push(line);
        if let Some(fault) = fault {
            let column = fault.column.unwrap_or(1).saturating_sub(1);
            let pad = (LABEL + column).saturating_sub(left).min(self.width / 2);
            let words = text::wrap_words(&fault.message, self.width.saturating_sub(pad + 3));
            for (at, words) in words.into_iter().enumerate() {
                let mark = if at == 0 { "▲" } else { " " };
                self.lines.push(Line::styled(format!("{}{mark} {words}", " ".repeat(pad)), theme.bad));
            }
        }
    }

    /// A line that is written in, moved so that its cursor is in sight; returns how far.
    fn text(
        &mut self,
        line: &mut Line,
        input: &TextArea,
        here: bool,
        (blank, wrong): (&str, bool),
        look: &Look,
    ) -> usize {
        let theme = &look.theme;
        let raw = input.lines().concat();
        let typed = text::visible(&raw).into_owned();
        if typed.is_empty() && !here {
            line.push_span(Span::styled(blank.to_owned(), theme.faint));
            return 0;
        }
        let before: String = raw.chars().take(input.cursor().1).collect();
        let room = self.width.saturating_sub(LABEL + 2);
        let before = text::width(&text::visible(&before));
        let left = if here { before.saturating_sub(room.saturating_sub(1)) } else { 0 };
        let rest = &typed[text::take(&typed, left).len()..];
        let shown = if here { text::take(rest, room).to_owned() } else { text::fit(rest, room).into_owned() };
        let paint = match (wrong, here) {
            (true, _) => theme.bad,
            (false, true) => theme.strong,
            (false, false) => theme.text,
        };
        line.push_span(Span::styled(shown, paint));
        if here {
            self.cursor = Some((LABEL + before - left, self.lines.len()));
        }
        left
    }

    /// What the rule would do, what is wrong with its payload, and what would come of it.
    fn consequences(&mut self, form: &Form, look: &Look) {
        let theme = &look.theme;
        match &form.verdict {
            Ok(rule) => {
                let words = does(rule.spec());
                self.words(" ", &format!("It {words}."), theme.text);
                self.payload(rule.spec(), look);
            }
            Err(fault) if fault.field.is_none() => self.words("✗", &fault.message, theme.bad),
            Err(_) => {}
        }
        for doubt in &form.doubts {
            self.words("!", doubt, theme.warn);
        }
        if !form.doubts.is_empty() {
            self.words(" ", "It can be armed all the same.", theme.dim);
        }
    }

    fn payload(&mut self, spec: &Spec, look: &Look) {
        let Some(payload) = spec.payload.as_deref().filter(|_| spec.then != Then::Drop) else { return };
        let head: String = payload.chars().take(4 * self.width).collect();
        let head = head.split_whitespace().collect::<Vec<_>>().join(" ");
        let room = self.width.saturating_sub(4);
        let line = format!("   {}", text::fit(&text::visible(&head), room));
        self.lines.push(Line::styled(line, look.theme.dim));
    }

    fn words(&mut self, mark: &str, words: &str, paint: crate::ui::theme::Paint) {
        let wrapped = text::wrap_words(words, self.width.saturating_sub(4));
        for (at, words) in wrapped.into_iter().enumerate() {
            let mark = if at == 0 { mark } else { " " };
            self.lines.push(Line::styled(format!(" {mark} {words}"), paint));
        }
    }

    fn keys<'a>(&self, form: &Form, look: &Look) -> Line<'a> {
        let arm = if form.place == Place::First { "arm" } else { "change" };
        let choose = matches!(form.field, Field::Times | Field::Then);
        let keys = [
            (true, "Enter", arm),
            (true, "Tab", "next field"),
            (choose, "Space", "choose"),
            (true, "Ctrl-E", "payload in $EDITOR"),
            (true, "Esc", "cancel"),
        ];
        let mut line = Line::from(" ");
        for (_, key, word) in keys.into_iter().filter(|(shown, ..)| *shown) {
            if line.width() + key.len() + word.len() + 3 > self.width {
                break;
            }
            line.push_span(Span::styled(key, look.theme.focus));
            line.push_span(Span::styled(format!(" {word}  "), look.theme.dim));
        }
        line
    }
}

/// All that can be chosen, the chosen one bright.
fn choices<'a>(choices: impl Iterator<Item = (String, bool)>, here: bool, look: &Look) -> Vec<Span<'a>> {
    let theme = &look.theme;
    let spans = choices.map(|(word, chosen)| match (chosen, here) {
        (true, true) => Span::styled(format!("● {word}   "), theme.urgent),
        (true, false) => Span::styled(format!("● {word}   "), theme.text),
        (false, _) => Span::styled(format!("○ {word}   "), theme.faint),
    });
    spans.collect()
}

fn times<'a>(times: Option<u32>, here: bool, look: &Look) -> Vec<Span<'a>> {
    let many = times.filter(|times| *times > 1);
    let offered = [("always".to_owned(), times.is_none()), ("once".to_owned(), times == Some(1))];
    let many = match many {
        Some(times) => vec![(format!("{} times", text::thousands(times.into())), true)],
        None if here => vec![("or a number".to_owned(), false)],
        None => Vec::new(),
    };
    choices(offered.into_iter().chain(many), here, look)
}

fn then<'a>(then: Then, here: bool, look: &Look) -> Vec<Span<'a>> {
    choices(THEN.iter().map(|(known, word)| ((*word).to_owned(), *known == then)), here, look)
}
