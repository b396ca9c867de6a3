//! Threads that hang.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;

const BRIEFLY: Duration = Duration::from_millis(50);

/// Holds the threads that step into it, until it is opened.
#[derive(Clone, Debug, Default)]
pub struct Trap(Arc<(Mutex<State>, Condvar)>);

#[derive(Debug, Default)]
struct State {
    inside: usize,
    open: bool,
}

impl Trap {
    /// Holds so many workers of a runtime. They are held when this returns.
    #[must_use]
    pub fn of_workers(workers: usize, runtime: &Handle) -> Self {
        let trap = Self::default();
        for held in 1..=workers {
            loop {
                let trapped = trap.clone();
                runtime.spawn(async move { trapped.step_in() });
                // One that waits behind another in a worker's own queue may take long: another is sent.
                if trap.holds(held, BRIEFLY) {
                    break;
                }
            }
        }
        trap
    }

    /// Blocks the thread.
    pub fn step_in(&self) {
        let mut state = self.state();
        state.inside += 1;
        self.changed().notify_all();
        let waited = self.changed().wait_while(state, |state| !state.open);
        waited.unwrap_or_else(PoisonError::into_inner).inside -= 1;
        self.changed().notify_all();
    }

    /// Blocks the thread, but not for longer than this.
    pub fn stay_briefly(&self, time: Duration) {
        self.wait(time, |state| !state.open);
    }

    /// Whether so many threads are held now, or within this time.
    pub fn holds(&self, count: usize, patience: Duration) -> bool {
        self.wait(patience, |state| state.inside < count)
    }

    /// Lets all go, and those who are still to come.
    pub fn open(&self) {
        self.state().open = true;
        self.changed().notify_all();
        self.wait(Duration::from_secs(20), |state| state.inside > 0);
    }

    fn wait(&self, patience: Duration, not_yet: impl FnMut(&mut State) -> bool) -> bool {
        let waited = self
            .changed()
            .wait_timeout_while(self.state(), patience, not_yet);
        let (_state, waited) = waited.unwrap_or_else(PoisonError::into_inner);
        !waited.timed_out()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn changed(&self) -> &Condvar {
        &self.0.1
    }
}
