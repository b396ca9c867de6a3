//! What the layer sees of requests that pass through, and makes of it: whose fault a failure is, and of which group a request is.

pub(crate) mod ending;
mod groups;
mod settings;

pub use settings::Traffic;

pub(crate) use groups::Groups;
pub(crate) use settings::Classify;
