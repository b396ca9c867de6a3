use std::error::Error;
use std::thread;

use health_tower::heartbeat::Etcd;
use health_tower::{Health, Heartbeat, Membership};
use integration_tests::beats::Said;
use tokio::runtime::Builder;

use crate::narrator::say;
use crate::settings::Settings;

/// Ours, as its users start it.
pub(crate) fn start(health: &Health, settings: &Settings) -> Result<Membership, Box<dyn Error>> {
    let etcd = Etcd::at(settings.endpoints.clone())
        .prefix(&settings.prefix)
        .build()?;
    let mut heartbeat = Heartbeat::to(etcd)
        .name(&settings.name)
        .every(settings.every)
        .ttl(settings.ttl);
    if let Some(after) = settings.revoke {
        heartbeat = heartbeat.revoke_after(after);
    }
    if settings.required {
        heartbeat = heartbeat.required();
    }
    let membership = heartbeat.start(health)?;
    follow(membership.clone())?;
    Ok(membership)
}

/// Says each change. It never looks by itself: that would do the work of the timer behind the fence.
fn follow(membership: Membership) -> Result<(), Box<dyn Error>> {
    let runtime = Builder::new_current_thread().build()?;
    let follower = thread::Builder::new().name("follower".to_owned());
    follower.spawn(move || {
        runtime.block_on(async {
            while let Some(tenure) = membership.joined().await {
                say(&Said::Joined(tenure.token().unwrap_or_default()));
                tenure.fenced().await;
                say(&Said::Fenced);
            }
        });
    })?;
    Ok(())
}
