use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Weak};
use std::thread;
use std::time::{Duration, Instant};

use tokio::runtime::Handle;

use crate::pulse::Pulses;
use crate::snapshot::{Event, Hub};
use crate::watchdog::clock::Clock;
use crate::watchdog::config::MAIN;
use crate::watchdog::ladder::TICK;
use crate::watchdog::watch::{Signs, Watch};
use crate::watchdog::{Moment, Watchdog};

/// What else is looked at on this thread, with how long it has looked: what must not wait for a runtime.
pub(crate) type Besides = Box<dyn FnMut(&Hub, Duration) + Send>;

/// The watchdog's thread. Dropping it ends the watch.
#[derive(Debug)]
pub(crate) struct WatchThread {
    _stop: Sender<()>,
}

impl WatchThread {
    /// Starts to watch: `main` is the runtime that the checks run on.
    pub(crate) fn start(
        config: Watchdog,
        main: &Handle,
        hub: &Arc<Hub>,
        pulses: Arc<Pulses>,
        signs: Signs,
        besides: Besides,
    ) -> io::Result<Self> {
        let (stop, stopped) = channel();
        let shell = Shell {
            clock: Clock::new(Instant::now()),
            main: main.clone(),
            watch: Watch::new(config, (MAIN.to_owned(), main.clone()), pulses, signs),
            besides,
            hub: Arc::downgrade(hub),
        };
        thread::Builder::new()
            .name("health-watchdog".to_owned())
            .spawn(move || shell.run(&stopped))?;
        Ok(Self { _stop: stop })
    }
}

/// What the thread is left with: when, and whom to tell.
struct Shell {
    clock: Clock,
    main: Handle,
    watch: Watch,
    besides: Besides,
    hub: Weak<Hub>,
}

impl Shell {
    fn run(mut self, stopped: &Receiver<()>) {
        while stopped.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
            let Some(hub) = self.hub.upgrade() else {
                return;
            };
            let now = self.clock.tick(Instant::now());
            // Deadlines are by the clock of that runtime, which a test may have stopped.
            let _context = self.main.enter();
            // Whoever is woken for a change is somebody else's code: its panic must not end the watch.
            let looked = catch_unwind(AssertUnwindSafe(|| {
                self.watch.look(&hub, now);
                (self.besides)(&hub, now - Moment::default());
                // Where the runtime stands still, nobody else takes back what is too old.
                hub.tick(tokio::time::Instant::now());
                hub.tell();
            }));
            if looked.is_err() {
                hub.put(Event::WatchPanicked);
                hub.tell();
            }
        }
    }
}

/// However it ends: who no longer looks accuses nobody.
impl Drop for Shell {
    fn drop(&mut self) {
        if let Some(hub) = self.hub.upgrade() {
            hub.accuse(Vec::new());
        }
    }
}

#[cfg(test)]
mod tests;
