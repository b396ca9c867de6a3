//! Offers to change the protocol, behind which a proxy sees nothing any more.

use integration_tests::wire::Wire;

use crate::service::{ASKED, Service};
use crate::stage::Stage;

/// Offers of other protocols, by HTTP/2 through a tunnel or in what a tunnel is made of.
const OFFERS: [&str; 7] = [
    "connection: upgrade, http2-settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__",
    // The second hides behind a protocol that may be passed on, in a line of its own.
    "connection: upgrade, http2-settings\r\nupgrade: websocket\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__",
    "connection: upgrade\r\nupgrade: h2c\r\nupgrade: websocket",
    "connection: upgrade\r\nupgrade: websocket, h2c",
    "connection: upgrade\r\nupgrade: H2C,websocket",
    "connection: close\r\nupgrade: h2c",
    "connection: Upgrade",
];

/// The one that a proxy may pass on; not with what only HTTP/2 has.
const WEBSOCKET: &str =
    "connection: upgrade, http2-settings\r\nupgrade: WebSocket\r\nhttp2-settings: AAMAAABkAAQAAP__";

impl Stage {
    /// An offer to speak HTTP/2 from here on is not passed on: what follows would be seen by nobody.
    pub(crate) async fn no_tunnel(&self) {
        for offer in OFFERS {
            let (refused, reached) = self.offered(offer).await;
            let passed = reached.iter().any(|asked| asked != "1");
            assert!(
                !passed && (refused || reached.len() == 1),
                "{offer:?}: {reached:?}"
            );
        }
    }

    pub(crate) async fn passes_websockets(&self) {
        let (refused, reached) = self.offered(WEBSOCKET).await;
        let [asked] = &reached[..] else {
            panic!("refused: {refused}, {reached:?}");
        };
        assert!(!refused, "{asked}");
        // The name may still stand in `Connection`, the settings themselves not.
        assert!(asked.ends_with(" upgrade WebSocket"), "{asked}");
    }

    /// Whether it was refused, and what reached a service: the number, and what is left of the offer.
    async fn offered(&self, offer: &str) -> (bool, Vec<String>) {
        let mut wire = Wire::connect(self.proxy.public).await;
        // HAProxy refuses a WebSocket without a key, which would be for another reason.
        let key = "sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==";
        let head = format!(
            "GET /upgrade HTTP/1.1\r\nhost: orders.example\r\n{offer}\r\n{key}\r\n{ASKED}: 1\r\n\r\n"
        );
        wire.send(head).await;
        let answer = wire.try_answer().await;
        let refused = answer.is_ok_and(|answer| answer.status >= 400);
        (
            refused,
            self.services.each_ref().map(Service::reached).concat(),
        )
    }
}
