use std::borrow::Cow;

use crate::Probe;

/// The paths on which probes are answered.
///
/// A path matches exactly; the query is ignored, and one trailing slash is tolerated.
///
/// | preset | liveness | readiness | startup | external |
/// |---|---|---|---|---|
/// | [`default()`](Self::default) | `/health/live` | `/health/ready` | `/health/startup` | `/health/external` |
/// | [`short()`](Self::short) | `/live` | `/ready` | `/startup` | `/external` |
/// | [`kubernetes()`](Self::kubernetes) | `/livez` | `/readyz` | `/startupz` | |
/// | [`none()`](Self::none) | | | | |
///
/// The external path is answered only if there is an external check; else it belongs to the application.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use health_tower::{Health, HealthLayer, ProbePaths};
///
/// let health = Health::builder().start()?;
/// let paths = ProbePaths::kubernetes().live("/ping");
/// let layer = HealthLayer::builder(&health).paths(paths).build()?;
///
/// let error = HealthLayer::builder(&health).paths(ProbePaths::none().ready("ready")).build().unwrap_err();
/// assert!(error.to_string().contains("must begin with `/`"));
/// # let _ = layer;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "paths do nothing until they are handed to `HealthLayer::builder(…).paths(…)`"]
pub struct ProbePaths {
    pub(crate) paths: Vec<(Probe, Cow<'static, str>)>,
}

impl ProbePaths {
    /// `/live`, `/ready`, `/startup`, `/external`.
    pub fn short() -> Self {
        Self::none()
            .live("/live")
            .ready("/ready")
            .startup("/startup")
            .external("/external")
    }

    /// `/livez`, `/readyz`, `/startupz`, as Kubernetes' own components have them.
    pub fn kubernetes() -> Self {
        Self::none()
            .live("/livez")
            .ready("/readyz")
            .startup("/startupz")
    }

    /// No path at all: to name each one yourself.
    pub fn none() -> Self {
        Self { paths: Vec::new() }
    }

    /// One more path for liveness.
    pub fn live(self, path: impl Into<Cow<'static, str>>) -> Self {
        self.and(Probe::Liveness, path.into())
    }

    /// One more path for readiness.
    pub fn ready(self, path: impl Into<Cow<'static, str>>) -> Self {
        self.and(Probe::Readiness, path.into())
    }

    /// One more path for start-up.
    pub fn startup(self, path: impl Into<Cow<'static, str>>) -> Self {
        self.and(Probe::Startup, path.into())
    }

    /// One more path for the external probe.
    pub fn external(self, path: impl Into<Cow<'static, str>>) -> Self {
        self.and(Probe::External, path.into())
    }

    fn and(mut self, probe: Probe, path: Cow<'static, str>) -> Self {
        self.paths.push((probe, path));
        self
    }
}

impl Default for ProbePaths {
    /// `/health/live`, `/health/ready`, `/health/startup`, `/health/external`.
    fn default() -> Self {
        Self::none()
            .live("/health/live")
            .ready("/health/ready")
            .startup("/health/startup")
            .external("/health/external")
    }
}
