//! The few messages of etcd's `rpc.proto` that a member needs, with the numbers of their fields.
//!
//! Written by hand: generating them needs `protoc` on the machine of everybody who builds this crate, at each build. Their fields are only
//! ever added to, and what is not listed here is skipped. A watch, for who reads the list, would come beside them.

use std::fmt;

use prost::{Message, Oneof};

/// A request, and what etcd calls it.
pub(super) trait Call: Message + 'static {
    const PATH: &'static str;
    type Answer: Message + Default + 'static;
}

#[derive(Clone, Message)]
pub(super) struct Header {
    #[prost(int64, tag = "3")]
    pub(super) revision: i64,
}

#[derive(Clone, Message)]
pub(super) struct KeyValue {
    #[prost(int64, tag = "2")]
    pub(super) create_revision: i64,
    #[prost(int64, tag = "6")]
    pub(super) lease: i64,
}

#[derive(Clone, Message)]
pub(super) struct LeaseGrant {
    /// Seconds.
    #[prost(int64, tag = "1")]
    pub(super) ttl: i64,
}

#[derive(Clone, Message)]
pub(super) struct LeaseGranted {
    #[prost(int64, tag = "2")]
    pub(super) id: i64,
    /// Seconds.
    #[prost(int64, tag = "3")]
    pub(super) ttl: i64,
    #[prost(string, tag = "4")]
    pub(super) error: String,
}

impl Call for LeaseGrant {
    const PATH: &'static str = "/etcdserverpb.Lease/LeaseGrant";
    type Answer = LeaseGranted;
}

#[derive(Clone, Message)]
pub(super) struct LeaseRevoke {
    #[prost(int64, tag = "1")]
    pub(super) id: i64,
}

/// An answer that says nothing but that it was done.
#[derive(Clone, Message)]
pub(super) struct Done {}

impl Call for LeaseRevoke {
    const PATH: &'static str = "/etcdserverpb.Lease/LeaseRevoke";
    type Answer = Done;
}

/// One of a stream, at [`PATH`](Self::PATH).
#[derive(Clone, Message)]
pub(super) struct LeaseKeepAlive {
    #[prost(int64, tag = "1")]
    pub(super) id: i64,
}

impl LeaseKeepAlive {
    pub(super) const PATH: &'static str = "/etcdserverpb.Lease/LeaseKeepAlive";
}

#[derive(Clone, Message)]
pub(super) struct LeaseKeptAlive {
    #[prost(int64, tag = "2")]
    pub(super) id: i64,
    /// Seconds; none where there is no such lease.
    #[prost(int64, tag = "3")]
    pub(super) ttl: i64,
}

#[derive(Clone, Message)]
pub(super) struct Range {
    #[prost(bytes = "vec", tag = "1")]
    pub(super) key: Vec<u8>,
    #[prost(bool, tag = "8")]
    pub(super) keys_only: bool,
}

#[derive(Clone, Message)]
pub(super) struct Ranged {
    #[prost(message, repeated, tag = "2")]
    pub(super) kvs: Vec<KeyValue>,
}

#[derive(Clone, Message)]
pub(super) struct Put {
    #[prost(bytes = "vec", tag = "1")]
    pub(super) key: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    pub(super) value: Vec<u8>,
    #[prost(int64, tag = "3")]
    pub(super) lease: i64,
}

#[derive(Clone, Oneof)]
pub(super) enum Request {
    #[prost(message, tag = "1")]
    Range(Range),
    #[prost(message, tag = "2")]
    Put(Put),
}

#[derive(Clone, Message)]
pub(super) struct RequestOp {
    #[prost(oneof = "Request", tags = "1, 2")]
    pub(super) request: Option<Request>,
}

#[derive(Clone, Message)]
pub(super) struct ResponseOp {
    #[prost(message, optional, tag = "1")]
    pub(super) range: Option<Ranged>,
}

/// That the revision under which a key was created *equals* one, which is the default of `result`. Zero: there is no such key.
#[derive(Clone, Message)]
pub(super) struct Compare {
    #[prost(int32, tag = "2")]
    pub(super) target: i32,
    #[prost(bytes = "vec", tag = "3")]
    pub(super) key: Vec<u8>,
    /// One of several targets: present also where it is zero.
    #[prost(int64, optional, tag = "5")]
    pub(super) create_revision: Option<i64>,
}

impl Compare {
    pub(super) const CREATED: i32 = 1;
}

#[derive(Clone, Message)]
pub(super) struct Txn {
    #[prost(message, repeated, tag = "1")]
    pub(super) compare: Vec<Compare>,
    #[prost(message, repeated, tag = "2")]
    pub(super) success: Vec<RequestOp>,
    #[prost(message, repeated, tag = "3")]
    pub(super) failure: Vec<RequestOp>,
}

#[derive(Clone, Message)]
pub(super) struct TxnAnswer {
    #[prost(message, optional, tag = "1")]
    pub(super) header: Option<Header>,
    #[prost(bool, tag = "2")]
    pub(super) succeeded: bool,
    #[prost(message, repeated, tag = "3")]
    pub(super) responses: Vec<ResponseOp>,
}

impl Call for Txn {
    const PATH: &'static str = "/etcdserverpb.KV/Txn";
    type Answer = TxnAnswer;
}

#[derive(Clone, Message)]
#[prost(skip_debug)]
pub(super) struct Authenticate {
    #[prost(string, tag = "1")]
    pub(super) name: String,
    #[prost(string, tag = "2")]
    pub(super) password: String,
}

#[derive(Clone, Message)]
#[prost(skip_debug)]
pub(super) struct Authenticated {
    #[prost(string, tag = "2")]
    pub(super) token: String,
}

impl Call for Authenticate {
    const PATH: &'static str = "/etcdserverpb.Auth/Authenticate";
    type Answer = Authenticated;
}

impl fmt::Debug for Authenticate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authenticate").finish_non_exhaustive()
    }
}

impl fmt::Debug for Authenticated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authenticated").finish_non_exhaustive()
    }
}

#[derive(Clone, Message)]
pub(super) struct Status {}

#[derive(Clone, Message)]
pub(super) struct StatusAnswer {
    #[prost(string, tag = "2")]
    pub(super) version: String,
}

impl Call for Status {
    const PATH: &'static str = "/etcdserverpb.Maintenance/Status";
    type Answer = StatusAnswer;
}
