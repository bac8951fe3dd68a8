//! The Socket Mode protocol, pure: no socket, no clock, no screen.

pub mod ack;
pub mod check;
pub mod envelope;
pub mod handler;
pub mod message;
pub mod peek;
pub mod place;
pub mod sample;
pub mod secret;
pub mod strict;
pub mod template;
pub mod validation;
