use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use tokio::runtime::Builder;

use crate::heartbeat::Backend;
use crate::heartbeat::heart::Heart;

/// What panics outside of the calls that are expected to may do so at once again.
const PAUSE: Duration = Duration::from_secs(1);

/// Starts the thread on which one heartbeat beats: a busy application can't keep it from doing so, only from earning it.
pub(crate) fn start<B: Backend>(mut heart: Heart<B>) -> io::Result<()> {
    let (ready, built) = mpsc::channel();
    thread::Builder::new()
        .name("health-heart".to_owned())
        .spawn(move || {
            let runtime = match Builder::new_current_thread().enable_all().build() {
                Ok(runtime) => runtime,
                Err(error) => return drop(ready.send(Err(error))),
            };
            drop(ready.send(Ok(())));
            // Whoever waits for a change of membership is somebody else's code: its panic must not end the beats, nor a second one when
            // it is told of the first.
            while catch_unwind(AssertUnwindSafe(|| runtime.block_on(heart.run()))).is_err() {
                let _panicked = catch_unwind(AssertUnwindSafe(|| heart.panicked()));
                thread::sleep(PAUSE);
            }
            // What a backend has spawned must not keep this thread from ending.
            runtime.shutdown_background();
        })?;
    built.recv().map_err(io::Error::other)?
}
