//! Maintenance by `POST`: [`DrainSwitch`] as users set it up, and the [`Lever`] that requests meet.

mod drain_switch;
mod lever;

pub use drain_switch::DrainSwitch;

pub(crate) use lever::{Lever, turn};
