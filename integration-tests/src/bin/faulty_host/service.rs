use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use std::process;
use std::sync::Arc;
use std::time::Duration;

use health_tower::{Health, HealthLayer, ProbeServer, Pulse, Watchdog};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Handle, Runtime};
use tracing_subscriber::layer::SubscriberExt as _;

use crate::bare;
use crate::consumer::{Consumer, pulse};
use crate::dependency::Dependency;
use crate::ears::Ears;
use crate::routes::{Accounts, router};
use crate::settings::Settings;

pub(crate) const WORKERS: usize = 4;
/// Threads for blocking jobs.
pub(crate) const POOL: usize = 8;

/// The service, with all that faults are made of.
pub(crate) struct Service {
    pub(crate) ears: Ears,
    pub(crate) health: Health,
    pub(crate) app: SocketAddr,
    pub(crate) accounts: Arc<Accounts>,
    pub(crate) consumer: Consumer,
    pub(crate) exports: Arc<Pulse>,
    pub(crate) dependency: Dependency,
    runtime: Runtime,
    _probes: ProbeServer,
    _theirs: tokio_util_watchdog::Watchdog,
}

impl Service {
    /// Starts it, and prints where it is.
    pub(crate) fn start(settings: &Settings) -> Result<Self, Box<dyn Error>> {
        let ears = Ears::new();
        let subscriber = tracing_subscriber::registry().with(ears.clone());
        tracing::subscriber::set_global_default(subscriber)?;
        let runtime = Builder::new_multi_thread()
            .worker_threads(WORKERS)
            .max_blocking_threads(POOL)
            .enable_all()
            .build()?;
        let _context = runtime.enter();

        let dependency = runtime.block_on(Dependency::new())?;
        let health = Health::builder()
            .linked(false)
            .watchdog(ours(settings))
            .check(dependency.check())
            .start()?;
        let layer = HealthLayer::new(&health);
        let probes = ProbeServer::new(&layer).bind((Ipv4Addr::LOCALHOST, 0))?;
        let accounts = Arc::new(Accounts::default());
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
        let app = listener.local_addr()?;
        let work = settings.work.unwrap_or(Duration::from_millis(3));
        let server = axum::serve(listener, router(layer, &accounts, work));
        let server = server.with_graceful_shutdown(health.closing());
        let running = health.clone();
        runtime.spawn(async move { running.run(server).await });

        let consumer = Consumer::start(&health, runtime.handle(), settings.pulse);
        if settings.working {
            consumer.keep_working();
        }
        let exports = Arc::new(pulse(&health, "exports", settings.pulse));
        println!("pid {}", process::id());
        println!("app {app}");
        println!("probes {}", probes.local_addrs()[0]);
        println!("bare {}", bare::start()?);
        Ok(Self {
            ears,
            health,
            app,
            accounts,
            consumer,
            exports,
            dependency,
            _theirs: theirs(settings, runtime.handle()),
            runtime,
            _probes: probes,
        })
    }

    pub(crate) fn runtime(&self) -> &Handle {
        self.runtime.handle()
    }
}

fn ours(settings: &Settings) -> Watchdog {
    let watchdog = Watchdog::default();
    let watchdog = match settings.stalled {
        Some(limit) => watchdog.stalled_after(limit),
        None => watchdog,
    };
    match settings.stuck {
        Some(limit) => watchdog.stuck_after(limit),
        None => watchdog,
    }
}

/// The other watchdog, with the same patience and as many beats in it as ours; it may log, and not panic.
fn theirs(settings: &Settings, runtime: &Handle) -> tokio_util_watchdog::Watchdog {
    let watchdog = tokio_util_watchdog::Watchdog::builder()
        .panic(false)
        .triggered_metrics_collections(0);
    let watchdog = match settings.stalled {
        Some(limit) => watchdog
            .watchdog_timeout(limit)
            .heartbeat_period(Duration::from_millis(100)),
        None => watchdog,
    };
    watchdog.build_for_runtime(runtime.clone())
}
