//! One rolling restart behind each balancer. `every_round.rs` does it ten times, beside the alternatives.

use crate::balancer::Kind;
use crate::load::SOCKET;
use crate::mode::{ABRUPT, HEALTH, LAME_DUCK, Mode};
use crate::rolling::{Outcome, rolling};

async fn nothing_is_lost(kind: Kind, server: &'static str) {
    let mode = Mode {
        server,
        ending: HEALTH,
    };
    if let Some(outcome) = rolling(kind, mode, 1).await {
        check(&outcome);
    }
}

pub(crate) fn check(outcome: &Outcome) {
    println!("{outcome:?}");
    let lost = (outcome.failed, outcome.truncated, outcome.retried);
    assert_eq!(lost, (0, 0, 0), "{}", outcome.losses.join("\n"));
    assert!(
        outcome.never_seen == 0 || outcome.kind == Kind::Nginx,
        "only a reload closes connections to clients"
    );
    let mut kinds = vec!["unary", "download", "upload", "gRPC unary", "gRPC stream"];
    kinds.extend(outcome.mode.upgrades().then_some(SOCKET));
    for kind in kinds {
        assert!(
            outcome
                .asked
                .iter()
                .any(|(asked, count)| *asked == kind && *count > 10)
        );
    }
    for exit in &outcome.exits {
        let drain = exit.drain.as_ref().unwrap();
        assert!(drain.clean, "{drain:?}");
        assert_eq!(drain.lame_duck, LAME_DUCK);
        assert!(exit.took >= LAME_DUCK);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_haproxy_a_rolling_restart_loses_nothing() {
    nothing_is_lost(Kind::HAProxy, "axum").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_envoy_a_rolling_restart_loses_nothing() {
    nothing_is_lost(Kind::Envoy, "axum").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_envoy_a_rolling_restart_of_tonic_loses_nothing() {
    nothing_is_lost(Kind::Envoy, "tonic").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_nginx_a_rolling_restart_loses_nothing() {
    nothing_is_lost(Kind::Nginx, "axum").await;
}

/// The test of the test: whoever counts zero must be able to count more.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_drain_the_same_restart_loses_requests() {
    let mode = Mode {
        server: "axum",
        ending: ABRUPT,
    };
    if let Some(outcome) = rolling(Kind::HAProxy, mode, 1).await {
        println!("{outcome:?}");
        assert!(outcome.failed > 0, "{outcome:?}");
        assert!(outcome.truncated > 0, "{outcome:?}");
        assert!(outcome.sockets().1 > 0, "{outcome:?}");
    }
}
