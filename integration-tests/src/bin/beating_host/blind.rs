//! The beat beside: a thread with a timer that keeps a lease alive, and knows nothing of the application.
//!
//! It takes itself for a member as long as the last answer is younger than the TTL, and compares that where it has time to: in its loop.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use integration_tests::beats::Said;
use tokio::runtime::Builder;
use tokio::sync::mpsc::{self, Sender};
use tokio::time::{sleep, timeout};
use tokio_stream::wrappers::ReceiverStream;
use tonic::Streaming;
use tonic::transport::{Channel, Endpoint};

use crate::lease::keys::k_v_client::KVClient;
use crate::lease::leases::lease_client::LeaseClient;
use crate::lease::{Grant, Keep, Kept, Put, Range};
use crate::narrator::say;
use crate::settings::Settings;

/// As ours waits for an answer.
const PATIENCE: Duration = Duration::from_secs(1);

type Result<T, E = Box<dyn Error + Send + Sync>> = std::result::Result<T, E>;

pub(crate) fn start(settings: &Settings) -> Result<Arc<AtomicU64>> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let (settings, token) = (settings.clone(), Arc::new(AtomicU64::new(0)));
    let believed = Arc::clone(&token);
    let heart = thread::Builder::new().name("heart".to_owned());
    heart.spawn(move || runtime.block_on(beat(&settings, &believed)))?;
    Ok(token)
}

async fn beat(settings: &Settings, believed: &AtomicU64) {
    loop {
        if let Ok(lease) = Lease::take(settings).await {
            believed.store(lease.token, Ordering::Relaxed);
            say(&Said::Joined(lease.token));
            lease.keep(settings).await;
            believed.store(0, Ordering::Relaxed);
            say(&Said::Fenced);
        } else {
            sleep(settings.every).await;
        }
    }
}

struct Lease {
    leases: LeaseClient<Channel>,
    id: i64,
    token: u64,
}

impl Lease {
    async fn take(settings: &Settings) -> Result<Self> {
        let endpoints = settings.endpoints.iter().map(|url| {
            let endpoint = Endpoint::from_shared(url.clone())?;
            let endpoint = endpoint.connect_timeout(PATIENCE);
            Ok(endpoint
                .http2_keep_alive_interval(2 * PATIENCE)
                .keep_alive_timeout(PATIENCE))
        });
        let endpoints = endpoints.collect::<Result<Vec<_>>>()?;
        let channel = Channel::balance_list(endpoints.into_iter());
        let mut leases = LeaseClient::new(channel.clone());
        let ttl = settings.ttl.as_secs().cast_signed();
        let granted = timeout(PATIENCE, leases.grant(Grant { ttl })).await??;
        let id = granted.into_inner().id;
        let key = format!("{}{}", settings.prefix, settings.name).into_bytes();
        let put = Put {
            key: key.clone(),
            value: b"alive".to_vec(),
            lease: id,
        };
        let mut keys = KVClient::new(channel);
        timeout(PATIENCE, keys.put(put)).await??;
        // Where the key was still there, it is the same as before, with another lease.
        let found = timeout(PATIENCE, keys.range(Range { key })).await??;
        let key = found.into_inner().kvs.into_iter().next();
        let token = key
            .ok_or("it is gone again")?
            .create_revision
            .cast_unsigned();
        Ok(Self { leases, id, token })
    }

    /// Returns once it takes it for lost.
    async fn keep(mut self, settings: &Settings) {
        let mut last = Instant::now();
        let mut stream = None;
        while last.elapsed() < settings.ttl {
            match self.once(&mut stream).await {
                Ok(true) => last = Instant::now(),
                Ok(false) => return,
                // Another stream may find another server.
                Err(_) => stream = None,
            }
            sleep(settings.every).await;
        }
    }

    /// Whether the lease still lives.
    async fn once(&mut self, stream: &mut Option<(Sender<Keep>, Streaming<Kept>)>) -> Result<bool> {
        let keep = Keep { id: self.id };
        let Some((send, receive)) = stream else {
            let (send, sent) = mpsc::channel(1);
            // Etcd opens its side with the first answer.
            send.try_send(keep)?;
            let opening = self.leases.keep_alive(ReceiverStream::new(sent));
            let receive = timeout(PATIENCE, opening).await??.into_inner();
            let (_, receive) = stream.insert((send, receive));
            return alive(receive).await;
        };
        timeout(PATIENCE, send.send(keep)).await??;
        alive(receive).await
    }
}

async fn alive(receive: &mut Streaming<Kept>) -> Result<bool> {
    let kept = timeout(PATIENCE, receive.message()).await??;
    Ok(kept.ok_or("the stream has ended")?.ttl > 0)
}
