//! A gate that holds requests open until the test lets them go.

use tokio::sync::{mpsc, oneshot};

use crate::patience::patiently;

/// Makes a gate: requests enter through the door, and stand at the gate until they are released.
#[must_use]
pub fn gate() -> (Door, Gate) {
    let (door, entered) = mpsc::unbounded_channel();
    (Door(door), Gate(entered))
}

/// The handler's side.
#[derive(Clone, Debug)]
pub struct Door(mpsc::UnboundedSender<Held>);

impl Door {
    /// Returns when the test lets this request go.
    pub async fn enter(&self) {
        let (release, released) = oneshot::channel();
        // A test that has ended holds nobody.
        if self.0.send(Held(release)).is_ok() {
            let _let_go_or_forgotten = released.await;
        }
    }
}

/// The test's side.
#[derive(Debug)]
pub struct Gate(mpsc::UnboundedReceiver<Held>);

impl Gate {
    /// Waits for the next request to stand at the gate.
    pub async fn held(&mut self) -> Held {
        let held = patiently("a request at the gate", self.0.recv()).await;
        held.expect("the application has gone")
    }

    /// Whether nobody else has come.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// One request that stands at the gate. Dropping it lets the request go.
#[derive(Debug)]
pub struct Held(oneshot::Sender<()>);

impl Held {
    /// Lets the request go on.
    pub fn release(self) {
        let _gone = self.0.send(());
    }

    /// Waits until the request's future has been dropped without having been released.
    pub async fn dropped(mut self) {
        patiently("the handler to be dropped", self.0.closed()).await;
    }
}
