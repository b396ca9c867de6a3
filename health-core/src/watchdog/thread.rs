use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Weak};
use std::thread;
use std::time::Instant;

use tokio::runtime::Handle;

use crate::lifecycle::Phase;
use crate::pulse::{PulseWatch, Pulses};
use crate::snapshot::{Event, Hub, Vitals};
use crate::watchdog::canary::Canary;
use crate::watchdog::clock::{Clock, Moment};
use crate::watchdog::ladder::TICK;
use crate::watchdog::runtime::RuntimeWatch;
use crate::watchdog::termination::TerminationLog;
use crate::watchdog::{RuntimeState, Watchdog};

/// The watchdog's thread. Dropping it ends the watch.
#[derive(Debug)]
pub(crate) struct WatchThread {
    _stop: Sender<()>,
}

/// Vitals are made anew each second, and when a state changes.
const TICKS_PER_REPORT: u32 = 10;

impl WatchThread {
    /// Starts to watch: `main` is the runtime that the checks run on.
    pub(crate) fn start(
        config: Watchdog,
        main: &Handle,
        hub: &Arc<Hub>,
        pulses: Arc<Pulses>,
    ) -> io::Result<Self> {
        let (stop, stopped) = channel();
        let main = ("main".to_owned(), main.clone());
        let watch = Watch::new(config, main, Arc::downgrade(hub), pulses);
        thread::Builder::new()
            .name("health-watchdog".to_owned())
            .spawn(move || watch.run(&stopped))?;
        Ok(Self { _stop: stop })
    }
}

struct Watch {
    clock: Clock,
    runtimes: Vec<(Canary, RuntimeWatch)>,
    pulses: PulseWatch,
    log: TerminationLog,
    hub: Weak<Hub>,
    ticks: u32,
}

impl Watch {
    fn new(config: Watchdog, main: (String, Handle), hub: Weak<Hub>, pulses: Arc<Pulses>) -> Self {
        let limits = config.limits();
        let mut clock = Clock::new(Instant::now());
        let now = clock.tick(Instant::now());
        let runtimes = [main]
            .into_iter()
            .chain(config.others)
            .map(|(name, runtime)| {
                let canary = Canary::send(runtime);
                let watch = RuntimeWatch::new(name, limits, &canary.workers(), now);
                (canary, watch)
            });
        Self {
            runtimes: runtimes.collect(),
            clock,
            pulses: PulseWatch::new(pulses),
            log: TerminationLog::new(config.termination_log),
            hub,
            ticks: 0,
        }
    }

    fn run(mut self, stopped: &Receiver<()>) {
        while stopped.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
            let Some(hub) = self.hub.upgrade() else {
                return;
            };
            let now = self.clock.tick(Instant::now());
            self.look(&hub, now);
        }
    }

    /// Nothing is logged here: a log that stands still must not stop the watch.
    fn look(&mut self, hub: &Arc<Hub>, now: Moment) {
        let died = self.pulses.look(now);
        let mut changed = !died.is_empty();
        died.into_iter()
            .for_each(|pulse| hub.put(Event::Died { pulse }));
        self.runtimes.retain_mut(|(canary, watch)| {
            let Some(sight) = canary.sight() else {
                let runtime = watch.name().to_owned();
                hub.put(Event::RuntimeEnded { runtime });
                changed = true;
                return false;
            };
            let before = watch.state();
            if watch.look(&sight, now) {
                canary.send_again();
            }
            changed |= before != watch.state();
            tell(hub, watch, before);
            true
        });
        let before = hub.published();
        let serving = before.phase() < Phase::Draining;
        let faults = self.runtimes.iter().flat_map(|(_, watch)| watch.faults());
        let faults: Vec<_> = faults.chain(self.pulses.faults(serving)).collect();
        changed |= *before.faults() != *faults;
        // Before the faults, so that whoever is woken for one finds what it is about.
        if changed || self.ticks.is_multiple_of(TICKS_PER_REPORT) {
            hub.vitals().set(self.report());
        }
        hub.accuse(faults);
        self.ticks = self.ticks.wrapping_add(1);
        if let Some(event) = self.log.follow(&hub.published()) {
            hub.put(event);
        }
        hub.tell();
    }

    fn report(&self) -> Vitals {
        Vitals {
            runtimes: self
                .runtimes
                .iter()
                .map(|(_, watch)| watch.report())
                .collect(),
            pulses: self.pulses.reports(),
        }
    }
}

/// What is short is shown; what is long is said.
fn tell(hub: &Hub, watch: &RuntimeWatch, before: RuntimeState) {
    let [was, is] = [before, watch.state()].map(|state| state >= RuntimeState::Stalled);
    let runtime = watch.name().to_owned();
    match (was, is) {
        (false, true) => hub.put(Event::Stalled { runtime }),
        (true, false) => hub.put(Event::Turns { runtime }),
        _ => {}
    }
}
