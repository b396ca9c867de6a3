use std::io;
use std::thread;

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

/// Synchronous checks that all hang must not take more threads than this.
const MAX_THREADS: usize = 16;

/// The thread on which synchronous checks run (all liveness checks are), with a runtime of its own: a busy application
/// can't keep them from answering, they can't slow it down, and one that never returns can't keep the process from ending.
///
/// Dropping it ends the thread and its checks.
#[derive(Debug)]
pub(crate) struct Host {
    runtime: Handle,
    _stop: oneshot::Sender<()>,
}

impl Host {
    pub(crate) fn start() -> io::Result<Self> {
        let runtime = Builder::new_current_thread()
            .enable_time()
            .max_blocking_threads(MAX_THREADS)
            .thread_name("health-check")
            .build()?;
        let handle = runtime.handle().clone();
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
            _stop: stop,
        })
    }

    pub(crate) fn runtime(&self) -> &Handle {
        &self.runtime
    }
}
