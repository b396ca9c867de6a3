use std::pin::pin;

use health_tower::Traffic;
use http::Response;
use tower::{Layer as _, Service as _, ServiceExt as _};

use crate::world::{
    Frames, ask, counted, data, endings, get, gives, grpc, health, layer, ok, poll_once, trailers,
};

const OK: [(&str, &str); 1] = [("grpc-status", "0")];
const INTERNAL: [(&str, &str); 1] = [("grpc-status", "13")];
const NOT_FOUND: [(&str, &str); 1] = [("grpc-status", "5")];

fn with(status: u16) -> http::response::Builder {
    Response::builder().status(status)
}

#[tokio::test(start_paused = true)]
async fn each_http_response_ends_as_its_status_says() {
    let health = health();
    let layer = layer(&health, Traffic::new());
    for status in [200, 404, 429, 500, 503] {
        let service = gives(move || ok(with(status).body(Frames(vec![data()])).unwrap()));
        ask(&layer, service, get("/orders")).await;
    }
    let sheds = || {
        ok(with(503)
            .header("retry-after", "1")
            .body(Frames(Vec::new()))
            .unwrap())
    };
    ask(&layer, gives(sheds), get("/orders")).await;
    ask(&layer, gives(|| Err("it breaks".into())), get("/orders")).await;
    let breaks = || ok(Response::new(Frames(vec![data(), Err("the disk is gone")])));
    ask(&layer, gives(breaks), get("/orders")).await;
    assert_eq!(endings(&counted(&health).await), [8, 3, 4, 0, 1]);
}

#[tokio::test(start_paused = true)]
async fn each_grpc_call_ends_as_its_status_says_wherever_it_is() {
    let health = health();
    let layer = layer(&health, Traffic::new());
    for status in [OK, INTERNAL, NOT_FOUND] {
        let at_the_end = move || ok(Response::new(Frames(vec![data(), trailers(&status)])));
        ask(&layer, gives(at_the_end), grpc("/shop.Orders/Get")).await;
        let [(name, value)] = status;
        let in_head = move || {
            ok(with(200)
                .header(name, value)
                .body(Frames(Vec::new()))
                .unwrap())
        };
        ask(&layer, gives(in_head), grpc("/shop.Orders/Get")).await;
    }
    // Without any, as tower-http has it: nothing says that it failed.
    ask(
        &layer,
        gives(|| ok(Response::new(Frames(vec![data()])))),
        grpc("/shop.Orders/Get"),
    )
    .await;
    ask(
        &layer,
        gives(|| ok(Response::new(Frames(Vec::new())))),
        grpc("/shop.Orders/Get"),
    )
    .await;
    assert_eq!(endings(&counted(&health).await), [8, 6, 2, 0, 0]);
}

#[tokio::test(start_paused = true)]
async fn who_leaves_early_is_cancelled_and_who_leaves_a_body_was_answered() {
    let health = health();
    let layer = layer(&health, Traffic::new());
    let hangs = tower::service_fn(|_| std::future::pending::<Result<Response<Frames>, &str>>());
    {
        let mut service = layer.layer(hangs);
        let mut waits = pin!(service.ready().await.unwrap().call(get("/orders")));
        assert!(!poll_once(waits.as_mut()).await);
    }
    let never_polled = layer
        .layer(hangs)
        .ready()
        .await
        .unwrap()
        .call(get("/orders"));
    drop(never_polled);
    let streams = gives(|| ok(Response::new(Frames(vec![data(), data()]))));
    let response = layer
        .layer(streams.clone())
        .oneshot(get("/orders"))
        .await
        .unwrap();
    drop(response);
    let call = layer
        .layer(streams)
        .oneshot(grpc("/shop.Orders/Get"))
        .await
        .unwrap();
    drop(call);
    assert_eq!(endings(&counted(&health).await), [4, 2, 0, 2, 0]);
    assert_eq!(health.in_flight().count(), 0);
}

#[tokio::test(start_paused = true)]
async fn probes_and_holds_are_no_traffic() {
    let health = health();
    let layer = layer(&health, Traffic::new());
    let service = gives(|| ok(Response::new(Frames(Vec::new()))));
    for _ in 0..10 {
        ask(&layer, service.clone(), get("/health/ready")).await;
    }
    drop(health.hold());
    assert_eq!(endings(&counted(&health).await), [0; 5]);
}

#[tokio::test(start_paused = true)]
async fn somebody_s_own_rule_comes_first_where_it_says_something() {
    use health_tower::Ending;

    let health = health();
    let traffic = Traffic::new().classify(|status, headers| match status.as_u16() {
        502 => Some(Ending::Completed),
        404 if headers.contains_key("x-own") => Some(Ending::Failed),
        _ => None,
    });
    let layer = layer(&health, traffic);
    for status in [502, 500, 404, 200] {
        let service = move || {
            let own = status == 404;
            let response = with(status).header(if own { "x-own" } else { "x-other" }, "1");
            ok(response.body(Frames(Vec::new())).unwrap())
        };
        ask(&layer, gives(service), get("/orders")).await;
    }
    assert_eq!(endings(&counted(&health).await), [4, 2, 2, 0, 0]);
}

#[tokio::test(start_paused = true)]
async fn what_waits_for_its_head_is_shown_and_times_are_taken() {
    use std::time::Duration;

    let health = health();
    let layer = layer(&health, Traffic::new());
    // Once nobody comes, all have their time taken.
    counted(&health).await;
    let slow = tower::service_fn(|_| async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        ok(Response::new(Frames(vec![data()])))
    });
    ask(&layer, slow, get("/orders")).await;
    let hangs = tower::service_fn(|_| std::future::pending::<Result<Response<Frames>, &str>>());
    let mut service = layer.layer(hangs);
    let mut waits = pin!(service.ready().await.unwrap().call(get("/orders/7")));
    assert!(!poll_once(waits.as_mut()).await);
    let report = counted(&health).await;
    let (what, age) = report.oldest().unwrap();
    assert_eq!(what, "GET /orders/7");
    assert!(age > Duration::ZERO);
    let [p50, p99] = [report.p50(), report.p99()].map(Option::unwrap);
    assert_eq!(p50, p99);
    assert!((300..330).contains(&p50.as_millis()), "{p50:?}");
    assert_eq!((report.group(), report.seconds() <= 10), (None, true));
}
