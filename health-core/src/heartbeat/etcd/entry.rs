use crate::heartbeat::Vitals;
use crate::heartbeat::etcd::link::Link;
use crate::heartbeat::etcd::messages::{
    Compare, KeyValue, LeaseRevoke, Put, Range, Request, RequestOp, Txn, TxnAnswer,
};
use crate::heartbeat::etcd::trouble::{Kind, Trouble};

/// The key of a member, under its lease.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) lease: i64,
}

/// What has come of a [`write`](Entry::write).
pub(super) enum Written {
    /// Under this revision of the store.
    Under(i64),
    /// The key is another's, or there is none.
    Not(Option<KeyValue>),
}

impl Entry {
    /// Writes the vitals, if the key was created under this revision; 0: if there is no such key.
    pub(super) async fn write(
        &self,
        link: &Link,
        created: i64,
        vitals: &Vitals,
    ) -> Result<Written, Trouble> {
        let key = self.key.as_bytes();
        let put = Put {
            key: key.to_vec(),
            value: vitals.encode(),
            lease: self.lease,
        };
        let get = Range {
            key: key.to_vec(),
            keys_only: true,
        };
        let compare = Compare {
            target: Compare::CREATED,
            key: key.to_vec(),
            create_revision: Some(created),
        };
        let only = |request| {
            vec![RequestOp {
                request: Some(request),
            }]
        };
        let answer = link.ask(Txn {
            compare: vec![compare],
            success: only(Request::Put(put)),
            failure: only(Request::Range(get)),
        });
        let TxnAnswer {
            header,
            succeeded,
            responses,
        } = answer.await?;
        if succeeded {
            let revision = header.map_or(0, |header| header.revision);
            return Ok(Written::Under(revision));
        }
        let mut found = responses.into_iter().filter_map(|response| response.range);
        Ok(Written::Not(
            found.next().and_then(|range| range.kvs.into_iter().next()),
        ))
    }

    /// Writes them, as the member whose key was created under this revision.
    pub(super) async fn rewrite(
        &self,
        link: &Link,
        created: i64,
        vitals: &Vitals,
    ) -> Result<(), Trouble> {
        let gone = match self.write(link, created, vitals).await? {
            Written::Under(_) => return Ok(()),
            Written::Not(None) => format!("its key `{}` was deleted", self.key),
            Written::Not(Some(_)) => format!("its key `{}` belongs to another now", self.key),
        };
        Err(Trouble::new(Kind::Gone, link.address(), gone))
    }
}

/// Ends a lease, and with it what is bound to it. One that is gone is no error.
pub(super) async fn revoke(link: &Link, lease: i64) -> Result<(), Trouble> {
    match link.ask(LeaseRevoke { id: lease }).await {
        Ok(_) => Ok(()),
        Err(trouble) if trouble.kind == Kind::Gone => Ok(()),
        Err(trouble) => Err(trouble),
    }
}
