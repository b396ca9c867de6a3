use std::error::Error;
use std::sync::{Arc, PoisonError};
use std::thread;
use std::time::Duration;

use integration_tests::injected::Lift;
use integration_tests::trap::Trap;

use crate::database::CONNECTIONS;
use crate::flaws::Flaws;
use crate::service::{Service, WORKERS};

const PATIENCE: Duration = Duration::from_secs(20);

/// Brings a fault about. It is complete when this returns.
pub(crate) fn inject(name: &str, service: &Service) -> Result<Lift, Box<dyn Error>> {
    let flaw = |set: fn(&Flaws), unset: fn(&Flaws)| -> Result<Lift, Box<dyn Error>> {
        let flaws = service.shop.flaws.clone();
        set(&flaws);
        Ok(Box::new(move || unset(&flaws)))
    };
    match name {
        "all-workers" => block(WORKERS, service),
        "one-worker" => block(1, service),
        "mutex" => keep_lock(service),
        "pool" => exhaust(service),
        "reading-fails" => flaw(
            |flaws| flaws.fail_reading(20),
            |flaws| flaws.fail_reading(0),
        ),
        "some-fail" => flaw(
            |flaws| flaws.fail_everywhere(5),
            |flaws| flaws.fail_everywhere(0),
        ),
        "slow" => flaw(|flaws| flaws.slow_down(10), |flaws| flaws.slow_down(0)),
        "wrong" => flaw(|flaws| flaws.be_wrong(true), |flaws| flaws.be_wrong(false)),
        _ => Err(format!("no such fault: {name}").into()),
    }
}

fn block(workers: usize, service: &Service) -> Result<Lift, Box<dyn Error>> {
    let trap = Trap::of_workers(workers, service.runtime());
    Ok(Box::new(move || trap.open()))
}

/// Somebody keeps the lock that every writer takes: what is left of a deadlock for those who come later.
fn keep_lock(service: &Service) -> Result<Lift, Box<dyn Error>> {
    let (trap, written) = (Trap::default(), Arc::clone(&service.shop.written));
    let trapped = trap.clone();
    thread::spawn(move || {
        let _kept = written.lock().unwrap_or_else(PoisonError::into_inner);
        trapped.step_in();
    });
    match trap.holds(1, PATIENCE) {
        true => Ok(Box::new(move || trap.open())),
        false => Err("nobody gives the lock back".into()),
    }
}

/// Somebody takes all connections of the pool, and doesn't give them back.
fn exhaust(service: &Service) -> Result<Lift, Box<dyn Error>> {
    let database = service.shop.database.clone();
    let taken = service.runtime().block_on(async {
        let mut taken = Vec::new();
        while taken.len() < CONNECTIONS as usize {
            // The load wants them, too.
            taken.extend(database.take().await.ok());
        }
        taken
    });
    let runtime = service.runtime().clone();
    Ok(Box::new(move || {
        // They go back by a task.
        let _context = runtime.enter();
        drop(taken);
    }))
}
