//! A heartbeat that pushes, fast.

use std::time::Duration;

use health_tower::heartbeat::{Push, PushBuilder};
use health_tower::{Health, Heartbeat, Membership, Probe};
use integration_tests::host::healthy;
use integration_tests::patience::{pause, until};
use tokio::time::timeout;

use crate::push::server::{GOOD, Mode, Server};

/// Stands in every URL and header, and nowhere else.
pub(crate) const SECRET: &str = "5ecre7";

const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Stage {
    pub(crate) health: Health,
    pub(crate) membership: Membership,
}

/// Beats often, and does not wait for long.
pub(crate) fn quick(push: PushBuilder) -> Heartbeat<Push> {
    let push = push.bearer(SECRET).header("x-key", SECRET).build().unwrap();
    Heartbeat::to(push)
        .every(Duration::from_millis(50))
        .ttl(Duration::from_secs(6))
        .ack_timeout(Duration::from_millis(400))
}

impl Stage {
    pub(crate) fn push(push: PushBuilder) -> Self {
        let health = healthy();
        let membership = quick(push).start(&health).unwrap();
        Self { health, membership }
    }

    pub(crate) fn problem(&self) -> String {
        let report = self.membership.report();
        report.problem().unwrap_or_default().to_owned()
    }

    /// It is seen, with its place, and without a secret; and the service goes on.
    pub(crate) async fn shows(&self, place: &str, part: &str) {
        let looking = async {
            while !self.problem().contains(part) {
                pause().await;
            }
        };
        let seen = timeout(PATIENCE, looking).await;
        let said = self.problem();
        assert!(seen.is_ok(), "not {part:?}, but {said:?}");
        assert!(said.contains(place), "{said}");
        let all = format!("{said}{:?}{:?}", self.membership, self.membership.report());
        assert!(!all.contains(SECRET), "{all}");
        assert!(self.health.status(Probe::Readiness).is_up());
    }

    pub(crate) async fn recovers(&self) {
        until("a member without a problem", || {
            let report = self.membership.report();
            self.membership.is_member() && report.problem().is_none() && report.acked() > 0
        })
        .await;
    }

    /// With the fault from the beginning, and then as a member.
    pub(crate) async fn suffers(&self, server: &Server, fault: &Mode, part: &str) {
        let place = server.addr.to_string();
        self.shows(&place, part).await;
        server.turn(GOOD);
        self.recovers().await;
        server.turn(fault.clone());
        self.shows(&place, part).await;
        server.turn(GOOD);
        self.recovers().await;
    }
}

pub(crate) fn url(scheme: &str, server: impl std::fmt::Display) -> String {
    format!("{scheme}://{server}/{SECRET}?token={SECRET}")
}
