//! A service with faults to order, for tests that ask what the verdict says of them; and its clients.
//!
//! `gray_host serve folder=PATH store=ADDRESS heart=ADDRESS scope=shared|local grouped=true|false` is the service: HTTP and gRPC on one port, orders in
//! an `SQLite` database in that folder, stock from a store at that address. It prints `pid`, then the addresses of `app` and `probes`,
//! a line each, and from then on `verdict MILLISECONDS NAME RULES`, whenever one of them changes. It obeys lines on its standard
//! input: [`commands`].
//!
//! `gray_host load ADDRESS RATE MIX` is its clients: [`load`].
//!
//! Both end when their standard input does, so that none outlives the test that started it.

mod checks;
mod commands;
mod database;
mod faults;
mod flaws;
mod grpc;
mod heart;
mod load;
mod narrator;
mod peer;
mod routes;
mod service;
mod settings;
mod store;

use std::env;
use std::error::Error;

use service::Service;
use settings::Settings;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args[..] {
        ["serve", ref settings @ ..] => {
            commands::obey(&Service::start(&Settings::parse(settings)?)?)?;
        }
        ["load", addr, rate, mix] => load::run(addr.parse()?, rate.parse()?, mix.parse()?)?,
        _ => {
            return Err(
                "needs `serve` and settings, or `load`, an address, a rate and a mix".into(),
            );
        }
    }
    Ok(())
}
