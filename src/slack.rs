//! The Socket Mode protocol, pure: no socket, no clock, no screen.
pub mod message;
pub mod sample;
pub mod secret;
