//! What the test orders, one line each, and is told, one line each:
//!
//! - `inject NAME`: brings a fault about, and answers `ok` when it is complete.
//! - `lift`: takes it back, and answers `ok`.

use std::io;

use crate::faults::{Lift, inject};
use crate::service::Service;

/// Obeys until the input ends.
pub(crate) fn obey(service: &Service) -> io::Result<()> {
    let mut lift: Option<Lift> = None;
    for line in io::stdin().lines() {
        let line = line?;
        let answer = match line.split_once(' ').unwrap_or((&line, "")) {
            ("inject", name) => match inject(name, service) {
                Ok(injected) => {
                    lift = Some(injected);
                    "ok".to_owned()
                }
                Err(error) => error.to_string(),
            },
            ("lift", "") => {
                if let Some(lift) = lift.take() {
                    lift();
                }
                "ok".to_owned()
            }
            _ => format!("not understood: {line}"),
        };
        println!("{answer}");
    }
    // A runtime whose workers hang can't be dropped.
    std::process::exit(0)
}
