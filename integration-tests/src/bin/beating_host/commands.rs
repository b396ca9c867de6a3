//! What the test orders, one line each, and is told, one line each:
//!
//! - `inject NAME`: brings a fault about, and answers `ok` when it is complete.
//! - `lift`: takes it back, and answers `ok`.
//! - `end`: ends the process.
//! - `wall`: the time of day, in seconds since 1970, as this process sees it.

use std::io;
use std::time::{SystemTime, UNIX_EPOCH};

use integration_tests::injected::Injected;

use crate::faults::inject;
use crate::service::Service;

/// Obeys until the input ends.
pub(crate) fn obey(service: &Service) -> io::Result<()> {
    let mut injected = Injected::default();
    for line in io::stdin().lines() {
        let line = line?;
        if line == "wall" {
            let wall = SystemTime::now().duration_since(UNIX_EPOCH);
            println!("{}", wall.unwrap_or_default().as_secs());
            continue;
        }
        if line == "end" {
            break;
        }
        let answer = injected.obey(&line, |name| {
            inject(name, (service.runtime.handle(), &service.belief))
        });
        let answer = answer.unwrap_or_else(|| format!("not understood: {line}"));
        println!("{answer}");
    }
    // A runtime whose workers hang can't be dropped.
    std::process::exit(0)
}
