use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use integration_tests::ask::ask;
use tokio::task::AbortHandle;
use tokio::time::{MissedTickBehavior, interval};

use crate::answers::Answers;
use crate::host::Host;

/// Asks three routes of a host, until it is dropped.
#[derive(Debug)]
pub(crate) struct Watch {
    ours: Asked,
    on_app: Asked,
    plain: Asked,
}

/// What they said.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Seen {
    /// `/health/live` on the port of the `ProbeServer`.
    pub(crate) ours: Answers,
    /// The same on the application's.
    pub(crate) on_app: Answers,
    /// The route that was written by hand.
    pub(crate) plain: Answers,
}

impl Watch {
    pub(crate) fn start(host: &Host) -> Self {
        Self {
            ours: Asked::start(host.probes, "/health/live", 50),
            on_app: Asked::start(host.app, "/health/live", 100),
            plain: Asked::start(host.app, "/plain-health", 100),
        }
    }

    /// What was said so far. An answer that is under way doesn't count.
    pub(crate) fn seen(&self) -> Seen {
        Seen {
            ours: self.ours.answers(),
            on_app: self.on_app.answers(),
            plain: self.plain.answers(),
        }
    }

    /// When our liveness failed first.
    pub(crate) fn failed(&self) -> Option<Instant> {
        self.ours.answers().first_unavailable
    }
}

impl Seen {
    pub(crate) fn add(&mut self, more: &Self) {
        self.ours.add_all(more.ours);
        self.on_app.add_all(more.on_app);
        self.plain.add_all(more.plain);
    }

    pub(crate) fn of_all(&self) -> bool {
        [self.ours, self.on_app, self.plain]
            .iter()
            .all(|answers| answers.count() > 0)
    }
}

#[derive(Debug)]
struct Asked {
    answers: Arc<Mutex<Answers>>,
    task: AbortHandle,
}

impl Asked {
    fn start(addr: SocketAddr, path: &'static str, every_millis: u64) -> Self {
        let answers = Arc::<Mutex<Answers>>::default();
        let told = Arc::clone(&answers);
        let task = tokio::spawn(async move {
            let mut due = interval(Duration::from_millis(every_millis));
            due.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                due.tick().await;
                let answer = ask(addr, path).await;
                told.lock().unwrap().add(answer);
            }
        });
        let task = task.abort_handle();
        Self { answers, task }
    }

    fn answers(&self) -> Answers {
        *self.answers.lock().unwrap()
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        self.task.abort();
    }
}
