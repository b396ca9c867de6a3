//! What stands beside the code: for those who run a service, and are woken by it.

#[doc = include_str!("../docs/events.md")]
pub mod events {}

#[doc = include_str!("../docs/on-call.md")]
pub mod on_call {}
