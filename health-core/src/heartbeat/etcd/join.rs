use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, timeout, timeout_at};

use crate::heartbeat::etcd::entry::{Entry, Written, revoke};
use crate::heartbeat::etcd::link::Link;
use crate::heartbeat::etcd::messages::{LeaseGrant, Status};
use crate::heartbeat::etcd::trouble::{Kind, Trouble};
use crate::heartbeat::etcd::{EtcdSession, Shared, version};
use crate::heartbeat::{Ack, BackendError, Joined, Member};

/// Of our own earlier leases, no more than the one can be found at the key; each attempt that finds another would be a fault elsewhere.
const TAKEOVERS: u32 = 3;

/// What one endpoint has given.
struct Entered {
    entry: Entry,
    granted: Duration,
    token: i64,
}

/// Asks one endpoint after the other.
pub(super) async fn join(
    shared: &Arc<Shared>,
    member: &Member,
) -> Result<Joined<EtcdSession>, BackendError> {
    let limit = patience(member.ack_timeout());
    let until = Instant::now() + 5 * limit;
    let mut troubles = Vec::new();
    for at in shared.order() {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        match join_at(shared, at, member, limit.min(left)).await {
            Ok(joined) => {
                shared.prefer(Some(at));
                return Ok(joined);
            }
            Err(trouble) if matches!(trouble.kind, Kind::Refused | Kind::Full) => {
                return Err(trouble.into());
            }
            Err(trouble) => troubles.push(trouble),
        }
        shared.prefer(None);
    }
    Err(BackendError::failed(Trouble::of_all(&troubles)))
}

/// A little less than the heart waits: so that it is heard who has not answered, and what can be done.
pub(super) fn patience(ack_timeout: Duration) -> Duration {
    ack_timeout - ack_timeout / 20
}

async fn join_at(
    shared: &Arc<Shared>,
    at: usize,
    member: &Member,
    limit: Duration,
) -> Result<Joined<EtcdSession>, Trouble> {
    let until = Instant::now() + limit;
    let link = Link::open(shared, at, limit).await?;
    let entering = timeout_at(until, enter(shared, &link, member, limit));
    let (entered, warning) = beside(entering, version_of(&link)).await;
    let Entered {
        entry,
        granted,
        token,
    } = entered.map_err(|_late| link.no_answer(limit))??;
    let session = EtcdSession::new(
        Arc::clone(shared),
        entry,
        token,
        member.ack_timeout(),
        at,
        link,
    );
    let joined = Joined::new(session, Ack::granted(granted));
    let joined = match u64::try_from(token) {
        Ok(token) => joined.with_token(token),
        Err(_) => joined,
    };
    let warning = warning.flatten();
    Ok(match warning.as_deref().and_then(version::warning) {
        Some(warning) => joined.with_warning(warning),
        None => joined,
    })
}

/// Not everybody may ask for it.
async fn version_of(link: &Link) -> Option<String> {
    let status = link.ask(Status {}).await;
    status.ok().map(|status| status.version)
}

/// Waits for the first, and takes what has come of the second until then.
async fn beside<A, B>(
    first: impl Future<Output = A>,
    second: impl Future<Output = B>,
) -> (A, Option<B>) {
    let (mut first, mut second) = (pin!(first), pin!(second));
    let mut found = None;
    loop {
        tokio::select! {
            biased;
            second = &mut second, if found.is_none() => found = Some(second),
            first = &mut first => return (first, found),
        }
    }
}

async fn enter(
    shared: &Shared,
    link: &Link,
    member: &Member,
    limit: Duration,
) -> Result<Entered, Trouble> {
    let seconds = whole_seconds(member.ttl());
    let lease = link.ask(LeaseGrant { ttl: seconds }).await?;
    let granted = u64::try_from(lease.ttl).unwrap_or(0);
    if !lease.error.is_empty() || lease.id == 0 || granted == 0 {
        let what = format!("it has granted no lease: {}", lease.error);
        return Err(Trouble::new(Kind::Here, link.address(), what));
    }
    // Before it is used: an answer that is lost must not make us a stranger to ourselves.
    shared.leases().remember(lease.id);
    let entry = Entry {
        key: format!("{}{}", shared.prefix, member.name()),
        lease: lease.id,
    };
    let mut takeovers = 0;
    loop {
        let holder = match entry.write(link, 0, &member.vitals()).await? {
            Written::Under(token) => {
                return Ok(Entered {
                    entry,
                    granted: Duration::from_secs(granted),
                    token,
                });
            }
            Written::Not(holder) => holder.map_or(0, |found| found.lease),
        };
        if shared.leases().is_ours(holder) && takeovers < TAKEOVERS {
            takeovers += 1;
            revoke(link, holder).await?;
            continue;
        }
        // At best: it ends with its TTL.
        let _unused = timeout(limit / 4, revoke(link, lease.id)).await;
        let what = taken(&entry.key, holder);
        return Err(Trouble::new(Kind::Refused, link.address(), what));
    }
}

/// Etcd counts in them. More rather than less: what is granted is what counts.
fn whole_seconds(ttl: Duration) -> i64 {
    let more = i64::from(ttl.subsec_nanos() > 0);
    i64::try_from(ttl.as_secs())
        .unwrap_or(i64::MAX)
        .saturating_add(more)
        .max(1)
}

/// A lease is written as `etcdctl` does.
fn taken(key: &str, holder: i64) -> String {
    if holder == 0 {
        return format!(
            "`{key}` is there, and bound to no lease: nothing but `etcdctl del` ends it"
        );
    }
    format!(
        "another instance is a member as `{key}`, by lease {holder:016x}: each needs a `.name(…)` of its own; this one joins when that lease ends, \
         with its TTL if the other has crashed"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ttl_is_rounded_up() {
        for (millis, seconds) in [
            (30, 1),
            (1000, 1),
            (1001, 2),
            (10_000, 10),
            (86_400_000, 86_400),
        ] {
            assert_eq!(whole_seconds(Duration::from_millis(millis)), seconds);
        }
    }

    #[test]
    fn it_says_so_a_little_before_the_heart_gives_up() {
        assert_eq!(patience(Duration::from_secs(1)), Duration::from_millis(950));
    }
}
