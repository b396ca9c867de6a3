use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use tower_service::Service;

use crate::synthetic::line::{SyntheticBody, Target};
use crate::synthetic::run::Planned;
use crate::synthetic::through::Through;
use crate::synthetic::{Answers, IntoDuration, IntoStep, Step};
use crate::{BoxError, Impact};

/// Asks the service itself, on the path that its users take, and answers [`Probe::External`](crate::Probe::External) by it.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use axum::{Router, routing::{get, post}};
/// use health_tower::{Answers, Health, HealthLayer, Probe, Step, Synthetic};
///
/// let health = Health::builder().start()?;
/// let app: Router = Router::new()
///     .route("/orders/canary", get(async || "a parcel"))
///     .route("/login", post(async || ([("set-cookie", "session=1; HttpOnly")], "")))
///     .route("/orders/7", get(async || "another parcel"))
///     .layer(HealthLayer::new(&health));
///
/// Synthetic::get("/orders/canary").every("30s").through(app.clone()).start(&health)?;
///
/// Synthetic::new("checkout")
///     .step(Step::post("/login").body("user=canary").expect_header("set-cookie", |cookie| cookie.contains("session=")))
///     .then(|answers: &Answers| Step::get("/orders/7").header("cookie", answers[0].cookies()).expect_body(|body| !body.is_empty()))
///     .timeout("2s")
///     .through(app.clone())
///     .start(&health)?;
///
/// let mut changes = health.subscribe();
/// while !health.status(Probe::External).is_up() {
///     changes.changed().await;
/// }
/// # Ok(()) }
/// ```
///
/// It is an external check like any other: it runs on its own intervals and never for a probe, however often that is asked; never beside
/// itself; its thresholds, its staleness, its events and its details are core's. Failures name the step, as in
/// `step 2, GET /orders/7: status 500, expected 2xx`, and hold neither headers nor bodies. On which step a time-out fell, an event for
/// debugging says.
///
/// # What is asked
///
/// [`through`](Self::through) calls a clone of the service in this process: all of its layers, and no listener, TLS or balancer.
/// With the feature `synthetic-http`, `over` asks a URL, with a new connection for each run. Both are marked by
/// [`SyntheticRequest`](crate::SyntheticRequest), by which a handler tells a canary from a customer, and neither counts as in flight or
/// towards the figures of traffic.
///
/// # While the service drains
///
/// Runs go on in maintenance and in the lame duck, since the service goes on serving; a success counts, and a failure
/// says nothing. From [`closing`](crate::Health::closing) on there are none: one that is under way is given up, so that no drain waits for
/// it, and the clone of the service is dropped at the next interval.
///
/// # What it keeps
///
/// It runs as long as there is a [`Health`](crate::Health), whose checks it is one of, and keeps none by itself: the services of a
/// [`HealthLayer`](crate::HealthLayer) keep one, and their clones don't. But the clones of an axum `Router`, and of tonic's `Routes`,
/// share the services inside: to one of those, checks go on until the service is shut down, or its runtime ends.
#[must_use = "it does nothing until it is started"]
pub struct Synthetic {
    pub(crate) name: String,
    pub(crate) steps: Vec<Planned>,
    pub(crate) aim: Aim,
    #[cfg(feature = "synthetic-http")]
    pub(crate) over: crate::synthetic::over::Over,
    pub(crate) max_body: usize,
    pub(crate) settings: Settings,
    pub(crate) problems: Vec<String>,
}

/// What it is to be run through.
pub(crate) enum Aim {
    Nowhere,
    Service(Box<dyn Target>),
    #[cfg(feature = "synthetic-http")]
    Url,
}

impl Synthetic {
    /// Or all that keeps it from being one.
    pub(crate) fn target(&mut self) -> Result<Box<dyn Target>, Vec<String>> {
        match std::mem::replace(&mut self.aim, Aim::Nowhere) {
            Aim::Nowhere => Err(vec![
                "there is nothing to run it through; add `.through(app.clone())`, or with the feature `synthetic-http`, `.over(\"https://…\")`"
                    .to_owned(),
            ]),
            Aim::Service(target) => Ok(target),
            #[cfg(feature = "synthetic-http")]
            Aim::Url => std::mem::take(&mut self.over).built(),
        }
    }
}

pub(crate) struct Settings {
    pub(crate) every: Duration,
    pub(crate) timeout: Duration,
    pub(crate) initial_delay: Option<Duration>,
    pub(crate) fail_after: u32,
    pub(crate) pass_after: u32,
    pub(crate) jitter: u8,
    pub(crate) impact: Impact,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            every: Duration::from_secs(30),
            timeout: Duration::from_secs(5),
            initial_delay: None,
            fail_after: 2,
            pass_after: 1,
            jitter: 10,
            impact: Impact::Critical,
        }
    }
}

impl Synthetic {
    /// One without a step yet. The name is that of the check.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            steps: Vec::new(),
            aim: Aim::Nowhere,
            #[cfg(feature = "synthetic-http")]
            over: Default::default(),
            max_body: 1024 * 1024,
            settings: Settings::default(),
            problems: Vec::new(),
        }
    }

    /// One GET request, which names it: `GET /orders/canary`.
    pub fn get(path: impl AsRef<str>) -> Self {
        Self::of(Step::get(path))
    }

    /// One POST request, which names it.
    pub fn post(path: impl AsRef<str>) -> Self {
        Self::of(Step::post(path))
    }

    /// One unary gRPC call, which names it: see [`Step::grpc`].
    pub fn grpc(method: impl AsRef<str>, message: impl Into<Bytes>) -> Self {
        Self::of(Step::grpc(method, message))
    }

    fn of(step: Step) -> Self {
        Self::new(step.to_string()).step(step)
    }

    /// One more step. The first that is not answered as expected ends the run.
    pub fn step(mut self, step: Step) -> Self {
        self.steps.push(Planned::Fixed(Box::new(step)));
        self
    }

    /// One more step, which is made of what those before it were answered, in each run.
    pub fn then<F, T>(mut self, step: F) -> Self
    where
        F: Fn(&Answers) -> T + Send + Sync + 'static,
        T: IntoStep,
    {
        let made = move |answers: &Answers| step(answers).into_step();
        self.steps.push(Planned::Made(Box::new(made)));
        self
    }

    /// From the start of one run to the start of the next: 30 s by default, ± 10 %.
    ///
    /// Once in each interval, and not in its first quarter, it may run sooner: where requests fail, and its word is needed for the
    /// [verdict](crate::Verdict).
    pub fn every(mut self, every: impl IntoDuration) -> Self {
        if let Some(every) = self.read("every", every) {
            self.settings.every = every;
        }
        self
    }

    /// How long a whole run may take, with all of its steps: 5 s by default. Then it has failed, and is dropped.
    pub fn timeout(mut self, timeout: impl IntoDuration) -> Self {
        if let Some(timeout) = self.read("timeout", timeout) {
            self.settings.timeout = timeout;
        }
        self
    }

    /// The time before the first run. None by default.
    pub fn initial_delay(mut self, delay: impl IntoDuration) -> Self {
        self.settings.initial_delay = self.read("initial_delay", delay);
        self
    }

    /// How many failures in a row it takes to be down: 2 by default.
    pub fn fail_after(mut self, failures: u32) -> Self {
        self.settings.fail_after = failures;
        self
    }

    /// How many successes in a row it takes to be up: 1 by default.
    pub fn pass_after(mut self, successes: u32) -> Self {
        self.settings.pass_after = successes;
        self
    }

    /// By how many percent each interval varies: 10 by default, at most 100.
    pub fn jitter(mut self, percent: u8) -> Self {
        self.settings.jitter = percent;
        self
    }

    /// [`Impact::Critical`] by default; with [`Impact::Observe`], nothing follows from it.
    pub fn impact(mut self, impact: Impact) -> Self {
        self.settings.impact = impact;
        self
    }

    /// The longest body of an answer, in bytes: 1 MiB by default. A longer one fails the step.
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.max_body = bytes;
        self
    }

    /// Runs it through a clone of this service: axum's `Router`, tonic's `Routes`, or what layers made of them. Each request gets a clone
    /// of its own, which is polled ready first. The body is a [`SyntheticBody`].
    pub fn through<S, B>(self, service: S) -> Self
    where
        S: Service<Request<SyntheticBody>, Response = Response<B>> + Clone + Send + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send,
        B: Body<Data: Send, Error: Into<BoxError>> + Send,
    {
        self.aim_at(Aim::Service(Box::new(Through::new(&service))))
    }

    pub(crate) fn aim_at(mut self, aim: Aim) -> Self {
        if !matches!(self.aim, Aim::Nowhere) {
            let why = "it is to be run in more than one way; leave all `through(…)` and `over(…)` but one out";
            self.problems.push(why.to_owned());
        }
        self.aim = aim;
        self
    }

    fn read(&mut self, option: &str, duration: impl IntoDuration) -> Option<Duration> {
        let read = duration.into_duration();
        read.map_err(|why| self.problems.push(format!("`{option}`: {why}")))
            .ok()
    }
}

impl fmt::Debug for Synthetic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Synthetic")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
