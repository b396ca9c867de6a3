use std::time::{Duration, Instant};

use crate::error::Problem;
use crate::heartbeat::cell::Cell;
use crate::heartbeat::clock::BootClock;
use crate::heartbeat::gate::Sign;
use crate::heartbeat::heart::{Heart, Sources};
use crate::heartbeat::settings::Settings;
use crate::heartbeat::{Backend, Membership, Vitals, thread};
use crate::{Health, StartError};

/// Makes this instance a member of a list that a coordinator keeps, for as long as it really works. See the [module](crate::heartbeat).
#[derive(Debug)]
#[must_use = "nothing beats until `start(&health)`"]
pub struct Heartbeat<B> {
    backend: B,
    settings: Settings,
}

impl<B: Backend> Heartbeat<B> {
    /// Beats to this coordinator.
    pub fn to(backend: B) -> Self {
        let settings = Settings::new();
        Self { backend, settings }
    }

    /// The name of the member, up to 100 bytes: another for each instance. The host's name and the number of the process by default, as
    /// `orders-7d9f-1` in a pod.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.settings.name = name.into();
        self
    }

    /// From one beat to the next. 1 s by default; 10 ms at least. More often where a third of what was granted is less.
    pub fn every(mut self, interval: Duration) -> Self {
        self.settings.every = interval;
        self
    }

    /// How much shorter or longer each interval is by chance, in percent. 10 by default; 50 at most.
    pub fn jitter(mut self, percent: u8) -> Self {
        self.settings.jitter = percent;
        self
    }

    /// After how long without a beat the coordinator takes the member as dead. 10 s by default; three beats at least, and a day at most.
    pub fn ttl(mut self, ttl: Duration) -> Self {
        self.settings.ttl = ttl;
        self
    }

    /// How long to wait for the answer to a beat before it is sent again. 1 s by default, or a third of the TTL where that is less. Five
    /// times as long is waited for an answer when joining.
    pub fn ack_timeout(mut self, limit: Duration) -> Self {
        self.settings.set_ack_timeout(limit);
        self
    }

    /// How old the last turn of a runtime may be, for a beat to be earned by it. 1 s by default, which is
    /// [`RuntimeState::Late`](crate::RuntimeState::Late); 250 ms at least.
    pub fn withhold_after(mut self, limit: Duration) -> Self {
        self.settings.set_withhold_after(limit);
        self
    }

    /// After how long in which nothing in a runtime has moved membership is given back, so that nobody has to wait for the TTL. 5 s by default,
    /// or half of the TTL, if that is more: a forgotten blocking call of some seconds should move nothing elsewhere.
    pub fn revoke_after(mut self, limit: Duration) -> Self {
        self.settings.set_revoke_after(limit);
        self
    }

    /// Readiness needs membership: not ready before it has joined, nor while it is fenced or stalled.
    ///
    /// By default it does not, for a coordinator that can't be reached is no fault of this instance: with this, **losing it takes all instances
    /// out at once**. It is for services that can't do anything without it. Readiness knows of it from [`start`](Self::start) on: call that
    /// before the server runs. It follows a fence that fell while the process was frozen within a tenth of a second;
    /// [`is_member`](Membership::is_member) knows at once.
    pub fn required(mut self) -> Self {
        self.settings.required = true;
        self
    }

    /// Beats without evidence: also where the watchdog is [off](crate::Watchdog::off), and **also when nothing in the application
    /// moves any more**, as long as the process is there.
    pub fn unearned(mut self) -> Self {
        self.settings.unearned = true;
        self
    }

    /// Starts to beat, on a thread of its own, as long as there is a [`Health`], or until it has drained: then it leaves. Whether it has
    /// joined is seen in [`Membership`], and in [`Snapshot::heartbeats`](crate::Snapshot::heartbeats); each change of its state is one
    /// event with the target `health`, of which one that comes again and again is told three times in a minute.
    ///
    /// # Errors
    ///
    /// Everything that can't work, at once: a bad name, or one that beats to a backend of this name already; an interval, a TTL or a limit out
    /// of its bounds; a watchdog that is off, without [`unearned`](Self::unearned). Then a ninth heartbeat, or a thread that the system does not
    /// give. That the coordinator can't be reached is none: it is asked until it can.
    pub fn start(self, health: &Health) -> Result<Membership, StartError> {
        let Self { backend, settings } = self;
        let refused = |why: Vec<String>| {
            let name = &settings.name;
            let problem = |why| Problem::BadHeartbeat {
                name: name.clone(),
                why,
            };
            StartError::new(why.into_iter().map(problem).collect())
        };
        let problems = settings.problems(health.is_watched());
        if !problems.is_empty() {
            return Err(refused(problems));
        }
        let clock = BootClock::system();
        let cell = Cell::new(&settings, &backend, clock.clone());
        let hearts = health.0.hub.vitals().hearts().clone();
        hearts.add(&cell).map_err(|why| refused(vec![why]))?;
        let sources = Sources {
            hub: std::sync::Arc::downgrade(&health.0.hub),
            leaving: hearts.leaving().clone(),
            clock,
            sign: sign(health),
            vitals: vitals(health),
        };
        let heart = Heart::new(backend, settings.clone(), cell.clone(), sources);
        if let Err(error) = thread::start(heart) {
            hearts.remove(&cell);
            return Err(refused(vec![format!(
                "its thread can't be started: {error}"
            )]));
        }
        health.0.hub.follow_hearts();
        health.0.hub.emit();
        Ok(Membership(cell))
    }
}

/// What the watchdog says.
fn sign(health: &Health) -> Box<dyn Fn() -> Option<Sign> + Send> {
    let vitals = health.0.hub.vitals().clone();
    Box::new(move || {
        let turned = vitals.turned()?;
        Some(Sign {
            late: turned.late,
            still: turned.still,
            ago: Instant::now().saturating_duration_since(turned.at),
        })
    })
}

fn vitals(health: &Health) -> Box<dyn Fn() -> Vitals + Send> {
    let (snapshots, runtime) = (health.subscribe(), health.0.adding.runtime.clone());
    Box::new(move || {
        // By the clock of that runtime, which a test may have stopped.
        let _context = runtime.enter();
        Vitals::of(&snapshots.current())
    })
}
