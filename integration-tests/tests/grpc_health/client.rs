//! Clients that nobody here wrote, each behind the same orders.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

/// What a client is told to do, as one line of JSON.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Order {
    pub(crate) id: u64,
    /// `check`, `watch`, `list`, `unknown`; `unary`, `stream`; `balance`; `cancel`, of the call with this id.
    pub(crate) op: &'static str,
    pub(crate) to: String,
    /// The name of a service; of `unary`, the message; of `balance`, the service config.
    pub(crate) text: String,
    /// In seconds.
    pub(crate) timeout: Option<f64>,
    /// Whether requests are compressed.
    pub(crate) gzip: bool,
}

/// What a client hears, as one line of JSON.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Said {
    /// The status of a service, by its name.
    Status(String),
    Statuses(BTreeMap<String, String>),
    Text(String),
    /// The state of a channel.
    State(String),
    /// The status of the call, by its name: nothing follows.
    End(String),
}

#[derive(Debug, Deserialize)]
pub(crate) struct Line {
    id: u64,
    said: Said,
}

pub(crate) fn status(name: &str) -> Said {
    Said::Status(name.to_owned())
}

pub(crate) fn end(code: &str) -> Said {
    Said::End(code.to_owned())
}

/// Who hears what of which call.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ears(Arc<Mutex<HashMap<u64, mpsc::UnboundedSender<Said>>>>);

impl Ears {
    fn calls(&self) -> MutexGuard<'_, HashMap<u64, mpsc::UnboundedSender<Said>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn hear(&self, id: u64, said: Said) {
        let gone = self.calls().get(&id).map(|call| call.send(said));
        // Whoever asked may have heard enough.
        drop(gone);
    }

    pub(crate) fn hear_line(&self, line: &str) {
        let Line { id, said } = serde_json::from_str(line).expect("a line as it was agreed");
        self.hear(id, said);
    }
}

/// A client, for as many calls to as many servers as one likes.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) name: &'static str,
    orders: mpsc::UnboundedSender<Order>,
    ears: Ears,
    next: AtomicU64,
}

impl Client {
    pub(crate) fn new(
        name: &'static str,
        orders: mpsc::UnboundedSender<Order>,
        ears: Ears,
    ) -> Self {
        Self {
            name,
            orders,
            ears,
            next: AtomicU64::new(0),
        }
    }

    pub(crate) fn begin(
        &self,
        op: &'static str,
        to: SocketAddr,
        text: &str,
        more: impl FnOnce(&mut Order),
    ) -> Call {
        let mut order = Order {
            id: self.next.fetch_add(1, Relaxed),
            op,
            to: to.to_string(),
            text: text.to_owned(),
            timeout: None,
            gzip: false,
        };
        more(&mut order);
        let (call, said) = mpsc::unbounded_channel();
        self.ears.calls().insert(order.id, call);
        self.orders.send(order.clone()).expect("the client runs");
        Call {
            order,
            said,
            orders: self.orders.clone(),
        }
    }
}

/// A call, or a channel that is looked after.
#[derive(Debug)]
pub(crate) struct Call {
    order: Order,
    said: mpsc::UnboundedReceiver<Said>,
    orders: mpsc::UnboundedSender<Order>,
}

impl Call {
    /// The next that is heard, if anything is in this time.
    pub(crate) async fn next(&mut self, patience: Duration) -> Option<Said> {
        let next = tokio::time::timeout(patience, self.said.recv()).await;
        next.ok().flatten()
    }

    /// What was heard already.
    pub(crate) fn heard(&mut self) -> Vec<Said> {
        std::iter::from_fn(|| self.said.try_recv().ok()).collect()
    }

    pub(crate) fn cancel(&self) {
        let cancel = Order {
            op: "cancel",
            ..self.order.clone()
        };
        self.orders.send(cancel).expect("the client runs");
    }
}
