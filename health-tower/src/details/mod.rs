//! The answers with names and causes, for those who may see them.
//!
//! A request that asks for them ([`Format`]) and may see them ([`Details`]) is answered from one snapshot, of which a bounded
//! part is shown ([`Excerpt`]). Everyone else is answered from the board, as if there were no details.

mod access;
mod asked;
#[cfg(feature = "heartbeat")]
mod beats;
mod excerpt;
mod format;
mod json;
mod judgement;
mod traffic;
mod verbose;
mod vitals;

pub use access::Details;

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderValue, Method};

use crate::details::excerpt::Excerpt;
use crate::details::format::Format;
use crate::{Probe, ProbeStatus, StatusBoard, Subscription};

/// What a layer keeps for details: who may see them, and where they come from.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) access: Details,
    pub(crate) snapshots: Subscription,
}

/// An answer that was asked for and may be seen.
#[derive(Debug)]
pub(crate) struct Detailed {
    pub(crate) status: ProbeStatus,
    pub(crate) content_type: HeaderValue,
    pub(crate) text: Bytes,
}

impl Source {
    /// The details, if the request asks for them and may see them. Otherwise nothing shows that there are any.
    pub(crate) fn detailed(
        &self,
        parts: &Parts,
        probe: Probe,
        board: StatusBoard,
    ) -> Option<Detailed> {
        let asks = matches!(parts.method, Method::GET | Method::HEAD);
        let format = Format::asked(parts).filter(|_| asks && self.access.allows(parts))?;
        let snapshot = self.snapshots.current();
        let status = match probe {
            // Only the board knows who was told that start-up is over. Read after the snapshot, it is at least as new.
            Probe::Startup => board.status(probe),
            _ => snapshot.status(probe),
        };
        let excerpt = Excerpt::of(&snapshot, probe, status);
        let text = match format {
            Format::Json => json::write(&excerpt),
            Format::Verbose => verbose::write(&excerpt).into(),
        };
        let content_type = HeaderValue::from_static(format.content_type());
        Some(Detailed {
            status,
            content_type,
            text,
        })
    }
}
