//! Channels that ask for health themselves, and use no server that isn't `SERVING`.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use crate::client::Said;
use crate::documented::service_config;
use crate::stage::{Stage, Verdict};

fn state(name: &str) -> Said {
    Said::State(name.to_owned())
}

/// The stock is down from the beginning.
pub(crate) async fn follows(mut stage: Stage) -> Verdict {
    let mut channel = stage.begin("balance", &service_config("pkg.Orders"));
    channel.comes_to(state("TRANSIENT_FAILURE")).await?;
    for (order, wanted) in [
        ("up stock", "READY"),
        ("down stock", "TRANSIENT_FAILURE"),
        ("up stock", "READY"),
        ("remove pkg.Orders", "TRANSIENT_FAILURE"),
        ("add pkg.Orders stock", "READY"),
        ("drain", "TRANSIENT_FAILURE"),
        ("resume", "READY"),
    ] {
        stage.obey(order).await;
        let came = channel.comes_to(state(wanted)).await;
        came.map_err(|seen| format!("after {order}: {seen}"))?;
    }
    Ok(())
}

/// It watches on its own account, and asks again once the Watch has ended.
pub(crate) async fn lets_go(mut stage: Stage) -> Verdict {
    let mut channel = stage.begin("balance", &service_config("pkg.Orders"));
    channel.comes_to(state("READY")).await?;
    stage.obey("shutdown").await;
    stage.ended().await
}

/// For how long retries are counted. The first back-off is a second.
const OBSERVED: Duration = Duration::from_secs(3);
/// A client that backs off goes through a few; one that doesn't, through hundreds.
const FEW: usize = 20;

/// The host goes on accepting while it closes, or for ever.
pub(crate) async fn backs_off(mut stage: Stage) -> Verdict {
    let mut stream = match stage.server.has_application() {
        true => Some(stage.stream().await?),
        false => None,
    };
    let mut channel = stage.begin("balance", &service_config("pkg.Orders"));
    channel.comes_to(state("READY")).await?;
    stage.obey("shutdown").await;
    let (until, mut transitions) = (Instant::now() + OBSERVED, 0);
    while let Ok(Some(_)) = timeout_at(until, channel.next()).await {
        transitions += 1;
    }
    println!("{transitions} transitions in {OBSERVED:?} of a client that is told UNAVAILABLE");
    if transitions == 0 || transitions > FEW {
        return Err(format!("{transitions} transitions in {OBSERVED:?}"));
    }
    if let Some(stream) = &mut stream {
        stage.obey("end").await;
        stream.ends("OK").await?;
    }
    stage.ended().await
}
