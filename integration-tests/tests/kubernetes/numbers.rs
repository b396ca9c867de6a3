use std::time::Duration;

use health_tower::{DrainPolicy, Health, HealthLayer, KubernetesProbes, ProbePaths};
use integration_tests::host::healthy;
use proptest::prelude::*;

/// The values of this field, in the order of printing.
fn values(yaml: &str, field: &str) -> Vec<u64> {
    let field = format!("{field}: ");
    let lines = yaml.lines().map(str::trim_start);
    let values = lines.filter_map(|line| line.strip_prefix(&*field));
    values.map(|value| value.parse().unwrap()).collect()
}

fn printed(policy: DrainPolicy, startup_deadline: Duration) -> Option<String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let health = Health::builder()
        .linked(false)
        .watchdog(health_tower::Watchdog::off())
        .runtime(runtime.handle().clone())
        .drain(policy)
        .startup_deadline(startup_deadline)
        .start()
        .ok()?;
    Some(KubernetesProbes::new(&HealthLayer::new(&health)).to_string())
}

fn policies() -> impl Strategy<Value = DrainPolicy> {
    let millis = |most: u64| (0..most).prop_map(Duration::from_millis);
    let grace = millis(600_000);
    let presets = prop_oneof![
        Just(DrainPolicy::default()),
        Just(DrainPolicy::docker()),
        Just(DrainPolicy::systemd()),
        grace.clone().prop_map(DrainPolicy::kubernetes),
        grace.clone().prop_map(DrainPolicy::nomad),
        grace.prop_map(DrainPolicy::ecs),
    ];
    let times = (millis(60_000), millis(8 * 24 * 3600 * 1000));
    let own = times.prop_map(|(lame_duck, deadline)| {
        DrainPolicy::default()
            .lame_duck(lame_duck)
            .deadline(deadline)
    });
    prop_oneof![presets, own]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

    #[test]
    fn whatever_the_policy_the_numbers_fit(policy in policies(), startup in 0_u64..100_000_000) {
        let startup = Duration::from_millis(startup);
        let Some(yaml) = printed(policy, startup) else {
            // Refused at start: there is nothing that runs.
            return Ok(());
        };
        let grace = Duration::from_secs(values(&yaml, "terminationGracePeriodSeconds")[0]);
        let needed = policy.planned_deadline() + Duration::from_secs(5);
        prop_assert!(grace >= needed && grace < needed + Duration::from_secs(1));

        let (periods, failures) = (values(&yaml, "periodSeconds"), values(&yaml, "failureThreshold"));
        let waits = Duration::from_secs(periods[0] * failures[0]);
        prop_assert!(waits >= startup && waits <= startup + Duration::from_secs(3));
        prop_assert!((1..=2).contains(&periods[0]) && i32::try_from(failures[0]).is_ok());
        prop_assert_eq!((&periods[1..], &failures[1..]), (&[10, 5][..], &[3, 1][..]));
    }
}

#[test]
fn a_start_up_deadline_beyond_all_bounds_is_still_an_int32() {
    let yaml = printed(DrainPolicy::default(), Duration::MAX).unwrap();
    let failures = values(&yaml, "failureThreshold");
    assert_eq!(failures[0], u64::from(i32::MAX.unsigned_abs()));
}

#[tokio::test]
async fn liveness_asks_the_probe_server_and_readiness_the_application() {
    let layer = HealthLayer::new(&healthy());
    let yaml = KubernetesProbes::new(&layer)
        .port(3000)
        .probe_server(9090)
        .to_string();
    assert_eq!(values(&yaml, "port"), [9090, 9090, 3000], "{yaml}");
    let yaml = KubernetesProbes::new(&layer).to_string();
    assert_eq!(values(&yaml, "port"), [8080; 3], "{yaml}");
}

#[tokio::test]
async fn each_grpc_probe_names_its_service() {
    let layer = HealthLayer::new(&healthy());
    let yaml = KubernetesProbes::new(&layer).grpc().to_string();
    let services = yaml
        .lines()
        .filter_map(|line| line.trim().strip_prefix("service: "));
    let services: Vec<_> = services.collect();
    assert_eq!(services, ["startup", "liveness", "readiness"], "{yaml}");
    assert_eq!(yaml.matches("grpc:").count(), 3);
    assert!(!yaml.contains("httpGet"));

    let yaml = KubernetesProbes::new(&layer).grpc().probe_server(9090);
    let yaml = yaml.to_string();
    assert_eq!(yaml.matches("httpGet:").count(), 2, "{yaml}");
    assert!(yaml.contains("service: readiness"), "{yaml}");
}

#[tokio::test]
async fn only_paths_that_are_answered_are_printed() {
    let health = healthy();
    let paths = ProbePaths::none().ready("/traffic").ready("/other");
    let layer = HealthLayer::builder(&health).paths(paths).build().unwrap();
    let yaml = KubernetesProbes::new(&layer).to_string();
    assert_eq!(yaml.matches("path:").count(), 1, "{yaml}");
    assert!(yaml.contains("path: /traffic\n"), "{yaml}");
    assert!(!yaml.contains("livenessProbe") && !yaml.contains("startupProbe"));
}
