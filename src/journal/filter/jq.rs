//! jq expressions, by jaq, on a short leash: bounded steps and stack, no environment, no output, no exit.

mod growth;
mod leash;
mod query;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;

use jaq_core::load::parse::Def;
use jaq_core::load::{self, Arena, File, Loader};
use jaq_core::{Compiler, Ctx, ValT, Vars, compile};
use jaq_json::Val;

use super::Seen;
use leash::{Kit, Leash, Meter, funs};
pub use query::{Answer, End, query};

/// Terms that jaq may evaluate for one message: some ten milliseconds, and what a walk over a large message takes.
const STEPS: usize = 100_000;
const STEPS_PER_BYTE: usize = 2;
/// Nesting that a message may have to be given to jaq, which reads and drops values recursively.
const DEPTH: usize = 256;
/// Longest expression, in bytes.
const LONGEST: usize = 8 * 1024;
/// For the threads that compile, and that run what may nest a value with every step: address space, of which only
/// what is used costs memory.
const ROOMY_STACK: usize = 256 * 1024 * 1024;
/// Steps for the latter, such that values as deep as these steps can make them are dropped within their stack.
const NESTING_STEPS: usize = 500_000;
/// What a value can be nested with, over and over.
const NESTING: [&str; 8] = ["def", "foreach", "pick", "recurse", "reduce", "setpath", "until", "while"];

/// How much of an error's words is kept, in bytes.
const ERROR_WORDS: usize = 200;

/// A compiled jq expression.
#[derive(Clone)]
pub(super) struct Jq {
    pub source: String,
    program: Arc<jaq_core::Filter<Kit>>,
    /// Whether it may build values deeper than the stack of any thread can drop.
    nests: bool,
}

/// A bound on steps, stack or nesting was met.
#[derive(Clone, Copy)]
pub(super) struct GaveUp;

impl std::fmt::Debug for Jq {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Jq").field(&self.source).finish()
    }
}

impl PartialEq for Jq {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

/// What is wrong with an expression, and at which byte of it.
#[derive(Debug)]
pub(super) struct Fault {
    pub offset: usize,
    pub message: String,
}

impl Jq {
    pub fn compile(source: &str) -> Result<Self, Fault> {
        if source.len() > LONGEST {
            return Err(Fault {
                offset: 0,
                message: format!("the jq expression is longer than {LONGEST} bytes"),
            });
        }
        let failed = || Fault { offset: 0, message: "this jq expression could not be compiled".to_owned() };
        let program = apart(|| compile(source)).ok_or_else(failed)??;
        let nests = NESTING.iter().any(|name| source.contains(name));
        Ok(Self { source: source.to_owned(), program: Arc::new(program), nests })
    }

    /// Whether any output is truthy; an error of the expression ends its outputs. What is no JSON matches nothing.
    pub fn matches(&self, seen: &Seen) -> Result<bool, GaveUp> {
        let message = seen.subject.message;
        let steps = STEPS + STEPS_PER_BYTE * message.len();
        if self.nests {
            let run = || match read(message)? {
                None => Ok((false, None)),
                Some(value) => self.run(&value, message.len(), steps.min(NESTING_STEPS)),
            };
            return Ok(tell(seen, apart(run).unwrap_or(Err(GaveUp))?));
        }
        let Some(value) = seen.value()? else { return Ok(false) };
        Ok(tell(seen, self.run(value, message.len(), steps)?))
    }

    /// Whether it matches, or the error that ended its outputs.
    fn run(&self, message: &Val, length: usize, steps: usize) -> Result<(bool, Option<String>), GaveUp> {
        let meter = Meter::new(steps, length);
        let data = Leash::new(&self.program.lut, &meter);
        let run = || {
            let outputs = self.program.id.run((Ctx::<Kit>::new(data, Vars::new([])), message.clone()));
            for output in outputs {
                match output {
                    Ok(value) if value.as_bool() => return (true, None),
                    Ok(_) => {}
                    Err(error) => return (false, Some(told(error))),
                }
            }
            (false, None)
        };
        catch_unwind(AssertUnwindSafe(run)).map_err(|_| GaveUp)
    }
}

/// Keeps an error of the expression with the record that it failed on.
fn tell(seen: &Seen, (matched, error): (bool, Option<String>)) -> bool {
    if let Some(error) = error {
        let _ = seen.jq_error.set(error);
    }
    matched
}

/// The error in words, which may quote a value of any size.
fn told(error: jaq_core::Exn<Val>) -> String {
    use std::fmt::Write as _;
    let mut words = Words(String::new());
    // Writing ends where there is enough.
    let _ = match error.get_err() {
        Ok(error) => write!(words, "{error}"),
        Err(_) => write!(words, "it broke off"),
    };
    words.0
}

/// The beginning of a text.
struct Words(String);

impl std::fmt::Write for Words {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        let room = ERROR_WORDS.saturating_sub(self.0.len());
        self.0.push_str(&text[..text.floor_char_boundary(room)]);
        if text.len() > room { Err(std::fmt::Error) } else { Ok(()) }
    }
}

/// Runs on a thread with room for recursion; `None` where there is none to be had.
fn apart<T: Send>(run: impl FnOnce() -> T + Send) -> Option<T> {
    let builder = thread::Builder::new().name("jq".to_owned()).stack_size(ROOMY_STACK);
    thread::scope(|scope| builder.spawn_scoped(scope, run).ok()?.join().ok())
}

/// A message as jaq's value; `None` where it is no JSON.
pub(super) fn read(message: &str) -> Result<Option<Val>, GaveUp> {
    if is_deep(message.as_bytes()) {
        return Err(GaveUp);
    }
    Ok(jaq_json::read::parse_single(message.as_bytes()).ok())
}

fn is_deep(json: &[u8]) -> bool {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_string,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => {
                depth += 1;
                if depth > DEPTH {
                    return true;
                }
            }
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    false
}

fn compile(source: &str) -> Result<jaq_core::Filter<Kit>, Fault> {
    let arena = Arena::default();
    let prelude = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs());
    // First as it is written, for the places of its mistakes.
    let modules = Loader::new(prelude)
        .load(&arena, File { code: source, path: () })
        .map_err(|errors| load_fault(source, errors))?;
    let compiler = || Compiler::default().with_funs(funs());
    compiler().compile(modules).map_err(|errors| compile_fault(source, errors))?;
    let failed = || Fault { offset: 0, message: "this is no jq expression".to_owned() };
    let term = load::parse(source, |parser| parser.term()).ok_or_else(failed)?;
    let main = Def { name: "_main", args: Vec::new(), body: term };
    let prelude = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs());
    let prelude = prelude.map(as_lasting_as).chain([main]);
    let arena = Arena::default();
    let modules = Loader::new(prelude.map(growth::tamed_def))
        .load(&arena, File { code: "_main", path: () })
        .map_err(|_| failed())?;
    compiler().compile(modules).map_err(|_| failed())
}

/// A definition that lives for ever beside one that does not.
fn as_lasting_as<'s>(def: Def<&'static str>) -> Def<&'s str> {
    def
}

fn load_fault(source: &str, errors: load::Errors<&str, ()>) -> Fault {
    let fault = |found: &str, message: String| Fault { offset: load::span(source, found).start, message };
    for (_, error) in errors {
        let first = match error {
            load::Error::Io(errors) => errors.first().map(|(path, why)| fault(path, why.clone())),
            load::Error::Lex(errors) => errors
                .first()
                .map(|(expect, found)| fault(found, format!("jq: {} expected", expect.as_str()))),
            load::Error::Parse(errors) => errors
                .first()
                .map(|(expect, found)| fault(found, format!("jq: {} expected", expect.as_str()))),
        };
        if let Some(first) = first {
            return first;
        }
    }
    Fault { offset: 0, message: "this is no jq expression".to_owned() }
}

fn compile_fault(source: &str, errors: compile::Errors<&str, ()>) -> Fault {
    let mut all = errors.into_iter().flat_map(|(_, errors)| errors);
    all.next().map_or(
        Fault { offset: 0, message: "this is no jq expression".to_owned() },
        |(name, undefined)| {
            let message = format!("jq has no {} `{name}` here", undefined.as_str());
            Fault { offset: load::span(source, name).start, message }
        },
    )
}
