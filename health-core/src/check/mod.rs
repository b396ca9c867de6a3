//! Checks: what they are, how they are registered, and what they need to run.
//!
//! A check is a function that answers one [`Probe`](crate::Probe). It is registered in one of three ways:
//!
//! - by an attribute macro at compile time (`#[readiness_check]` …), which puts an [`Entry`] into the binary;
//! - by name, with `checks![path]`, which also makes sure that the crate that holds it is linked;
//! - at run time, as a [`Check`] around a closure.
//!
//! A [`Check`] may also be added to a service that runs. All end as a [`Resolved`] check: a name, validated [`Settings`], and a body
//! that can be called without arguments.

mod census;
mod definition;
mod entry;
mod names;
mod options;
mod outcome;
mod rules;
mod settings;
mod state;

pub use definition::Check;
pub use entry::{Argument, CheckRef, Entry, Registration, Run};
pub use names::is_unfit;
pub use options::{Impact, Options, Scope};
pub use outcome::{IntoOutcome, Outcome};
pub use state::{FromState, InProcess, State, StateMap};

pub(crate) use census::{Census, Resolved};
pub(crate) use definition::Body;
pub(crate) use entry::Place;
#[cfg(feature = "heartbeat")]
pub(crate) use names::bad_name;
pub(crate) use names::{bounded_name, cut_to_line};
pub(crate) use settings::Settings;
