use health_tower::heartbeat::Vitals;
use integration_tests::etcd::Cluster;
use integration_tests::patience::{patiently, pause};

use super::instance::KEY;

/// What `etcdctl` finds at the key.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) created: u64,
    /// As `etcdctl` prints it.
    pub(super) lease: String,
    pub(super) version: u64,
    pub(super) vitals: Vitals,
}

/// `None` if there is no such key.
pub(super) async fn listed(cluster: &Cluster) -> Option<Listed> {
    let fields = cluster.ctl(&["get", KEY, "--write-out=fields"]).await;
    let field = |name: &str| {
        fields.lines().find_map(|line| {
            let (found, value) = line.split_once(" : ")?;
            (found.trim_matches('"') == name).then(|| value.to_owned())
        })
    };
    let number = |name| field(name).map(|text| text.parse::<u64>().unwrap());
    let created = number("CreateRevision")?;
    let value = cluster.ctl(&["get", KEY, "--print-value-only"]).await;
    // It may be gone between the two.
    let vitals = Vitals::decode(value.trim_end().as_bytes()).ok()?;
    Some(Listed {
        created,
        lease: format!("{:016x}", number("Lease")?),
        version: number("Version")?,
        vitals,
    })
}

/// Waits until the key is as it should be.
pub(super) async fn until_listed(
    cluster: &Cluster,
    what: &str,
    is: impl Fn(Option<&Listed>) -> bool,
) -> Option<Listed> {
    let looking = async {
        loop {
            let found = listed(cluster).await;
            if is(found.as_ref()) {
                return found;
            }
            pause().await;
        }
    };
    patiently(what, looking).await
}
