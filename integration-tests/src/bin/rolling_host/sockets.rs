//! A socket echoes each message, until the service is to stop, and half a second longer.

use std::future::pending;
use std::pin::pin;

use axum::Extension;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::response::Response;
use health_tower::Closing;
use integration_tests::work;
use tokio::time::timeout;

/// Without a drain of ours nobody tells it when to end.
pub(crate) async fn echo(
    upgrade: WebSocketUpgrade,
    closing: Option<Extension<Closing>>,
) -> Response {
    upgrade.on_upgrade(async move |mut socket| {
        let closing = async {
            match closing {
                Some(Extension(closing)) => closing.await,
                None => pending().await,
            }
        };
        tokio::select! {
            () = talk(&mut socket) => {}
            () = pin!(closing) => {
                let _ended = timeout(work::LAST_WORDS, talk(&mut socket)).await;
                close(socket).await;
            }
        }
    })
}

async fn talk(socket: &mut WebSocket) {
    while let Some(Ok(message)) = socket.recv().await {
        if let Message::Text(_) = message
            && socket.send(message).await.is_err()
        {
            return;
        }
    }
}

/// Says that it goes, and waits for the client's word.
async fn close(mut socket: WebSocket) {
    let away = CloseFrame {
        code: close_code::AWAY,
        reason: "the service stops here".into(),
    };
    if socket.send(Message::Close(Some(away))).await.is_ok() {
        while let Some(Ok(_)) = socket.recv().await {}
    }
}
