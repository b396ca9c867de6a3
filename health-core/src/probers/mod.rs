//! Who asks: a small ledger of probers, and what is odd about how they ask.
//!
//! Faces note each question that they answer. What follows is told, and changes no answer: a service can't know who decides about
//! its traffic, and yet most wrong set-ups show in how it is asked.

mod advice;
mod agents;
mod book;
mod counsel;
mod entry;
mod handle;
mod report;
mod told;

pub use advice::{Advice, AdviceKind};
pub use handle::{Asker, Probers, Watching};
pub use report::{ProbeAnswers, ProberReport};

pub(crate) use counsel::Counsel;
