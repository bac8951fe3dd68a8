//! What each effect does outside.

use tokio::sync::mpsc;
use url::Url;

use super::{Surroundings, Tell, save};
use crate::app::work::Task;
use crate::app::{App, Effect, Event, Grade};
use crate::clipboard::Copied;
use crate::link::{Command, validate};
use crate::simulator::{Handle, Sending};
use crate::slack::message::Header;
use crate::slack::sample::{Overrides, Unsent};
use crate::slack::validation::Question;
use crate::templates;

pub(super) fn perform<I>(effect: Effect, app: &mut App, around: &mut Surroundings<I>, tell: &Tell) {
    let result = match effect {
        Effect::Link(command) => to_link(around.commands.as_ref(), command),
        Effect::Copy { what, text } => around.clipboard.copy(&text).map(|copied| {
            let by = if copied == Copied::Terminal { " (by way of the terminal)" } else { "" };
            let told = format!("copied {what}{by}");
            app.update(Event::Told(Grade::Done, told), (around.clock)());
        }),
        Effect::SendSample(name) => simulate(around.simulator.as_ref(), |slack| {
            slack
                .send(name, &Overrides::new(), Sending::default())
                .map(drop)
                .map_err(|error| error.to_string())
        }),
        Effect::SendAgain(text) => simulate(around.simulator.as_ref(), |slack| send_again(slack, &text)),
        Effect::SaveRules { path, text, replace } => {
            let event = save::rules(&path, &text, replace);
            app.update(event.unwrap_or_else(|why| Event::RulesNotSaved(path, why)), (around.clock)());
            Ok(())
        }
        effect @ Effect::SaveTemplate { .. } => save_template(effect, app, around),
        Effect::CheckWithSlack { number, question } => {
            check_with_slack(around.outside.api_url.clone(), number, question, tell.clone())
        }
        Effect::Work(task) => work(task, tell.clone()),
        Effect::Edit { .. }
        | Effect::EditRule(_)
        | Effect::Page(_)
        | Effect::Export(_)
        | Effect::Suspend
        | Effect::Quit => Ok(()),
    };
    if let Err(why) = result {
        app.update(Event::Told(Grade::Failed, why), (around.clock)());
    }
}

fn to_link(commands: Option<&mpsc::Sender<Command>>, command: Command) -> Result<(), String> {
    let commands = commands.ok_or("there is no connection here")?;
    commands.try_send(command).map_err(|error| match error {
        mpsc::error::TrySendError::Full(_) => "the connections are busy: try again in a moment".to_owned(),
        mpsc::error::TrySendError::Closed(_) => "the connections are shut down already".to_owned(),
    })
}

/// Saves the draft and reads all templates anew, as if the program had just started.
fn save_template<I>(effect: Effect, app: &mut App, around: &Surroundings<I>) -> Result<(), String> {
    let Effect::SaveTemplate { kind, name, text, replace } = effect else { return Ok(()) };
    let folder = around.outside.templates.as_ref().ok_or(templates::SaveError::NoFolder);
    let saved = folder.and_then(|folder| {
        let path = templates::save(folder, kind, &name, &text, replace)?;
        Ok((path, templates::load(folder)))
    });
    let (path, loaded) = saved.map_err(|error| error.to_string())?;
    let now = (around.clock)();
    app.update(Event::Templates(loaded), now);
    app.update(Event::Told(Grade::Done, format!("saved as {}", path.display())), now);
    Ok(())
}

/// Asks in a task of its own: an answer may take seconds, and no key waits for it.
fn check_with_slack(api_url: Option<Url>, number: u64, question: Question, tell: Tell) -> Result<(), String> {
    let api_url = api_url.ok_or("there is no Slack to ask here")?;
    tokio::spawn(async move {
        let answer = validate::validate(api_url, question, validate::PATIENCE).await;
        // Nobody listens any more where the program ends.
        let _ = tell.send(Some(Event::Checked(number, answer)));
    });
    Ok(())
}

/// On a thread of its own, which nobody waits for when the program ends.
fn work(task: Task, tell: Tell) -> Result<(), String> {
    // Where the loop has ended, nobody wants to know any more.
    let run = move || drop(tell.send(Some(Event::Worked(task.run()))));
    std::thread::Builder::new()
        .name("work".to_owned())
        .spawn(run)
        .map(drop)
        .map_err(|error| format!("nothing can be worked out in the background: {error}"))
}

/// What the built-in simulator is asked to send.
fn simulate(
    simulator: Option<&Handle>,
    send: impl FnOnce(&Handle) -> Result<(), String>,
) -> Result<(), String> {
    let handle = simulator.ok_or("only the built-in simulator can send: run `sockscope demo`")?;
    send(handle)
}

/// The same envelope once more, with an `envelope_id` of its own, as Slack would.
fn send_again(slack: &Handle, message: &str) -> Result<(), String> {
    let payload = Header::parse(message)
        .and_then(|header| Some((header.type_?, header.payload?, header.accepts_response_payload)));
    let Some((type_, payload, accepts)) = payload else {
        return Err("only an envelope can be sent again".to_owned());
    };
    let payload = serde_json::from_str(payload)
        .map_err(|error| format!("the payload cannot be sent again: {error}"))?;
    slack.send_unsent(Unsent::new(&type_, &payload, accepts.unwrap_or_default()), Sending::default());
    Ok(())
}
