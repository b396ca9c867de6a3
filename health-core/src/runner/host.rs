use std::io;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::runner::LagMeter;

/// The thread on which synchronous checks run (all liveness checks are), with a runtime of its own: a busy application
/// can't keep them from answering, they can't slow it down, and one that never returns can't keep the process from ending.
///
/// Dropping it ends the thread and its checks.
#[derive(Debug)]
pub(crate) struct Host {
    runtime: Handle,
    lag: Arc<LagMeter>,
    _stop: oneshot::Sender<()>,
}

impl Host {
    /// For checks with these time-outs, on no more than `most` threads.
    pub(crate) fn start(most: usize, timeouts: impl Iterator<Item = Duration>) -> io::Result<Self> {
        let (ready, built) = mpsc::channel();
        let (stop, stopped) = oneshot::channel::<()>();
        // Made on its own thread: where that can't be started, there is no runtime that async code would have to drop.
        thread::Builder::new()
            .name("health".to_owned())
            .spawn(move || {
                let runtime = match runtime(most) {
                    Ok(runtime) => runtime,
                    Err(error) => return drop(ready.send(Err(error))),
                };
                drop(ready.send(Ok(runtime.handle().clone())));
                let _sender_dropped = runtime.block_on(stopped);
                // A check that blocks for ever must not keep this thread from ending.
                runtime.shutdown_background();
            })?;
        let runtime = built.recv().map_err(io::Error::other)??;
        let lag = LagMeter::new(Instant::now(), timeouts);
        runtime.spawn(Arc::clone(&lag).watch());
        Ok(Self {
            runtime,
            lag,
            _stop: stop,
        })
    }

    /// How late the thread itself is.
    pub(crate) fn lag(&self) -> &Arc<LagMeter> {
        &self.lag
    }

    pub(crate) fn runtime(&self) -> &Handle {
        &self.runtime
    }
}

fn runtime(threads: usize) -> io::Result<Runtime> {
    Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(threads)
        .thread_name("health-check")
        .build()
}
