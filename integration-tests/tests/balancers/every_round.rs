//! Everything side by side, ten rolling restarts each; `integration-tests/run --full`. Writes `ROLLING.md`.

use std::env;
use std::fs;

use crate::balancer::Kind;
use crate::mode::{ABRUPT, HEALTH, Mode, OWN};
use crate::one_round::check;
use crate::rolling::{Outcome, rolling};
use crate::{early_release, restart_time, table};

const MODES: [(&[&str], &str); 5] = [
    (ABRUPT, "axum"),
    (OWN, "axum"),
    (OWN, "tonic"),
    (HEALTH, "axum"),
    (HEALTH, "tonic"),
];

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes: integration-tests/run --full"]
async fn ten_rolling_restarts_lose_nothing_and_the_alternatives_do() {
    let rounds = env::var("ROLLING_ROUNDS").map_or(10, |rounds| rounds.parse().unwrap());
    let mut outcomes: Vec<Outcome> = Vec::new();
    for (ending, server) in MODES {
        let mode = Mode { server, ending };
        let behind = |kind| rolling(kind, mode, rounds);
        let (haproxy, envoy, nginx) = tokio::join!(
            behind(Kind::HAProxy),
            behind(Kind::Envoy),
            behind(Kind::Nginx)
        );
        outcomes.extend([haproxy, envoy, nginx].into_iter().flatten());
        println!("{mode}: done");
    }
    outcomes.sort_by_key(|outcome| outcome.kind);
    for outcome in &outcomes {
        println!(
            "\n{} {}: {:#?}",
            outcome.kind.name(),
            outcome.mode,
            outcome.causes()
        );
    }
    let times = restart_time::measure().await;
    let released = early_release::measure().await;
    let text = table::text(rounds, &outcomes, &times, &released);
    println!("{text}");
    fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/ROLLING.md"), text).unwrap();
    for outcome in outcomes
        .iter()
        .filter(|outcome| outcome.mode.ending == HEALTH)
    {
        check(outcome);
    }
}
