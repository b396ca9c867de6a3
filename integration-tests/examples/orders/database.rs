//! Orders in an embedded database: a file, and nothing to install.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions};
use tokio::sync::RwLock;

use crate::proto::Order;

const SCHEMA: &str = "create table orders (
    id integer primary key,
    item text not null,
    quantity integer not null,
    shipped boolean not null default false
)";

/// Twenty old orders, so that there is something to export.
const SEED: &str = "with recursive n(n) as (select 1 union all select n + 1 from n where n < 20)
    insert into orders (item, quantity, shipped) select 'lamp ' || n, 1 + n % 5, true from n";

/// A pool of connections that can be closed and opened again, for the demonstration. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Database {
    options: SqliteConnectOptions,
    pool: Arc<RwLock<SqlitePool>>,
}

impl Database {
    pub(crate) async fn open(file: PathBuf) -> Result<Self, sqlx::Error> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal);
        let pool = connect(&options).await?;
        sqlx::query(SCHEMA).execute(&pool).await?;
        sqlx::query(SEED).execute(&pool).await?;
        let pool = Arc::new(RwLock::new(pool));
        Ok(Self { options, pool })
    }

    /// Closes all connections. From here on every query fails.
    pub(crate) async fn close(&self) {
        self.pool().await.close().await;
    }

    /// Opens it again, if it was closed.
    pub(crate) async fn reopen(&self) -> Result<(), sqlx::Error> {
        let mut pool = self.pool.write().await;
        if pool.is_closed() {
            *pool = connect(&self.options).await?;
        }
        Ok(())
    }

    /// Asks something that can't be answered without the file.
    pub(crate) async fn ping(&self) -> Result<(), sqlx::Error> {
        let ping = sqlx::query("select 1 from orders limit 1");
        ping.execute(&self.pool().await).await.map(drop)
    }

    /// The latest orders, the oldest of them first.
    pub(crate) async fn latest(&self, limit: u32) -> Result<Vec<Order>, sqlx::Error> {
        let latest = "select * from (select * from orders order by id desc limit ?) order by id";
        let latest = sqlx::query_as(latest).bind(limit);
        latest.fetch_all(&self.pool().await).await
    }

    pub(crate) async fn get(&self, id: i64) -> Result<Option<Order>, sqlx::Error> {
        let get = sqlx::query_as("select * from orders where id = ?").bind(id);
        get.fetch_optional(&self.pool().await).await
    }

    pub(crate) async fn count(&self) -> Result<i64, sqlx::Error> {
        let count = sqlx::query_scalar("select count(*) from orders");
        count.fetch_one(&self.pool().await).await
    }

    pub(crate) async fn create(&self, item: &str, quantity: u32) -> Result<Order, sqlx::Error> {
        let create = "insert into orders (item, quantity) values (?, ?) returning *";
        let create = sqlx::query_as(create).bind(item).bind(quantity);
        create.fetch_one(&self.pool().await).await
    }

    /// Marks the oldest order that waits for it as shipped.
    pub(crate) async fn ship_next(&self) -> Result<Option<Order>, sqlx::Error> {
        let ship = "update orders set shipped = true
            where id = (select min(id) from orders where not shipped) returning *";
        let ship = sqlx::query_as(ship);
        ship.fetch_optional(&self.pool().await).await
    }

    async fn pool(&self) -> SqlitePool {
        self.pool.read().await.clone()
    }
}

async fn connect(options: &SqliteConnectOptions) -> Result<SqlitePool, sqlx::Error> {
    SqlitePoolOptions::new()
        .max_connections(4)
        .acquire_timeout(Duration::from_secs(1))
        .connect_with(options.clone())
        .await
}
