//! gRPC clients, which compare every message.

use std::net::SocketAddr;
use std::time::Duration;

use integration_tests::work;
use tonic::client::Grpc;
use tonic::metadata::MetadataMap;
use tonic::transport::Channel;
use tonic::{Request, Status, Streaming};
use tonic_prost::ProstCodec;

use super::Client;
use crate::tally::{How, Loss};

pub(super) struct GrpcClient {
    addr: SocketAddr,
    /// Between two messages of a stream.
    pace: Option<Duration>,
    keep: bool,
    kept: Option<Grpc<Channel>>,
}

impl GrpcClient {
    pub(super) fn unary(addr: SocketAddr, keep: bool) -> Self {
        Self::new(addr, keep, None)
    }

    pub(super) fn stream(addr: SocketAddr, keep: bool, pace: Duration) -> Self {
        Self::new(addr, keep, Some(pace))
    }

    fn new(addr: SocketAddr, keep: bool, pace: Option<Duration>) -> Self {
        Self {
            addr,
            pace,
            keep,
            kept: None,
        }
    }

    async fn channel(&mut self) -> Result<Grpc<Channel>, Loss> {
        if let Some(kept) = self.kept.take() {
            return Ok(kept);
        }
        let endpoint = Channel::from_shared(format!("http://{}", self.addr)).unwrap();
        let channel = endpoint.connect().await;
        let channel = channel.map_err(|error| How::Refused.caused(&error))?;
        Ok(Grpc::new(channel))
    }
}

impl Client for GrpcClient {
    fn kind(&self) -> &'static str {
        match self.pace {
            None => "gRPC unary",
            Some(_) => "gRPC stream",
        }
    }

    async fn ask(&mut self, id: &str) -> Result<u32, Loss> {
        let mut channel = self.channel().await?;
        let ready = channel.ready().await;
        ready.map_err(|error| How::Refused.caused(&error))?;
        let unanswered = |status: Status| How::Unanswered.caused(&status);
        let codec = ProstCodec::default();
        let pid = if let Some(pace) = self.pace {
            let request = numbered(id, pace.as_millis().to_string());
            let path = work::GRPC_STREAM.parse().unwrap();
            let stream = channel.server_streaming(request, path, codec).await;
            let (metadata, mut stream, _) = stream.map_err(unanswered)?.into_parts();
            let Some(pid) = instance(&metadata) else {
                let problem = stream.message().await;
                return Err(How::Refused.because(format!("{problem:?}")));
            };
            whole(stream).await?;
            pid
        } else {
            let path = work::GRPC_UNARY.parse().unwrap();
            let echo = channel.unary(numbered(id, id.to_owned()), path, codec);
            let (metadata, echo, _) = echo.await.map_err(unanswered)?.into_parts();
            if echo != id {
                return Err(How::Truncated.because(echo));
            }
            instance(&metadata).unwrap()
        };
        self.kept = self.keep.then_some(channel);
        Ok(pid)
    }
}

/// Reads the numbers of all pieces, and the end.
async fn whole(mut stream: Streaming<String>) -> Result<(), Loss> {
    for number in 0..work::PIECES {
        let message = stream
            .message()
            .await
            .map_err(|status| How::Truncated.caused(&status))?;
        if message != Some(number.to_string()) {
            return Err(How::Truncated.because(format!("{message:?} after {number}")));
        }
    }
    match stream
        .message()
        .await
        .map_err(|status| How::Truncated.caused(&status))?
    {
        Some(more) => Err(How::Truncated.because(format!("{more:?} after the last"))),
        None => Ok(()),
    }
}

/// Nothing, where it is not an instance that has answered.
fn instance(metadata: &MetadataMap) -> Option<u32> {
    let pid = metadata.get(work::INSTANCE)?;
    pid.to_str().unwrap().parse().ok()
}

fn numbered(id: &str, message: String) -> Request<String> {
    let mut request = Request::new(message);
    let value = id.parse().unwrap();
    request.metadata_mut().insert(work::REQUEST, value);
    request
}
