//! The few messages of etcd's `rpc.proto` that keep a lease, and its services, as `build.rs` has written them.

#![allow(
    unreachable_pub,
    missing_docs,
    clippy::doc_markdown,
    reason = "generated code needs them to be public"
)]

use prost::Message;

#[derive(Clone, Message)]
pub struct Grant {
    /// Seconds.
    #[prost(int64, tag = "1")]
    pub ttl: i64,
}

#[derive(Clone, Message)]
pub struct Granted {
    #[prost(int64, tag = "2")]
    pub id: i64,
}

#[derive(Clone, Message)]
pub struct Keep {
    #[prost(int64, tag = "1")]
    pub id: i64,
}

#[derive(Clone, Message)]
pub struct Kept {
    /// Seconds; 0 if there is no such lease.
    #[prost(int64, tag = "3")]
    pub ttl: i64,
}

#[derive(Clone, Message)]
pub struct Put {
    #[prost(bytes = "vec", tag = "1")]
    pub key: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    pub value: Vec<u8>,
    #[prost(int64, tag = "3")]
    pub lease: i64,
}

/// An answer of which nothing is read.
#[derive(Clone, Message)]
pub struct Done {}

#[derive(Clone, Message)]
pub struct Range {
    #[prost(bytes = "vec", tag = "1")]
    pub key: Vec<u8>,
}

#[derive(Clone, Message)]
pub struct Found {
    #[prost(message, repeated, tag = "2")]
    pub kvs: Vec<KeyValue>,
}

#[derive(Clone, Message)]
pub struct KeyValue {
    #[prost(int64, tag = "2")]
    pub create_revision: i64,
}

pub mod leases {
    use super::{Grant, Granted, Keep, Kept};
    tonic::include_proto!("etcdserverpb.Lease");
}

pub mod keys {
    use super::{Done, Found, Put, Range};
    tonic::include_proto!("etcdserverpb.KV");
}
