//! Expressions rewritten such that whatever makes values larger goes through functions that count: jaq's own
//! operators can't be bounded, and `"x" * 1e12`, or a text that doubles in a `reduce`, would take all memory.

use jaq_core::load::lex::StrPart;
use jaq_core::load::parse::{BinaryOp, Def, Pattern, Term};
use jaq_core::ops::Math;
use jaq_core::path::{Part, Path};

/// The counting functions, see [`super::leash`].
pub(super) const ADD: &str = "_add";
pub(super) const MUL: &str = "_mul";
pub(super) const DIV: &str = "_div";
pub(super) const TEXT: &str = "_text";
pub(super) const ITEM: &str = "_item";
pub(super) const SHORT: &str = "_short";

/// Functions that make many times their input of it.
const MANIFOLD: [&str; 4] = ["matches", "split_matches", "split_", "explode"];

type Expr<'s> = Term<&'s str>;

pub(super) fn tamed_def(def: Def<&str>) -> Def<&str> {
    Def { name: def.name, args: def.args, body: tamed(def.body) }
}

/// The same expression, with counting functions in the stead of operators that make values larger.
pub(super) fn tamed(term: Expr) -> Expr {
    match term {
        Term::Id | Term::Recurse | Term::Num(_) | Term::Break(_) | Term::Var(_) => term,
        Term::Str(format, parts) => text(format, parts),
        // Every item counts as a step.
        Term::Arr(items) => Term::Arr(items.map(|items| Box::new(pipe(tamed(*items), call(ITEM))))),
        Term::Obj(pairs) => {
            Term::Obj(pairs.into_iter().map(|(key, value)| (tamed(key), value.map(tamed))).collect())
        }
        Term::Neg(inner) => Term::Neg(boxed(*inner)),
        Term::BinOp(left, op, right) => operation(tamed(*left), op, tamed(*right)),
        Term::Label(name, inner) => Term::Label(name, boxed(*inner)),
        Term::Fold(name, over, pattern, parts) => {
            Term::Fold(name, boxed(*over), tamed_pattern(pattern), all(parts))
        }
        Term::TryCatch(inner, catch) => Term::TryCatch(boxed(*inner), catch.map(|catch| boxed(*catch))),
        Term::IfThenElse(cases, other) => Term::IfThenElse(
            cases.into_iter().map(|(is, then)| (tamed(is), tamed(then))).collect(),
            other.map(|other| boxed(*other)),
        ),
        Term::Def(defs, inner) => Term::Def(defs.into_iter().map(tamed_def).collect(), boxed(*inner)),
        Term::Call(name, arguments) if MANIFOLD.contains(&name) => {
            pipe(call(SHORT), Term::Call(name, all(arguments)))
        }
        Term::Call(name, arguments) => Term::Call(name, all(arguments)),
        Term::Path(of, Path(parts)) => {
            let part = |part| match part {
                Part::Index(at) => Part::Index(tamed(at)),
                Part::Range(from, to) => Part::Range(from.map(tamed), to.map(tamed)),
            };
            let parts = parts.into_iter().map(|(inner, optional)| (part(inner), optional)).collect();
            Term::Path(boxed(*of), Path(parts))
        }
    }
}

fn operation<'s>(left: Expr<'s>, op: BinaryOp<&'s str>, right: Expr<'s>) -> Expr<'s> {
    match op {
        BinaryOp::Math(math) => match counting(math) {
            Some(name) => Term::Call(name, vec![left, right]),
            None => Term::BinOp(Box::new(left), op, Box::new(right)),
        },
        // `l += r` is `r as $x | l |= . + $x`.
        BinaryOp::UpdateMath(math) if counting(math).is_some() => {
            let added = Term::Call(counting(math).unwrap_or(ADD), vec![Term::Id, Term::Var(UPDATED)]);
            let update = Term::BinOp(Box::new(left), BinaryOp::Update, Box::new(added));
            Term::BinOp(Box::new(right), BinaryOp::Pipe(Some(Pattern::Var(UPDATED))), Box::new(update))
        }
        BinaryOp::Pipe(Some(pattern)) => {
            Term::BinOp(Box::new(left), BinaryOp::Pipe(Some(tamed_pattern(pattern))), Box::new(right))
        }
        other => Term::BinOp(Box::new(left), other, Box::new(right)),
    }
}

/// No expression of a user's has such a name.
const UPDATED: &str = "$_updated";

fn counting(math: Math) -> Option<&'static str> {
    match math {
        Math::Add => Some(ADD),
        Math::Mul => Some(MUL),
        Math::Div => Some(DIV),
        Math::Sub | Math::Rem => None,
    }
}

/// `"a\(b)c"`, as a sum.
fn text<'s>(format: Option<&'s str>, parts: Vec<StrPart<&'s str, Expr<'s>>>) -> Expr<'s> {
    if !parts.iter().any(|part| matches!(part, StrPart::Term(_))) {
        return Term::Str(format, parts);
    }
    let mut terms = parts.into_iter().map(|part| match part {
        StrPart::Term(inner) => pipe(tamed(inner), call(format.unwrap_or(TEXT))),
        other => Term::Str(None, vec![other]),
    });
    let first = terms.next().unwrap_or_default();
    terms.fold(first, |sum, term| Term::Call(ADD, vec![sum, term]))
}

fn tamed_pattern(pattern: Pattern<&str>) -> Pattern<&str> {
    match pattern {
        Pattern::Var(_) => pattern,
        Pattern::Arr(parts) => Pattern::Arr(parts.into_iter().map(tamed_pattern).collect()),
        Pattern::Obj(pairs) => {
            Pattern::Obj(pairs.into_iter().map(|(key, inner)| (tamed(key), tamed_pattern(inner))).collect())
        }
    }
}

fn all(terms: Vec<Expr<'_>>) -> Vec<Expr<'_>> {
    terms.into_iter().map(tamed).collect()
}

fn boxed(term: Expr) -> Box<Expr> {
    Box::new(tamed(term))
}

fn pipe<'s>(left: Expr<'s>, right: Expr<'s>) -> Expr<'s> {
    Term::BinOp(Box::new(left), BinaryOp::Pipe(None), Box::new(right))
}

fn call(name: &str) -> Expr<'_> {
    Term::Call(name, Vec::new())
}
