use std::borrow::Cow;

use crate::Health;
use crate::paths::{Target, Turn};
use crate::switch::Lever;
use crate::token::Token;

/// Lets whoever has a token begin and end [maintenance](Health::begin_drain) by `POST`: operators, deploy scripts, preStop hooks.
/// Without it, nobody does.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use health_tower::{DrainSwitch, Health, HealthLayer};
///
/// let health = Health::builder().start()?;
/// let layer = HealthLayer::builder(&health)
///     .drain_switch(DrainSwitch::bearer_token("from-your-secrets-not-your-source"))
///     .build()?;
/// # let _ = layer;
/// # Ok(()) }
/// ```
///
/// ```sh
/// curl -X POST -H "authorization: Bearer $TOKEN" localhost:8080/health/drain    # draining
/// curl -X POST -H "authorization: Bearer $TOKEN" localhost:8080/health/resume   # serving
/// ```
///
/// # Answers
///
/// The phase that holds then, as plain text: `draining`, `serving`; `starting`, where start-up is not over. **200** if that is what was
/// asked for, and **409** if not: a shutdown that has begun can't be resumed. It is turned when the answer comes, so
/// `curl --fail` is enough for a script.
///
/// What has another method or not the token gets what the application answers on that path, and can't tell that there is a switch. A
/// [`ProbeServer`](https://docs.rs/health-tower/latest/health_tower/struct.ProbeServer.html) of the layer has the switch as well, and
/// [`ProbeService`](crate::ProbeService). A request's body is read and thrown away, as a probe's is, and it doesn't count as in flight.
/// Each use is logged.
///
/// Off a network that is not yours, it belongs behind TLS: whoever has the token can take the service out.
///
/// # Kubernetes
///
/// A pod that ends needs no hook: SIGTERM begins the lame duck. A hook that drains before saves what of the lame duck it waits, and takes
/// its time from the same grace period. `httpGet` hooks and probes can only `GET`; so it takes `exec`, and curl in the image:
///
/// ```yaml
/// lifecycle:
///   preStop:
///     exec:
///       command: ["sh", "-c", "curl -fsS -X POST -H \"authorization: Bearer $TOKEN\" localhost:8080/health/drain && sleep 5"]
/// ```
///
/// To take a pod out by hand and put it back, the same `curl` from within it, by `kubectl exec` or `kubectl port-forward`.
#[derive(Debug)]
#[must_use = "a switch does nothing until it is handed to `HealthLayer::builder(…).drain_switch(…)`"]
pub struct DrainSwitch {
    token: Token,
    drain: Cow<'static, str>,
    resume: Cow<'static, str>,
}

impl DrainSwitch {
    /// For those who send `authorization: Bearer <token>`, on `/health/drain` and `/health/resume`. It is compared in a time that
    /// depends on its length only. `build()` refuses one that is empty, or that no header could carry.
    pub fn bearer_token(token: impl Into<String>) -> Self {
        Self {
            token: Token::new(token),
            drain: "/health/drain".into(),
            resume: "/health/resume".into(),
        }
    }

    /// Where maintenance begins, instead of `/health/drain`.
    pub fn drain_path(mut self, path: impl Into<Cow<'static, str>>) -> Self {
        self.drain = path.into();
        self
    }

    /// Where it ends, instead of `/health/resume`.
    pub fn resume_path(mut self, path: impl Into<Cow<'static, str>>) -> Self {
        self.resume = path.into();
        self
    }

    pub(crate) fn paths(&self) -> [(Target, Cow<'static, str>); 2] {
        [
            (Target::Switch(Turn::Drain), self.drain.clone()),
            (Target::Switch(Turn::Resume), self.resume.clone()),
        ]
    }

    pub(crate) fn problem(&self) -> Option<String> {
        self.token.problem("the drain switch")
    }

    pub(crate) fn lever(self, health: &Health) -> Lever {
        Lever {
            token: self.token,
            health: health.downgrade(),
        }
    }
}
