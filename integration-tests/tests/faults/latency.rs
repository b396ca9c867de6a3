use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use integration_tests::ask::status;

/// How long a route took to answer, each time on a connection of its own.
#[derive(Clone, Debug, Default)]
pub(crate) struct Latencies {
    taken: Vec<Duration>,
    pub(crate) not_ok: usize,
}

impl Latencies {
    pub(crate) fn add(&mut self, more: Self) {
        self.taken.extend(more.taken);
        self.not_ok += more.not_ok;
        self.taken.sort_unstable();
    }

    pub(crate) fn count(&self) -> usize {
        self.taken.len()
    }

    /// Of a thousand answers, so many took no longer than this.
    pub(crate) fn quantile(&self, per_mille: usize) -> Duration {
        let at = (self.count() * per_mille).div_ceil(1000).max(1) - 1;
        self.taken.get(at).copied().unwrap_or_default()
    }
}

/// One who asks again at once is awake already, as is whoever answers: both would look better than they are.
const BETWEEN: Duration = Duration::from_millis(2);

/// Threads that ask again and again.
#[derive(Debug)]
pub(crate) struct Probers {
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<Latencies>>,
}

impl Probers {
    pub(crate) fn start(addr: SocketAddr, path: &'static str, threads: usize) -> Self {
        let stop = Arc::<AtomicBool>::default();
        let probe = |_| {
            let stop = Arc::clone(&stop);
            thread::spawn(move || probe(addr, path, &stop))
        };
        let threads = (0..threads).map(probe).collect();
        Self { stop, threads }
    }

    /// Blocks until those that are under way have their answers.
    pub(crate) fn stop(self) -> Latencies {
        self.stop.store(true, Ordering::Relaxed);
        let mut all = Latencies::default();
        for thread in self.threads {
            all.add(thread.join().unwrap());
        }
        all
    }
}

fn probe(addr: SocketAddr, path: &str, stop: &AtomicBool) -> Latencies {
    let mut latencies = Latencies::default();
    while !stop.load(Ordering::Relaxed) {
        let begun = Instant::now();
        let status = exchange(addr, path).ok().flatten();
        latencies.taken.push(begun.elapsed());
        latencies.not_ok += usize::from(status != Some(200));
        thread::sleep(BETWEEN);
    }
    latencies
}

fn exchange(addr: SocketAddr, path: &str) -> io::Result<Option<u16>> {
    let patience = Duration::from_secs(20);
    let mut stream = TcpStream::connect_timeout(&addr, patience)?;
    stream.set_read_timeout(Some(patience))?;
    let request = format!("GET {path} HTTP/1.0\r\nhost: test\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(status(&answer))
}
