//! What happened, append-only. The journal is the only channel from the network to everybody else:
//! the link writes records, the screen and the headless mode read them back from where they stand.
//! So nothing is shown that is not recorded, and a reader that is slow costs no ack and no memory.

pub mod filter;
pub mod index;
pub mod lines;
pub mod matcher;
pub mod recent;
pub mod record;
pub mod scan;
pub mod store;
pub mod view;

pub use lines::{Files, Lines};
pub use record::{By, Event, Record, Side};
pub use store::{Batch, Journal, JournalError, Place, Resumed, Secrets, Tail};
