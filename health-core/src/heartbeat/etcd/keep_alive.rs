use std::fmt;
use std::future::Future;
use std::pin::Pin;

use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Status, Streaming};

use crate::heartbeat::etcd::link::Link;
use crate::heartbeat::etcd::messages::{LeaseKeepAlive, LeaseKeptAlive};
use crate::heartbeat::etcd::tally::{Tally, Turn};
use crate::heartbeat::etcd::trouble::{Kind, Trouble};

/// More are never on their way: after two without an answer, the stream is given up.
const ROOM: usize = 8;

/// The stream on which a lease is kept alive. A future of [`renew`](Self::renew) that is dropped leaves it whole: what has come of it is
/// counted here, and not there.
pub(super) struct KeepAlive {
    lease: i64,
    asking: mpsc::Sender<LeaseKeepAlive>,
    answers: Answers,
    tally: Tally,
}

type Opening = Pin<Box<dyn Future<Output = Result<Streaming<LeaseKeptAlive>, Status>> + Send>>;

enum Answers {
    Opening(Opening),
    Open(Box<Streaming<LeaseKeptAlive>>),
}

impl KeepAlive {
    pub(super) fn over(link: &Link, lease: i64) -> Self {
        let (asking, asked) = mpsc::channel(ROOM);
        let opening = link.keep_alive(ReceiverStream::new(asked));
        Self {
            lease,
            asking,
            answers: Answers::Opening(Box::pin(opening)),
            tally: Tally::default(),
        }
    }

    /// Asks for the whole TTL again. Gives it, in seconds, from the answer to this request.
    pub(super) async fn renew(&mut self, link: &Link) -> Result<u64, Trouble> {
        let asked = self.asking.try_send(LeaseKeepAlive { id: self.lease });
        asked.map_err(|_| over(link))?;
        self.tally.ask();
        loop {
            let answer = self.next().await.map_err(|status| link.trouble(&status))?;
            let answer = answer.ok_or_else(|| over(link))?;
            let turn = self.tally.answer();
            if answer.id != self.lease || turn == Turn::Unasked {
                let what = "it has answered a keepalive that was not sent";
                return Err(Trouble::new(Kind::Here, link.address(), what));
            }
            match u64::try_from(answer.ttl) {
                Ok(1..) if turn == Turn::Late => {}
                Ok(ttl @ 1..) => return Ok(ttl),
                _ => {
                    let what = "its lease is gone: it was revoked, or its TTL has passed";
                    return Err(Trouble::new(Kind::Gone, link.address(), what));
                }
            }
        }
    }

    async fn next(&mut self) -> Result<Option<LeaseKeptAlive>, Status> {
        loop {
            match &mut self.answers {
                Answers::Opening(opening) => {
                    let open = opening.as_mut().await?;
                    self.answers = Answers::Open(Box::new(open));
                }
                Answers::Open(open) => return open.message().await,
            }
        }
    }
}

fn over(link: &Link) -> Trouble {
    let what = "it has ended the stream of keepalives";
    Trouble::new(Kind::Here, link.address(), what)
}

impl fmt::Debug for KeepAlive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeepAlive")
            .field("lease", &self.lease)
            .field("tally", &self.tally)
            .finish_non_exhaustive()
    }
}
