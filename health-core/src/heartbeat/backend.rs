use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::time::Duration;

use crate::check::cut_to_line;
use crate::heartbeat::Vitals;

/// Of an error.
const LONGEST: usize = 256;

/// A coordinator that keeps a list of members: what a [`Heartbeat`](crate::Heartbeat) beats to. See the [module](crate::heartbeat) for one.
///
/// Everything here is called on the heartbeat's own thread and runtime. Make connections in [`join`](Self::join), and not before: one that
/// was made on a runtime of the application is driven by that, and beats would wait for what they are to tell of.
///
/// A future that takes too long is dropped, one that panics is logged, and both are tried again. One that *blocks* its thread holds up
/// the beats and the log of them; the fence falls in time all the same.
pub trait Backend: Send + Sync + 'static {
    /// What joining gives.
    type Session: Session;

    /// What it is, as `etcd`: for reports and the log, cut at 100 bytes.
    fn name(&self) -> &str;

    /// Whether it is on this machine, as a service manager: then an ack says nothing of the network, and the verdict does not take it for a sign
    /// that there is one. `false` by default.
    fn is_local(&self) -> bool {
        false
    }

    /// Makes this instance a member, for as long as its beats come. It is asked again after any error, with another
    /// [incarnation](Member::incarnation). Five ack time-outs are waited for it.
    ///
    /// Where it is dropped half-way, nobody leaves: what it has begun must end with the TTL that was asked for.
    fn join(
        &self,
        member: &Member,
    ) -> impl Future<Output = Result<Joined<Self::Session>, BackendError>> + Send;
}

/// One membership, from joining to leaving. Dropped without [`leave`](Self::leave), it ends on the other side with its TTL.
pub trait Session: Send + 'static {
    /// Says that the member lives, and how it is. The answer says for how long it is believed, from when *this* beat came.
    ///
    /// The future is dropped when the ack time-out has passed, and the method is then called again: a session has to survive that. The answer
    /// to an earlier beat that comes late must not be taken for the answer to this one, for the fence counts from when this one was sent.
    fn beat(&mut self, vitals: &Vitals) -> impl Future<Output = Result<Ack, BackendError>> + Send;

    /// What was found since joining, works, and should be known, as a coordinator that is full; for as long as it lasts. It is asked after each
    /// beat that was acked. `None` by default. See [`Joined::with_warning`] for what is found then.
    fn warning(&self) -> Option<String> {
        None
    }

    /// Ends the membership at once, so that nobody has to wait for the TTL.
    fn leave(self, why: Leaving) -> impl Future<Output = Result<(), BackendError>> + Send;
}

/// Why a member leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Leaving {
    /// The service has drained, or there is no [`Health`](crate::Health) any more: it is the end.
    Ended,
    /// Nothing in the application moves. It joins again once something does.
    Stalled,
}

/// Who joins.
#[derive(Clone, Debug)]
pub struct Member {
    pub(crate) name: String,
    pub(crate) incarnation: u64,
    pub(crate) ttl: Duration,
    pub(crate) ack_timeout: Duration,
    pub(crate) vitals: Vitals,
}

impl Member {
    /// Its name: [`Heartbeat::name`](crate::Heartbeat::name).
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Which attempt to join it is, from 1: another with each, in this process.
    #[must_use]
    pub fn incarnation(&self) -> u64 {
        self.incarnation
    }

    /// The TTL that is asked for. Less may be granted.
    #[must_use]
    pub fn ttl(&self) -> Duration {
        self.ttl
    }

    /// How long each of its beats waits for an answer: [`Heartbeat::ack_timeout`](crate::Heartbeat::ack_timeout). A backend that knows
    /// several places to ask should not wait longer for one of them.
    #[must_use]
    pub fn ack_timeout(&self) -> Duration {
        self.ack_timeout
    }

    /// How it is now.
    #[must_use]
    pub fn vitals(&self) -> Vitals {
        self.vitals
    }
}

/// What joining gives.
#[derive(Debug)]
pub struct Joined<S> {
    pub(crate) session: S,
    pub(crate) ack: Ack,
    pub(crate) token: Option<u64>,
    pub(crate) warning: Option<String>,
}

impl<S> Joined<S> {
    /// A session, and the lease that came with it.
    pub fn new(session: S, ack: Ack) -> Self {
        Self {
            session,
            ack,
            token: None,
            warning: None,
        }
    }

    /// A number that is higher with every membership that anybody is given, as the revision under which etcd made it. What is written to
    /// under it can then refuse whoever has been replaced, and does not know it yet: [`Tenure::token`](crate::heartbeat::Tenure::token).
    #[must_use]
    pub fn with_token(mut self, token: u64) -> Self {
        self.token = Some(token);
        self
    }

    /// Something that works, and that whoever runs the service should know, as a coordinator whose version is known to lose leases: it is in the
    /// [report](crate::HeartbeatReport::warning) for as long as this membership lasts, and is told once in an hour at most. Of its text, 256
    /// bytes are kept, as one line.
    #[must_use]
    pub fn with_warning(mut self, warning: impl fmt::Display) -> Self {
        self.warning = Some(warning.to_string());
        self
    }
}

/// The answer to a beat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ack {
    pub(crate) granted: Duration,
}

impl Ack {
    /// The member is believed to live for so long, from when its beat came. Zero is no grant, and counts as an error.
    #[must_use]
    pub fn granted(ttl: Duration) -> Self {
        Self { granted: ttl }
    }
}

/// Why a [`Backend`] could not do it. Any error can be turned into one with `?`: it is tried again. Of its text, 256 bytes are kept.
///
/// They are kept as one line: what begins a line, or is not seen, becomes a space.
pub struct BackendError {
    text: String,
    gone: bool,
}

impl BackendError {
    /// Where a text from elsewhere comes in: it may hold a whole page, or lines that a log would take for its own.
    fn new(text: String, gone: bool) -> Self {
        let text = one_line(&text);
        Self { text, gone }
    }

    /// The membership has ended on the other side, as with a lease that is not found: the fence falls at once, and the heartbeat joins anew.
    pub fn gone(error: impl fmt::Display) -> Self {
        Self::new(error.to_string(), true)
    }

    /// It did not work, this time.
    pub fn failed(error: impl fmt::Display) -> Self {
        Self::new(error.to_string(), false)
    }

    pub(crate) fn is_gone(&self) -> bool {
        self.gone
    }
}

/// What a backend says, as it may be kept and logged.
pub(crate) fn one_line(text: &str) -> String {
    cut_to_line(Cow::Borrowed(text), LONGEST).into_owned()
}

impl<E: std::error::Error> From<E> for BackendError {
    fn from(error: E) -> Self {
        use fmt::Write as _;
        let mut text = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            // Writing to a string does not fail.
            let _ = write!(text, ": {cause}");
            source = cause.source();
        }
        Self::new(text, false)
    }
}

impl fmt::Display for BackendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for BackendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = if self.gone { "Gone" } else { "Failed" };
        f.debug_tuple(name).field(&self.text).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A line of its own in a log, or a page of HTML, is not what a coordinator may write there.
    #[test]
    fn an_error_is_one_line_of_256_bytes() {
        let page = format!("no\nleader\u{202e}\u{1b}[2J{}", "ä".repeat(400));
        let source = std::io::Error::other(page.clone());
        for error in [
            BackendError::gone(&page),
            BackendError::failed(&page),
            source.into(),
        ] {
            let text = error.to_string();
            assert!(
                text.starts_with("no leader  [2J") && text.len() <= 256,
                "{text:?}"
            );
            assert!(text.len() > 250, "no more than is needed: {text:?}");
        }
    }
}
