//! jq expressions, by jaq, on a short leash: bounded steps and stack, no environment, no output, no exit.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;

use jaq_core::data::{DataT, HasLut};
use jaq_core::load::{self, Arena, File, Loader};
use jaq_core::native::{self, Fun};
use jaq_core::{Compiler, Ctx, Cv, Error, Exn, Lut, ValT, ValXs, Vars, compile};
use jaq_json::Val;

/// Terms that jaq may evaluate for one message: some tens of milliseconds.
const STEPS: u32 = 500_000;
/// Stack that an evaluation may use: a quarter of what a spawned thread has.
const STACK: usize = 512 * 1024;
/// Nesting that a message may have to be given to jaq, which reads and drops values recursively.
const DEPTH: usize = 256;
/// Longest expression, in bytes.
const LONGEST: usize = 8 * 1024;
/// For the thread that compiles: jaq parses recursively, up to once a byte.
const COMPILE_STACK: usize = 128 * 1024 * 1024;

/// A compiled jq expression.
#[derive(Clone)]
pub(super) struct Jq {
    pub source: String,
    program: Arc<jaq_core::Filter<Kit>>,
}

/// The bound on steps or stack was met.
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
        let run = || {
            let builder =
                std::thread::Builder::new().name("jq compiler".to_owned()).stack_size(COMPILE_STACK);
            std::thread::scope(|scope| builder.spawn_scoped(scope, || compile(source)).ok()?.join().ok())
        };
        let failed = || Fault { offset: 0, message: "this jq expression could not be compiled".to_owned() };
        let program = run().ok_or_else(failed)??;
        Ok(Self { source: source.to_owned(), program: Arc::new(program) })
    }

    /// Whether any output is truthy; an error of the expression ends its outputs.
    pub fn matches(&self, message: &Val) -> Result<bool, GaveUp> {
        let base = 0_u8;
        let meter = Meter { left: Cell::new(STEPS), base: std::ptr::from_ref(&base).addr() };
        let data = Leash { lut: &self.program.lut, meter: &meter };
        let run = || {
            let outputs = self.program.id.run((Ctx::<Kit>::new(data, Vars::new([])), message.clone()));
            outputs.map_while(Result::ok).any(|value| value.as_bool())
        };
        catch_unwind(AssertUnwindSafe(run)).map_err(|_| GaveUp)
    }
}

/// A message as jaq's value; `None` where it is no JSON or nested too deeply.
pub(super) fn read(message: &str) -> Option<Val> {
    if is_deep(message.as_bytes()) { None } else { jaq_json::read::parse_single(message.as_bytes()).ok() }
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

/// The kind of data that programs run on: jaq's JSON values, and a leash.
struct Kit;

impl DataT for Kit {
    type V<'a> = Val;
    type Data<'a> = Leash<'a>;
}

/// jaq looks every term up before it evaluates it: this is where steps are counted.
#[derive(Clone)]
struct Leash<'a> {
    lut: &'a Lut<Kit>,
    meter: &'a Meter,
}

impl<'a> HasLut<'a, Kit> for Leash<'a> {
    fn lut(&self) -> &'a Lut<Kit> {
        self.meter.step();
        self.lut
    }
}

struct Meter {
    left: Cell<u32>,
    /// Where the stack stood at the start.
    base: usize,
}

impl Meter {
    /// jaq has no way to interrupt it, so that a bound is met by unwinding; `resume_unwind` calls no panic hook.
    fn step(&self) {
        let here = 0_u8;
        let depth = self.base.abs_diff(std::ptr::from_ref(&here).addr());
        match self.left.get().checked_sub(1) {
            Some(left) if depth <= STACK => self.left.set(left),
            _ => resume_unwind(Box::new("a jq expression met its bound")),
        }
    }
}

fn compile(source: &str) -> Result<jaq_core::Filter<Kit>, Fault> {
    let arena = Arena::default();
    let prelude = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs());
    let modules = Loader::new(prelude)
        .load(&arena, File { code: source, path: () })
        .map_err(|errors| load_fault(source, errors))?;
    Compiler::default().with_funs(funs()).compile(modules).map_err(|errors| compile_fault(source, errors))
}

/// jaq's functions, without those that reach out of the expression or run on unbounded.
fn funs() -> impl Iterator<Item = Fun<Kit>> {
    const OURS: [&str; 6] = ["range", "fromjson", "halt", "env", "debug_empty", "stderr_empty"];
    let theirs = jaq_core::funs().chain(jaq_std::funs()).chain(jaq_json::funs());
    let ours: [native::Filter<jaq_core::RunPtr<Kit>>; 6] = [
        ("range", native::v(3), range),
        ("fromjson", native::v(0), |cv| native::bome(fromjson(cv.1))),
        ("halt", native::v(1), refused),
        ("env", native::v(0), refused),
        ("debug_empty", native::v(0), refused),
        ("stderr_empty", native::v(0), refused),
    ];
    theirs
        .filter(|(name, _, _)| !OURS.contains(name))
        .chain(ours.into_iter().map(|fun| native::run::<Kit>(fun)))
}

fn refused(_: Cv<Kit>) -> ValXs<Val> {
    native::bome(Err(Error::str("not available in a filter")))
}

fn fromjson(text: Val) -> jaq_json::ValR {
    let (Val::TStr(bytes) | Val::BStr(bytes)) = &text else { return Err(Error::typ(text, "string")) };
    if is_deep(bytes) {
        return Err(Error::str("nested too deeply"));
    }
    jaq_json::read::parse_single(bytes).map_err(Error::str)
}

/// jaq's own yields from a loop that no step would count.
fn range<'a>(mut cv: Cv<'a, Kit>) -> ValXs<'a, Val> {
    let (by, to, from) = (cv.0.pop_var(), cv.0.pop_var(), cv.0.pop_var());
    let leash = cv.0.data().clone();
    let rising = by > Val::from(0_isize);
    let falling = by < Val::from(0_isize);
    let mut next = Some(Ok(from));
    Box::new(std::iter::from_fn(move || {
        leash.meter.step();
        let value = match next.take()? {
            Ok(value) => value,
            Err(error) => return Some(Err(Exn::from(error))),
        };
        let inside = if rising {
            value < to
        } else if falling {
            value > to
        } else {
            value != to
        };
        inside.then(|| {
            next = Some(value.clone() + by.clone());
            Ok(value)
        })
    }))
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
