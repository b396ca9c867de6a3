use std::io;
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

use health_tower::{Snapshot, Subscription};
use tokio::runtime::Builder;

/// Says each change of the verdict at once, whatever the application's runtime is at.
pub(crate) fn start(mut snapshots: Subscription) -> io::Result<()> {
    let runtime = Builder::new_current_thread().build()?;
    let narrator = thread::Builder::new().name("narrator".to_owned());
    narrator.spawn(move || {
        runtime.block_on(async {
            let mut said = None;
            let mut snapshot = Some(snapshots.latest());
            while let Some(now) = &snapshot {
                let verdict = now.verdict().verdict();
                if said.replace(verdict) != Some(verdict) {
                    say(now);
                }
                snapshot = snapshots.changed().await;
            }
        });
    })?;
    Ok(())
}

fn say(snapshot: &Snapshot) {
    let report = snapshot.verdict();
    let rules = report
        .evidence()
        .iter()
        .map(|evidence| evidence.rule().name());
    let rules = rules.collect::<Vec<_>>().join(",");
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let millis = now.map_or(0, |now| now.as_millis());
    println!("verdict {millis} {} {rules}", report.verdict());
}
