//! (to be written)
pub mod filter;
