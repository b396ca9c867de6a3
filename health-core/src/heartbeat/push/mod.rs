//! A beat by HTTP: its address, what it says, and whom it trusts.

mod aim;
mod answer;
mod builder;
mod client;
mod error;
mod fault;
mod session;

use std::fmt;
use std::sync::Arc;

pub use builder::PushBuilder;
pub use error::PushError;
pub use session::PushSession;

use crate::heartbeat::push::aim::Aim;
use crate::heartbeat::push::session::Switch;
use crate::heartbeat::{Backend, BackendError, Joined, Member, Session as _};

/// A dead man's switch: who gets these beats sounds an alarm when they stop, as healthchecks.io, Uptime Kuma, Dead Man's Snitch, or a
/// receiver of your own. With the feature `push`.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
/// # runtime.block_on(async {
/// use std::time::Duration;
/// use health_core::heartbeat::Push;
/// use health_core::{Health, Heartbeat};
///
/// let health = Health::builder().start()?;
/// # let url = "http://127.0.0.1:9/5e1bf0e2-0000-4000-8000-000000000000";
/// let push = Push::healthchecks(url).build()?;
/// Heartbeat::to(push)
///     .every(Duration::from_secs(60))
///     .ttl(Duration::from_secs(180))
///     .ack_timeout(Duration::from_secs(10))
///     .start(&health)?;
/// # Ok::<_, Box<dyn std::error::Error>>(()) })?;
/// # Ok(()) }
/// ```
///
/// Usual are 30 s to 60 s between two beats, three times as long as the TTL, which is granted as it was asked for, and 10 s for an answer from
/// elsewhere. The receiver's own grace decides when it sounds: the period of its check is that of the beats, and its grace two more of them. Two
/// switches of one process need names of their own: [`Heartbeat::name`](crate::Heartbeat::name).
///
/// # What is sent
///
/// | when | to |
/// |---|---|
/// | it joins | [`on_start`](PushBuilder::on_start), where there is one; then as with a beat, also where that has failed, with a warning |
/// | a beat is earned | the URL itself |
/// | and liveness is down, or the verdict is `gray` | [`on_fail`](PushBuilder::on_fail); where there is none, nothing, so that the switch trips |
/// | nothing in the application moves any more | [`on_fail`](PushBuilder::on_fail), once; no more until something does |
/// | the service ends | nothing |
///
/// A failure is told with the beat that is due, and a stall after [`revoke_after`](crate::Heartbeat::revoke_after): half of the TTL, where that is more
/// than 5 s, so that with long intervals it is well to say it.
///
/// Readiness alone is no failure, nor is the verdict `down` that comes with it: it is down during every start, drain and deployment, and while what all instances share is away. It says where
/// requests go, and nobody should be woken for it.
///
/// **A service that ends trips its switch**, for it can't know whether that was meant. Where instances come and go, let all of them beat to one URL,
/// that of the service: it trips when the last has gone. Before the service itself is scaled down to nothing, pause the check at the receiver.
///
/// By default it is a `POST` with the [vitals](crate::heartbeat::Vitals#encoding) as its body, `application/json`; see
/// [`get`](PushBuilder::get).
///
/// # Answers
///
/// Any 2xx is an ack; of the body, 4 KiB are read, and thrown away. Everything else is an error, which names host and port, and what to do.
/// Redirects are not followed, for the URL would go elsewhere. After a 429 or a 503 with `Retry-After`, nothing is sent for so long, or for half
/// of the TTL where that is less: then there is time for one more try before the fence. Else, what has failed is tried again with backoff, as
/// with every heartbeat.
///
/// No proxy is used, whatever `HTTPS_PROXY` says, and names are asked of the system.
///
/// # Secrets
///
/// Whoever knows the URL can beat in the place of the service. Of URLs, headers and answers, nothing but host and port is ever in an error, an event,
/// a report, or in `Debug`. Over `http`, all of it can be read on the way: a warning says so where that is not the same host.
///
/// TLS is rustls with ring, whatever the provider of the process. But an application that itself uses rustls with another provider has two
/// of them compiled in with this feature, and rustls no longer chooses: **install yours** as the first thing in `main`, as with
/// `rustls::crypto::aws_lc_rs::default_provider().install_default()`.
pub struct Push(Arc<Switch>);

impl Push {
    /// Beats to this URL, of `https` or `http`.
    pub fn to(url: impl Into<String>) -> PushBuilder {
        PushBuilder::new(url.into())
    }

    /// Beats to a check of [healthchecks.io](https://healthchecks.io), or of the same software elsewhere: start and failure have the same URL
    /// with `/start` and `/fail` after its path.
    pub fn healthchecks(url: impl Into<String>) -> PushBuilder {
        let url: String = url.into();
        // What is behind `#` is never sent, and `/fail` behind it would be a success.
        let url = url.split_once('#').map_or(&*url, |(url, _)| url);
        let (base, query) = url.find('?').map_or((url, ""), |at| url.split_at(at));
        let base = base.trim_end_matches('/');
        let [to, start, fail] = ["", "/start", "/fail"].map(|kind| format!("{base}{kind}{query}"));
        Self::to(to).on_start(start).on_fail(fail)
    }
}

impl Backend for Push {
    type Session = PushSession;

    fn name(&self) -> &str {
        "push"
    }

    async fn join(&self, member: &Member) -> Result<Joined<PushSession>, BackendError> {
        let switch = Arc::clone(&self.0);
        let mut session = PushSession::new(switch, member.ttl(), member.ack_timeout());
        // Who can't be told that it begins is no reason to let the switch trip.
        let started = session.start(&member.vitals()).await;
        let ack = session.beat(&member.vitals()).await?;
        let joined = Joined::new(session, ack);
        let unheard = started.err().map(|why| format!("`on_start`: {why}"));
        Ok(match unheard.or_else(|| self.0.warning()) {
            Some(warning) => joined.with_warning(warning),
            None => joined,
        })
    }
}

impl fmt::Debug for Push {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = |aim: Option<&Aim>| aim.map(|aim| aim.place().to_owned());
        f.debug_struct("Push")
            .field("to", &self.0.to.place())
            .field("on_start", &of(self.0.on_start.as_ref()))
            .field("on_fail", &of(self.0.on_fail.as_ref()))
            .finish_non_exhaustive()
    }
}
