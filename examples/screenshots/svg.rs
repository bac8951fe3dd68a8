//! A terminal's cells as an SVG picture.

use std::fmt::Write as _;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

const CELL: (f64, f64) = (8.4, 18.0);
const MARGIN: f64 = 12.0;

/// The picture of a screen on a dark or a light ground.
pub fn draw(buffer: &Buffer, light: bool) -> String {
    let (columns, rows) = (buffer.area.width, buffer.area.height);
    let width = f64::from(columns) * CELL.0 + 2.0 * MARGIN;
    let height = f64::from(rows) * CELL.1 + 2.0 * MARGIN;
    let ground = if light { "#fbfcfa" } else { "#0f1517" };
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.1} {height:.1}\" width=\"{width:.0}\" height=\"{height:.0}\" font-family=\"'DejaVu Sans Mono', 'JetBrains Mono', Menlo, Consolas, monospace\" font-size=\"14\" xml:space=\"preserve\">\n<rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{ground}\"/>\n"
    );
    for y in 0..rows {
        draw_row(buffer, y, light, &mut out);
    }
    out.push_str("</svg>\n");
    out
}

fn draw_row(buffer: &Buffer, y: u16, light: bool, out: &mut String) {
    let top = f64::from(y) * CELL.1 + MARGIN;
    for (start, end, cell) in runs(buffer, y, |cell| colors(cell, light).1) {
        if let Some(fill) = colors(cell, light).1 {
            let (x, width) = (left(start), f64::from(end - start) * CELL.0);
            let _ = writeln!(
                out,
                "<rect x=\"{x:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{:.1}\" fill=\"{fill}\"/>",
                CELL.1
            );
        }
    }
    let style = |cell: &Cell| (colors(cell, light).0, cell.modifier);
    for (start, end, cell) in runs(buffer, y, style) {
        let text: String = (start..end).map(|x| buffer[(x, y)].symbol()).collect();
        if text.trim().is_empty() {
            continue;
        }
        let lead = u16::try_from(text.chars().take_while(|c| *c == ' ').count()).unwrap_or(0);
        let shown = text.trim();
        let columns = u16::try_from(unicode_width::UnicodeWidthStr::width(shown)).unwrap_or(0);
        let mut more = String::new();
        for (modifier, attribute) in [
            (Modifier::BOLD, " font-weight=\"bold\""),
            (Modifier::ITALIC, " font-style=\"italic\""),
            (Modifier::DIM, " opacity=\"0.6\""),
            (Modifier::UNDERLINED, " text-decoration=\"underline\""),
        ] {
            if cell.modifier.contains(modifier) {
                more.push_str(attribute);
            }
        }
        let _ = writeln!(
            out,
            "<text x=\"{:.1}\" y=\"{:.1}\" textLength=\"{:.1}\" lengthAdjust=\"spacingAndGlyphs\" fill=\"{}\"{more}>{}</text>",
            left(start + lead),
            top + 13.5,
            f64::from(columns) * CELL.0,
            colors(cell, light).0,
            shown.replace('&', "&amp;").replace('<', "&lt;"),
        );
    }
}

fn left(column: u16) -> f64 {
    f64::from(column) * CELL.0 + MARGIN
}

/// Neighbouring cells that look alike: first column, the one behind the last, a cell of them.
fn runs<K: PartialEq>(buffer: &Buffer, y: u16, key: impl Fn(&Cell) -> K) -> Vec<(u16, u16, &Cell)> {
    let mut runs: Vec<(u16, u16, &Cell)> = Vec::new();
    for x in 0..buffer.area.width {
        let cell = &buffer[(x, y)];
        match runs.last_mut() {
            Some((_, end, first)) if key(first) == key(cell) => *end = x + 1,
            _ => runs.push((x, x + 1, cell)),
        }
    }
    runs
}

/// Foreground and background as they are seen.
fn colors(cell: &Cell, light: bool) -> (String, Option<String>) {
    let (text, ground) = if light { ("#2b3336", "#fbfcfa") } else { ("#c8d3d5", "#0f1517") };
    let fg = color(cell.fg).unwrap_or_else(|| text.to_owned());
    let bg = color(cell.bg);
    if cell.modifier.contains(Modifier::REVERSED) {
        (bg.unwrap_or_else(|| ground.to_owned()), Some(fg))
    } else {
        (fg, bg)
    }
}

fn color(color: Color) -> Option<String> {
    let named = |hex: &str| Some(hex.to_owned());
    match color {
        Color::Rgb(r, g, b) => Some(format!("#{r:02x}{g:02x}{b:02x}")),
        Color::Black => named("#000000"),
        Color::Red => named("#cd3131"),
        Color::Green => named("#0dbc79"),
        Color::Yellow => named("#e5e510"),
        Color::Blue => named("#2472c8"),
        Color::Magenta => named("#bc3fbc"),
        Color::Cyan => named("#11a8cd"),
        Color::Gray => named("#cccccc"),
        Color::DarkGray => named("#666666"),
        Color::LightRed => named("#f14c4c"),
        Color::LightGreen => named("#23d18b"),
        Color::LightYellow => named("#f5f543"),
        Color::LightBlue => named("#3b8eea"),
        Color::LightMagenta => named("#d670d6"),
        Color::LightCyan => named("#29b8db"),
        Color::White => named("#ffffff"),
        Color::Reset | Color::Indexed(_) => None,
    }
}
