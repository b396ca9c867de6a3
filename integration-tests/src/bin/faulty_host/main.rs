//! A service with faults to order, for tests that ask from outside who notices them.
//!
//! `faulty_host serve [stalled=MS] [stuck=MS] [pulse=MS] [work=MS] [working|idle]` is the service; limits that are not given are the defaults.
//! It prints `pid`, then the addresses of `app`, `probes` and `bare`, a line each, and obeys lines on its standard input:
//! [`commands`]. `faulty_host spin` keeps a processor busy; `faulty_host load ADDRESS CLIENTS` overloads a service. All of them end
//! when their standard input does, so that none outlives the test that started it.

mod bare;
mod commands;
mod consumer;
mod dependency;
mod ears;
mod faults;
mod jobs;
mod load;
mod routes;
mod service;
mod settings;

use std::error::Error;
use std::{env, hint};

use integration_tests::process::end_with_input;
use service::Service;
use settings::Settings;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args[..] {
        ["spin"] => spin(),
        ["load", addr, clients] => {
            end_with_input();
            load::run(addr.parse()?, clients.parse()?)?;
        }
        ["serve", ref settings @ ..] => {
            commands::obey(&Service::start(&Settings::parse(settings)?)?)?;
        }
        _ => return Err("needs `serve`, `spin`, or `load`, an address and a number".into()),
    }
    Ok(())
}

fn spin() -> ! {
    end_with_input();
    loop {
        hint::spin_loop();
    }
}
