//! Watch.

use crate::ongoing::{Ongoing, told};
use crate::stage::{Stage, Verdict};

pub(crate) async fn at_once(stage: Stage) -> Verdict {
    stage.watch("pkg.Orders", "SERVING").await?;
    Ok(())
}

/// The host has been told that the stock is down, before it served.
pub(crate) async fn from_before(mut stage: Stage) -> Verdict {
    let mut watch = stage.watch("pkg.Orders", "NOT_SERVING").await?;
    stage.obey("up stock").await;
    watch.tells("SERVING").await
}

pub(crate) async fn unknown(stage: Stage) -> Verdict {
    let mut watch = stage.watch("pkg.Later", "SERVICE_UNKNOWN").await?;
    goes_on(&stage, &mut watch).await
}

pub(crate) async fn later(mut stage: Stage) -> Verdict {
    let mut watch = stage.watch("pkg.Later", "SERVICE_UNKNOWN").await?;
    stage.obey("add pkg.Later stock").await;
    watch.tells("SERVING").await?;
    stage.obey("down stock").await;
    watch.tells("NOT_SERVING").await
}

pub(crate) async fn removed(mut stage: Stage) -> Verdict {
    let mut watch = stage.watch("pkg.Orders", "SERVING").await?;
    stage.obey("remove pkg.Orders").await;
    watch.tells("SERVICE_UNKNOWN").await?;
    goes_on(&stage, &mut watch).await?;
    stage.obey("add pkg.Orders stock").await;
    watch.tells("SERVING").await
}

/// What was sent on one connection before an answer is there with it.
async fn goes_on(stage: &Stage, watch: &mut Ongoing) -> Verdict {
    stage.check("pkg.Base", "SERVING").await?;
    match watch.heard().into_iter().next() {
        None => Ok(()),
        more => Err(format!("{} follows", told(more))),
    }
}

pub(crate) async fn once(mut stage: Stage) -> Verdict {
    let mut watch = stage.watch("pkg.Orders", "SERVING").await?;
    stage.obey("up stock").await;
    goes_on(&stage, &mut watch).await?;
    stage.obey("down stock").await;
    watch.tells("NOT_SERVING").await?;
    stage.obey("down stock").await;
    // Whatever else comes and goes, this one is down all the time.
    for order in [
        "down database",
        "up database",
        "add pkg.Other stock",
        "remove pkg.Other",
    ] {
        stage.obey(order).await;
    }
    goes_on(&stage, &mut watch).await?;
    stage.obey("up stock").await;
    watch.tells("SERVING").await
}

pub(crate) async fn by_two(mut stage: Stage) -> Verdict {
    let mut one = stage.watch("pkg.Orders", "SERVING").await?;
    let mut two = stage.watch("pkg.Orders", "SERVING").await?;
    for (order, status) in [("down stock", "NOT_SERVING"), ("up stock", "SERVING")] {
        stage.obey(order).await;
        one.tells(status).await?;
        two.tells(status).await?;
    }
    Ok(())
}

pub(crate) async fn readiness(mut stage: Stage) -> Verdict {
    let mut watch = stage.watch("", "SERVING").await?;
    // What only degrades the service leaves it ready.
    stage.obey("down stock").await;
    goes_on(&stage, &mut watch).await?;
    stage.obey("down database").await;
    watch.tells("NOT_SERVING").await?;
    stage.obey("up database").await;
    watch.tells("SERVING").await
}
