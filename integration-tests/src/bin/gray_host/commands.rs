//! What the test orders, one line each, and is told, one line each:
//!
//! - `inject NAME`: brings a fault about, and answers `ok` when it is complete.
//! - `lift`: takes it back, and answers `ok`.

use std::io;

use integration_tests::injected::Injected;

use crate::faults::inject;
use crate::service::Service;

/// Obeys until the input ends.
pub(crate) fn obey(service: &Service) -> io::Result<()> {
    let mut injected = Injected::default();
    for line in io::stdin().lines() {
        let line = line?;
        let answer = injected.obey(&line, |name| inject(name, service));
        println!(
            "{}",
            answer.unwrap_or_else(|| format!("not understood: {line}"))
        );
    }
    // A runtime whose workers hang can't be dropped.
    std::process::exit(0)
}
