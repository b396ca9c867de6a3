//! What Envoy's active health checker makes of the answers.

use integration_tests::patience::{patiently, pause};

use crate::envoy::Envoy;
use crate::stage::{Stage, Verdict};

/// It begins with hosts that it takes for unhealthy: healthy is what it was told.
pub(crate) async fn whole(stage: Stage) -> Verdict {
    let envoy = Envoy::start(stage.addr(), &[""]).await;
    envoy.finds("", true, stage.server.patience()).await
}

pub(crate) async fn registered(mut stage: Stage) -> Verdict {
    let envoy = Envoy::start(stage.addr(), &["pkg.Orders", "pkg.Base"]).await;
    let patience = stage.server.patience();
    envoy.finds("pkg.Base", true, patience).await?;
    envoy.finds("pkg.Orders", true, patience).await?;
    stage.obey("down stock").await;
    envoy.finds("pkg.Orders", false, patience).await?;
    envoy.finds("pkg.Base", true, patience).await?;
    stage.obey("up stock").await;
    envoy.finds("pkg.Orders", true, patience).await
}

/// With the configuration from the documentation.
pub(crate) async fn documented(mut stage: Stage) -> Verdict {
    let envoy = Envoy::start_as_documented(stage.addr(), "pkg.Orders").await;
    for (order, healthy) in [
        ("up stock", true),
        ("down stock", false),
        ("up stock", true),
    ] {
        stage.obey(order).await;
        envoy
            .finds("pkg.Orders", healthy, stage.server.patience())
            .await?;
    }
    Ok(())
}

pub(crate) async fn unknown(stage: Stage) -> Verdict {
    let envoy = Envoy::start(stage.addr(), &["pkg.Nothing"]).await;
    let told = async {
        while envoy.failures("pkg.Nothing").await == 0 {
            pause().await;
        }
    };
    patiently("Envoy to be told", told).await;
    let patience = stage.server.patience();
    envoy.finds("pkg.Nothing", false, patience).await
}

pub(crate) async fn drained(mut stage: Stage) -> Verdict {
    let envoy = Envoy::start(stage.addr(), &["", "pkg.Orders"]).await;
    let patience = stage.server.patience();
    for (order, healthy) in [("up stock", true), ("drain", false), ("resume", true)] {
        stage.obey(order).await;
        envoy.finds("", healthy, patience).await?;
        envoy.finds("pkg.Orders", healthy, patience).await?;
    }
    Ok(())
}
