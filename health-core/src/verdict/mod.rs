//! The verdict: what all signals together say about the service, and on what evidence.

mod evidence;
mod report;

pub use evidence::{Evidence, Rule};
pub use report::{Verdict, VerdictReport};
