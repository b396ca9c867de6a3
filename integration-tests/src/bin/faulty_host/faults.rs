use std::hint;
use std::io::{self, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use integration_tests::injected::Lift;
use integration_tests::trap::Trap;

use crate::jobs;
use crate::routes::{lock, request};
use crate::service::{Service, WORKERS};

pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
/// More than there are workers.
const TRANSFERS: usize = 6;

/// Brings a fault about. It is complete when this returns.
pub(crate) fn inject(name: &str, service: &Service) -> io::Result<Lift> {
    match name {
        "all-blocked" => block(WORKERS, service),
        "one-blocked" => block(1, service),
        "deadlock" => deadlock(service),
        "busy-loop" => busy_loop(service),
        "jobs-hang" => jobs::hang(service),
        "jobs-wait" => jobs::wait(service),
        "block-in-place" => jobs::in_place(service),
        "consumer-hangs" => {
            let release = service.consumer.hang();
            let release = release.ok_or_else(|| io::Error::other("the consumer has gone"))?;
            Ok(Box::new(move || drop(release)))
        }
        "consumer-died" => {
            service.consumer.die();
            let consumer = service.consumer.clone();
            Ok(Box::new(move || consumer.replace()))
        }
        "dependency-down" => {
            service.dependency.set_down(true);
            let dependency = service.dependency.clone();
            Ok(Box::new(move || dependency.set_down(false)))
        }
        "idle" => Ok(Box::new(|| {})),
        _ => Err(io::Error::other("no such fault")),
    }
}

/// So many workers wait for something that doesn't come.
fn block(workers: usize, service: &Service) -> io::Result<Lift> {
    let trap = Trap::of_workers(workers, service.runtime());
    Ok(Box::new(move || trap.open()))
}

/// A thread and a handler take two locks in opposite orders; each further request blocks another worker.
fn deadlock(service: &Service) -> io::Result<Lift> {
    let called_off = Arc::new(AtomicBool::new(false));
    let trap = Trap::default();
    let (accounts, over, opposite) = (
        Arc::clone(&service.accounts),
        Arc::clone(&called_off),
        trap.clone(),
    );
    let thread = thread::spawn(move || {
        let _to = lock(&accounts.to);
        // From here on it would wait in `from.lock()` for ever; but this one can be called off.
        opposite.step_in();
        while !over.load(Ordering::Relaxed) && accounts.from.try_lock().is_err() {
            thread::yield_now();
        }
    });
    if !trap.holds(1, PATIENCE) {
        return Err(io::Error::other("the thread has not come"));
    }
    let transfer = |_| {
        let mut stream = TcpStream::connect(service.app)?;
        stream.write_all(request("/transfer", service.app).as_bytes())?;
        Ok(stream)
    };
    let requests = (0..TRANSFERS)
        .map(transfer)
        .collect::<io::Result<Vec<_>>>()?;
    while service.accounts.from.try_lock().is_ok() {
        thread::yield_now();
    }
    Ok(Box::new(move || {
        called_off.store(true, Ordering::Relaxed);
        trap.open();
        let _ended = thread.join();
        drop(requests);
    }))
}

fn busy_loop(service: &Service) -> io::Result<Lift> {
    let [begun, over] = [false, false].map(AtomicBool::new).map(Arc::new);
    let (begin, end) = (Arc::clone(&begun), Arc::clone(&over));
    service.runtime().spawn(async move {
        begin.store(true, Ordering::Relaxed);
        while !end.load(Ordering::Relaxed) {
            hint::spin_loop();
        }
    });
    while !begun.load(Ordering::Relaxed) {
        thread::yield_now();
    }
    Ok(Box::new(move || over.store(true, Ordering::Relaxed)))
}
