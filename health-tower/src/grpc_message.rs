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

#[cfg(feature = "grpc")]
impl ServingStatus {
    /// A [`HealthCheckResponse`] that says so, as it goes over the wire.
    pub(crate) fn framed(self) -> Bytes {
        // Field 1, a number, is the status; nought is not sent.
        Bytes::from_static(match self {
            Self::Unknown => b"\0\0\0\0\0",
            Self::Serving => b"\0\0\0\0\x02\x08\x01",
            Self::NotServing => b"\0\0\0\0\x02\x08\x02",
            Self::ServiceUnknown => b"\0\0\0\0\x02\x08\x03",
        })
    }
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

#[cfg(all(test, feature = "grpc"))]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_down_is_what_the_message_encodes_to() {
        for number in 0..4 {
            let status = ServingStatus::try_from(number).unwrap();
            let response = HealthCheckResponse { status: number };
            assert_eq!(status.framed(), framed(&response), "{status:?}");
        }
        assert!(ServingStatus::try_from(4).is_err());
    }
}
