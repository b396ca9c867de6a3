mod builder;
mod entry;
mod error;
mod join;
mod keep_alive;
mod leases;
mod link;
mod messages;
mod pem;
mod puts;
mod route;
mod session;
mod tally;
mod trouble;
mod url;
mod version;

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use builder::EtcdBuilder;
pub use error::EtcdError;
pub use session::EtcdSession;

use leases::Leases;
use url::Endpoint;

use crate::heartbeat::{Backend, BackendError, Joined, Member};

/// Membership by leases of [etcd](https://etcd.io), 3.4 or later. With the feature `etcd`.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let runtime = tokio::runtime::Runtime::new()?;
/// # let _context = runtime.enter();
/// use health_core::heartbeat::Etcd;
/// use health_core::{Health, Heartbeat};
///
/// let etcd = Etcd::at(["https://10.0.0.1:2379", "https://10.0.0.2:2379", "https://10.0.0.3:2379"])
///     .prefix("health/orders/")
///     .ca_certificate(std::fs::read("/etc/etcd/ca.pem")?)
///     .user("orders", std::env::var("ETCD_PASSWORD")?)
///     .build()?;
/// let health = Health::builder().start()?;
/// let membership = Heartbeat::to(etcd).name("orders-1").start(&health)?;
/// # Ok(()) }
/// ```
///
/// # What is written
///
/// One key for each member, `{prefix}{name}`, as `health/members/orders-1`, bound to a lease with the TTL of the heartbeat. Its value is
/// [`Vitals::encode`](crate::heartbeat::Vitals::encode), and the revision under which it was created is the
/// [token](crate::heartbeat::Tenure::token): it rises with each membership that anybody is given in the cluster. `etcdctl get --prefix
/// health/members/` is the list. A member that leaves revokes its lease, and the key is gone at once; one that dies, with the TTL.
///
/// Two instances of one name are never members at a time, unless somebody else deletes keys: the second says so in
/// [`HeartbeatReport::problem`](crate::HeartbeatReport::problem), and joins when the lease of the first ends. What this process has left behind
/// itself, as by a request to join whose answer was lost, is not waited for.
///
/// Where etcd is full (`NOSPACE`), members stay members, with the vitals that were last written, and a
/// [warning](crate::HeartbeatReport::warning) says so; nobody joins before there is room.
///
/// # A beat
///
/// It keeps the lease alive. The first after joining, each fifth one, whichever finds another phase, liveness, readiness or verdict than was last
/// written, and all after one that failed, also write the vitals, and count only with the answer to both: what is written is committed by a
/// quorum, and a leader that has lost the others answers keepalives for some time. So a key that somebody has deleted is noticed within five beats.
///
/// An endpoint that is gone, has no leader, or has not answered two beats in a row is left for the next one. The membership stays the same. An
/// answer is waited for a twentieth less than [`ack_timeout`](crate::Heartbeat::ack_timeout), so that it can be said who has not given it.
/// When joining, so long is waited for each endpoint; the first is the one that worked last, or any.
///
/// # What etcd needs
///
/// - With authentication, a user whose role may read and write the prefix: `etcdctl role grant-permission ROLE --prefix=true readwrite
///   health/members/`. Tokens that expire are renewed. Permissions for leases there are none.
/// - A TTL in whole seconds: a part of one is rounded up. Etcd grants no less than one and a half times its `--election-timeout`, rounded up: 2 s with
///   the default of 1000 ms. What was granted counts.
/// - Time for an election: while there is no leader, for about `--election-timeout` after one was lost, no beat is acked. The default TTL of
///   10 s outlasts several.
/// - Room: in a database over its `--quota-backend-bytes`, nothing can be written. Members stay members, with the vitals that they had, and nobody
///   joins.
/// - 3.4.31, 3.5.13 or later: older ones may delete leases that are kept alive
///   ([etcd#15247](https://github.com/etcd-io/etcd/issues/15247)). [`HeartbeatReport::warning`](crate::HeartbeatReport::warning) tells of the
///   endpoint that was joined at, where it may be asked for its version.
/// - To be reached itself, or through what passes on connections: `etcd grpc-proxy` answers keepalives in its own time, too late for most beats.
/// - A backup that is restored takes revisions back, and tokens with them, unless etcd is told to raise them.
///
/// Certificates, keys and passwords are read once: those that are replaced need a new heartbeat, and so a restart, before the old ones end.
///
/// Its locks exclude nobody for sure; nor does this. What is written elsewhere by who may have been replaced must carry the token.
pub struct Etcd(Arc<Shared>);

/// What all sessions of one backend share.
struct Shared {
    endpoints: Vec<Endpoint>,
    prefix: String,
    user: Option<User>,
    leases: Mutex<Leases>,
    /// The endpoint that worked last; `usize::MAX` if none has. Nothing else hangs on it: relaxed.
    last: AtomicUsize,
}

struct User {
    name: String,
    password: String,
}

impl Etcd {
    /// A cluster that is served at these URLs: `http://` or `https://`, host and port, as `https://10.0.0.1:2379`. All servers of the cluster, or
    /// some of them.
    ///
    /// Nothing is connected to before a heartbeat joins.
    pub fn at<U: Into<String>>(urls: impl IntoIterator<Item = U>) -> EtcdBuilder {
        EtcdBuilder::new(urls.into_iter().map(Into::into).collect())
    }
}

impl Shared {
    /// The one that worked last is first, or one by chance, so that a fleet does not ask one server; the others follow in turn.
    fn order(&self) -> impl Iterator<Item = usize> + use<> {
        let all = self.endpoints.len();
        let last = self.last.load(Ordering::Relaxed);
        let first = if last < all {
            last
        } else {
            fastrand::usize(..all)
        };
        (0..all).map(move |step| (first + step) % all)
    }

    fn prefer(&self, endpoint: Option<usize>) {
        let last = endpoint.unwrap_or(usize::MAX);
        self.last.store(last, Ordering::Relaxed);
    }

    fn leases(&self) -> MutexGuard<'_, Leases> {
        self.leases.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Backend for Etcd {
    type Session = EtcdSession;

    fn name(&self) -> &str {
        "etcd"
    }

    async fn join(&self, member: &Member) -> Result<Joined<EtcdSession>, BackendError> {
        join::join(&self.0, member).await
    }
}

impl fmt::Debug for Etcd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Etcd").field(&self.0).finish()
    }
}

/// Without what opens a door.
impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let addresses: Vec<_> = self.endpoints.iter().map(|e| &e.address).collect();
        f.debug_struct("Shared")
            .field("endpoints", &addresses)
            .field("prefix", &self.prefix)
            .field("user", &self.user.as_ref().map(|user| &user.name))
            .finish_non_exhaustive()
    }
}
