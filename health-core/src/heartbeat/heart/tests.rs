//! In paused time, with a clock for the fence that a test can let run ahead.

use std::sync::Mutex;

use tokio::task::LocalSet;

use super::*;
use crate::heartbeat::clock::fake::Fake;
use crate::heartbeat::{Fault, HeartbeatState as State, InMemory, Membership, Step};
use crate::snapshot::StatusBoard;
use crate::{Phase, Probe};

const SECOND: Duration = Duration::from_secs(1);

struct Stage {
    coordinator: InMemory,
    clock: Fake,
    hub: Arc<Hub>,
    membership: Membership,
    sign: Arc<Mutex<Option<Sign>>>,
    vitals: Arc<Mutex<&'static [u8]>>,
    leaving: CancellationToken,
}

impl Stage {
    /// A heart that beats, as `change` sets it; `prepare` is what the coordinator does to it.
    fn start(change: impl FnOnce(&mut Settings), prepare: impl FnOnce(&InMemory)) -> Self {
        let (coordinator, clock) = (InMemory::new(), Fake::new());
        prepare(&coordinator);
        let mut settings = Settings::new();
        settings.name = "orders-1".to_owned();
        change(&mut settings);
        assert_eq!(settings.problems(true), Vec::<String>::new());
        let hub = Arc::new(Hub::new(&[], StatusBoard::leak(Instant::now())));
        let cell = Cell::new(&settings, &coordinator, clock.clock());
        hub.vitals().hearts().add(&cell).unwrap();
        hub.follow_hearts();
        let sign = Arc::new(Mutex::new(Some(Sign::default())));
        let leaving = hub.vitals().hearts().leaving().clone();
        let seen = Arc::clone(&sign);
        let vitals = Arc::new(Mutex::new(VITALS));
        let shown = Arc::clone(&vitals);
        let sources = Sources {
            hub: Arc::downgrade(&hub),
            leaving: leaving.clone(),
            clock: clock.clock(),
            sign: Box::new(move || *seen.lock().unwrap()),
            vitals: Box::new(move || Vitals::decode(*shown.lock().unwrap()).unwrap()),
        };
        let mut heart = Heart::new(coordinator.clone(), settings, Arc::clone(&cell), sources);
        tokio::task::spawn_local(async move { heart.run().await });
        Self {
            coordinator,
            clock,
            hub,
            membership: Membership(cell),
            sign,
            vitals,
            leaving,
        }
    }

    fn see(&self, late: u64, still: u64) {
        let [late, still] = [late, still].map(Duration::from_millis);
        let ago = Duration::ZERO;
        *self.sign.lock().unwrap() = Some(Sign { late, still, ago });
    }

    async fn until(&self, wanted: State) {
        let mut changes = self.membership.0.follow();
        let reached = async {
            while self.membership.state() != wanted {
                changes.changed().await.unwrap();
            }
        };
        let reached = tokio::time::timeout(600 * SECOND, reached).await;
        assert!(
            reached.is_ok(),
            "not {wanted}: {:?}",
            self.membership.report()
        );
    }

    async fn acks(&self, more: u64) {
        let mut changes = self.membership.0.follow();
        let goal = self.membership.report().acked() + more;
        while self.membership.report().acked() < goal {
            changes.changed().await.unwrap();
        }
    }

    fn ready(&self) -> bool {
        !self.hub.published().is_outside()
    }
}

const DRAINING: &[u8] =
    br#"{"v":1,"phase":"draining","live":true,"ready":false,"verdict":"healthy","in_flight":1}"#;
const UNREADY: &[u8] =
    br#"{"v":1,"phase":"serving","live":true,"ready":false,"verdict":"gray","in_flight":1}"#;
const VITALS: &[u8] =
    br#"{"v":1,"phase":"serving","live":true,"ready":true,"verdict":"healthy","in_flight":1}"#;

async fn stage(
    change: impl FnOnce(&mut Settings),
    prepare: impl FnOnce(&InMemory),
    play: impl AsyncFnOnce(Stage),
) {
    LocalSet::new()
        .run_until(async {
            let played = play(Stage::start(change, prepare));
            let ended = tokio::time::timeout(3600 * SECOND, played).await;
            assert!(ended.is_ok(), "it never came to its end");
        })
        .await;
}

fn as_is(_: &mut Settings) {}
fn well(_: &InMemory) {}

mod ends;
mod evidence;
mod faults;
