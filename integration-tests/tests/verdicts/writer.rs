use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection};
use tokio::sync::oneshot;
use tokio::task::AbortHandle;
use tokio::time::sleep;

/// So long it has the database for itself, and so long it leaves it to others.
pub(crate) const KEPT: Duration = Duration::from_millis(150);

/// Somebody else who writes into the same database, and keeps others from it.
#[derive(Debug)]
pub(crate) struct Writer(AbortHandle);

impl Writer {
    /// It has begun when this returns.
    pub(crate) async fn start(database: &Path) -> Self {
        let options = SqliteConnectOptions::new().filename(database);
        let connection = options.connect().await.unwrap();
        let (begin, begun) = oneshot::channel();
        let task = tokio::spawn(write(connection, begin)).abort_handle();
        begun.await.expect("it begins");
        Self(task)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn write(mut connection: SqliteConnection, begin: oneshot::Sender<()>) -> sqlx::Result<()> {
    let mut begin = Some(begin);
    loop {
        let transaction = connection.begin_with("begin immediate").await?;
        begin.take().map(|begin| begin.send(()));
        sleep(KEPT).await;
        transaction.rollback().await?;
        sleep(KEPT).await;
    }
}
