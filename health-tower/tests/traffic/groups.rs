use health_tower::{Health, HealthLayer, Traffic};
use http::Response;

use crate::world::{Frames, ask, counted, endings, get, gives, health, layer, ok};

fn status(health: &Health) -> Vec<(Option<String>, [u64; 5])> {
    let snapshot = health.snapshot();
    let reports = snapshot.traffic();
    reports
        .map(|report| (report.group().map(str::to_owned), endings(report)))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn a_group_is_counted_in_the_whole_and_by_itself() {
    let health = health();
    let traffic = Traffic::new()
        .group("orders", ["/orders"])
        .group("other", ["/other"]);
    let layer = layer(&health, traffic);
    let fails = gives(|| {
        ok(Response::builder()
            .status(500)
            .body(Frames(Vec::new()))
            .unwrap())
    });
    let works = gives(|| ok(Response::new(Frames(Vec::new()))));
    ask(&layer, fails, get("/orders/7")).await;
    ask(&layer, works.clone(), get("/orders")).await;
    ask(&layer, works, get("/")).await;
    counted(&health).await;
    assert_eq!(
        status(&health),
        [
            (None, [3, 2, 1, 0, 0]),
            (Some("orders".to_owned()), [2, 1, 1, 0, 0]),
            (Some("other".to_owned()), [0; 5]),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_wrong_with_groups_is_said_beside_all_else() {
    let health = health();
    let traffic = Traffic::new().group("orders", ["orders"]);
    let paths = health_tower::ProbePaths::none().ready("ready");
    let error = HealthLayer::builder(&health)
        .paths(paths)
        .traffic(traffic)
        .build()
        .unwrap_err();
    let problems: Vec<_> = error.problems().collect();
    assert_eq!(problems.len(), 2, "{error}");
    assert!(problems[1].contains("must begin with `/`"), "{error}");
}
