//! What jaq runs on: values, counted steps, and the functions that a filter may call.

use std::cell::Cell;
use std::panic::resume_unwind;

use jaq_core::data::{DataT, HasLut};
use jaq_core::native::{self, Fun};
use jaq_core::{Cv, Error, Exn, Lut, ValXs};
use jaq_json::Val;

use super::is_deep;

/// Stack that an evaluation may use: a quarter of what a spawned thread has.
const STACK: usize = 512 * 1024;

/// The kind of data that programs run on: jaq's JSON values, and a leash.
pub(super) struct Kit;

impl DataT for Kit {
    type V<'a> = Val;
    type Data<'a> = Leash<'a>;
}

/// jaq looks every term up before it evaluates it: this is where steps are counted.
#[derive(Clone)]
pub(super) struct Leash<'a> {
    lut: &'a Lut<Kit>,
    meter: &'a Meter,
}

impl<'a> Leash<'a> {
    pub fn new(lut: &'a Lut<Kit>, meter: &'a Meter) -> Self {
        Self { lut, meter }
    }
}

impl<'a> HasLut<'a, Kit> for Leash<'a> {
    fn lut(&self) -> &'a Lut<Kit> {
        self.meter.step();
        self.lut
    }
}

pub(super) struct Meter {
    left: Cell<usize>,
    /// Where the stack stood at the start.
    base: usize,
}

impl Meter {
    pub fn new(steps: usize) -> Self {
        let here = 0_u8;
        Self { left: Cell::new(steps), base: std::ptr::from_ref(&here).addr() }
    }

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

/// jaq's functions, without those that reach out of the expression or run on unbounded.
pub(super) fn funs() -> impl Iterator<Item = Fun<Kit>> {
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
fn range(mut cv: Cv<'_, Kit>) -> ValXs<'_, Val> {
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
