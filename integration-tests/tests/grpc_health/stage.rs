use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use integration_tests::patience::{patiently, pause};

use crate::client::{Call, Client, Order, Said, end, status};
use crate::host::Host;

/// `Err` is what was seen instead.
pub(crate) type Verdict = Result<(), String>;

/// Whose health service it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Server {
    Tonic,
    Axum,
    Hyper,
    Probes,
    TonicHealth,
}

impl Server {
    pub(crate) const ALL: [Self; 5] = [
        Self::Tonic,
        Self::Axum,
        Self::Hyper,
        Self::Probes,
        Self::TonicHealth,
    ];

    /// As the host calls it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Tonic => "tonic",
            Self::Axum => "axum",
            Self::Hyper => "hyper",
            Self::Probes => "probes",
            Self::TonicHealth => "tonic-health",
        }
    }

    pub(crate) fn is_ours(self) -> bool {
        self != Self::TonicHealth
    }

    pub(crate) fn has_application(self) -> bool {
        self != Self::Probes
    }

    /// How long to wait for what must come; where it need not, there is a limit to curiosity.
    pub(crate) fn patience(self) -> Duration {
        Duration::from_secs(if self.is_ours() { 20 } else { 2 })
    }
}

/// One case's service, and the client that asks it.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) host: Host,
    pub(crate) server: Server,
    client: Arc<Client>,
}

impl Stage {
    pub(crate) async fn new(server: Server, client: &Arc<Client>, options: &[&str]) -> Self {
        let host = Host::start(server.name(), options).await;
        Self {
            host,
            server,
            client: client.clone(),
        }
    }

    pub(crate) async fn obey(&mut self, order: &str) {
        self.host.obey(order).await;
    }

    pub(crate) fn begin(&self, op: &'static str, text: &str) -> Ongoing {
        self.begin_with(op, text, |_| {})
    }

    pub(crate) fn begin_with(
        &self,
        op: &'static str,
        text: &str,
        more: impl FnOnce(&mut Order),
    ) -> Ongoing {
        let call = self.client.begin(op, self.addr(), text, more);
        let patience = self.server.patience();
        Ongoing { call, patience }
    }

    pub(crate) fn addr(&self) -> SocketAddr {
        self.host.addr
    }

    pub(crate) async fn check(&self, service: &str, wanted: &str) -> Verdict {
        let mut check = self.begin("check", service);
        check.says(status(wanted)).await?;
        check.ends("OK").await
    }

    /// Watches a service whose status is known.
    pub(crate) async fn watch(&self, service: &str, wanted: &str) -> Result<Ongoing, String> {
        let mut watch = self.begin("watch", service);
        watch.says(status(wanted)).await?;
        Ok(watch)
    }

    /// Opens a stream of the application.
    pub(crate) async fn stream(&self) -> Result<Ongoing, String> {
        let mut stream = self.begin("stream", "");
        stream.says(Said::Text("open".to_owned())).await?;
        Ok(stream)
    }

    /// Shuts it down, and waits until a client is told that it closes.
    pub(crate) async fn closes(&mut self) -> Verdict {
        let mut watch = self.watch("pkg.Orders", "SERVING").await?;
        self.obey("shutdown").await;
        watch.comes_to(end("UNAVAILABLE")).await
    }

    /// Waits until the server has ended, cleanly.
    pub(crate) async fn ended(&mut self) -> Verdict {
        match self.host.answer("ended", self.server.patience()).await {
            Some(answer) if answer == "ok" => Ok(()),
            Some(answer) => Err(format!("the server ended: {answer}")),
            None => Err("the server has not ended".to_owned()),
        }
    }

    pub(crate) async fn counts(&mut self, wanted: &str) -> Verdict {
        expect(
            "requests in flight",
            &self.host.order("in-flight").await,
            wanted,
        )
    }

    /// Nobody announces when a request has arrived, or a cancellation.
    pub(crate) async fn comes_to_count(&mut self, wanted: &str) {
        let counting = async {
            while self.host.order("in-flight").await != wanted {
                pause().await;
            }
        };
        patiently(&format!("{wanted} in flight"), counting).await;
    }
}

pub(crate) fn expect(what: &str, seen: &str, wanted: &str) -> Verdict {
    match seen == wanted {
        true => Ok(()),
        false => Err(format!("{what}: {seen} instead of {wanted}")),
    }
}

/// A call whose messages are looked at one by one.
#[derive(Debug)]
pub(crate) struct Ongoing {
    call: Call,
    patience: Duration,
}

impl Ongoing {
    /// The next is this.
    pub(crate) async fn says(&mut self, wanted: Said) -> Verdict {
        let next = self.call.next(self.patience).await;
        if next.as_ref() == Some(&wanted) {
            return Ok(());
        }
        Err(format!("{} instead of {}", told(next), told(Some(wanted))))
    }

    pub(crate) async fn tells(&mut self, name: &str) -> Verdict {
        self.says(status(name)).await
    }

    pub(crate) async fn ends(&mut self, code: &str) -> Verdict {
        self.says(end(code)).await
    }

    pub(crate) async fn next(&mut self) -> Option<Said> {
        self.call.next(self.patience).await
    }

    /// Goes on until this is heard, whatever comes before.
    pub(crate) async fn comes_to(&mut self, wanted: Said) -> Verdict {
        let mut last = None;
        loop {
            match self.next().await {
                Some(said) if said == wanted => return Ok(()),
                Some(said) => last = Some(said),
                None => return Err(format!("{}, never {}", told(last), told(Some(wanted)))),
            }
        }
    }

    pub(crate) fn heard(&mut self) -> Vec<Said> {
        self.call.heard()
    }

    pub(crate) fn cancel(&self) {
        self.call.cancel();
    }
}

pub(crate) fn told(said: Option<Said>) -> String {
    match said {
        None => "nothing".to_owned(),
        Some(Said::Status(name) | Said::State(name) | Said::Text(name)) => name,
        Some(Said::End(code)) => format!("the end with {code}"),
        Some(Said::Statuses(all)) => format!("{} names", all.len()),
    }
}
