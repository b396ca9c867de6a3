//! Maintenance, and what is told of it.

use crate::stage::{Stage, Verdict};

pub(crate) async fn not_serving(mut stage: Stage) -> Verdict {
    stage.obey("drain").await;
    for service in ["", "pkg.Base", "pkg.Orders", "test.Echo"] {
        stage.check(service, "NOT_SERVING").await?;
    }
    for order in ["down stock", "up stock", "up database"] {
        stage.obey(order).await;
    }
    for service in ["", "pkg.Base", "pkg.Orders"] {
        stage.check(service, "NOT_SERVING").await?;
    }
    if stage.server.is_ours() {
        stage.check("readiness", "NOT_SERVING").await?;
        stage.check("liveness", "SERVING").await?;
    }
    Ok(())
}

/// How often results race with the drain.
const RACES: usize = 5;

pub(crate) async fn race(mut stage: Stage) -> Verdict {
    for _ in 0..RACES {
        let mut watch = stage.watch("pkg.Orders", "SERVING").await?;
        stage.obey("race").await;
        stage.check("pkg.Orders", "NOT_SERVING").await?;
        watch.comes_to(crate::client::status("NOT_SERVING")).await?;
        watch.cancel();
        stage.watch("pkg.Orders", "NOT_SERVING").await?;
        stage.obey("resume").await;
    }
    Ok(())
}

pub(crate) async fn resumed(mut stage: Stage) -> Verdict {
    let mut watch = stage.watch("pkg.Orders", "SERVING").await?;
    stage.obey("drain").await;
    watch.tells("NOT_SERVING").await?;
    stage.obey("down stock").await;
    stage.obey("resume").await;
    stage.check("", "SERVING").await?;
    stage.check("pkg.Orders", "NOT_SERVING").await?;
    stage.obey("up stock").await;
    stage.check("pkg.Orders", "SERVING").await
}

pub(crate) async fn told(mut stage: Stage) -> Verdict {
    let mut whole = stage.watch("", "SERVING").await?;
    let mut orders = stage.watch("pkg.Orders", "SERVING").await?;
    stage.obey("drain").await;
    whole.tells("NOT_SERVING").await?;
    orders.tells("NOT_SERVING").await?;
    stage.obey("resume").await;
    whole.tells("SERVING").await?;
    orders.tells("SERVING").await
}
