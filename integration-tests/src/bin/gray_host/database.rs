use std::path::Path;
use std::time::Duration;

use integration_tests::gray::{DATABASE, SEEDED, item};
use sqlx::pool::PoolConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Sqlite, SqlitePool};

/// Connections in the pool.
pub(crate) const CONNECTIONS: u32 = 4;
/// So long a request waits for one, and a writer for another.
const PATIENCE: Duration = Duration::from_secs(1);

/// Orders: a number and a text.
#[derive(Clone, Debug)]
pub(crate) struct Database(SqlitePool);

impl Database {
    pub(crate) async fn open(folder: &Path) -> Result<Self, sqlx::Error> {
        let options = SqliteConnectOptions::new()
            .filename(folder.join(DATABASE))
            .create_if_missing(true)
            .busy_timeout(PATIENCE)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal);
        let pool = SqlitePoolOptions::new()
            .max_connections(CONNECTIONS)
            .min_connections(CONNECTIONS)
            .acquire_timeout(PATIENCE)
            .connect_with(options)
            .await?;
        let schema =
            "create table if not exists orders (id integer primary key, item text not null)";
        sqlx::query(schema).execute(&pool).await?;
        for id in 1..=SEEDED {
            let seed = sqlx::query("insert or ignore into orders (id, item) values (?, ?)");
            seed.bind(id).bind(item(id)).execute(&pool).await?;
        }
        Ok(Self(pool))
    }

    /// Asks something that can't be answered without the file.
    pub(crate) async fn ping(&self) -> Result<(), sqlx::Error> {
        let ping = sqlx::query("select 1 from orders limit 1");
        ping.execute(&self.0).await.map(drop)
    }

    pub(crate) async fn get(&self, id: i64) -> Result<Option<String>, sqlx::Error> {
        let get = sqlx::query_scalar("select item from orders where id = ?");
        get.bind(id).fetch_optional(&self.0).await
    }

    /// The first ones, which stay the same.
    pub(crate) async fn list(&self) -> Result<Vec<String>, sqlx::Error> {
        let list = sqlx::query_scalar("select item from orders order by id limit ?");
        list.bind(SEEDED).fetch_all(&self.0).await
    }

    pub(crate) async fn create(&self, item: &str) -> Result<(), sqlx::Error> {
        let create = sqlx::query("insert into orders (item) values (?)");
        create.bind(item).execute(&self.0).await.map(drop)
    }

    /// Takes a connection away from the others.
    pub(crate) async fn take(&self) -> Result<PoolConnection<Sqlite>, sqlx::Error> {
        self.0.acquire().await
    }
}
