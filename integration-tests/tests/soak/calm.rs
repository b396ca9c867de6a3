//! Times when all critical checks pass, so that only the driver moves readiness; and the one that ends all.

use std::sync::Arc;
use std::time::Duration;

use health_tower::{CheckState, Impact, Phase, Probe, Snapshot};
use integration_tests::patience::{until, until_snapshot};
use tokio::time::interval;

use crate::driver::Driver;
use crate::tally::Tally;
use crate::truth::Known;

const TURNS: usize = 40;
const RUNS_AFTER: usize = 10;
const ANSWERS_AFTER: usize = 100;

/// The calms that there were: from which change to which, and whether a critical check went down all the same, as one does that
/// gets no time to answer.
#[derive(Debug, Default)]
pub(crate) struct Calms(Vec<(u64, u64, bool)>);

impl Calms {
    pub(crate) fn spoilt(&self, known: Known) -> bool {
        let change = known.change();
        let mut spoilt = self.0.iter().filter(|(.., spoilt)| *spoilt);
        spoilt.any(|(first, last, _)| (first..=last).contains(&&change))
    }

    pub(crate) fn sound(&self) -> usize {
        self.0.iter().filter(|(.., spoilt)| !spoilt).count()
    }
}

impl Driver<'_> {
    /// Readiness is what the driver made it, whatever other checks find.
    pub(crate) async fn calm(&mut self) {
        self.heal(1).await;
        // Of the other probes too, for once.
        until_snapshot(self.health, "a calm", |now| {
            all_pass(now) && Probe::ALL.iter().all(|probe| now.status(*probe).is_up())
        })
        .await;
        self.mark.flush(self.log).await;
        let (downs, moves) = (self.log.downs(), self.log.readiness());
        let flips = self.witness.flips();
        let first = self.witness.truth.get().change();
        let mut ticks = interval(Duration::from_millis(3));
        for _ in 0..TURNS {
            self.report();
            ticks.tick().await;
            self.clear();
            self.witness.truth.ready(true);
            self.patients.infect(false, &mut self.rng);
            ticks.tick().await;
        }
        self.witness.truth.unknown();
        let last = self.witness.truth.get().change();
        let flips_after = self.witness.flips();
        self.mark.flush(self.log).await;
        let spoilt = self.log.downs() != downs;
        self.calms.0.push((first, last, spoilt));
        let moved = self.log.readiness() - moves;
        assert!(spoilt || moved == 2 * TURNS, "{moved} events in a calm");
        for (before, after) in flips.iter().zip(&flips_after) {
            let flips = after - before;
            // Three more, if an answer and the board were read before this began, and counted after.
            assert!(flips <= moved + 3, "{flips} flips in {moved} transitions");
        }
    }

    /// The shutdown has begun: checks may pass as often as they like.
    pub(crate) async fn nothing_comes_back(&mut self, tallies: &[Arc<Tally>]) {
        self.heal(RUNS_AFTER).await;
        until_snapshot(self.health, "the end", |now| {
            all_pass(now) && now.phase() == Phase::Closed
        })
        .await;
        let before: Vec<_> = tallies.iter().map(|tally| tally.over()).collect();
        until("answers after the end", || {
            let now = tallies.iter().map(|tally| tally.over());
            now.zip(&before)
                .all(|(now, before)| now >= before + ANSWERS_AFTER)
        })
        .await;
        self.mark.flush(self.log).await;
        assert!(self.log.says("readiness", "down") && self.log.says("phase", "closed"));
        // A state that no event told of would stay so.
        until("the events to tell of each state", || {
            let now = self.health.snapshot();
            now.checks()
                .all(|check| self.log.says(check.name(), check.state().name()))
        })
        .await;
    }

    /// Waits until each critical check has begun that many runs which pass; all before have then been counted.
    async fn heal(&self, runs: usize) {
        self.patients.heal();
        let before = self.patients.begun();
        until("checks to run", || {
            let now = self.patients.begun();
            now.iter()
                .zip(&before)
                .all(|(now, before)| *now >= before + runs)
        })
        .await;
    }
}

fn all_pass(now: &Snapshot) -> bool {
    let mut critical = now
        .checks()
        .filter(|check| check.impact() == Impact::Critical);
    critical.all(|check| check.state() == CheckState::Up)
}
