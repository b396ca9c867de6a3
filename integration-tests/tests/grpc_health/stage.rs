use std::net::SocketAddr;
use std::sync::Arc;

use integration_tests::patience::{patiently, pause};

use crate::client::{Client, Order, Said, end, status};
use crate::host::Host;
use crate::ongoing::Ongoing;
use crate::server::Server;

/// `Err` is what was seen instead.
pub(crate) type Verdict = Result<(), String>;

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
