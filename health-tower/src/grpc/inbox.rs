use bytes::{Buf, BufMut, Bytes, BytesMut};
use prost::Message;

use crate::grpc::refusal::Refusal;
use crate::grpc_message::HEAD;

/// The longest name of a service that there can be.
pub(crate) const MAX_NAME: usize = 1024;
/// A name, and as much again for fields that are not known here.
const MAX_MESSAGE: usize = 4 * 1024;

/// Collects the one message of a request, and no more of it than makes sense.
#[derive(Debug, Default)]
pub(crate) struct Inbox {
    /// Most come in one piece, which is not copied.
    first: Bytes,
    /// All of it, where it came in several.
    all: BytesMut,
    /// Whatever comes after that is not kept.
    overflows: bool,
}

impl Inbox {
    pub(crate) fn take(&mut self, data: &mut impl Buf) {
        let room = HEAD + MAX_MESSAGE - self.first.len().max(self.all.len());
        self.overflows |= data.remaining() > room;
        let piece = data.copy_to_bytes(room.min(data.remaining()));
        if self.first.is_empty() {
            self.first = piece;
            return;
        }
        if self.all.is_empty() {
            self.all.put(&*self.first);
        }
        self.all.put(piece);
    }

    /// Whether the message has come to its end.
    pub(crate) fn is_whole(&self) -> bool {
        let several = !self.all.is_empty();
        let frame = if several { &self.all[..] } else { &self.first };
        let head = frame.split_first_chunk::<HEAD>();
        head.is_some_and(|([_, length @ ..], rest)| {
            rest.len() >= u32::from_be_bytes(*length) as usize
        })
    }

    /// What came. `whole` where the request has ended; `encoded` where it says that it may be compressed.
    pub(crate) fn message<M: Message + Default>(
        self,
        whole: bool,
        encoded: bool,
    ) -> Result<M, Refusal> {
        let mut frame = if self.all.is_empty() {
            self.first
        } else {
            self.all.freeze()
        };
        let Some((head, rest)) = frame.split_first_chunk::<HEAD>() else {
            return Err(if whole {
                Refusal::Malformed("there is no message in the request")
            } else {
                Refusal::NoRequest
            });
        };
        let [compressed, length @ ..] = *head;
        let length = u32::from_be_bytes(length) as usize;
        match compressed {
            0 => {}
            1 if encoded => return Err(Refusal::Compressed),
            1 => {
                return Err(Refusal::Malformed(
                    "compressed, and grpc-encoding does not say how",
                ));
            }
            _ => {
                return Err(Refusal::Malformed(
                    "the first byte of a message is neither 0 nor 1",
                ));
            }
        }
        if length > MAX_MESSAGE {
            return Err(Refusal::TooLong);
        }
        if rest.len() < length {
            return Err(if whole {
                Refusal::Malformed("the request ends before its message does")
            } else {
                Refusal::NoRequest
            });
        }
        if self.overflows || rest.len() > length {
            return Err(Refusal::Malformed(
                "there is more than one message in the request",
            ));
        }
        frame.advance(HEAD);
        M::decode(frame).map_err(|_| Refusal::Malformed("the message is not what the method takes"))
    }
}
