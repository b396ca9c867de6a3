use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use health_tower::{DrainPolicy, Health, HealthLayer, Unfinished};
use http::{Request, Response};
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt as _, Empty};
use tokio::time::sleep;
use tower::{Layer as _, ServiceExt as _, service_fn};

/// It says that it is short, and never comes.
struct Stalls;

impl Body for Stalls {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Pending
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(5)
    }
}

/// A short body is not put down with its head, which would cost each of them: it has the name that its handler's wait gave it.
#[tokio::test(start_paused = true)]
async fn a_short_body_that_stalls_has_its_name_from_a_handler_that_waited() {
    let policy = DrainPolicy::default().lame_duck(Duration::ZERO);
    let health = Health::builder().linked(false).drain(policy);
    let health = health.start().unwrap();
    let service = HealthLayer::new(&health).layer(service_fn(|request: Request<_>| async move {
        if request.uri().path() == "/later" {
            sleep(Duration::from_secs(1)).await;
        }
        Ok::<_, Infallible>(Response::new(Stalls))
    }));
    let bodies = ["/later", "/at-once"].map(|path| {
        let request = Request::get(path).body(Empty::<Bytes>::new()).unwrap();
        let response = service.clone().oneshot(request);
        tokio::spawn(async move { response.await.unwrap().into_body().collect().await })
    });
    sleep(Duration::from_secs(2)).await;
    health.shutdown();
    let closing = health.closing();
    let server = async move {
        closing.await;
        Ok::<_, Infallible>(())
    };
    let report = health.run(server).await.unwrap();
    assert_eq!(report.remaining, 2);
    let mut names: Vec<_> = report.unfinished.iter().map(Unfinished::what).collect();
    names.sort_unstable();
    assert_eq!(names, ["GET /later", "a response"]);
    for body in bodies {
        assert!(body.await.unwrap().is_err(), "it was cut short");
    }
}
