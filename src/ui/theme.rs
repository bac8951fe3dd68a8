//! Every colour, by what it means. A theme is a TOML file; nothing else in `ui` names a colour.

use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;

/// What needs the reader is bright, what is done is dim.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Theme {
    pub text: Paint,
    pub strong: Paint,
    pub dim: Paint,
    pub faint: Paint,
    pub border: Paint,
    pub focus: Paint,
    pub brand: Paint,
    pub selection: Paint,
    /// The selected row of a pane that has not the focus.
    pub shadow: Paint,
    pub hit: Paint,
    pub ok: Paint,
    pub warn: Paint,
    pub bad: Paint,
    /// What waits for the user right now.
    pub urgent: Paint,
    pub badge: Paint,
    pub key: Paint,
    pub string: Paint,
    pub number: Paint,
    pub constant: Paint,
    pub punctuation: Paint,
    pub event: Paint,
    pub command: Paint,
    pub modal: Paint,
    pub menu: Paint,
    pub action: Paint,
    pub shortcut: Paint,
    pub system: Paint,
}

/// `"#7aa2f7"`, `"cyan bold"`, `"on #283457"`, `"dim"`, `"reset"`: foreground, background, modifiers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(try_from = "String")]
pub struct Paint(Style);

impl Paint {
    pub fn style(self) -> Style {
        self.0
    }
}

impl From<Paint> for Style {
    fn from(paint: Paint) -> Self {
        paint.0
    }
}

impl TryFrom<String> for Paint {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let mut style = Style::new();
        let mut ground = false;
        for word in text.split_whitespace() {
            match word {
                "on" => ground = true,
                "bold" => style = style.add_modifier(Modifier::BOLD),
                "dim" => style = style.add_modifier(Modifier::DIM),
                "italic" => style = style.add_modifier(Modifier::ITALIC),
                "underlined" => style = style.add_modifier(Modifier::UNDERLINED),
                "reversed" => style = style.add_modifier(Modifier::REVERSED),
                "plain" => {}
                color => {
                    let color: Color = color
                        .parse()
                        .map_err(|_| format!("`{color}` is neither a colour (`#7aa2f7`, `cyan`, `lightred`, `243`) nor one of on, bold, dim, italic, underlined, reversed, plain"))?;
                    style = if ground { style.bg(color) } else { style.fg(color) };
                }
            }
        }
        Ok(Self(style))
    }
}

/// The built-in themes, in the order in which `t` goes through them.
const BUILT_IN: [(&str, &str); 4] = [
    ("phosphor", include_str!("../../assets/themes/phosphor.toml")),
    ("daylight", include_str!("../../assets/themes/daylight.toml")),
    ("ansi", include_str!("../../assets/themes/ansi.toml")),
    ("mono", include_str!("../../assets/themes/mono.toml")),
];

/// The names of the built-in themes.
pub fn names() -> impl Iterator<Item = &'static str> {
    BUILT_IN.iter().map(|(name, _)| *name)
}

impl Theme {
    /// A theme by its name.
    pub fn named(name: &str) -> Result<Self, String> {
        let (_, text) = BUILT_IN.iter().find(|(known, _)| *known == name).ok_or_else(|| {
            format!("there is no theme `{name}`; there are {}", names().collect::<Vec<_>>().join(", "))
        })?;
        toml::from_str(text).map_err(|error| format!("theme `{name}`: {error}"))
    }

    /// What a terminal can show: no colour where `NO_COLOR` is set, the terminal's own 16 without true colour.
    pub fn default_name(no_color: bool, colorterm: Option<&str>) -> &'static str {
        match colorterm {
            _ if no_color => "mono",
            Some("truecolor" | "24bit") => "phosphor",
            _ => "ansi",
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_built_in_theme_loads_and_mono_has_no_colour() {
        for name in names() {
            Theme::named(name).unwrap();
        }
        let mono = format!("{:?}", Theme::named("mono").unwrap());
        assert!(!mono.contains(".fg("), "{mono}");
        assert!(!mono.contains(".bg("), "{mono}");
    }

    #[test]
    fn a_wrong_name_or_colour_is_told_with_what_there_is() {
        assert!(Theme::named("neon").unwrap_err().contains("phosphor, daylight, ansi, mono"));
        assert!(Paint::try_from("blurple".to_owned()).unwrap_err().contains("`blurple`"));
    }

    #[test]
    fn the_terminal_decides_the_default() {
        assert_eq!(Theme::default_name(true, Some("truecolor")), "mono");
        assert_eq!(Theme::default_name(false, Some("24bit")), "phosphor");
        assert_eq!(Theme::default_name(false, None), "ansi");
    }
}
