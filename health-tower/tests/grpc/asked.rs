//! Who asks over gRPC.

use health_tower::{AdviceKind, GrpcHealth, HealthLayer, Probe, ProbePaths, Watchdog};
use http_body_util::BodyExt as _;
use tower::Service as _;

use crate::client::{Sent, asks_for, request};
use crate::world::{SECOND, World, busy};

#[tokio::test(start_paused = true)]
async fn a_check_is_noted_with_its_name_and_a_made_up_name_is_not() {
    let mut world = World::with(|builder| builder.watchdog(Watchdog::off()));
    world.database(true).await;
    for name in ["", "shop.Orders", "liveness", "no.such.Service"] {
        let mut request = request("Check", Sent::whole(asks_for(name)));
        let agent = http::HeaderValue::from_static("grpc-go/1.70");
        request.headers_mut().insert("user-agent", agent);
        let answer = world.service.call(request).await.unwrap();
        answer.into_body().collect().await.unwrap();
    }
    world.database(false).await;
    world.check("shop.Orders").await.unwrap();
    tokio::time::sleep(SECOND).await;
    let now = world.health.snapshot();
    let lines: Vec<_> = now.probers().map(ToString::to_string).collect();
    let expected = [
        "grpc-go/1.70 asks readiness over gRPC now and then",
        "grpc-go/1.70 asks readiness over gRPC, as `shop.Orders` now and then",
        "grpc-go/1.70 asks liveness over gRPC, as `liveness` now and then",
        "a prober without a user agent asks readiness over gRPC, as `shop.Orders` now and then",
    ];
    assert_eq!(lines, expected);
    let answers = now.answers(Probe::Readiness);
    assert_eq!((answers.up(), answers.down()), (2, 1));
    assert!(!now.probers().nth(3).unwrap().was_told_up());
}

#[tokio::test(start_paused = true)]
async fn who_watches_readiness_need_not_ask() {
    let mut world = World::with(|builder| builder.watchdog(Watchdog::off()));
    world.database(true).await;
    let asks_nobody = |world: &World| {
        let now = world.health.snapshot();
        now.advice()
            .any(|advice| advice.kind() == AdviceKind::NobodyAsksReadiness)
    };
    let alive = world.watch("liveness").await;
    let mut orders = world.watch("shop.Orders").await;
    orders.now();
    busy(&world.health, 200).await;
    assert!(!asks_nobody(&world));
    assert_eq!(world.health.snapshot().answers(Probe::Readiness).up(), 1);
    drop(orders);
    busy(&world.health, 200).await;
    assert!(asks_nobody(&world), "to watch liveness is another question");
    drop(alive);
}

#[tokio::test(start_paused = true)]
async fn where_only_grpc_is_asked_advice_says_so() {
    let world = World::with(|builder| builder.watchdog(Watchdog::off()));
    let health = world.health.clone();
    let layer = |health| {
        let layer = HealthLayer::builder(health).paths(ProbePaths::none());
        layer.grpc(GrpcHealth::new()).build().unwrap()
    };
    let other = health_tower::Health::builder().linked(false);
    let other = other.watchdog(Watchdog::off()).start().unwrap();
    let _layers = (layer(&health), layer(&other));
    tokio::join!(busy(&health, 200), busy(&other, 200));
    let advice = |health: &health_tower::Health| {
        let now = health.snapshot();
        now.advice().next().unwrap().to_string()
    };
    let of_both = advice(&health);
    assert!(
        of_both.contains("ask `GET /health/ready` (nobody"),
        "{of_both}"
    );
    let of_grpc = advice(&other);
    assert!(
        of_grpc.contains("ask `grpc.health.v1.Health/Check` (nobody"),
        "{of_grpc}"
    );
}
