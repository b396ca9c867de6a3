//! A header that takes an instance out of Envoy's rotation before Envoy's own checks do.

use std::time::Duration;

use axum::Router;
use axum::routing::get;
use health_tower::{DrainPolicy, Health, HealthLayer};
use integration_tests::host::{Host, builder};
use integration_tests::patience::{patiently, pause};
use integration_tests::wire::Wire;

use crate::balancer::{Balancer, Checks, Kind};

const HEADER: &str = "x-envoy-immediate-health-check-fail";
/// Longer than any test.
const HOURS: Duration = Duration::from_secs(7200);
const HEALTHY: &str = "healthy";
const OUT: &str = "/failed_active_hc";
const TOLD_OUT: &str = "/failed_active_hc/excluded_via_immediate_hc_fail";

/// Two instances behind Envoy, which knows that both are healthy.
struct Pair {
    healths: [Health; 2],
    hosts: [Host; 2],
    envoy: Balancer,
    wire: Wire,
}

impl Pair {
    async fn start(tells_envoy: bool, checks: Checks) -> Option<Self> {
        let policy = DrainPolicy::default().lame_duck(HOURS).deadline(2 * HOURS);
        let healths = [(); 2].map(|()| builder().drain(policy).start().unwrap());
        let host = async |health: &Health, name: &'static str| {
            let layer = HealthLayer::builder(health).envoy_immediate_fail(tells_envoy);
            let app = Router::new().route("/orders", get(async move || name));
            Host::start(health, app.layer(layer.build().unwrap())).await
        };
        let hosts = [
            host(&healths[0], "first").await,
            host(&healths[1], "second").await,
        ];
        let instances = hosts.iter().map(Host::addr).collect();
        let envoy = Balancer::over(Kind::Envoy, instances, checks)?;
        envoy.is_up().await;
        let wire = Wire::connect(envoy.lanes()[0].addr).await;
        let pair = Self {
            healths,
            hosts,
            envoy,
            wire,
        };
        for host in [0, 1] {
            pair.envoy_says(host, HEALTHY).await;
        }
        Some(pair)
    }

    /// Waits until Envoy thinks so of an instance, in the cluster that gets requests.
    async fn envoy_says(&self, host: usize, flags: &str) {
        let instance = self.hosts[host].addr();
        let said = async {
            while self.envoy.health_flags(instance).await[0] != flags {
                pause().await;
            }
        };
        patiently(flags, said).await;
    }

    /// Who answers, and whether the header came through.
    async fn ask(&mut self) -> (String, bool) {
        let answer = self.wire.get("/orders").await;
        assert_eq!(answer.status, 200);
        let name = String::from_utf8(answer.body.clone()).unwrap();
        (name, answer.header(HEADER).is_some())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_response_takes_an_instance_out_long_before_a_check_would() {
    let Some(mut pair) = Pair::start(true, Checks::Slow).await else {
        return;
    };
    pair.healths[0].shutdown();
    let told = async { while pair.ask().await != ("first".to_owned(), true) {} };
    patiently("a response of the lame duck", told).await;
    pair.envoy_says(0, TOLD_OUT).await;
    for _ in 0..20 {
        assert_eq!(pair.ask().await, ("second".to_owned(), false));
    }
}

/// The test of the test.
#[tokio::test(flavor = "multi_thread")]
async fn without_it_envoy_goes_on_until_its_next_check() {
    let Some(mut pair) = Pair::start(false, Checks::Slow).await else {
        return;
    };
    pair.healths[0].shutdown();
    let mut asked = [0; 2];
    for _ in 0..20 {
        let (name, told) = pair.ask().await;
        asked[usize::from(name == "second")] += 1;
        assert!(!told);
    }
    assert_eq!(asked, [10, 10], "in turn");
}

/// Nobody asks for anything but readiness. Without the header Envoy takes it out as well, and counts it as one that has failed.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_a_check_says_that_it_was_meant() {
    for (tells_envoy, flags) in [(true, TOLD_OUT), (false, OUT)] {
        let Some(pair) = Pair::start(tells_envoy, Checks::Prompt).await else {
            return;
        };
        pair.healths[0].shutdown();
        pair.envoy_says(0, flags).await;
        pair.envoy_says(1, HEALTHY).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_maintenance_envoy_comes_back() {
    let Some(pair) = Pair::start(true, Checks::Prompt).await else {
        return;
    };
    pair.healths[0].begin_drain();
    pair.envoy_says(0, TOLD_OUT).await;
    pair.healths[0].resume();
    pair.envoy_says(0, HEALTHY).await;
}
