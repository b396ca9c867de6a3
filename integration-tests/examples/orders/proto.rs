//! `package orders.v1`: the messages by hand, the service and its client as `build.rs` has written them.

#![allow(
    unreachable_pub,
    clippy::doc_markdown,
    reason = "generated code is public everywhere, and says names as they are"
)]

// service Orders {
//   rpc Get(GetRequest) returns (Order);
//   rpc Count(CountRequest) returns (CountReply);
//   rpc Watch(WatchRequest) returns (stream Order);   // each order when it is shipped
// }
tonic::include_proto!("orders.v1.Orders");

/// One order, as a row, as JSON and as a message.
#[derive(Clone, PartialEq, prost::Message, serde::Serialize, sqlx::FromRow)]
pub struct Order {
    #[prost(int64, tag = "1")]
    pub id: i64,
    #[prost(string, tag = "2")]
    pub item: String,
    #[prost(uint32, tag = "3")]
    pub quantity: u32,
    #[prost(bool, tag = "4")]
    pub shipped: bool,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct GetRequest {
    #[prost(int64, tag = "1")]
    pub id: i64,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct CountRequest {}

#[derive(Clone, PartialEq, prost::Message)]
pub struct CountReply {
    #[prost(int64, tag = "1")]
    pub count: i64,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct WatchRequest {}
