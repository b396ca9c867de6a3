use tonic::Code;
use tonic::transport::Endpoint;

use crate::proto::orders_client::OrdersClient;
use crate::proto::{CountRequest, GetRequest, WatchRequest};
use crate::service::{Service, drained_after};
use crate::shell;

#[tokio::test]
async fn a_client_gets_counts_and_watches() {
    if shell::curl_is_missing().await {
        return;
    }
    let service = Service::start().await;
    let endpoint = Endpoint::from_shared(service.url().to_owned()).unwrap();
    let mut orders = OrdersClient::new(endpoint.connect().await.unwrap());

    let seventh = orders.get(GetRequest { id: 7 }).await.unwrap().into_inner();
    assert_eq!((seventh.item.as_str(), seventh.quantity), ("lamp 7", 3));
    let missing = orders.get(GetRequest { id: -7 }).await.unwrap_err();
    assert_eq!(missing.code(), Code::NotFound);

    let mut shipped = orders.watch(WatchRequest {}).await.unwrap().into_inner();
    shell::run(service.line("-d item=lamp")).await;
    let order = shipped
        .message()
        .await
        .unwrap()
        .expect("the stream is open");
    assert_eq!((order.id, order.shipped), (21, true));
    let count = orders.count(CountRequest {}).await.unwrap().into_inner();
    assert_eq!(count.count, 21);

    shell::run(service.line("/database/break")).await;
    let away = orders.count(CountRequest {}).await.unwrap_err();
    assert_eq!(away.code(), Code::Unavailable);

    // A watch has no end of its own. It ends when the service closes, and the drain does not wait for its deadline.
    service.signal("TERM").await;
    assert_eq!(shipped.message().await.unwrap(), None);
    let (code, report) = service.end().await;
    assert_eq!(code, Some(0));
    assert!((3.0..15.0).contains(&drained_after(&report)), "{report}");
}
