//! Recordings, opened again: the files of `--record`, and what any mode printed headless.
//!
//! A recording is a file of lines, one record each (see [`journal::record`](crate::journal::record)). It may be cut
//! anywhere, hold lines that are no records, and still be written. So nothing here trusts it: a line that is no record
//! is counted and told, and what can't be read any more is told as well.
//!
//! ```text
//! files ─ blocks of whole lines ─ workers, one a core: read each line ─ merged by time ─ App, or stdout
//! ```
//!
//! - [`sources`] opens the files, and says what is wrong where they can't be;
//! - [`blocks`] cuts a file into blocks whose lines any core can read by itself;
//! - [`workers`] do so, some blocks ahead of whoever takes them in order;
//! - [`batch`] is what is kept of a block: what index and session need of each record;
//! - [`merge`] brings several files into one order of time;
//! - [`reading`] goes through all of it in the background, and follows files that grow;
//! - [`grep`] prints the records that match.

pub mod batch;
pub mod blocks;
mod ended;
pub mod grep;
pub mod merge;
pub mod reading;
pub mod sources;
pub mod workers;

pub use batch::{Batch, Item, Unreadable};
pub use reading::{Reading, Trouble, Update};
pub use sources::{OpenError, Sources};
