use std::error::Error;
use std::thread;

use health_tower::{Health, Probe, ProbeStatus};
use integration_tests::beats::{Said, now};
use tokio::runtime::Builder;

pub(crate) fn say(said: &Said) {
    println!("{}", said.line(now()));
}

/// Says whenever readiness changes, or where a heartbeat stands, whatever the application's runtime is at.
pub(crate) fn start(health: &Health) -> Result<(), Box<dyn Error>> {
    let mut snapshots = health.subscribe();
    let runtime = Builder::new_current_thread().build()?;
    let narrator = thread::Builder::new().name("narrator".to_owned());
    narrator.spawn(move || {
        runtime.block_on(async {
            let (mut ready, mut state) = (None, None);
            let mut snapshot = Some(snapshots.latest());
            while let Some(seen) = &snapshot {
                let is = Some(seen.status(Probe::Readiness) == ProbeStatus::Up);
                if let (true, Some(is)) = (is != ready, is) {
                    say(&Said::Ready(is));
                }
                ready = is;
                let is = seen
                    .heartbeats()
                    .next()
                    .map(|beat| beat.state().to_string());
                if let (true, Some(is)) = (is != state, &is) {
                    say(&Said::State(is.clone()));
                }
                state = is;
                snapshot = snapshots.changed().await;
            }
        });
    })?;
    Ok(())
}
