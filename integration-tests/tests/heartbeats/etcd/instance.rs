use std::time::Duration;

use health_tower::heartbeat::{Etcd, EtcdBuilder, Tenure};
use health_tower::{DrainPolicy, Health, Heartbeat, HeartbeatState, Membership, Phase, Snapshot};
use integration_tests::etcd::Cluster;
use integration_tests::patience::{patiently, pause, until, until_snapshot};

/// Where `orders-1` is written.
pub(super) const KEY: &str = "health/members/orders-1";

/// One instance of the service, named `orders-1`.
pub(super) struct Instance {
    pub(super) health: Health,
    pub(super) membership: Membership,
}

impl Instance {
    pub(super) fn of(cluster: &Cluster) -> Self {
        Self::with(Etcd::at(cluster.endpoints()))
    }

    pub(super) fn with(etcd: EtcdBuilder) -> Self {
        Self::that(etcd, |heartbeat| heartbeat)
    }

    pub(super) fn that(
        etcd: EtcdBuilder,
        is: impl FnOnce(Heartbeat<Etcd>) -> Heartbeat<Etcd>,
    ) -> Self {
        let heartbeat = Heartbeat::to(etcd.build().unwrap())
            .name("orders-1")
            .every(Duration::from_millis(100))
            .ttl(Duration::from_secs(5));
        let health = Health::builder()
            .drain(DrainPolicy::default().lame_duck(Duration::ZERO))
            .start()
            .unwrap();
        let membership = is(heartbeat).start(&health).unwrap();
        Self { health, membership }
    }

    pub(super) async fn joined(&self) -> Tenure {
        let joined = patiently("a membership", self.membership.joined());
        joined.await.unwrap()
    }

    /// Waits for the membership after this one.
    pub(super) async fn rejoined(&self, before: &Tenure) -> Tenure {
        patiently("the end of a membership", before.fenced()).await;
        let after = self.joined().await;
        assert!(after.incarnation() > before.incarnation());
        after
    }

    /// Waits until it says this of what went wrong.
    pub(super) async fn says(&self, text: &str) -> String {
        let seen = std::cell::RefCell::new(String::new());
        let looking = async {
            loop {
                if let Some(problem) = self.membership.report().problem() {
                    if problem.contains(text) {
                        return problem.to_owned();
                    }
                    problem.clone_into(&mut seen.borrow_mut());
                }
                pause().await;
            }
        };
        let found = tokio::time::timeout(Duration::from_secs(20), looking).await;
        found.unwrap_or_else(|_| panic!("not `{text}`, but `{}`", seen.borrow()))
    }

    /// Waits until so many more beats were acked.
    pub(super) async fn beats(&self, more: u64) {
        let acked = || self.membership.report().acked();
        let enough = acked() + more;
        until("beats", || acked() >= enough).await;
    }

    /// Drains, and waits until it has, which it has not before it has left.
    pub(super) async fn drains(&self) {
        self.health.shutdown();
        self.drained().await;
    }

    pub(super) async fn drained(&self) {
        let closed = |snapshot: &Snapshot| snapshot.phase() == Phase::Closed;
        until_snapshot(&self.health, "the end of the drain", closed).await;
        assert_eq!(self.membership.state(), HeartbeatState::Left);
    }
}
