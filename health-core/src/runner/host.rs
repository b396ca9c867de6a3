use std::io;
use std::sync::Arc;
use std::thread;

use tokio::runtime::{Builder, Handle};
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
    /// Checks that all hang take no more than `most` threads.
    pub(crate) fn start(most: usize) -> io::Result<Self> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .max_blocking_threads(most)
            .thread_name("health-check")
            .build()?;
        let handle = runtime.handle().clone();
        let lag = LagMeter::new(Instant::now());
        handle.spawn(Arc::clone(&lag).watch());
        let (stop, stopped) = oneshot::channel::<()>();
        thread::Builder::new()
            .name("health".to_owned())
            .spawn(move || {
                let _sender_dropped = runtime.block_on(stopped);
                // A check that blocks for ever must not keep this thread from ending.
                runtime.shutdown_background();
            })?;
        Ok(Self {
            runtime: handle,
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
