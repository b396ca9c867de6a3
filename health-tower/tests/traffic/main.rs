//! What the layer makes of requests that pass through: how each ends, how long it took, and what the verdict is.

#![allow(clippy::unwrap_used, reason = "a test")]

mod endings;
mod groups;
mod queue;
mod realistic;
mod sheds;
mod verdicts;
mod world;
