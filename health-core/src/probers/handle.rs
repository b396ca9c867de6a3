use std::array::from_fn;
use std::fmt;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError, TryLockError};
use std::time::Duration;

use tokio::time::Instant;

use crate::Probe;
use crate::probers::ProbeAnswers;
use crate::probers::book::Book;

/// Notes who asks, for faces; from [`Health::probers`](crate::Health::probers).
///
/// A cheap `Copy`, leaked once for each [`Health`](crate::Health).
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use health_core::{Asker, Health, Probe};
///
/// let health = Health::builder().start()?;
/// let prober = Asker::http(Probe::Readiness, "/health/ready", "kube-probe/1.33");
/// health.probers().answered(prober, true);
/// assert_eq!(health.snapshot().answers(Probe::Readiness).up(), 1);
/// # Ok(()) }
/// ```
#[derive(Clone, Copy)]
pub struct Probers(&'static Notes);

/// 1. Whoever is answered waits for nobody: where the book is in use for a moment, a question is counted, and not entered.
/// 2. Counters are only ever added to, each by itself: a sum may lack what is being answered now.
struct Notes {
    answers: [[AtomicU64; 2]; 4],
    watching: AtomicUsize,
    epoch: Instant,
    /// When each probe was asked last, in milliseconds from the epoch, and one; zero is never.
    asked: [AtomicU64; 4],
    book: Mutex<Book>,
    /// Where each probe is answered first, once a face says so.
    places: [OnceLock<Box<str>>; 4],
}

/// One who asks, as a face sees it.
#[derive(Clone, Copy, Debug)]
pub struct Asker<'a> {
    pub(crate) probe: Probe,
    pub(crate) place: &'a str,
    pub(crate) grpc: bool,
    pub(crate) user_agent: &'a str,
}

impl<'a> Asker<'a> {
    /// Somebody who asks over HTTP, at that path: the one that the face was given, and not whatever spelling was sent. A user agent
    /// that was not sent is empty.
    #[must_use]
    pub fn http(probe: Probe, path: &'a str, user_agent: &'a str) -> Self {
        Self {
            probe,
            place: path,
            grpc: false,
            user_agent,
        }
    }

    /// Somebody who asks over gRPC for the service of that name, one that exists.
    #[must_use]
    pub fn grpc(probe: Probe, service: &'a str, user_agent: &'a str) -> Self {
        Self {
            probe,
            place: service,
            grpc: true,
            user_agent,
        }
    }
}

impl Probers {
    pub(crate) fn leak() -> Self {
        Self(Box::leak(Box::new(Notes {
            answers: from_fn(|_| from_fn(|_| AtomicU64::new(0))),
            watching: AtomicUsize::new(0),
            epoch: Instant::now(),
            asked: from_fn(|_| AtomicU64::new(0)),
            book: Mutex::default(),
            places: from_fn(|_| OnceLock::new()),
        })))
    }

    /// Somebody asked, and was told whether the probe is up.
    pub fn answered(self, asker: Asker<'_>, up: bool) {
        self.counted(asker.probe, up);
        let now = Instant::now();
        let since = now.saturating_duration_since(self.0.epoch).as_millis();
        let since = u64::try_from(since).unwrap_or(u64::MAX - 1);
        // Relaxed: the time is the whole message.
        self.0.asked[asker.probe.index()].fetch_max(since + 1, Ordering::Relaxed);
        self.enter(|book| book.asked(asker, up, now));
    }

    /// Somebody who follows a probe was told whether it is up, without having asked.
    pub fn told(self, asker: Asker<'_>, up: bool) {
        self.counted(asker.probe, up);
        self.enter(|book| book.told(asker, up, Instant::now()));
    }

    /// Somebody was told whether the probe is up, and is no prober: a person who looks.
    pub fn counted(self, probe: Probe, up: bool) {
        let answers = &self.0.answers[probe.index()];
        // Relaxed: a count orders nothing.
        answers[usize::from(up)].fetch_add(1, Ordering::Relaxed);
    }

    fn enter(self, note: impl FnOnce(&mut Book)) {
        match self.0.book.try_lock() {
            Ok(mut book) => note(&mut book),
            Err(TryLockError::Poisoned(poisoned)) => note(&mut poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => {}
        }
    }

    /// How long ago the probe was asked last, by whomever.
    pub(crate) fn asked_ago(self, probe: Probe, now: Instant) -> Option<Duration> {
        let since = self.0.asked[probe.index()].load(Ordering::Relaxed);
        let since = Duration::from_millis(since.checked_sub(1)?);
        let passed = now.saturating_duration_since(self.0.epoch);
        Some(passed.saturating_sub(since))
    }

    /// Somebody follows readiness from here on, until the returned value is dropped, and need not ask again.
    #[must_use = "it follows until this is dropped"]
    pub fn watching(self) -> Watching {
        self.0.watching.fetch_add(1, Ordering::Relaxed);
        Watching(self)
    }

    /// A face answers this probe at that path. The first to say so is whom a warning names.
    pub fn answers_at(self, probe: Probe, path: &str) {
        self.0.places[probe.index()].get_or_init(|| path.into());
    }

    pub(crate) fn answers(self) -> [ProbeAnswers; 4] {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        from_fn(|probe| {
            let [down, up] = &self.0.answers[probe];
            ProbeAnswers {
                up: read(up),
                down: read(down),
            }
        })
    }

    pub(crate) fn is_watched(self) -> bool {
        self.0.watching.load(Ordering::Relaxed) > 0
    }

    pub(crate) fn place(self, probe: Probe) -> Option<&'static str> {
        let notes: &'static Notes = self.0;
        notes.places[probe.index()].get().map(AsRef::as_ref)
    }

    pub(crate) fn book(self) -> Book {
        let book = self.0.book.lock();
        book.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl fmt::Debug for Probers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Probers")
            .field("answers", &self.answers())
            .finish_non_exhaustive()
    }
}

/// Somebody who follows readiness; from [`Probers::watching`].
#[derive(Debug)]
pub struct Watching(Probers);

impl Drop for Watching {
    fn drop(&mut self) {
        // Relaxed: a count orders nothing.
        self.0.0.watching.fetch_sub(1, Ordering::Relaxed);
    }
}
