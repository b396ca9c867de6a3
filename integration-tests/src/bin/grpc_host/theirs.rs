//! `tonic-health` as its documentation has it: the application's checks set the statuses. It knows neither checks nor a drain; what
//! is done here about them is what the application has to do.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use health_tower::BoxError;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::sleep;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic_health::ServingStatus;
use tonic_health::server::{HealthReporter, HealthService};

use crate::controls::{CHECKS, Controls, SERVICES};
use crate::echo::Echo;
use crate::serve::compression;
use crate::settings::Settings;

pub(crate) struct Theirs {
    reporter: HealthReporter,
    /// Which check each service follows.
    services: Mutex<HashMap<String, String>>,
    found: Mutex<HashMap<String, bool>>,
    lame_duck: Duration,
    closing: watch::Sender<bool>,
    server: Option<JoinHandle<Result<(), tonic::transport::Error>>>,
}

impl Theirs {
    pub(crate) async fn start(settings: &Settings, echo: &Echo, listener: TcpListener) -> Self {
        let own = SERVICES.map(|(service, check)| (service.to_owned(), check.to_owned()));
        let reporter = HealthReporter::new();
        let health = HealthService::from_health_reporter(reporter.clone());
        let health = tonic_health::pb::health_server::HealthServer::new(health);
        let (closing, mut closes) = watch::channel(false);
        let server = Server::builder()
            .accept_http1(settings.http1)
            .layer(compression(settings))
            .add_service(health)
            .add_service(echo.clone());
        let closes = async move {
            let _gone = closes.wait_for(|closing| *closing).await;
        };
        let server = server.serve_with_incoming_shutdown(TcpIncoming::from(listener), closes);
        let mut theirs = Self {
            reporter,
            services: Mutex::new(HashMap::from(own)),
            found: Mutex::default(),
            lame_duck: settings.lame_duck,
            closing,
            server: None,
        };
        // Before anybody can ask.
        if !settings.held {
            theirs.set_all(settings.down.as_deref()).await;
        }
        theirs.server = Some(tokio::spawn(server));
        theirs
    }

    async fn set_all(&self, down: Option<&str>) {
        for (check, _) in CHECKS {
            self.set(check, down != Some(check)).await;
        }
    }

    fn followers(&self, check: &str) -> Vec<String> {
        let services = self.services.lock();
        let services = services.unwrap_or_else(PoisonError::into_inner);
        let all = services.iter().filter(|(_, follows)| *follows == check);
        all.map(|(service, _)| service.clone()).collect()
    }

    fn found(&self) -> HashMap<String, bool> {
        let found = self.found.lock();
        found.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A critical one is also that of the whole server.
    async fn report(&self, check: &str, up: bool) {
        report(&self.reporter, check, self.followers(check), up).await;
    }
}

async fn report(reporter: &HealthReporter, check: &str, mut services: Vec<String>, up: bool) {
    let status = match up {
        true => ServingStatus::Serving,
        false => ServingStatus::NotServing,
    };
    if CHECKS.contains(&(check, true)) {
        services.push(String::new());
    }
    for service in services {
        reporter.set_service_status(service, status).await;
    }
}

impl Controls for Theirs {
    async fn set(&self, check: &str, up: bool) {
        let mut found = self.found();
        found.insert(check.to_owned(), up);
        *self.found.lock().unwrap_or_else(PoisonError::into_inner) = found;
        self.report(check, up).await;
    }

    async fn seen(&self, _check: &str) {}

    async fn release(&self) {
        self.set_all(None).await;
    }

    async fn add(&self, service: &str, check: &str) -> Result<(), BoxError> {
        let up = self.found().get(check).copied().ok_or("no such check")?;
        {
            let services = self.services.lock();
            let mut services = services.unwrap_or_else(PoisonError::into_inner);
            services.insert(service.to_owned(), check.to_owned());
        }
        self.report(check, up).await;
        Ok(())
    }

    async fn remove(&self, service: &str) {
        {
            let services = self.services.lock();
            let mut services = services.unwrap_or_else(PoisonError::into_inner);
            services.remove(service);
        }
        self.reporter.clone().clear_service_status(service).await;
    }

    async fn drain(&self) {
        for (check, _) in CHECKS {
            self.report(check, false).await;
        }
    }

    async fn resume(&self) {
        for (check, up) in self.found() {
            self.report(&check, up).await;
        }
    }

    fn shutdown(&self) {
        let (reporter, closing, lame_duck) =
            (self.reporter.clone(), self.closing.clone(), self.lame_duck);
        let services = CHECKS.map(|(check, _)| (check, self.followers(check)));
        tokio::spawn(async move {
            for (check, services) in services {
                report(&reporter, check, services, false).await;
            }
            sleep(lame_duck).await;
            closing.send_replace(true);
        });
    }

    fn in_flight(&self) -> Option<usize> {
        None
    }

    async fn ended(&mut self) -> Result<(), BoxError> {
        let server = self.server.take().ok_or("it has ended before")?;
        Ok(server.await??)
    }
}
