use std::borrow::Cow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::check::{bounded_name, cut_to_line};
use crate::heartbeat::clock::BootClock;
use crate::heartbeat::report::Totals;
use crate::heartbeat::settings::Settings;
use crate::heartbeat::tenure::Term;
use crate::heartbeat::{Backend, HeartbeatReport, HeartbeatState};

/// What is known of one heartbeat: written by its thread, read by everybody.
#[derive(Debug)]
pub(crate) struct Cell {
    name: String,
    backend: String,
    local: bool,
    required: bool,
    every: Duration,
    to_leave: Duration,
    clock: BootClock,
    account: Mutex<Account>,
    changes: watch::Sender<()>,
    /// It has left, or will never get to it.
    pub(crate) done: CancellationToken,
}

#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) state: HeartbeatState,
    pub(crate) term: Option<Arc<Term>>,
    pub(crate) incarnation: u64,
    pub(crate) acked_at: Option<Duration>,
    pub(crate) totals: Totals,
    pub(crate) rtt: Option<Duration>,
    pub(crate) rtt_p99: Duration,
    problem: Option<String>,
    warning: Option<String>,
}

/// With what is said around an error.
const LONGEST: usize = 256;

impl Account {
    pub(crate) fn note(&mut self, problem: &str) {
        let problem = cut_to_line(Cow::Borrowed(problem), LONGEST);
        self.problem = Some(problem.into_owned());
    }

    pub(crate) fn acked(&mut self, at: Duration, rtt: Duration, rtt_p99: Duration) {
        self.acked_at = Some(at);
        (self.rtt, self.rtt_p99) = (Some(rtt), rtt_p99);
        self.problem = None;
    }
}

/// Whoever sends may be late to see that the fence has fallen.
fn seen(state: HeartbeatState, is_member: bool) -> HeartbeatState {
    match state {
        HeartbeatState::Member | HeartbeatState::Withheld if !is_member => HeartbeatState::Fenced,
        state => state,
    }
}

impl Cell {
    pub(crate) fn new(settings: &Settings, backend: &impl Backend, clock: BootClock) -> Arc<Self> {
        Arc::new(Self {
            name: settings.name.clone(),
            backend: bounded_name(Cow::Borrowed(backend.name())).into_owned(),
            local: backend.is_local(),
            required: settings.required,
            every: settings.every,
            to_leave: settings.to_leave(),
            clock,
            account: Mutex::new(Account {
                state: HeartbeatState::Joining,
                term: None,
                incarnation: 0,
                acked_at: None,
                totals: Totals::default(),
                rtt: None,
                rtt_p99: Duration::ZERO,
                problem: None,
                warning: None,
            }),
            changes: watch::Sender::new(()),
            done: CancellationToken::new(),
        })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn backend(&self) -> &str {
        &self.backend
    }

    /// How long somebody who ends has to wait for it to leave, at most.
    pub(crate) fn to_leave(&self) -> Duration {
        self.to_leave
    }

    pub(crate) fn is(&self, other: &Self) -> bool {
        self.name == other.name && self.backend == other.backend
    }

    /// Changes it, and wakes who waits for one.
    pub(crate) fn change<R>(&self, change: impl FnOnce(&mut Account) -> R) -> R {
        let result = change(&mut self.lock());
        self.changes.send_replace(());
        result
    }

    pub(crate) fn tenure(&self) -> Option<Arc<Term>> {
        // Not under the lock: who finds that it is over wakes others.
        let term = self.lock().term.clone();
        term.filter(|term| term.is_member())
    }

    pub(crate) fn state(&self) -> HeartbeatState {
        let state = self.lock().state;
        seen(state, self.tenure().is_some())
    }

    pub(crate) fn warning(&self) -> Option<String> {
        self.lock().warning.clone()
    }

    pub(crate) fn set_warning(&self, warning: Option<String>) {
        self.change(|account| account.warning = warning);
    }

    /// Whether readiness is down for it. Also looks whether the fence has fallen, where nobody else might.
    pub(crate) fn is_missed(&self) -> bool {
        self.tenure().is_none() && self.required
    }

    pub(crate) fn follow(&self) -> watch::Receiver<()> {
        self.changes.subscribe()
    }

    pub(crate) fn report(&self) -> HeartbeatReport {
        let is_member = self.tenure().is_some();
        let account = self.lock();
        let age = |at| self.clock.now().saturating_sub(at);
        HeartbeatReport {
            name: self.name.clone(),
            backend: self.backend.clone(),
            local: self.local,
            state: seen(account.state, is_member),
            required: self.required,
            every: self.every,
            incarnation: account.incarnation,
            last_ack: account.acked_at.map(age),
            totals: account.totals,
            rtt: account.rtt,
            rtt_p99: account.rtt_p99,
            problem: account.problem.clone(),
            warning: account.warning.clone(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Account> {
        self.account.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
