use std::future::pending;
use std::time::Duration;

use crate::heartbeat::BackendError;

/// A call of a backend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// [`Backend::join`](crate::heartbeat::Backend::join).
    Join,
    /// [`Session::beat`](crate::heartbeat::Session::beat).
    Beat,
    /// [`Session::leave`](crate::heartbeat::Session::leave).
    Leave,
}

/// What can be made to go wrong with a call.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// An error of this text; nothing is done.
    Refuse(String),
    /// The member is not in the list any more.
    Gone,
    /// Nothing is done, and no answer comes.
    Hang,
    /// It is done, and no answer comes.
    LoseAnswer,
    /// It is done, and the answer comes that late.
    Late(Duration),
    /// A TTL of so much is granted, whatever was asked for.
    Grant(Duration),
    /// Joining is done, and comes with this [warning](crate::heartbeat::Joined::with_warning).
    Warn(String),
    /// It panics.
    Panic,
}

impl Fault {
    /// What comes before it is done. Gives the TTL to grant.
    pub(super) async fn before(
        fault: Option<&Self>,
        ttl: Duration,
    ) -> Result<Duration, BackendError> {
        match fault {
            Some(Self::Refuse(why)) => Err(BackendError::failed(why)),
            Some(Self::Gone) => Err(BackendError::gone("there is no such member")),
            Some(Self::Hang) => pending().await,
            Some(Self::Panic) => panic!("made to panic"),
            Some(Self::Grant(ttl)) => Ok(*ttl),
            Some(Self::LoseAnswer | Self::Late(_) | Self::Warn(_)) | None => Ok(ttl),
        }
    }

    /// What comes after it.
    pub(super) async fn after(fault: Option<&Self>) {
        match fault {
            Some(Self::LoseAnswer) => pending().await,
            Some(Self::Late(delay)) => tokio::time::sleep(*delay).await,
            _ => {}
        }
    }
}
