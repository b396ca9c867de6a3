//! The messages of `grpc.health.v1`, and how one is framed. Both sides use them: who answers, and who asks.
//!
//! <https://github.com/grpc/grpc-proto/blob/master/grpc/health/v1/health.proto>

use bytes::{BufMut, Bytes, BytesMut};
use prost::Message;

/// Whether it is compressed, and its length.
pub(crate) const HEAD: usize = 5;

#[derive(Clone, PartialEq, Eq, Message)]
pub(crate) struct HealthCheckRequest {
    #[prost(string, tag = "1")]
    pub(crate) service: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub(crate) struct HealthCheckResponse {
    #[prost(enumeration = "ServingStatus", tag = "1")]
    pub(crate) status: i32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, prost::Enumeration)]
#[repr(i32)]
pub(crate) enum ServingStatus {
    Unknown = 0,
    Serving = 1,
    NotServing = 2,
    /// Of Watch only: Check fails with `NOT_FOUND`.
    ServiceUnknown = 3,
}

/// One message as it goes over the wire, not compressed.
pub(crate) fn framed(message: &impl Message) -> Bytes {
    let length = message.encoded_len();
    let mut frame = BytesMut::with_capacity(HEAD + length);
    frame.put_u8(0);
    // No message here comes near four gigabytes.
    frame.put_u32(u32::try_from(length).unwrap_or(u32::MAX));
    message
        .encode(&mut frame)
        .expect("there is room for as much as the message said");
    frame.freeze()
}
