use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use integration_tests::beats::Looked;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{interval, timeout};

const EVERY: Duration = Duration::from_millis(200);
/// For those who wait in a queue at the end.
const PATIENCE: Duration = Duration::from_secs(5);

/// A client that asks whether it is a member, again and again, whether answers come or not.
#[derive(Debug)]
pub(crate) struct Asker {
    answers: Arc<Mutex<Vec<Looked>>>,
    asking: JoinHandle<()>,
    enough: Arc<tokio::sync::Notify>,
}

impl Asker {
    pub(crate) fn start(socket: &Path) -> Self {
        let (answers, enough) = <(Arc<Mutex<Vec<_>>>, Arc<tokio::sync::Notify>)>::default();
        let (heard, stop, socket) = (Arc::clone(&answers), Arc::clone(&enough), socket.to_owned());
        let asking = tokio::spawn(async move {
            let mut open = JoinSet::new();
            let mut next = interval(EVERY);
            loop {
                tokio::select! {
                    _ = next.tick() => {
                        open.spawn(ask(socket.clone()));
                    }
                    Some(answer) = open.join_next() => heard.lock().unwrap().extend(answer.unwrap()),
                    () = stop.notified() => break,
                }
            }
            let rest = async {
                while let Some(answer) = open.join_next().await {
                    heard.lock().unwrap().extend(answer.unwrap());
                }
            };
            let _some_have_no_answer = timeout(PATIENCE, rest).await;
        });
        Self {
            answers,
            asking,
            enough,
        }
    }

    /// What was answered; what is in a queue is waited for.
    pub(crate) async fn end(&mut self) -> Vec<Looked> {
        self.enough.notify_one();
        (&mut self.asking).await.unwrap();
        std::mem::take(&mut self.answers.lock().unwrap())
    }
}

impl Drop for Asker {
    fn drop(&mut self) {
        self.asking.abort();
    }
}

/// `None` if there is no answer any more.
async fn ask(socket: PathBuf) -> Option<Looked> {
    let mut stream = UnixStream::connect(socket).await.ok()?;
    let request = b"GET /member HTTP/1.0\r\nhost: test\r\n\r\n";
    stream.write_all(request).await.ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.ok()?;
    Looked::parse(answer.lines().last()?)
}
