use std::error::Error;
use std::net::Ipv4Addr;
use std::process;
use std::time::Duration;

use health_tower::{Details, DrainPolicy, Health, HealthLayer, ProbeServer};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Handle, Runtime};

use crate::database::Database;
use crate::flaws::Flaws;
use crate::routes::{Shop, router};
use crate::settings::Settings;
use crate::store::Store;
use crate::{checks, heart, narrator};

pub(crate) const WORKERS: usize = 4;
/// Longer than clients need to find the next instance.
const LAME_DUCK: Duration = Duration::from_secs(3);

/// The service, with all that faults are made of.
pub(crate) struct Service {
    pub(crate) shop: Shop,
    runtime: Runtime,
    _probes: ProbeServer,
}

impl Service {
    /// Starts it, and prints where it is. The process ends when the service does.
    pub(crate) fn start(settings: &Settings) -> Result<Self, Box<dyn Error>> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(WORKERS)
            .enable_all()
            .build()?;
        let _context = runtime.enter();

        let database = runtime.block_on(Database::open(&settings.folder))?;
        let store = Store(settings.store);
        let policy = DrainPolicy::default().lame_duck(LAME_DUCK);
        let builder = Health::builder().linked(false).drain(policy);
        let health = checks::declare(builder, &database, store, settings.scope).start()?;
        // Ours is a port that only the test knows.
        let layer = HealthLayer::builder(&health)
            .details(Details::when(|_| true))
            .traffic(checks::traffic(settings.grouped))
            .build()?;
        // Anywhere: in a network namespace, the address comes later.
        let probes = ProbeServer::new(&layer).bind((Ipv4Addr::UNSPECIFIED, 0))?;
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)))?;
        let shop = Shop {
            database,
            store,
            flaws: Flaws::default(),
            written: <_>::default(),
        };
        println!("pid {}", process::id());
        println!("app {}", listener.local_addr()?.port());
        println!("probes {}", probes.local_addrs()[0].port());

        let app = router(shop.clone()).layer(layer);
        checks::synthetic(&health, &app)?;
        let server = axum::serve(listener, app).with_graceful_shutdown(health.closing());
        heart::start(settings.heart)?;
        narrator::start(health.subscribe())?;
        runtime.spawn(async move {
            let ended = health.run(server).await;
            process::exit(i32::from(ended.is_err()));
        });
        Ok(Self {
            shop,
            runtime,
            _probes: probes,
        })
    }

    pub(crate) fn runtime(&self) -> &Handle {
        self.runtime.handle()
    }
}
