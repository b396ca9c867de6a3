use std::future::pending;
use std::pin::pin;

use bytes::Bytes;
use health_tower::{BoxError, Traffic};
use http::{Request, Response};
use http_body_util::{BodyExt as _, Empty};
use tower::limit::GlobalConcurrencyLimitLayer;
use tower::load_shed::LoadShedLayer;
use tower::{Layer as _, Service, ServiceBuilder, ServiceExt as _};

use crate::world::{Frames, counted, endings, get, grpc, health, layer, poll_once};

type Whole = Response<Frames>;

/// Serves one at a time, and sheds the others.
fn one_at_a_time()
-> impl Service<Request<Empty<Bytes>>, Response = Whole, Error = BoxError, Future: Send> + Clone {
    ServiceBuilder::new()
        .layer(LoadShedLayer::new())
        .layer(GlobalConcurrencyLimitLayer::new(1))
        .service_fn(|_| pending::<Result<Whole, BoxError>>())
}

#[tokio::test(start_paused = true)]
async fn what_load_shedding_turns_away_is_shed_and_its_error_passes_through() {
    let health = health();
    let layer = layer(&health, Traffic::new());
    let service = layer.layer(one_at_a_time());
    let mut first = pin!(service.clone().oneshot(get("/orders")));
    assert!(!poll_once(first.as_mut()).await);
    let Err(error) = service.oneshot(get("/orders")).await else {
        panic!("the limit is reached");
    };
    assert!(error.is::<tower::load_shed::error::Overloaded>());
    assert_eq!(endings(&counted(&health).await), [2, 0, 0, 0, 1]);
}

#[tokio::test(start_paused = true)]
async fn it_is_answered_where_that_is_wanted_in_the_form_of_the_request() {
    let health = health();
    let layer = layer(&health, Traffic::new().answer_sheds(true));
    let service = layer.layer(one_at_a_time());
    let mut first = pin!(service.clone().oneshot(get("/orders")));
    assert!(!poll_once(first.as_mut()).await);
    for _ in 0..20 {
        let response = service.clone().oneshot(get("/orders")).await.unwrap();
        assert_eq!(response.status(), 503);
        let headers = response.headers();
        let later: u32 = headers["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((1..=3).contains(&later));
        assert!(
            !headers.contains_key("connection"),
            "the connection is good for another"
        );
        let body = response.into_body().collect().await.unwrap();
        assert_eq!(body.to_bytes(), "unavailable");
    }
    let response = service
        .clone()
        .oneshot(grpc("/shop.Orders/Get"))
        .await
        .unwrap();
    let headers = response.headers();
    assert_eq!(
        (response.status().as_u16(), &headers["grpc-status"]),
        (200, &"8".parse().unwrap())
    );
    let later: u32 = headers["grpc-retry-pushback-ms"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((1000..=3000).contains(&later));
    assert_eq!(endings(&counted(&health).await), [22, 0, 0, 0, 21]);
}

#[tokio::test(start_paused = true)]
async fn other_errors_are_not_answered() {
    let health = health();
    let layer = layer(&health, Traffic::new().answer_sheds(true));
    let breaks = tower::service_fn(|_| async { Err::<Whole, BoxError>("it breaks".into()) });
    let Err(error) = layer.layer(breaks).oneshot(get("/orders")).await else {
        panic!("it was answered");
    };
    assert_eq!(error.to_string(), "it breaks");
    assert_eq!(endings(&counted(&health).await), [1, 0, 1, 0, 0]);
}
