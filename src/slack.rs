//! The Socket Mode protocol, pure: no socket, no clock, no screen.
pub mod envelope;
pub mod message;
pub mod peek;
pub mod secret;
