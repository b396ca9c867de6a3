//! A URL: what it may be, whom it trusts, how it is reached, and how it is asked.

mod ask;
mod client;
mod options;
mod url;

pub(crate) use options::Over;
