//! Requests that the service makes to itself, on the path that its users take.
//!
//! From the outside to the inside: what a user declares ([`Synthetic`], [`Step`]), one [run] of it, what it runs [through]
//! or [over], and what is [expected](expect) of the answers. Each is an external check of core's, from which its intervals,
//! thresholds and staleness come. The [mark](mark) is all that the layer knows of it.

mod answer;
mod builder;
mod duration;
mod error;
mod expect;
mod grpc;
mod line;
mod mark;
#[cfg(feature = "synthetic-http")]
mod nonce;
#[cfg(feature = "synthetic-http")]
mod over;
mod run;
mod start;
mod step;
mod through;

pub use answer::{Answer, Answers};
pub use builder::Synthetic;
pub use duration::IntoDuration;
pub use error::SyntheticError;
pub use line::SyntheticBody;
pub use mark::SyntheticRequest;
pub use step::{IntoStep, Step};

pub(crate) use mark::admit;
