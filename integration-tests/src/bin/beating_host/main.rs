//! A service that is a member with etcd, and faults to order, for tests that ask how soon others notice, and when it does so itself.
//!
//! `beating_host KIND NAME=VALUE…` is the service; the kinds and the values are in [`settings`]. `earned` beats with `Heartbeat`; `blind` has a
//! thread with a timer that keeps its lease alive, as most services do. It serves on a Unix socket, so that requests reach it when its network is
//! cut: `GET /member` says whether it takes itself for a member at that moment, beside the probes. It prints [`Said`] and obeys [`commands`].
//!
//! It ends when its standard input does, so that it does not outlive the test that started it.
//!
//! [`Said`]: integration_tests::beats::Said

mod belief;
mod blind;
mod commands;
mod earned;
mod faults;
mod lease;
mod narrator;
mod service;
mod settings;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let settings = settings::Settings::parse(&args)?;
    commands::obey(&service::start(&settings)?)?;
    Ok(())
}
