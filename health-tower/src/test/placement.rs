use std::fmt::Display;
use std::marker::PhantomData;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use tower_service::Service;

use crate::test::advice::Problem;
use crate::test::ask::{Form, all, ask};
use crate::test::fill::fill;
use crate::{HealthLayer, ProbeStatus, StatusBoard};

/// Asserts that `service` answers the probes of `layer` as it should: outside of whatever can refuse or delay a request. See [`Placement`].
///
/// # Panics
///
/// If it doesn't. The message says for each probe what came back, and what to do.
pub async fn assert_probes_answer<S, R>(service: S, layer: &HealthLayer)
where
    S: Service<Request<Full<Bytes>>, Response = Response<R>, Error: Display> + Clone,
{
    Placement::of(layer).assert(service).await;
}

/// What is asserted of a whole service, as it is served: an axum `Router`, tonic's `Routes` within their layers, a stack of tower's
/// `ServiceBuilder`.
///
/// Each path of a probe, and `Check` where gRPC health is on, is asked without credentials and by address, with `Host: 10.1.2.3:8080`, as
/// the kubelet and balancers ask. The [`HealthLayer`] itself has to answer, for the `Health` of the layer that is named; whatever it says,
/// up or not, has to come out with the status that it gave, and within a second, for which the kubelet waits where nobody told it otherwise. By the
/// system's clock, where time isn't paused, it may take ten: a machine that is busy with other tests is slower.
///
/// Then once more while the application is full: as many requests as [`full_with`](Self::full_with) says
/// are held where the layer is, which fills what is outside of it, and nothing else; they count for nothing. And who asks for details
/// without credentials must get the plain answer.
///
/// The layer that is named need not be the one that the service has: one of the same `Health`, with the same paths and options, will do. An external probe
/// that nobody declared is not asked.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use axum::extract::Request;
/// use axum::{Router, http::StatusCode, middleware::{Next, from_fn}};
/// use health_tower::{Health, HealthLayer, test::Placement};
///
/// let health = Health::builder().start()?;
/// let layer = HealthLayer::new(&health);
/// let authenticate = || from_fn(async |_: Request, _: Next| StatusCode::UNAUTHORIZED);
///
/// let right: Router = Router::new().layer(authenticate()).layer(layer.clone());
/// Placement::of(&layer).full_with(10_000).assert(right).await;
///
/// let wrong: Router = Router::new().layer(layer.clone()).layer(authenticate());
/// let error = Placement::of(&layer).check(wrong).await.unwrap_err();
/// assert!(error.contains("`/health/ready` was answered 401"));
/// assert!(error.contains("put the HealthLayer outside of authentication"));
/// # Ok(()) }
/// ```
///
/// # What may be outside
///
/// What neither refuses nor delays, such as an access log. One that wants the client's address (axum's `ConnectInfo`) fails with a 500 without a
/// server; in the test, give it one, on the finished router:
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use std::net::SocketAddr;
///
/// use axum::extract::{ConnectInfo, Request, connect_info::MockConnectInfo};
/// use axum::{Router, middleware::{Next, from_fn}};
/// use health_tower::{Health, HealthLayer, test::assert_probes_answer};
///
/// async fn log(ConnectInfo(client): ConnectInfo<SocketAddr>, request: Request, next: Next) -> axum::response::Response {
///     println!("{client} asks for {}", request.uri().path());
///     next.run(request).await
/// }
///
/// let health = Health::builder().start()?;
/// let layer = HealthLayer::new(&health);
/// let app: Router = Router::new().layer(layer.clone()).layer(from_fn(log));
/// let client = SocketAddr::from(([10, 1, 2, 3], 8080));
/// assert_probes_answer(app.layer(MockConnectInfo(client)), &layer).await;
/// # Ok(()) }
/// ```
///
/// # What it can't see
///
/// What is outside of the service: a limit of the server itself, such as tonic's `concurrency_limit_per_connection`, a proxy, the kernel. A limit of more
/// requests than are held, and one of a rate that lets as many through within ten seconds. What makes another
/// answer of a gRPC call that still is one, and what changes a body or headers over HTTP. In a service whose request body is hyper's `Incoming`, which only a connection makes: lay its layers
/// around something else. One with another body than `Full<Bytes>` is asserted with [`with_body`](Self::with_body).
#[derive(Debug)]
#[must_use = "nothing is asserted until `assert(service)`"]
pub struct Placement<B = Full<Bytes>> {
    layer: HealthLayer,
    held: usize,
    public_details: bool,
    body: PhantomData<fn() -> B>,
}

impl Placement {
    /// For the probes of this layer.
    pub fn of(layer: &HealthLayer) -> Self {
        Self {
            layer: layer.clone(),
            held: 1024,
            public_details: false,
            body: PhantomData,
        }
    }
}

impl<B: Default> Placement<B> {
    /// How many requests fill the application. 1,024 by default: more than the limits outside.
    pub fn full_with(mut self, requests: usize) -> Self {
        self.held = requests;
        self
    }

    /// Everybody may see details. By default, nobody without credentials may.
    pub fn public_details(mut self) -> Self {
        self.public_details = true;
        self
    }

    /// For a service whose requests have this body, empty where it is the default one.
    pub fn with_body<C: Default>(self) -> Placement<C> {
        Placement {
            layer: self.layer,
            held: self.held,
            public_details: self.public_details,
            body: PhantomData,
        }
    }

    /// Asserts it.
    ///
    /// # Panics
    ///
    /// If a probe is not answered as it should be; with what [`check`](Self::check) says. Outside of a tokio runtime with time.
    pub async fn assert<S, R>(self, service: S)
    where
        S: Service<Request<B>, Response = Response<R>, Error: Display> + Clone,
    {
        if let Err(problems) = self.check(service).await {
            panic!("{problems}");
        }
    }

    /// The same without a panic.
    ///
    /// # Errors
    ///
    /// For each probe that is not answered as it should be, a line with what came back, and what to do.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime with time.
    pub async fn check<S, R>(self, service: S) -> Result<(), String>
    where
        S: Service<Request<B>, Response = Response<R>, Error: Display> + Clone,
    {
        let questions = self.questions();
        self.ask_all(&service, &questions, false).await?;
        let Some((form, path)) = questions.first() else {
            return Ok(());
        };
        let full = fill(&service, (form, path), self.held, self.wanted()).await;
        let answered = self.ask_all(&service, &questions, true).await;
        drop(full);
        answered
    }

    async fn ask_all<S, R>(
        &self,
        service: &S,
        questions: &[(Form, String)],
        full: bool,
    ) -> Result<(), String>
    where
        S: Service<Request<B>, Response = Response<R>, Error: Display> + Clone,
    {
        // At the same time: what keeps all of them waiting is waited for once.
        let asked = questions.iter().map(async |(form, path)| {
            let (came, note) = ask(service, (form, path), self.wanted()).await;
            Problem {
                form: form.clone(),
                path: path.clone(),
                came,
                note,
                full,
            }
        });
        let came = all(asked).await.into_iter();
        let problems = came.filter(|problem| problem.is_one(self.public_details));
        let problems: Vec<_> = problems.map(|problem| format!("\n- {problem}")).collect();
        if problems.is_empty() {
            Ok(())
        } else {
            let problems = problems.concat();
            Err(format!(
                "probes are not answered as they should be:{problems}"
            ))
        }
    }

    /// Whose answer is wanted, and how long it may take.
    fn wanted(&self) -> (StatusBoard, Duration) {
        let patience = if health_core::test::is_paused() {
            PATIENCE
        } else {
            SYSTEM_PATIENCE
        };
        (self.layer.shared().board, patience)
    }

    fn questions(&self) -> Vec<(Form, String)> {
        let shared = self.layer.shared();
        let is_there = |probe| shared.board.status(probe) != ProbeStatus::Absent;
        let paths = shared.paths.of_probes();
        let paths = paths.filter(|(probe, _)| is_there(*probe));
        let forms = [Form::Plain, Form::Query, Form::Json];
        let over_http =
            paths.flat_map(|(_, path)| forms.clone().map(|form| (form, path.to_owned())));
        #[cfg(feature = "grpc")]
        let over_grpc = shared.grpc.map(|_| {
            let check = format!("{}Check", crate::grpc::PREFIX);
            (Form::Grpc, check)
        });
        #[cfg(not(feature = "grpc"))]
        let over_grpc = None;
        over_http.chain(over_grpc).collect()
    }
}

/// What the kubelet waits for, where nobody told it otherwise. In paused time it is over as soon as nothing moves.
const PATIENCE: Duration = Duration::from_secs(1);
/// By the system's clock: a machine that is busy with other tests takes longer.
const SYSTEM_PATIENCE: Duration = Duration::from_secs(10);
