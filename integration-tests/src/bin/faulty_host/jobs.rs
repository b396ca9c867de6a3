//! Blocking jobs.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use integration_tests::injected::Lift;
use integration_tests::trap::Trap;

use crate::faults::PATIENCE;
use crate::service::{POOL, Service};

/// What blocks for long, and says so: another thread becomes the worker.
pub(crate) fn in_place(service: &Service) -> io::Result<Lift> {
    let trap = Trap::default();
    let trapped = trap.clone();
    service
        .runtime()
        .spawn(async move { tokio::task::block_in_place(|| trapped.step_in()) });
    match trap.holds(1, PATIENCE) {
        true => Ok(Box::new(move || trap.open())),
        false => Err(io::Error::other("the task was not begun")),
    }
}

/// All threads for blocking jobs wait for something that doesn't come, and other jobs for them.
pub(crate) fn hang(service: &Service) -> io::Result<Lift> {
    let trap = Trap::default();
    for _ in 0..2 * POOL {
        let (exports, trapped) = (Arc::clone(&service.exports), trap.clone());
        service.runtime().spawn_blocking(move || {
            let _working = exports.begin("export");
            trapped.step_in();
        });
    }
    match trap.holds(POOL, PATIENCE) {
        true => Ok(Box::new(move || trap.open())),
        false => Err(io::Error::other("the jobs were not begun")),
    }
}

/// As many jobs, but each ends; there are too many of them.
pub(crate) fn wait(service: &Service) -> io::Result<Lift> {
    let over = Trap::default();
    for _ in 0..POOL * 50 {
        let (exports, over) = (Arc::clone(&service.exports), over.clone());
        service.runtime().spawn_blocking(move || {
            let _working = exports.begin("export");
            over.stay_briefly(Duration::from_millis(200));
        });
    }
    Ok(Box::new(move || over.open()))
}
