use std::future::Future;
use std::thread::{self, ScopedJoinHandle};
use std::time::Duration;
use std::{fmt, io};

use tokio::net::TcpStream;
use tokio::runtime::Builder;
use tokio::time::{Instant, timeout_at};

use crate::exec::args::Probe;
use crate::exec::failure::{Code, Failure};
use crate::exec::target::{Target, address};
use crate::exec::{grpc, http};

/// Asks, and waits for the answer, whatever runtime is around.
pub(crate) fn on_a_thread(probe: &Probe) -> Result<String, Failure> {
    let asked = thread::scope(|scope| {
        let thread = thread::Builder::new().name("health-probe".to_owned());
        let thread = thread.spawn_scoped(scope, || block_on(probe));
        thread.map(ScopedJoinHandle::join)
    });
    match asked {
        Ok(Ok(answer)) => answer,
        Ok(Err(_panic)) => Err(not_begun(&"it panicked, see above")),
        Err(error) => Err(not_begun(&error)),
    }
}

fn block_on(probe: &Probe) -> Result<String, Failure> {
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| not_begun(&error))?;
    let answer = runtime.block_on(ask(probe));
    // The name may still be looked up, on a thread that can't be stopped.
    runtime.shutdown_background();
    answer
}

fn not_begun(why: &dyn fmt::Display) -> Failure {
    let fix = "the container may have too little memory, or too few processes";
    Failure::new(Code::Request, format!("can't ask: {why}"), fix)
}

async fn ask(probe: &Probe) -> Result<String, Failure> {
    let limit = Limit {
        end: Instant::now() + probe.timeout,
        timeout: probe.timeout,
    };
    match &probe.target {
        Target::Http { authority, path } => {
            let stream = limit
                .connect(TcpStream::connect(address(authority)))
                .await?;
            let asking = http::ask(stream, authority.as_str(), path, &probe.headers);
            limit.answer(asking).await
        }
        Target::Grpc { authority, service } => {
            let stream = limit
                .connect(TcpStream::connect(address(authority)))
                .await?;
            let asking = grpc::ask(stream, authority.as_str(), service, &probe.headers);
            limit.answer(asking).await
        }
        #[cfg(unix)]
        Target::Unix { socket, path } => {
            let connecting = tokio::net::UnixStream::connect(socket);
            let stream = limit.connect(connecting).await?;
            let asking = http::ask(stream, "localhost", path, &probe.headers);
            limit.answer(asking).await
        }
        #[cfg(not(unix))]
        Target::Unix { .. } => {
            let what = "there are no Unix sockets on this system";
            Err(Failure::new(Code::Connection, what, "ask over http://"))
        }
    }
}

/// One deadline for connecting and the answer, as the kubelet has it.
struct Limit {
    end: Instant,
    timeout: Duration,
}

impl Limit {
    async fn connect<S>(
        &self,
        connecting: impl Future<Output = io::Result<S>>,
    ) -> Result<S, Failure> {
        let failed = |what: String, fix: &str| Err(Failure::new(Code::Connection, what, fix));
        match timeout_at(self.end, connecting).await {
            Ok(Ok(stream)) => Ok(stream),
            Ok(Err(error)) => {
                let what = format!("no connection: {error}");
                match error.kind() {
                    io::ErrorKind::ConnectionRefused | io::ErrorKind::NotFound => failed(
                        what,
                        "nothing listens there: compare it with where the service, or its `ProbeServer`, is bound",
                    ),
                    io::ErrorKind::PermissionDenied => {
                        failed(what, "run the probe as the service's user")
                    }
                    _ => failed(what, "see whether host and port are the service's"),
                }
            }
            Err(_elapsed) => failed(
                format!("no connection within {:?}", self.timeout),
                "see whether host and port are the service's, or give it more time with --timeout",
            ),
        }
    }

    async fn answer(
        &self,
        asking: impl Future<Output = Result<String, Failure>>,
    ) -> Result<String, Failure> {
        timeout_at(self.end, asking).await.unwrap_or_else(|_elapsed| {
            let what = format!("connected, but no answer within {:?}", self.timeout);
            let fix = "the service is saturated, or hangs (a `ProbeServer` answers regardless); --timeout gives it more time";
            Err(Failure::new(Code::Request, what, fix))
        })
    }
}
