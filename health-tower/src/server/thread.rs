use std::convert::Infallible;
use std::future::Future;
use std::sync::Mutex;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use std::{io, mem};

use tokio::runtime::{Builder, EnterGuard, Handle};
use tokio::sync::oneshot;

/// Fifteen bytes are what Linux shows.
const NAME: &str = "health-probes";
/// Nothing on the thread waits for anything; only a closure of the user's, for `details`, could.
const PATIENCE: Duration = Duration::from_secs(2);

/// A thread with a runtime. Dropping it ends both, and with them all that was spawned.
pub(crate) struct ServerThread {
    runtime: Handle,
    stop: Option<oneshot::Sender<Infallible>>,
    /// Nothing is ever sent: the other end goes when the runtime has gone.
    ended: Mutex<mpsc::Receiver<Infallible>>,
    thread: Option<JoinHandle<()>>,
}

impl ServerThread {
    pub(crate) fn start() -> io::Result<Self> {
        let (started, start) = mpsc::sync_channel(1);
        let (stop, stopped) = oneshot::channel::<Infallible>();
        let (ending, ended) = mpsc::channel();
        let run = move || {
            let _ending = ending;
            // Made here, since a runtime must not be dropped inside another: `bind` may be called there.
            let runtime = match Builder::new_current_thread().enable_all().build() {
                Ok(runtime) => runtime,
                Err(error) => {
                    let _nobody_waits = started.send(Err(error));
                    return;
                }
            };
            let _nobody_waits = started.send(Ok(runtime.handle().clone()));
            let Err(_stop) = runtime.block_on(stopped);
        };
        let failed = |error: io::Error| {
            let why = format!("the thread that answers probes can't start: {error}");
            io::Error::new(error.kind(), why)
        };
        let thread = thread::Builder::new().name(NAME.to_owned()).spawn(run);
        let thread = thread.map_err(failed)?;
        let runtime = start.recv().map_err(io::Error::other).and_then(|it| it);
        Ok(Self {
            runtime: runtime.map_err(failed)?,
            stop: Some(stop),
            ended: Mutex::new(ended),
            thread: Some(thread),
        })
    }

    /// For what must be made inside the runtime, as sockets.
    pub(crate) fn enter(&self) -> EnterGuard<'_> {
        self.runtime.enter()
    }

    pub(crate) fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) {
        mem::drop(self.runtime.spawn(future));
    }
}

impl Drop for ServerThread {
    fn drop(&mut self) {
        self.stop = None;
        let ended = self.ended.get_mut();
        let ended = ended.map(|ended| ended.recv_timeout(PATIENCE));
        if let Ok(Err(RecvTimeoutError::Timeout)) = ended {
            tracing::error!(
                target: "health",
                "the thread that answers probes does not end, and its ports stay bound: a closure given to `details` blocks"
            );
            return;
        }
        let _panicked = self.thread.take().map(JoinHandle::join);
    }
}
