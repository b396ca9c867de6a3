//! Rolling restarts under load.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

use crate::balancer::{Balancer, Kind};
use crate::fleet::Fleet;
use crate::instance::Exit;
use crate::load::{Load, SOCKET};
use crate::mode::Mode;
use crate::tally::How;

/// At most so often an instance is restarted, however quickly it is back, so that each mode serves as much in between.
const PACE: Duration = Duration::from_millis(2500);

/// What the clients have seen, and how the instances have ended.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    pub(crate) kind: Kind,
    pub(crate) mode: Mode,
    pub(crate) asked: Vec<(&'static str, u64)>,
    pub(crate) failed: usize,
    pub(crate) truncated: usize,
    /// Part of both.
    pub(crate) sockets_lost: usize,
    pub(crate) retried: u64,
    /// Requests that met the end of a connection to the balancer, and never reached it.
    pub(crate) never_seen: usize,
    pub(crate) exits: Vec<Exit>,
    /// What became of each request that was lost, and what the balancer says of it.
    pub(crate) losses: Vec<String>,
}

impl Outcome {
    /// How many messages went over a `WebSocket`, and how many of them were lost.
    pub(crate) fn sockets(&self) -> (u64, usize) {
        let own = self.asked.iter().find(|(kind, _)| *kind == SOCKET);
        (own.map_or(0, |(_, count)| *count), self.sockets_lost)
    }

    pub(crate) fn requests(&self) -> u64 {
        self.asked.iter().map(|(_, count)| count).sum()
    }

    /// Mean and longest time of a restart, from SIGTERM to the end of the process.
    pub(crate) fn took(&self) -> [Duration; 2] {
        let times = self.exits.iter().map(|exit| exit.took);
        let count = u32::try_from(self.exits.len()).unwrap();
        [
            times.clone().sum::<Duration>() / count,
            times.max().unwrap(),
        ]
    }

    /// What the clients got instead of an answer, and how often.
    pub(crate) fn causes(&self) -> BTreeMap<&str, usize> {
        let mut causes = BTreeMap::new();
        let firsts = self.losses.iter().filter_map(|loss| loss.lines().next());
        for cause in firsts {
            *causes.entry(cause).or_default() += 1;
        }
        causes
    }
}

/// Restarts three instances behind a balancer, one after the other, as often as said. `None` where it isn't installed.
pub(crate) async fn rolling(kind: Kind, mode: Mode, rounds: u32) -> Option<Outcome> {
    let mut fleet = Fleet::start(mode).await;
    let balancer = Balancer::start(kind, &fleet)?;
    balancer.is_up().await;
    let lanes = balancer.lanes();
    let warm = Load::start(&lanes, mode.upgrades());
    for index in 0..fleet.len() {
        warm.reaches(fleet.instance(index).pid()).await;
    }
    warm.finish().await;

    let load = Load::start(&lanes, mode.upgrades());
    let mut exits = Vec::new();
    let mut pace = interval(PACE);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for _ in 0..rounds {
        for index in 0..fleet.len() {
            pace.tick().await;
            let taking_out = async |fleet: &Fleet| balancer.take_out(fleet, index).await;
            exits.push(fleet.restart(index, taking_out).await);
            balancer.put_back();
            load.reaches(fleet.instance(index).pid()).await;
        }
    }
    let counts = load.finish().await;

    let mut outcome = Outcome {
        kind,
        mode,
        asked: counts.asked.into_iter().collect(),
        failed: 0,
        truncated: 0,
        sockets_lost: 0,
        retried: balancer.retried().await,
        never_seen: 0,
        exits,
        losses: Vec::new(),
    };
    for (id, kind, loss) in counts.losses {
        let never_seen = balancer.never_saw(&id, &loss);
        if never_seen {
            outcome.never_seen += 1;
        } else if loss.how == How::Truncated {
            outcome.truncated += 1;
        } else {
            outcome.failed += 1;
        }
        outcome.sockets_lost += usize::from(kind == SOCKET && !never_seen);
        let logged = balancer.logged(&id);
        outcome
            .losses
            .push(format!("{kind}: {}\n  {logged}", loss.what));
    }
    Some(outcome)
}
