//! The configuration that the documentation of `GrpcHealth` gives, as it stands there.

const SOURCE: &str = include_str!("../../../health-tower/src/grpc/grpc_health.rs");
/// The service that it is for.
const SERVICE: &str = "shop.Orders";

/// Of Envoy: what belongs into a cluster.
pub(crate) fn envoy(service: &str) -> String {
    block("# Envoy", "yaml", service)
}

/// Of clients that look for themselves.
pub(crate) fn service_config(service: &str) -> String {
    block("# Clients that look for themselves", "json", service)
}

/// The first block of code in that language under that heading.
fn block(heading: &str, language: &str, service: &str) -> String {
    let docs: Vec<_> = SOURCE
        .lines()
        .filter_map(|line| line.strip_prefix("///"))
        .map(|line| line.strip_prefix(' ').unwrap_or(line))
        .collect();
    let docs = docs.join("\n");
    let (_, under) = docs.split_once(heading).expect("the heading");
    let (_, block) = under
        .split_once(&format!("```{language}\n"))
        .expect("a block of code");
    let (block, _) = block.split_once("```").expect("its end");
    assert!(block.contains(SERVICE), "{block}");
    block.replace(SERVICE, service)
}
