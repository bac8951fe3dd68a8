#![allow(clippy::unwrap_used)]
use super::*;

fn press(code: KeyCode) -> KeyEvent {
    KeyEvent::new(code, KeyModifiers::NONE)
}

fn type_(overlay: &mut Overlay, text: &str) -> Reply {
    text.chars().map(|c| overlay.key(press(KeyCode::Char(c)))).last().unwrap()
}

#[test]
fn the_palette_narrows_and_gives_the_chosen_name() {
    let mut palette = Overlay::palette(|_| true, |_| String::new());
    assert_eq!(type_(&mut palette, "reconnect now"), Reply::Stays);
    let Overlay::Menu(menu) = &palette else { unreachable!() };
    assert!(menu.matching().iter().any(|item| item.label == "reconnect"));
    assert!(menu.matching().len() < 4);
    type_(&mut palette, "xyzzy");
    assert_eq!(palette.key(press(KeyCode::Enter)), Reply::Stays);
    assert_eq!(palette.key(press(KeyCode::Esc)), Reply::Closed);
}

#[test]
fn a_prompt_cannot_be_entered_while_it_is_wrong_and_gives_back_what_was() {
    let mut prompt = Overlay::prompt(Purpose::Filter, "old");
    assert_eq!(type_(&mut prompt, "er"), Reply::Changed(Purpose::Filter, "older".into()));
    let Overlay::Prompt(inner) = &mut prompt else { unreachable!() };
    inner.error = Some((1, "wrong".into()));
    assert_eq!(prompt.key(press(KeyCode::Enter)), Reply::Stays);
    assert_eq!(prompt.key(press(KeyCode::Esc)), Reply::Cancelled(Purpose::Filter, "old".into()));
}

#[test]
fn a_second_ctrl_c_quits() {
    let control_c = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
    let question = |about| Overlay::Question(Question { about, text: String::new(), yes: "quit" });
    assert_eq!(question(About::Quit).key(control_c), Reply::Answered(About::Quit, true));
    assert_eq!(question(About::Reconnect).key(control_c), Reply::Answered(About::Reconnect, false));
}
