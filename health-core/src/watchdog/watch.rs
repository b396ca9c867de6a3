use std::sync::Arc;

use tokio::runtime::Handle;

use crate::pulse::{PulseReport, PulseWatch, Pulses};
use crate::snapshot::{Event, Hub};
use crate::watchdog::canary::Canary;
use crate::watchdog::clock::Moment;
use crate::watchdog::runtime::{Next, RuntimeWatch};
use crate::watchdog::termination::TerminationLog;
use crate::watchdog::{RuntimeReport, RuntimeState, Watchdog};

/// Vitals are made anew each second, and when a state changes.
const TICKS_PER_REPORT: u32 = 10;

/// More add nothing: one fails liveness.
const MOST_FAULTS: usize = 100;

/// Signs of life that others see: another number with each. Handed in, so that the watchdog need not know what they are.
pub(crate) type Signs = Box<dyn Fn() -> u64 + Send>;

/// Everything that is watched, and what follows from it.
pub(crate) struct Watch {
    runtimes: Vec<(Canary, RuntimeWatch)>,
    pulses: PulseWatch,
    log: TerminationLog,
    signs: Signs,
    ticks: u32,
}

impl Watch {
    /// `main` is watched before all others. Time begins now.
    pub(crate) fn new(
        config: Watchdog,
        main: (String, Handle),
        pulses: Arc<Pulses>,
        signs: Signs,
    ) -> Self {
        let limits = config.limits();
        let now = Moment::default();
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
            pulses: PulseWatch::new(pulses),
            log: TerminationLog::new(config.termination_log),
            signs,
            ticks: 0,
        }
    }

    /// Nothing is logged here, and no file is written: what stands still there must not stop the watch.
    pub(crate) fn look(&mut self, hub: &Arc<Hub>, now: Moment) {
        // Once a shutdown has begun, workers may end as they like.
        let serving = hub.published().shutdown().is_none();
        let died = self.pulses.look(now);
        let mut changed = !died.is_empty();
        died.into_iter()
            .filter(|_| serving)
            .for_each(|pulse| hub.put(Event::Died { pulse }));
        // Which of several runtimes they are of is not known.
        let signs = if self.runtimes.len() == 1 {
            (self.signs)()
        } else {
            0
        };
        self.runtimes.retain_mut(|(canary, watch)| {
            let Some(sight) = canary.sight(signs) else {
                let runtime = watch.name().to_owned();
                hub.put(Event::RuntimeEnded { runtime });
                changed = true;
                return false;
            };
            let before = watch.state();
            match watch.look(&sight, now) {
                Next::Wait => {}
                Next::Send => canary.send_again(),
                Next::Help => canary.send_help(),
            }
            changed |= before != watch.state();
            news(watch.name(), before, watch.state())
                .into_iter()
                .for_each(|event| hub.put(event));
            true
        });
        #[cfg(feature = "heartbeat")]
        self.tell_turned(hub);
        let before = hub.published();
        let faults = self.runtimes.iter().flat_map(|(_, watch)| watch.faults());
        let faults = faults.chain(self.pulses.faults(serving));
        let faults: Vec<_> = faults.take(MOST_FAULTS).collect();
        changed |= *before.faults() != *faults;
        // Before the faults, so that whoever is woken for one finds what it is about.
        if changed || self.ticks.is_multiple_of(TICKS_PER_REPORT) {
            let (runtimes, pulses) = self.report();
            hub.vitals().set_watched(runtimes, pulses);
        }
        hub.accuse(faults);
        self.ticks = self.ticks.wrapping_add(1);
        if let Some(event) = self.log.follow(&hub.published()) {
            hub.put(event);
        }
        hub.tell();
    }

    /// What earns beats, or does not. Where no runtime is left, nothing does.
    #[cfg(feature = "heartbeat")]
    fn tell_turned(&self, hub: &Hub) {
        let all = self.runtimes.iter().map(|(_, watch)| watch.turned());
        let worst =
            all.reduce(|(late, still), (later, stiller)| (late.max(later), still.max(stiller)));
        if let Some((late, still)) = worst {
            let at = std::time::Instant::now();
            hub.vitals()
                .set_turned(crate::watchdog::Turned { late, still, at });
        }
    }

    fn report(&self) -> (Vec<RuntimeReport>, Vec<PulseReport>) {
        let runtimes = self.runtimes.iter();
        let runtimes = runtimes.map(|(_, watch)| watch.report()).collect();
        (runtimes, self.pulses.reports())
    }
}

/// What is short is shown; what is long is said.
fn news(runtime: &str, was: RuntimeState, is: RuntimeState) -> Option<Event> {
    let [was, is] = [was, is].map(|state| state >= RuntimeState::Stalled);
    let runtime = runtime.to_owned();
    match (was, is) {
        (false, true) => Some(Event::Stalled { runtime }),
        (true, false) => Some(Event::Turns { runtime }),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
