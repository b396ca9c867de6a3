use std::error::Error;

use axum::Router;
use axum::routing::get;
use health_tower::{Health, HealthLayer};
use tokio::net::UnixListener;
use tokio::runtime::{Builder, Runtime};

use crate::belief::Belief;
use crate::settings::Settings;
use crate::{blind, earned, narrator};

pub(crate) const WORKERS: usize = 4;

/// What faults are brought about in.
pub(crate) struct Service {
    pub(crate) runtime: Runtime,
    pub(crate) belief: Belief,
}

/// Starts it. The process ends when the service does.
pub(crate) fn start(settings: &Settings) -> Result<Service, Box<dyn Error>> {
    let runtime = Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .enable_all()
        .build()?;
    let context = runtime.enter();
    let health = Health::builder().linked(false).start()?;
    narrator::start(&health)?;
    let belief = match settings.blind {
        true => Belief::Blind(blind::start(settings).map_err(|error| error.to_string())?),
        false => Belief::Earned(earned::start(&health, settings)?),
    };
    let asked = belief.clone();
    let app = Router::new()
        .route("/member", get(async move || asked.look().body()))
        .layer(HealthLayer::new(&health));
    let listener = UnixListener::bind(&settings.socket)?;
    let server = axum::serve(listener, app).with_graceful_shutdown(health.closing());
    runtime.spawn(async move {
        let ended = health.run(server).await;
        std::process::exit(i32::from(ended.is_err()));
    });
    drop(context);
    println!("serving");
    Ok(Service { runtime, belief })
}
