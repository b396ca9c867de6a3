use std::fmt;
use std::future::Future;
use std::pin::Pin;

use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tokio_stream::{Stream, StreamExt as _};
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
    Open(Pin<Box<dyn Stream<Item = Result<LeaseKeptAlive, Status>> + Send>>),
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
                    // Who has ended is not asked again: a refusal is a stream of it alone.
                    self.answers = Answers::Open(match opening.as_mut().await {
                        Ok(open) => Box::pin(open),
                        Err(status) => Box::pin(tokio_stream::once(Err(status))),
                    });
                }
                Answers::Open(open) => return open.next().await.transpose(),
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

#[cfg(test)]
pub(super) mod tests {
    use tokio_test::{assert_pending, task};

    use super::*;
    use crate::heartbeat::Etcd;

    /// A stream of which the test has the other side.
    pub(in crate::heartbeat::etcd) fn stream() -> (
        KeepAlive,
        mpsc::Receiver<LeaseKeepAlive>,
        mpsc::Sender<Result<LeaseKeptAlive, Status>>,
    ) {
        let (asking, asked) = mpsc::channel(ROOM);
        let (answer, answers) = mpsc::channel(ROOM);
        let alive = KeepAlive {
            lease: 7,
            asking,
            answers: Answers::Open(Box::pin(ReceiverStream::new(answers))),
            tally: Tally::default(),
        };
        (alive, asked, answer)
    }

    fn link() -> Link {
        let etcd = Etcd::at(["http://10.0.0.1:2379"]).build().unwrap();
        Link::lazy(&etcd.0)
    }

    fn granted(ttl: i64) -> Result<LeaseKeptAlive, Status> {
        Ok(LeaseKeptAlive { id: 7, ttl })
    }

    #[tokio::test]
    async fn the_answer_to_a_beat_that_was_given_up_is_not_taken_for_another() {
        let (link, (mut alive, mut asked, answer)) = (link(), stream());
        for _ in 0..2 {
            assert_pending!(task::spawn(alive.renew(&link)).poll());
        }
        answer.send(granted(91)).await.unwrap();
        answer.send(granted(92)).await.unwrap();
        {
            let mut third = task::spawn(alive.renew(&link));
            assert_pending!(third.poll());
            answer.send(granted(5)).await.unwrap();
            assert_eq!(third.await.unwrap(), 5);
        }
        for _ in 0..3 {
            assert_eq!(asked.recv().await.unwrap().id, 7);
        }
        assert!(asked.is_empty());
    }

    #[tokio::test]
    async fn a_lease_that_is_gone_is_gone_in_every_answer() {
        for ttl in [0, -1] {
            let (link, (mut alive, _asked, answer)) = (link(), stream());
            assert_pending!(task::spawn(alive.renew(&link)).poll());
            answer.send(granted(ttl)).await.unwrap();
            assert_eq!(alive.renew(&link).await.unwrap_err().kind, Kind::Gone);
        }
    }

    /// As an etcd that refuses the user, or somebody in front of it.
    #[tokio::test]
    async fn a_stream_that_was_refused_is_over_and_no_panic() {
        let (link, (mut alive, _asked, _answer)) = (link(), stream());
        let refused = async { Err(Status::permission_denied("etcdserver: permission denied")) };
        alive.answers = Answers::Opening(Box::pin(refused));
        assert_eq!(alive.renew(&link).await.unwrap_err().kind, Kind::Refused);
        assert_eq!(alive.renew(&link).await.unwrap_err().kind, Kind::Here);
    }

    #[tokio::test]
    async fn what_was_not_asked_for_ends_the_stream() {
        let (link, (mut alive, _asked, answer)) = (link(), stream());
        answer
            .send(Ok(LeaseKeptAlive { id: 8, ttl: 5 }))
            .await
            .unwrap();
        assert_eq!(alive.renew(&link).await.unwrap_err().kind, Kind::Here);
        let (mut alive, _asked, answer) = stream();
        drop(answer);
        assert_eq!(alive.renew(&link).await.unwrap_err().kind, Kind::Here);
    }
}
