//! What the test orders, one line each, and is told, one line each:
//!
//! - `inject NAME`: brings a fault about, and answers `ok` when it is complete. What was heard before is forgotten.
//! - `lift`: takes it back, and answers `ok`.
//! - `mark`: forgets what was heard so far.
//! - `heard`: what both watchdogs logged since; see [`Heard`](crate::ears::Heard).
//! - `in-flight`: how many requests the application has.

use std::io;

use integration_tests::injected::Injected;

use crate::faults::inject;
use crate::service::Service;

/// Obeys until the input ends.
pub(crate) fn obey(service: &Service) -> io::Result<()> {
    let mut injected = Injected::default();
    for line in io::stdin().lines() {
        let line = line?;
        let inject = |name: &str| inject(name, service).inspect(|_| service.ears.mark());
        if let Some(answer) = injected.obey(&line, inject) {
            println!("{answer}");
            continue;
        }
        let answer = match line.split_once(' ').unwrap_or((&line, "")) {
            ("mark", "") => {
                service.ears.mark();
                "ok".to_owned()
            }
            ("heard", "") => service.ears.heard().to_string(),
            ("in-flight", "") => service.health.in_flight().count().to_string(),
            _ => format!("not understood: {line}"),
        };
        println!("{answer}");
    }
    // A runtime whose workers hang can't be dropped.
    std::process::exit(0)
}
