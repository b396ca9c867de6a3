//! One message and its status, as gRPC frames them over HTTP/2.
//!
//! <https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md>

use bytes::{BufMut, Bytes, BytesMut};
use http::StatusCode;

use crate::synthetic::Answer;

/// Whether it is compressed, and its length.
const HEAD: usize = 5;

/// `None` where it is too long for a frame.
pub(crate) fn framed(message: &[u8]) -> Option<Bytes> {
    let length = u32::try_from(message.len()).ok()?;
    let mut frame = BytesMut::with_capacity(HEAD + message.len());
    frame.put_u8(0);
    frame.put_u32(length);
    frame.put_slice(message);
    Some(frame.freeze())
}

/// The answer with its one message as the body, if the call succeeded.
pub(crate) fn answered(answer: Answer) -> Result<Answer, String> {
    if answer.status() != StatusCode::OK {
        let status = answer.status();
        return Err(format!("status {}, expected 200", status.as_str()));
    }
    let status = answer.trailer("grpc-status");
    let status = status.ok_or("there is no grpc-status: is it a gRPC service?")?;
    let code = status.to_str().ok().and_then(|code| code.parse().ok());
    match code {
        Some(0) => {}
        Some(code) => return Err(format!("grpc-status {code}{}, expected 0", name(code))),
        None => return Err("grpc-status is no number".to_owned()),
    }
    let message = only_message(answer.body())?;
    Ok(answer.with_body(message))
}

fn only_message(body: &Bytes) -> Result<Bytes, String> {
    let Some((&[compressed, length @ ..], rest)) = body.split_first_chunk::<HEAD>() else {
        return Err("no message, expected one".to_owned());
    };
    let length = u32::from_be_bytes(length) as usize;
    if compressed != 0 {
        return Err("the message is compressed, which was not asked for".to_owned());
    }
    match rest.len() {
        all if all == length => Ok(body.slice(HEAD..)),
        all if all > length => Err("more than one message, expected one".to_owned()),
        _ => Err("the message breaks off".to_owned()),
    }
}

/// <https://grpc.io/docs/guides/status-codes/>
fn name(code: u32) -> &'static str {
    match code {
        1 => " (cancelled)",
        2 => " (unknown)",
        3 => " (invalid argument)",
        4 => " (deadline exceeded)",
        5 => " (not found)",
        6 => " (already exists)",
        7 => " (permission denied)",
        8 => " (resource exhausted)",
        9 => " (failed precondition)",
        10 => " (aborted)",
        11 => " (out of range)",
        12 => " (unimplemented)",
        13 => " (internal)",
        14 => " (unavailable)",
        15 => " (data loss)",
        16 => " (unauthenticated)",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_one_whole_plain_message() {
        let one = framed(b"abc").unwrap();
        assert_eq!(only_message(&one).unwrap(), "abc");
        assert_eq!(only_message(&framed(b"").unwrap()).unwrap(), "");
        let two = [&one[..], &one[..]].concat();
        for (wrong, why) in [
            (&b""[..], "no message"),
            (b"\0\0\0", "no message"),
            (&two, "more than one"),
            (&one[..7], "breaks off"),
            (b"\x01\0\0\0\0", "compressed"),
        ] {
            let said = only_message(&Bytes::copy_from_slice(wrong)).unwrap_err();
            assert!(said.contains(why), "{said}");
        }
    }
}
