use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream as _;
use http_body::Frame;
use tokio_stream::wrappers::WatchStream;

use crate::answer::grpc_status_unavailable;
use crate::grpc::face::Face;
use crate::grpc::registry::asked;
use crate::grpc_message::ServingStatus;
use crate::{Probe, Watching};

/// The body of an answer to Watch: the status now, and each that is another than the one before.
///
/// 1. It follows before it looks: what changes in between wakes it.
/// 2. A message is made when there is room for it: a slow reader gets the latest status, not a backlog.
/// 3. Nobody counts it, and it ends by itself once the service closes, or there is no `Health` any more: a drain never waits for it.
pub(crate) struct Watch {
    face: &'static Face,
    name: Box<str>,
    told: Option<ServingStatus>,
    changes: WatchStream<()>,
    ended: bool,
    agent: Box<str>,
    /// That somebody follows readiness: not while there is no such service.
    watching: Option<Watching>,
}

impl Watch {
    pub(crate) fn new(face: &'static Face, name: String, agent: &str) -> Self {
        Self {
            changes: WatchStream::from_changes(face.registry.statuses.follow()),
            face,
            name: name.into(),
            told: None,
            ended: false,
            agent: agent.into(),
            watching: None,
        }
    }

    pub(crate) fn poll_frame(&mut self, cx: &mut Context<'_>) -> Poll<Option<Frame<Bytes>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        loop {
            // Asked before the status: who is told that it closes was told first that nothing is served.
            let over = self.face.is_over();
            let status = self.face.registry.status(&self.name);
            let status = status.unwrap_or(ServingStatus::ServiceUnknown);
            if self.told != Some(status) {
                self.told = Some(status);
                self.watched(status);
                self.face.told(&self.name, &self.agent, status);
                self.face.tells(&self.name, status);
                return Poll::Ready(Some(Frame::data(status.framed())));
            }
            if over {
                self.ended = true;
                return Poll::Ready(Some(Frame::trailers(grpc_status_unavailable())));
            }
            match Pin::new(&mut self.changes).poll_next(cx) {
                Poll::Ready(Some(())) => {}
                // The face itself keeps the other end: it does not end.
                Poll::Ready(None) | Poll::Pending => return Poll::Pending,
            }
        }
    }

    fn watched(&mut self, status: ServingStatus) {
        let known = status != ServingStatus::ServiceUnknown;
        if !known || asked(&self.name) != Probe::Readiness {
            self.watching = None;
        } else if self.watching.is_none() {
            self.watching = Some(self.face.probers.watching());
        }
    }

    pub(crate) fn is_ended(&self) -> bool {
        self.ended
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch")
            .field("name", &self.name)
            .field("told", &self.told)
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}
