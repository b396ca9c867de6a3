//! The example `metrics` as a process that is scraped over a socket; and that what is deployed beside it (alert rules, dashboard,
//! documentation) speaks of series that it has.
//!
//! It is run from `target/*/examples/metrics`: with `--test observing`, which selects one target, build it before:
//! `cargo build -p integration-tests --example metrics`.

mod deployed;
mod page;
mod promtool;
mod runbook;
mod scraped;
mod service;
mod uses;
