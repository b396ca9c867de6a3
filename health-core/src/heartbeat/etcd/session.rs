use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use crate::heartbeat::etcd::Shared;
use crate::heartbeat::etcd::entry::{Entry, revoke};
use crate::heartbeat::etcd::join::patience;
use crate::heartbeat::etcd::keep_alive::KeepAlive;
use crate::heartbeat::etcd::link::Link;
use crate::heartbeat::etcd::puts::Puts;
use crate::heartbeat::etcd::route::Route;
use crate::heartbeat::etcd::trouble::{Kind, Trouble};
use crate::heartbeat::{Ack, BackendError, Leaving, Session, Vitals};

/// A membership in an [`Etcd`](crate::heartbeat::Etcd): a lease, and the key that is bound to it.
///
/// A lease belongs to the whole cluster, so that the session stays the same when it speaks to another endpoint.
#[derive(Debug)]
pub struct EtcdSession {
    shared: Arc<Shared>,
    entry: Entry,
    /// The revision under which the key was created.
    token: i64,
    ack_timeout: Duration,
    route: Route,
    line: Option<Line>,
    puts: Puts,
    /// Its vitals could not be written.
    full: bool,
}

const FULL: &str = "etcd is full: members stay, nobody joins, and what their vitals say is old; compact and defragment it, then `etcdctl alarm disarm`";

/// A connection, and the stream on it.
#[derive(Debug)]
struct Line {
    link: Link,
    alive: KeepAlive,
}

impl EtcdSession {
    pub(super) fn new(
        shared: Arc<Shared>,
        entry: Entry,
        token: i64,
        ack_timeout: Duration,
        at: usize,
        link: Link,
    ) -> Self {
        let route = Route::new(at, shared.endpoints.len());
        let alive = KeepAlive::over(&link, entry.lease);
        Self {
            shared,
            entry,
            token,
            ack_timeout,
            route,
            line: Some(Line { link, alive }),
            puts: Puts::new(),
            full: false,
        }
    }

    /// One beat. What it leaves behind when it is dropped is as good as what a lost answer leaves.
    async fn once(&mut self, vitals: &Vitals) -> Result<u64, Trouble> {
        let limit = patience(self.ack_timeout);
        let line = match &mut self.line {
            Some(line) => line,
            line @ None => {
                let link = Link::open(&self.shared, self.route.at(), limit).await?;
                let alive = KeepAlive::over(&link, self.entry.lease);
                line.insert(Line { link, alive })
            }
        };
        let put = self.puts.begin(vitals).then_some(vitals);
        let mut answer = line.beat(&self.entry, self.token, put).await;
        if matches!(&answer, Err(trouble) if trouble.kind == Kind::Token) {
            line.link.authenticate().await?;
            line.alive = KeepAlive::over(&line.link, self.entry.lease);
            answer = line.beat(&self.entry, self.token, put).await;
        }
        let (ttl, room) = answer?;
        self.full = !room;
        // Else it is owed.
        if room {
            self.puts.went_through(put);
        }
        Ok(ttl)
    }

    /// A call begins: over another connection, where the one that there is has answered no more.
    fn begin(&mut self) {
        if self.route.begin(self.line.is_some()) {
            self.line = None;
        }
    }

    fn failed(&mut self, trouble: &Trouble) {
        match trouble.kind {
            Kind::Here | Kind::Token => {
                self.line = None;
                self.route.refused();
            }
            Kind::Gone | Kind::Refused | Kind::Full => self.route.answered(),
        }
    }

    fn no_answer(&self, limit: Duration) -> Trouble {
        let address = &self.shared.endpoints[self.route.at()].address;
        match self.line {
            Some(_) => Trouble::no_answer(limit, address),
            None => Trouble::no_connection(limit, address),
        }
    }

    async fn revoke(&mut self) -> Result<(), Trouble> {
        let lease = self.entry.lease;
        let Some(line) = &mut self.line else {
            let limit = patience(self.ack_timeout);
            let link = Link::open(&self.shared, self.route.at(), limit).await?;
            return revoke(&link, lease).await;
        };
        match revoke(&line.link, lease).await {
            // Keepalives need none: it may have ended long ago.
            Err(trouble) if trouble.kind == Kind::Token => {
                line.link.authenticate().await?;
                revoke(&line.link, lease).await
            }
            revoked => revoked,
        }
    }
}

impl Line {
    /// Both are needed: the keepalive for the lease, and the put since only a quorum can answer it. The put is first: a leader that was stopped,
    /// and replaced, answers keepalives until it hears of that, and once it has answered a put, it has. Gives the TTL in seconds, and whether
    /// there was room for the put.
    async fn beat(
        &mut self,
        entry: &Entry,
        token: i64,
        put: Option<&Vitals>,
    ) -> Result<(u64, bool), Trouble> {
        let Self { link, alive } = self;
        let room = match put {
            Some(vitals) => entry.rewrite(link, token, vitals).await?,
            None => true,
        };
        let ttl = alive.renew(link).await?;
        Ok((ttl, room))
    }
}

impl Session for EtcdSession {
    async fn beat(&mut self, vitals: &Vitals) -> Result<Ack, BackendError> {
        self.begin();
        let limit = patience(self.ack_timeout);
        match timeout(limit, self.once(vitals)).await {
            Ok(Ok(seconds)) => {
                self.route.answered();
                Ok(Ack::granted(Duration::from_secs(seconds)))
            }
            Ok(Err(trouble)) => {
                self.failed(&trouble);
                Err(trouble.into())
            }
            // For the route as if it had been dropped: it was not ended.
            Err(_late) => Err(self.no_answer(limit).into()),
        }
    }

    fn warning(&self) -> Option<String> {
        self.full.then(|| FULL.to_owned())
    }

    async fn leave(mut self, why: Leaving) -> Result<(), BackendError> {
        let several = self.shared.endpoints.len().min(2);
        let limit = match why {
            Leaving::Ended => patience(self.ack_timeout),
            // The heart waits for one ack time-out: another endpoint is to have its part of it.
            Leaving::Stalled => patience(self.ack_timeout) / u32::try_from(several).unwrap_or(1),
        };
        let mut troubles = Vec::new();
        for _ in 0..self.shared.endpoints.len() {
            self.begin();
            let trouble = match timeout(limit, self.revoke()).await {
                Ok(Ok(())) => {
                    self.shared.leases().forget(self.entry.lease);
                    return Ok(());
                }
                Ok(Err(trouble)) => trouble,
                Err(_late) => self.no_answer(limit),
            };
            troubles.push(trouble);
            self.line = None;
            self.route.refused();
        }
        Err(BackendError::failed(Trouble::of_all(&troubles)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::heartbeat::Etcd;
    use crate::heartbeat::etcd::keep_alive::tests::stream;

    /// Nobody listens there.
    #[tokio::test]
    async fn a_keepalive_is_asked_for_after_the_put_was_answered() {
        let etcd = Etcd::at(["http://127.0.0.1:1"]).build().unwrap();
        let (alive, asked, _answer) = stream();
        let link = Link::lazy(&etcd.0);
        let mut line = Line { link, alive };
        let (key, lease) = ("health/members/orders-1".to_owned(), 7);
        let vitals = r#"{"v":1,"phase":"serving","live":true,"ready":true,"verdict":"healthy","in_flight":3}"#;
        let vitals = Vitals::decode(vitals.as_bytes()).unwrap();
        let beat = line.beat(&Entry { key, lease }, 1, Some(&vitals)).await;
        assert_eq!(beat.unwrap_err().kind, Kind::Here);
        assert!(asked.is_empty());
    }
}
