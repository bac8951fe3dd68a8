#![allow(clippy::unwrap_used)]

mod documents;
mod laws;
mod texts;
