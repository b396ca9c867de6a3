//! Etcd over JSON, for who is neither of those that beat.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Client, Response};
use serde_json::{Value, json};

/// A key, and the revision under which it was created.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) token: u64,
}

/// Asks for all changes of what begins so. They come as lines.
pub(crate) async fn watch(client: &Client, url: &str, prefix: &str) -> reqwest::Result<Response> {
    let [key, end] = range(prefix);
    let body = json!({"create_request": {"key": key, "range_end": end, "prev_kv": true}});
    let request = client.post(format!("{url}/v3/watch"));
    request.body(body.to_string()).send().await
}

/// All that begins so, and under which revision that was so: by what this server knows, for what is missing there was deleted before.
pub(crate) async fn list(
    client: &Client,
    url: &str,
    prefix: &str,
    limit: Duration,
) -> Option<(u64, Vec<Entry>)> {
    let [key, end] = range(prefix);
    let body = json!({"key": key, "range_end": end, "keys_only": true, "serializable": true});
    let request = client.post(format!("{url}/v3/kv/range")).timeout(limit);
    let answer = request.body(body.to_string()).send().await.ok()?;
    let answer: Value = serde_json::from_str(&answer.text().await.ok()?).ok()?;
    let revision = number(&answer["header"]["revision"])?;
    let entries = answer["kvs"].as_array();
    let entries = entries.into_iter().flatten().filter_map(entry);
    Some((revision, entries.collect()))
}

/// What a line of a watch says: what is there now, and what is there no longer.
pub(crate) fn changes(line: &str) -> Vec<(bool, Entry)> {
    let line: Value = serde_json::from_str(line).unwrap_or_default();
    let events = line["result"]["events"].as_array();
    let events = events.into_iter().flatten().filter_map(|event| {
        let gone = event["type"] == "DELETE";
        let kv = if gone { "prev_kv" } else { "kv" };
        Some((gone, entry(&event[kv])?))
    });
    events.collect()
}

fn entry(kv: &Value) -> Option<Entry> {
    let key = STANDARD.decode(kv["key"].as_str()?).ok()?;
    Some(Entry {
        key: String::from_utf8(key).ok()?,
        token: number(&kv["create_revision"])?,
    })
}

/// Numbers of 64 bits are texts there.
fn number(value: &Value) -> Option<u64> {
    value.as_str()?.parse().ok()
}

fn range(prefix: &str) -> [String; 2] {
    let mut end = prefix.as_bytes().to_vec();
    *end.last_mut().unwrap() += 1;
    [STANDARD.encode(prefix), STANDARD.encode(end)]
}
