use std::path::{Path, PathBuf};
use std::process::Command;

use health_tower::{HealthLayer, KubernetesProbes, ProbePaths};
use integration_tests::host::healthy;

/// The tool, where `integration-tests/run` has put it, or on the `PATH`. Without it, the test says so and returns, or fails where
/// `REQUIRE_PEERS=1` demands it.
fn kubernetes_validate() -> Option<PathBuf> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.venv/bin/kubernetes-validate");
    let candidates = [own, "kubernetes-validate".into()];
    let runs = |tool: &PathBuf| Command::new(tool).arg("--version").output().is_ok();
    let found = candidates.into_iter().find(runs);
    if found.is_none() {
        let required = std::env::var("REQUIRE_PEERS").is_ok_and(|required| required == "1");
        assert!(
            !required,
            "kubernetes-validate is not installed, and REQUIRE_PEERS=1"
        );
        println!("SKIPPED: kubernetes-validate is not installed (`integration-tests/run` does it)");
    }
    found
}

/// A whole manifest around what is printed.
fn pod(spec: &str) -> String {
    let indented: String = spec.lines().map(|line| format!("  {line}\n")).collect();
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: orders\nspec:\n{indented}      image: example/orders:1\n"
    )
}

fn verdict(tool: &Path, manifest: &str) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pod.yaml");
    std::fs::write(&file, manifest).unwrap();
    let ran = Command::new(tool)
        .arg("--strict")
        .arg(&file)
        .output()
        .unwrap();
    if ran.status.success() {
        return Ok(());
    }
    let said = [ran.stdout, ran.stderr].concat();
    Err(String::from_utf8_lossy(&said).into_owned())
}

#[tokio::test]
async fn kubernetes_takes_what_is_printed() {
    let Some(tool) = kubernetes_validate() else {
        return;
    };
    let health = healthy();
    let odd = ProbePaths::none()
        .live("/a:")
        .ready("/ready;v=1&x='y'")
        .startup("/*");
    let layers = [
        HealthLayer::new(&health),
        HealthLayer::builder(&health).paths(odd).build().unwrap(),
    ];
    for layer in &layers {
        let printed = || KubernetesProbes::new(layer).container("orders").port(3000);
        for probes in [
            printed(),
            printed().probe_server(9090),
            printed().grpc(),
            printed().grpc().probe_server(9090),
        ] {
            let manifest = pod(&probes.to_string());
            verdict(&tool, &manifest).unwrap_or_else(|why| panic!("{why}\n{manifest}"));
        }
    }
}

/// The judge must be one: it refuses what Kubernetes would.
#[tokio::test]
async fn what_kubernetes_does_not_take_is_refused() {
    let Some(tool) = kubernetes_validate() else {
        return;
    };
    let good = pod(&KubernetesProbes::new(&HealthLayer::new(&healthy())).to_string());
    for (part, wrong) in [
        ("periodSeconds: 5", "period: 5"),
        ("failureThreshold: 1", "failureThreshold: once"),
        ("terminationGracePeriodSeconds", "gracePeriod"),
    ] {
        assert!(good.contains(part), "{good}");
        assert!(verdict(&tool, &good.replace(part, wrong)).is_err());
    }
}

/// The first block of YAML under a heading.
fn yaml_under<'a>(heading: &str, text: &'a str) -> &'a str {
    let (_, under) = text.split_once(heading).unwrap();
    let (_, block) = under.split_once("```yaml\n").unwrap();
    block.split_once("```").unwrap().0
}

#[test]
fn kubernetes_takes_what_the_documents_say() {
    let Some(tool) = kubernetes_validate() else {
        return;
    };
    let readme = yaml_under("## Kubernetes", include_str!("../../../README.md"));
    assert_eq!(verdict(&tool, &pod(readme)), Ok(()));

    let source = include_str!("../../../health-tower/src/grpc/grpc_health.rs");
    let docs: String = source
        .lines()
        .filter_map(|line| line.strip_prefix("///"))
        .map(|line| format!("{}\n", line.strip_prefix(' ').unwrap_or(line)))
        .collect();
    let probes = yaml_under("# Kubernetes", &docs);
    assert!(probes.contains("service: liveness"), "{probes}");
    let probes: String = probes.lines().map(|line| format!("    {line}\n")).collect();
    let spec = |probes: &str| pod(&format!("containers:\n  - name: orders\n{probes}"));
    assert_eq!(verdict(&tool, &spec(&probes)), Ok(()));
    let wrong = probes.replace("service: liveness", "servce: liveness");
    assert!(verdict(&tool, &spec(&wrong)).is_err());
}
