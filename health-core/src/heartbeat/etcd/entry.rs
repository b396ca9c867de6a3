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
        let put = Put {
            key: self.key.as_bytes().to_vec(),
            value: vitals.encode(),
            lease: self.lease,
        };
        self.transact(link, created, Request::Put(put)).await
    }

    /// Writes them, as the member whose key was created under this revision. Whether there was room: where there is none, it is only made
    /// sure that a quorum has this key, for a list that is full is no reason to take everybody off it.
    pub(super) async fn rewrite(
        &self,
        link: &Link,
        created: i64,
        vitals: &Vitals,
    ) -> Result<bool, Trouble> {
        let (written, room) = match self.write(link, created, vitals).await {
            Err(trouble) if trouble.kind == Kind::Full => {
                let found = self.transact(link, created, self.get()).await?;
                (found, false)
            }
            written => (written?, true),
        };
        let gone = match written {
            Written::Under(_) => return Ok(room),
            Written::Not(None) => format!("its key `{}` was deleted", self.key),
            Written::Not(Some(_)) => format!("its key `{}` belongs to another now", self.key),
        };
        Err(Trouble::new(Kind::Gone, link.address(), gone))
    }

    /// Of a quorum, as whatever is not asked for as `serializable`.
    fn get(&self) -> Request {
        Request::Range(Range {
            key: self.key.as_bytes().to_vec(),
            keys_only: true,
        })
    }

    async fn transact(
        &self,
        link: &Link,
        created: i64,
        request: Request,
    ) -> Result<Written, Trouble> {
        let compare = Compare {
            target: Compare::CREATED,
            key: self.key.as_bytes().to_vec(),
            create_revision: Some(created),
        };
        let only = |request| {
            let request = Some(request);
            vec![RequestOp { request }]
        };
        let answer = link.ask(Txn {
            compare: vec![compare],
            success: only(request),
            failure: only(self.get()),
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
}

/// Ends a lease, and with it what is bound to it. One that is gone is no error.
pub(super) async fn revoke(link: &Link, lease: i64) -> Result<(), Trouble> {
    match link.ask(LeaseRevoke { id: lease }).await {
        Ok(_) => Ok(()),
        Err(trouble) if trouble.kind == Kind::Gone => Ok(()),
        Err(trouble) => Err(trouble),
    }
}
