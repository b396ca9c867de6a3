use std::sync::{Arc, Mutex};
use std::time::Duration;

use integration_tests::beats::now;
use reqwest::Client;
use tokio::task::JoinSet;
use tokio::time::{interval, sleep};

use super::gateway::{changes, list, watch};
use super::history::History;
use super::member::PREFIX;

const POLL: Duration = Duration::from_millis(200);
const PATIENCE: Duration = Duration::from_secs(1);

/// Somebody who watches the list at each server, and also asks for it: the first to tell of a change is believed.
#[derive(Debug)]
pub(crate) struct Observer {
    history: Arc<Mutex<History>>,
    _watching: JoinSet<()>,
}

impl Observer {
    pub(crate) fn start(endpoints: Vec<String>) -> Self {
        let history = Arc::<Mutex<History>>::default();
        let client = Client::builder().connect_timeout(PATIENCE).build().unwrap();
        let mut watching = JoinSet::new();
        for url in endpoints {
            watching.spawn(follow(client.clone(), url.clone(), Arc::clone(&history)));
            watching.spawn(poll(client.clone(), url, Arc::clone(&history)));
        }
        Self {
            history,
            _watching: watching,
        }
    }

    pub(crate) fn has(&self, name: &str, token: u64) -> bool {
        let history = self.history.lock().unwrap();
        history.has(&format!("{PREFIX}{name}"), token)
    }

    /// The tokens of a member, and when each was gone.
    pub(crate) fn gone(&self, name: &str) -> Vec<(u64, Duration)> {
        let history = self.history.lock().unwrap();
        history.gone(&format!("{PREFIX}{name}"))
    }
}

/// What is missed while there is no connection is found by who asks.
async fn follow(client: Client, url: String, history: Arc<Mutex<History>>) {
    loop {
        if let Ok(mut stream) = watch(&client, &url, PREFIX).await {
            let mut text = Vec::new();
            while let Ok(Some(part)) = stream.chunk().await {
                let at = now();
                text.extend_from_slice(&part);
                while let Some(end) = text.iter().position(|byte| *byte == b'\n') {
                    let line: Vec<u8> = text.drain(..=end).collect();
                    let mut history = history.lock().unwrap();
                    for (gone, entry) in changes(&String::from_utf8_lossy(&line)) {
                        history.change(at, gone, entry);
                    }
                }
            }
        }
        sleep(POLL).await;
    }
}

async fn poll(client: Client, url: String, history: Arc<Mutex<History>>) {
    let mut next = interval(POLL);
    loop {
        next.tick().await;
        if let Some((revision, all)) = list(&client, &url, PREFIX, PATIENCE).await {
            history.lock().unwrap().list(now(), revision, &all);
        }
    }
}
