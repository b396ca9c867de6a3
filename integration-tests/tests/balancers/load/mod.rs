//! A steady load: kept connections and new ones, short requests and long ones.

mod grpc;
mod http;
mod sockets;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use integration_tests::patience::until;
use integration_tests::work;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::balancer::Lane;
use crate::tally::{Counts, How, Loss, Tally};
use grpc::GrpcClient;
use http::HttpClient;
pub(crate) use sockets::KIND as SOCKET;
use sockets::SocketClient;

/// Between two requests of a client. A rate, and no wait for anything.
const THINK: Duration = Duration::from_millis(50);

/// Within this time the clients begin: a steady load has no common beat.
const STAGGER: Duration = Duration::from_millis(2500);

/// Nothing takes nearly as long.
const LONGEST: Duration = Duration::from_secs(15);

/// Sends one request after the other.
trait Client: Send + 'static {
    /// What it asks for.
    fn kind(&self) -> &'static str;

    /// Sends one request with this number. Gives the process that has answered it whole.
    fn ask(&mut self, id: &str) -> impl Future<Output = Result<u32, Loss>> + Send;
}

/// Clients that ask until they are told to stop.
#[derive(Debug)]
pub(crate) struct Load {
    tally: Tally,
    lanes: Vec<&'static str>,
    stop: Arc<AtomicBool>,
    clients: JoinSet<()>,
}

impl Load {
    pub(crate) fn start(lanes: &[Lane], sockets: bool) -> Self {
        let mut load = Self {
            tally: Tally::default(),
            lanes: lanes.iter().map(|lane| lane.name).collect(),
            stop: Arc::default(),
            clients: JoinSet::new(),
        };
        for lane in lanes {
            let (name, addr) = (lane.name, lane.addr);
            if lane.sockets && sockets {
                for keep in [true, true, true, false] {
                    load.spawn(name, SocketClient::new(addr, keep));
                }
            }
            for keep in [true, false] {
                if lane.grpc {
                    load.spawn(name, GrpcClient::unary(addr, keep));
                } else {
                    load.spawn(name, HttpClient::unary(addr, keep));
                }
                for pace in [work::PACE, work::SLOW_PACE] {
                    if lane.grpc {
                        load.spawn(name, GrpcClient::stream(addr, keep, pace));
                    } else {
                        load.spawn(name, HttpClient::download(addr, keep, pace));
                        load.spawn(name, HttpClient::upload(addr, keep, pace));
                    }
                }
            }
        }
        load
    }

    fn spawn(&mut self, lane: &'static str, mut client: impl Client) {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let (tally, stop) = (self.tally.clone(), Arc::clone(&self.stop));
        let begin = STAGGER.mul_f32(fastrand::f32());
        self.clients.spawn(async move {
            sleep(begin).await;
            // Relaxed: numbers that differ, and a wish to stop some time.
            while !stop.load(Ordering::Relaxed) {
                let id = format!("r{}.", NUMBER.fetch_add(1, Ordering::Relaxed));
                let answered = timeout(LONGEST, client.ask(&id)).await;
                let end = answered.unwrap_or_else(|_| Err(How::Refused.because("no end in time")));
                let kind = client.kind();
                tally.count(lane, kind, id, end);
                sleep(THINK).await;
            }
        });
    }

    /// Waits until this process has answered on all lanes: the balancer knows that it is healthy.
    pub(crate) async fn reaches(&self, pid: u32) {
        let seen = || self.tally.has_seen(pid, &self.lanes);
        until("traffic through the balancer", seen).await;
    }

    /// Lets every request come to its end.
    pub(crate) async fn finish(mut self) -> Counts {
        self.stop.store(true, Ordering::Relaxed);
        while let Some(ended) = self.clients.join_next().await {
            ended.unwrap();
        }
        self.tally.take()
    }
}
