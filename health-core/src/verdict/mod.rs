//! The verdict: what all signals together say about the service, and on what evidence.
//!
//! Once a second, [`Judge`] shows a [`Classifier`](classifier::Classifier) what the signals say, and publishes what it makes of it. The
//! classifier is pure, and so are its parts: a [`Line`](line::Line) for the traffic of the service, and one for each group of routes, with
//! its windows and what is usual; [`Suspicion`](suspicion::Suspicion), which asks checks before it believes; and a [`Hold`](hold::Hold)
//! against flapping. Limits stand beside the rules that they belong to; [`Rule`] has them all in words.

mod classifier;
mod evidence;
mod hold;
mod judge;
mod line;
mod progress;
mod proof;
mod report;
mod suspicion;
mod traffic;
mod usual;
mod wilson;
mod window;

pub use evidence::{Evidence, Rule};
pub use report::{Verdict, VerdictReport};
pub use traffic::TrafficReport;

pub(crate) use judge::Judge;
pub(crate) use wilson::at_least;
