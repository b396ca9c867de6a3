//! Check and List.

use std::collections::BTreeMap;

use crate::client::Said;
use crate::ongoing::Ongoing;
use crate::stage::{Stage, Verdict, expect};

pub(crate) async fn whole(stage: Stage) -> Verdict {
    stage.check("", "SERVING").await
}

pub(crate) async fn registered(mut stage: Stage) -> Verdict {
    stage.check("pkg.Orders", "SERVING").await?;
    stage.obey("down stock").await;
    stage.check("pkg.Orders", "NOT_SERVING").await?;
    stage.check("test.Echo", "NOT_SERVING").await?;
    stage.check("pkg.Base", "SERVING").await?;
    stage.obey("up stock").await;
    stage.check("pkg.Orders", "SERVING").await
}

pub(crate) async fn unknown(stage: Stage) -> Verdict {
    stage.begin("check", "pkg.Nothing").ends("NOT_FOUND").await
}

pub(crate) async fn expired(stage: Stage) -> Verdict {
    stage.check("", "SERVING").await?;
    let mut late = stage.begin_with("check", "", |order| order.timeout = Some(-1.0));
    late.ends("DEADLINE_EXCEEDED").await
}

/// Nothing is known yet: nobody should send anything.
pub(crate) async fn too_early(mut stage: Stage) -> Verdict {
    stage.check("", "NOT_SERVING").await?;
    stage.check("pkg.Orders", "NOT_SERVING").await?;
    stage.obey("release").await;
    stage.check("", "SERVING").await?;
    stage.check("pkg.Orders", "SERVING").await
}

pub(crate) async fn no_such_method(stage: Stage) -> Verdict {
    stage.begin("unknown", "").ends("UNIMPLEMENTED").await
}

pub(crate) async fn compressed(stage: Stage) -> Verdict {
    // Long, or it isn't worth compressing, and is sent as it is.
    let name = "a".repeat(1000);
    let mut check = stage.begin_with("check", &name, |order| order.gzip = true);
    check.ends("UNIMPLEMENTED").await
}

async fn statuses(list: &mut Ongoing) -> Result<BTreeMap<String, String>, String> {
    match list.next().await {
        Some(Said::Statuses(statuses)) => Ok(statuses),
        Some(Said::End(code)) => Err(code),
        other => Err(format!("{other:?}")),
    }
}

pub(crate) async fn list(mut stage: Stage) -> Verdict {
    stage.obey("down stock").await;
    let mut list = stage.begin("list", "");
    let all = statuses(&mut list).await?;
    list.ends("OK").await?;
    let wanted = [
        ("", "SERVING"),
        ("liveness", "SERVING"),
        ("pkg.Base", "SERVING"),
        ("pkg.Orders", "NOT_SERVING"),
        ("readiness", "SERVING"),
        ("startup", "SERVING"),
        ("test.Echo", "NOT_SERVING"),
    ];
    let wanted: BTreeMap<_, _> = wanted.into_iter().collect();
    let seen: BTreeMap<_, _> = all.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    expect("the list", &format!("{seen:?}"), &format!("{wanted:?}"))
}

pub(crate) async fn long_list(mut stage: Stage) -> Verdict {
    let named = statuses(&mut stage.begin("list", "")).await?.len();
    stage.obey(&format!("fill {} stock", 100 - named)).await;
    let full = statuses(&mut stage.begin("list", "")).await?;
    expect("names in the list", &full.len().to_string(), "100")?;
    stage.obey("add pkg.Last stock").await;
    stage.begin("list", "").ends("RESOURCE_EXHAUSTED").await
}
