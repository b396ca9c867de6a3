//! The layer, with checks that find what the test says.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use health_tower::{
    BoxError, Check, CheckReport, CheckState, DrainPolicy, DrainReport, Health, Impact, ProbeServer,
};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::controls::{CHECKS, Controls};
use crate::echo::Echo;
use crate::face::Face;
use crate::serve;
use crate::settings::Settings;

/// As often as a check may run: a test waits for each change.
const EVERY: Duration = Duration::from_millis(10);

pub(crate) struct Ours {
    health: Health,
    face: Face,
    found: [Arc<AtomicBool>; CHECKS.len()],
    held: watch::Sender<bool>,
    server: Option<JoinHandle<Result<DrainReport, BoxError>>>,
    probes: Option<ProbeServer>,
}

impl Ours {
    pub(crate) fn new(settings: &Settings) -> Result<Self, BoxError> {
        let held = watch::Sender::new(settings.held);
        let found = CHECKS.map(|(check, _)| settings.down.as_deref() != Some(check));
        let found = found.map(|up| Arc::new(AtomicBool::new(up)));
        let policy = DrainPolicy::default()
            .lame_duck(settings.lame_duck)
            .deadline(settings.deadline);
        let mut builder = Health::builder().linked(false).drain(policy);
        for ((name, critical), found) in CHECKS.into_iter().zip(&found) {
            builder = builder.check(check(name, critical, found, &held));
        }
        let health = builder.start()?;
        Ok(Self {
            face: Face::new(&health)?,
            health,
            found,
            held,
            server: None,
            probes: None,
        })
    }

    /// Waits until each check has run.
    pub(crate) async fn looked_at(&self) {
        for (check, _) in CHECKS {
            self.seen(check).await;
        }
    }

    /// On a port of its own, with no application.
    pub(crate) fn serve_probes(mut self) -> Result<Self, BoxError> {
        let probes = ProbeServer::new(&self.face.layer()).bind("127.0.0.1:0")?;
        println!("{}", probes.local_addrs()[0]);
        self.probes = Some(probes);
        let closing = self.health.closing();
        self.run(async move {
            closing.await;
            Ok(())
        });
        Ok(self)
    }

    pub(crate) fn serve(mut self, settings: Settings, echo: Echo, listener: TcpListener) -> Self {
        let (health, layer) = (self.health.clone(), self.face.layer());
        self.run(async move {
            match settings.server.as_str() {
                "tonic" => serve::tonic(&settings, &health, layer, echo, listener).await,
                "axum" => serve::axum(&settings, &health, layer, echo, listener).await,
                "hyper" => serve::hyper(&settings, &health, layer, echo, listener).await,
                other => Err(format!("no server: {other}").into()),
            }
        });
        self
    }

    fn run(&mut self, server: impl Future<Output = Result<(), BoxError>> + Send + 'static) {
        let health = self.health.clone();
        self.server = Some(tokio::spawn(async move { health.run(server).await }));
    }

    fn found(&self, check: &str) -> &AtomicBool {
        let index = CHECKS.iter().position(|(name, _)| *name == check);
        &self.found[index.expect("a check")]
    }
}

fn check(
    name: &'static str,
    critical: bool,
    found: &Arc<AtomicBool>,
    held: &watch::Sender<bool>,
) -> Check {
    let (found, held) = (found.clone(), held.clone());
    let check = Check::readiness(name, move || {
        let (found, mut held) = (found.clone(), held.subscribe());
        async move {
            let _released = held.wait_for(|held| !held).await;
            found.load(Relaxed)
        }
    });
    let impact = match critical {
        true => Impact::Critical,
        false => Impact::Degrades,
    };
    // A check that is held isn't down: it has not been heard of.
    let check = check.timeout(Duration::from_secs(600)).every(EVERY);
    check.jitter(0).backoff(EVERY).fail_after(1).impact(impact)
}

impl Controls for Ours {
    async fn set(&self, check: &str, up: bool) {
        self.found(check).store(up, Relaxed);
    }

    async fn seen(&self, check: &str) {
        let up = self.found(check).load(Relaxed);
        let wanted = match up {
            true => CheckState::Up,
            false => CheckState::Down,
        };
        let mut snapshots = self.health.subscribe();
        let mut snapshot = snapshots.latest();
        while snapshot.check(check).map(CheckReport::state) != Some(wanted) {
            snapshot = snapshots.changed().await.expect("there is a `Health`");
        }
    }

    async fn release(&self) {
        self.held.send_replace(false);
        self.looked_at().await;
    }

    async fn add(&self, service: &str, check: &str) -> Result<(), BoxError> {
        self.face.add(service.to_owned(), check)
    }

    async fn remove(&self, service: &str) {
        self.face.remove(service);
    }

    async fn drain(&self) {
        self.health.begin_drain();
    }

    async fn resume(&self) {
        self.health.resume();
    }

    fn shutdown(&self) {
        self.health.shutdown();
    }

    fn in_flight(&self) -> Option<usize> {
        Some(self.health.in_flight().count())
    }

    async fn ended(&mut self) -> Result<(), BoxError> {
        let server = self.server.take().ok_or("it has ended before")?;
        let report = server.await??;
        match report.is_clean() {
            true => Ok(()),
            false => Err(report.to_string().into()),
        }
    }
}
