//! What jaq runs on: values, counted steps, and the functions that a filter may call.

use std::cell::Cell;
use std::fmt::{self, Write as _};
use std::panic::resume_unwind;

use jaq_core::data::{DataT, HasLut};
use jaq_core::native::{self, Fun};
use jaq_core::{Cv, Error, Exn, Lut, ValXs};
use jaq_json::{Num, Val};
use jaq_std::ValT as _;

use super::{growth, is_deep};

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
    /// Bytes that may still be made.
    bytes: Cell<usize>,
    /// The longest text that may be taken apart.
    longest: usize,
    /// Where the stack stood at the start.
    base: usize,
}

impl Meter {
    /// `length` is that of the message, in bytes.
    pub fn new(steps: usize, length: usize) -> Self {
        let here = 0_u8;
        let bytes = Cell::new(BYTES.saturating_add(length.saturating_mul(BYTES_PER_BYTE)));
        Self {
            left: Cell::new(steps),
            bytes,
            longest: length + LONGEST_TEXT,
            base: std::ptr::from_ref(&here).addr(),
        }
    }

    /// jaq has no way to interrupt it, so that a bound is met by unwinding; `resume_unwind` calls no panic hook.
    fn step(&self) {
        let here = 0_u8;
        let depth = self.base.abs_diff(std::ptr::from_ref(&here).addr());
        match self.left.get().checked_sub(1) {
            Some(left) if depth <= STACK => self.left.set(left),
            _ => met(),
        }
    }

    /// Counts what a value takes before it is made.
    fn charge(&self, bytes: usize) {
        match self.bytes.get().checked_sub(bytes) {
            Some(left) => self.bytes.set(left),
            None => met(),
        }
    }
}

fn met() -> ! {
    resume_unwind(Box::new("a jq expression met its bound"))
}

/// What the values of a message may take that an expression makes, all together.
const BYTES: usize = 16 << 20;
const BYTES_PER_BYTE: usize = 32;
/// Of what is taken apart into many values, so much may be longer than the message.
const LONGEST_TEXT: usize = 64 << 10;
/// Bits by bits of two long numbers that are multiplied, for a byte.
const NUMBER_BITS: u64 = 1 << 12;
/// An item of an array, and of an object.
const ITEM_BYTES: usize = 16;
const PAIR_BYTES: usize = 48;

/// jaq's functions, without those that reach out of the expression or run on unbounded.
pub(super) fn funs() -> impl Iterator<Item = Fun<Kit>> {
    const OURS: [&str; 8] =
        ["range", "fromjson", "tojson", "tobytes", "halt", "env", "debug_empty", "stderr_empty"];
    let theirs = jaq_core::funs().chain(jaq_std::funs()).chain(jaq_json::funs());
    let ours: [native::Filter<jaq_core::RunPtr<Kit>>; 14] = [
        ("range", native::v(3), range),
        ("fromjson", native::v(0), |cv| native::bome(fromjson(meter(&cv), cv.1))),
        ("tojson", native::v(0), |cv| native::bome(Ok(json(meter(&cv), &cv.1)))),
        ("tobytes", native::v(0), refused),
        (growth::ADD, native::v(2), |cv| sized(cv, sum_size, |left, right| left + right)),
        (growth::MUL, native::v(2), |cv| sized(cv, product_size, |left, right| left * right)),
        (growth::DIV, native::v(2), |cv| sized(cv, split_size, |left, right| left / right)),
        (growth::TEXT, native::v(0), |cv| native::bome(Ok(text(meter(&cv), cv.1)))),
        (growth::ITEM, native::v(0), |cv| native::bome(Ok(cv.1))),
        (growth::SHORT, native::v(0), |cv| native::bome(Ok(short(meter(&cv), cv.1)))),
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

fn meter<'a>(cv: &Cv<'a, Kit>) -> &'a Meter {
    cv.0.data().meter
}

/// An operation whose result is counted before it is made.
fn sized(
    mut cv: Cv<'_, Kit>,
    size: fn(&Val, &Val) -> usize,
    run: fn(Val, Val) -> jaq_json::ValR,
) -> ValXs<'_, Val> {
    let meter = meter(&cv);
    let right = cv.0.pop_var();
    let left = cv.0.pop_var();
    meter.charge(size(&left, &right));
    native::bome(run(left, right))
}

/// The bytes of a value without what is in it.
fn shallow(value: &Val) -> usize {
    match value {
        Val::TStr(text) | Val::BStr(text) => text.len(),
        Val::Arr(items) => items.len().saturating_mul(ITEM_BYTES),
        Val::Obj(pairs) => pairs.len().saturating_mul(PAIR_BYTES),
        Val::Num(Num::BigInt(number)) => usize::try_from(number.bits() / 8).unwrap_or(usize::MAX),
        _ => 0,
    }
}

fn sum_size(left: &Val, right: &Val) -> usize {
    // `null` is added at no cost.
    if matches!(left, Val::Null) || matches!(right, Val::Null) {
        return 0;
    }
    shallow(left).saturating_add(shallow(right))
}

fn product_size(left: &Val, right: &Val) -> usize {
    let (text, number) = match (left, right) {
        (text @ (Val::TStr(_) | Val::BStr(_)), number @ Val::Num(_))
        | (number @ Val::Num(_), text @ (Val::TStr(_) | Val::BStr(_))) => (text, number),
        // Long numbers take time as the product of their lengths.
        (Val::Num(Num::BigInt(left)), Val::Num(Num::BigInt(right))) => {
            let bits = left.bits().saturating_mul(right.bits());
            return usize::try_from(bits / NUMBER_BITS).unwrap_or(usize::MAX);
        }
        _ => return sum_size(left, right),
    };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates, as wanted")]
    let times = number.as_f64().unwrap_or(f64::MAX) as usize;
    shallow(text).saturating_mul(times)
}

/// Every character may become a text of its own.
fn split_size(left: &Val, right: &Val) -> usize {
    match (left, right) {
        (Val::TStr(text) | Val::BStr(text), Val::TStr(_) | Val::BStr(_)) => {
            text.len().saturating_mul(PAIR_BYTES)
        }
        _ => 0,
    }
}

fn short(meter: &Meter, value: Val) -> Val {
    if shallow(&value) > meter.longest && matches!(value, Val::TStr(_) | Val::BStr(_)) {
        met();
    }
    value
}

fn text(meter: &Meter, value: Val) -> Val {
    if matches!(value, Val::TStr(_) | Val::BStr(_)) { value } else { json(meter, &value) }
}

/// A value as JSON. Where parts are shared, that is far longer than what the value takes.
fn json(meter: &Meter, value: &Val) -> Val {
    let mut out = Counted { text: String::new(), meter };
    // It writes into memory, and breaks off where there is too much.
    let _ = write!(out, "{value}");
    Val::from(out.text)
}

struct Counted<'a> {
    text: String,
    meter: &'a Meter,
}

impl fmt::Write for Counted<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.meter.charge(text.len());
        self.text.push_str(text);
        Ok(())
    }
}

fn fromjson(meter: &Meter, text: Val) -> jaq_json::ValR {
    meter.charge(shallow(&text).saturating_mul(ITEM_BYTES / 2));
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
