use std::io;
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

use health_tower::{Snapshot, Subscription};
use tokio::runtime::Builder;

/// Says each change of the verdict, or of its rules, at once, whatever the application's runtime is at.
pub(crate) fn start(mut snapshots: Subscription) -> io::Result<()> {
    let runtime = Builder::new_current_thread().build()?;
    let narrator = thread::Builder::new().name("narrator".to_owned());
    narrator.spawn(move || {
        runtime.block_on(async {
            let mut said = None;
            let mut snapshot = Some(snapshots.latest());
            while let Some(now) = &snapshot {
                let verdict = verdict(now);
                if said.as_ref() != Some(&verdict) {
                    println!("verdict {} {verdict}", millis());
                    said = Some(verdict);
                }
                snapshot = snapshots.changed().await;
            }
        });
    })?;
    Ok(())
}

/// Its name, and the rules behind it. Their figures change all the time.
fn verdict(snapshot: &Snapshot) -> String {
    let report = snapshot.verdict();
    let rules = report.evidence().iter();
    let rules: Vec<_> = rules.map(|evidence| evidence.rule().name()).collect();
    format!("{} {}", report.verdict(), rules.join(","))
}

/// Since 1970, as the test counts.
fn millis() -> u128 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map_or(0, |now| now.as_millis())
}
