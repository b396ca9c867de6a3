//! The end of the service.

use crate::client::Said;
use crate::stage::{Stage, Verdict};

pub(crate) async fn stream_goes_on(mut stage: Stage) -> Verdict {
    let mut stream = stage.stream().await?;
    let mut watch = stage.watch("pkg.Orders", "SERVING").await?;
    stage.obey("shutdown").await;
    watch.tells("NOT_SERVING").await?;
    watch.ends("UNAVAILABLE").await?;
    for word in ["still", "here"] {
        stage.obey(&format!("say {word}")).await;
        stream.says(Said::Text(word.to_owned())).await?;
    }
    stage.obey("end").await;
    stream.ends("OK").await?;
    stage.ended().await
}

pub(crate) async fn watch_ends(mut stage: Stage) -> Verdict {
    let mut watch = stage.watch("pkg.Orders", "SERVING").await?;
    let mut unknown = stage.begin("watch", "pkg.Nothing");
    if stage.server.is_ours() {
        unknown.tells("SERVICE_UNKNOWN").await?;
    }
    stage.obey("shutdown").await;
    watch.tells("NOT_SERVING").await?;
    stage.ended().await?;
    watch.ends("UNAVAILABLE").await
}

/// The host goes on accepting: for as long as a stream is open, or, as a `ProbeServer`, until its process ends.
pub(crate) async fn no_new_watch(mut stage: Stage) -> Verdict {
    let mut stream = match stage.server.has_application() {
        true => Some(stage.stream().await?),
        false => None,
    };
    stage.closes().await?;
    for service in ["", "pkg.Orders", "pkg.Nothing", "liveness"] {
        stage.begin("watch", service).ends("UNAVAILABLE").await?;
    }
    if let Some(stream) = &mut stream {
        stage.obey("end").await;
        stream.ends("OK").await?;
    }
    stage.ended().await
}

pub(crate) async fn counted(mut stage: Stage) -> Verdict {
    let _watches = [
        stage.watch("pkg.Orders", "SERVING").await?,
        stage.watch("", "SERVING").await?,
    ];
    stage.check("", "SERVING").await?;
    stage.counts("0").await?;
    let _stream = stage.stream().await?;
    stage.counts("1").await?;
    let _hanging = stage.begin("unary", "hang");
    stage.comes_to_count("2").await;
    let mut unary = stage.begin("unary", "hello");
    unary.says(Said::Text("hello".to_owned())).await?;
    unary.ends("OK").await?;
    stage.comes_to_count("2").await;
    Ok(())
}

pub(crate) async fn cancelled(mut stage: Stage) -> Verdict {
    let watch = stage.watch("pkg.Orders", "SERVING").await?;
    let stream = stage.stream().await?;
    let hanging = stage.begin("unary", "hang");
    stage.comes_to_count("2").await;
    for call in [watch, stream, hanging] {
        call.cancel();
    }
    stage.comes_to_count("0").await;
    Ok(())
}

/// The host has a short deadline.
pub(crate) async fn deadline(mut stage: Stage) -> Verdict {
    let mut stream = stage.stream().await?;
    let mut hanging = stage.begin("unary", "hang");
    // It has come through before this one is answered.
    stage.check("", "SERVING").await?;
    stage.obey("shutdown").await;
    stream.ends("UNAVAILABLE").await?;
    hanging.ends("UNAVAILABLE").await
}

/// The host has a long lame duck.
pub(crate) async fn lame_duck(mut stage: Stage) -> Verdict {
    stage.obey("shutdown").await;
    stage.check("", "NOT_SERVING").await?;
    let mut unary = stage.begin("unary", "hello");
    unary.says(Said::Text("hello".to_owned())).await?;
    unary.ends("OK").await
}
