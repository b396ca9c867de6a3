use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};
use tonic::client::Grpc;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::Channel;
use tonic::{Request, Status, Streaming};
use tonic_prost::ProstCodec;

use crate::heartbeat::etcd::Shared;
use crate::heartbeat::etcd::messages::{Authenticate, Call, LeaseKeepAlive, LeaseKeptAlive};
use crate::heartbeat::etcd::trouble::{Kind, Trouble};

/// No answer that is asked for here is longer, in bytes: the list is not read, and vitals are short.
const LONGEST: usize = 64 * 1024;

/// One connection to one endpoint, with the token by which it knows the user.
#[derive(Debug)]
pub(super) struct Link {
    shared: Arc<Shared>,
    at: usize,
    channel: Channel,
    token: Option<MetadataValue<Ascii>>,
}

impl Link {
    /// Connects, and authenticates where there is a user, within so long.
    pub(super) async fn open(
        shared: &Arc<Shared>,
        at: usize,
        limit: Duration,
    ) -> Result<Self, Trouble> {
        let until = Instant::now() + limit;
        let endpoint = &shared.endpoints[at];
        // Of the several addresses of a name, one that does not answer has its part of the time, and not all of it.
        let transport = endpoint.transport.clone().connect_timeout(limit);
        let channel = timeout_at(until, transport.connect())
            .await
            .map_err(|_late| Trouble::no_connection(limit, &endpoint.address))?
            .map_err(|error| Trouble::connecting(&error, &endpoint.address))?;
        let mut link = Self {
            shared: Arc::clone(shared),
            at,
            channel,
            token: None,
        };
        timeout_at(until, link.authenticate())
            .await
            .map_err(|_late| link.no_answer(limit))??;
        Ok(link)
    }

    /// One that has not connected.
    #[cfg(test)]
    pub(super) fn lazy(shared: &Arc<Shared>) -> Self {
        Self {
            shared: Arc::clone(shared),
            at: 0,
            channel: shared.endpoints[0].transport.connect_lazy(),
            token: None,
        }
    }

    /// Gets a token, or another one.
    pub(super) async fn authenticate(&mut self) -> Result<(), Trouble> {
        let Some(user) = &self.shared.user else {
            return Ok(());
        };
        self.token = None;
        let asked = self.call(Authenticate {
            name: user.name.clone(),
            password: user.password.clone(),
        });
        let token = match asked.await {
            Ok(answer) => answer.token,
            // As every client of etcd does: users can be declared before they are demanded.
            Err(status) if status.message().contains("authentication is not enabled") => {
                return Ok(());
            }
            Err(status) => return Err(self.trouble(&status)),
        };
        let token = MetadataValue::try_from(token);
        let mut token = token.map_err(|_| {
            let what = "its token for the user can't be sent in a header";
            Trouble::new(Kind::Here, self.address(), what)
        })?;
        token.set_sensitive(true);
        self.token = Some(token);
        Ok(())
    }

    pub(super) async fn ask<C: Call>(&self, call: C) -> Result<C::Answer, Trouble> {
        self.call(call)
            .await
            .map_err(|status| self.trouble(&status))
    }

    async fn call<C: Call>(&self, call: C) -> Result<C::Answer, Status> {
        let mut grpc = self.grpc().await?;
        let path = PathAndQuery::from_static(C::PATH);
        let codec = ProstCodec::<C, C::Answer>::default();
        let answer = grpc.unary(self.request(call), path, codec).await?;
        Ok(answer.into_inner())
    }

    /// Opens the stream of keepalives. Etcd says nothing, not even that it is open, before it answers the first.
    pub(super) fn keep_alive(
        &self,
        asking: impl tokio_stream::Stream<Item = LeaseKeepAlive> + Send + 'static,
    ) -> impl Future<Output = Result<Streaming<LeaseKeptAlive>, Status>> + Send + 'static {
        let request = self.request(asking);
        let channel = self.channel.clone();
        async move {
            let mut grpc = ready(channel).await?;
            let path = PathAndQuery::from_static(LeaseKeepAlive::PATH);
            let codec = ProstCodec::<LeaseKeepAlive, LeaseKeptAlive>::default();
            let answers = grpc.streaming(request, path, codec).await?;
            Ok(answers.into_inner())
        }
    }

    async fn grpc(&self) -> Result<Grpc<Channel>, Status> {
        ready(self.channel.clone()).await
    }

    fn request<T>(&self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        let metadata = request.metadata_mut();
        // A server without a leader says so at once, instead of letting us wait for one.
        metadata.insert("hasleader", MetadataValue::from_static("true"));
        if let Some(token) = &self.token {
            metadata.insert("token", token.clone());
        }
        request
    }

    pub(super) fn address(&self) -> &str {
        &self.shared.endpoints[self.at].address
    }

    pub(super) fn trouble(&self, status: &Status) -> Trouble {
        let mut trouble = Trouble::status(status, self.address(), &self.shared.prefix);
        // Users were not demanded when it asked for a token, or the answer to that was lost: it has none, and can have one.
        if self.shared.user.is_some() && status.message().contains("user name is empty") {
            trouble.kind = Kind::Token;
        }
        trouble
    }

    pub(super) fn no_answer(&self, limit: Duration) -> Trouble {
        Trouble::no_answer(limit, self.address())
    }
}

async fn ready(channel: Channel) -> Result<Grpc<Channel>, Status> {
    let mut grpc = Grpc::new(channel).max_decoding_message_size(LONGEST);
    grpc.ready()
        .await
        .map_err(|error| Status::from_error(Box::new(error)))?;
    Ok(grpc)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::heartbeat::Etcd;

    /// Users may be demanded later than they are declared, and an answer with a token may be lost.
    #[tokio::test]
    async fn who_has_a_user_and_no_token_needs_one() {
        let empty = Status::invalid_argument("etcdserver: user name is empty");
        let at = || Etcd::at(["http://10.0.0.1:2379"]);
        for (etcd, kind) in [
            (at(), Kind::Refused),
            (at().user("me", "secret"), Kind::Token),
        ] {
            let link = Link::lazy(&etcd.build().unwrap().0);
            assert_eq!(link.trouble(&empty).kind, kind);
        }
    }
}
