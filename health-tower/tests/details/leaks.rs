//! Nothing reaches who may not see it, whatever they try.

use std::panic::resume_unwind;
use std::time::Duration;

use health_tower::{Check, CheckState, Details, Health, HealthLayer};
use http::header::{ACCEPT, AUTHORIZATION};
use http::{HeaderValue, Method, Request};
use http_body_util::Empty;

use crate::world::{FACES, JSON, Question, SECRET, Seen, guarded, layer, seen};

const OFTEN: Duration = Duration::from_millis(20);
const PATHS: [&str; 5] = [
    "/health/live",
    "/health/ready",
    "/health/startup",
    "/health/external",
    "/health/ready/",
];
const QUERIES: [&str; 7] = [
    "",
    "?verbose",
    "?verbose=1",
    "?a=b&verbose",
    "?VERBOSE",
    "?verbose&token=t0ken",
    "?verbose&authorization=Bearer%20t0ken",
];
const ACCEPTS: [&[&[u8]]; 8] = [
    &[],
    &[b"application/health+json"],
    &[b"application/json"],
    &[b"APPLICATION/HEALTH+JSON"],
    &[b"text/html", b"application/health+json;q=0.5, */*"],
    &[b"application/json, \xff"],
    &[b"application/grpc"],
    &[b"application/health+json;q=0"],
];
const WRONG: [&[&[u8]]; 15] = [
    &[],
    &[b""],
    &[b"Bearer"],
    &[b"Bearer "],
    &[b"Bearer wrong"],
    &[b"Bearer t0ke"],
    &[b"Bearer t0kenn"],
    &[b"Bearer  t0ken"],
    &[b"Basic t0ken"],
    &[b"t0ken"],
    &[b"Bearer t0ken", b"Bearer t0ken"],
    &[b"Bearer t0ken", b"Bearer wrong"],
    &[b"Bearer wrong", b"Bearer t0ken"],
    &[b"Bearer t0ken\xff"],
    &[b"Bearer \xff"],
];
const RIGHT: &[&[u8]] = &[b"Bearer t0ken"];
const METHODS: [Method; 4] = [Method::GET, Method::HEAD, Method::POST, Method::OPTIONS];

/// The secret stands wherever text of the application's can stand.
async fn health() -> Health {
    let name = |number: u8| format!("{number} of {SECRET}");
    let error = || Err::<(), _>(SECRET);
    let checks = [
        Check::readiness(name(1), move || async move { error() }),
        Check::readiness(name(2), || async { panic_with_the_secret() }),
        Check::liveness(name(3), (), move |()| error()),
        Check::external(name(4), move || async move { error() }),
        Check::startup(name(5), move || async move { error() }),
    ];
    let mut builder = Health::builder().linked(false);
    for check in checks {
        builder = builder.check(check.fail_after(1).every(OFTEN).backoff(OFTEN));
    }
    let health = builder.start().unwrap();
    let mut changes = health.subscribe();
    let mut now = changes.latest();
    while now.checks().any(|check| check.state() != CheckState::Down) {
        now = changes.changed().await.unwrap();
    }
    health.startup_task(name(6)).fail(SECRET);
    health.report_fatal(name(7), SECRET);
    drop(health.pulse(name(8)));
    while health.snapshot().pulses().next().is_none() {
        tokio::task::yield_now().await;
    }
    health
}

fn panic_with_the_secret() -> bool {
    // Without the hook, which would print it some hundred times.
    resume_unwind(Box::new(SECRET))
}

fn question(method: &Method, uri: &str, accepts: &[&[u8]], tokens: &[&[u8]]) -> Question {
    let mut request = Request::builder().method(method).uri(uri);
    for (name, values) in [(ACCEPT, accepts), (AUTHORIZATION, tokens)] {
        for value in values {
            request = request.header(&name, HeaderValue::from_bytes(value).unwrap());
        }
    }
    request.body(Empty::new()).unwrap()
}

fn questions(tokens: &[&'static [&'static [u8]]]) -> Vec<Question> {
    let mut all = Vec::new();
    for path in PATHS {
        for query in QUERIES {
            let uri = format!("{path}{query}");
            for accepts in ACCEPTS {
                for tokens in tokens {
                    let ask = |method| question(method, &uri, accepts, tokens);
                    all.extend(METHODS.iter().map(ask));
                }
            }
        }
    }
    all
}

fn shows(answer: &Seen) -> bool {
    let whole = format!("{answer:?}{}", answer.text()).to_lowercase();
    let hidden = [
        "hunter2", "db-7", "5432", "orders", "json", "panic", "fatal", "task", "flight", "t0ken",
    ];
    hidden.iter().any(|hidden| whole.contains(hidden))
}

/// Each answer is, byte for byte, that of a layer which knows no details.
async fn assert_hides(layer: &HealthLayer, plain: &HealthLayer, questions: &[Question]) {
    for question in questions {
        for face in FACES {
            let answer = seen(face, layer, question.clone()).await;
            let expected = seen(face, plain, question.clone()).await;
            assert_eq!(answer, expected, "{face:?} {question:?}");
            assert_eq!(
                format!("{:?}", answer.headers),
                format!("{:?}", expected.headers),
                "in the same order"
            );
            assert!(!shows(&answer), "{face:?} {question:?}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn leaky_information_nothing_reaches_who_has_no_token() {
    let health = health().await;
    let (guarded, plain) = (guarded(&health), HealthLayer::new(&health));
    assert_hides(&guarded, &plain, &questions(&WRONG)).await;
}

#[tokio::test]
async fn leaky_information_nothing_reaches_whom_no_rule_allows() {
    let health = health().await;
    let plain = HealthLayer::new(&health);
    let never = layer(&health, Details::when(|_| false));
    let panics = Details::when(|_| resume_unwind(Box::new(SECRET)));
    for layer in [never, layer(&health, panics)] {
        assert_hides(&layer, &plain, &questions(&[&[], RIGHT])).await;
    }
}

#[tokio::test]
async fn leaky_information_nothing_reaches_who_does_not_ask() {
    let health = health().await;
    let (guarded, plain) = (guarded(&health), HealthLayer::new(&health));
    let mut questions = questions(&[RIGHT]);
    questions.retain(|question| !asks(question));
    assert!(questions.len() > 100);
    assert_hides(&guarded, &plain, &questions).await;
}

/// What the tests above look for is there to be found.
#[tokio::test]
async fn leaky_information_all_of_it_reaches_who_asks_and_has_the_token() {
    let health = health().await;
    let (guarded, plain) = (guarded(&health), HealthLayer::new(&health));
    let mut questions = questions(&[RIGHT]);
    questions.retain(asks);
    for question in questions {
        for face in FACES {
            let answer = seen(face, &guarded, question.clone()).await;
            let expected = seen(face, &plain, question.clone()).await;
            assert_eq!(answer.status, expected.status, "{question:?}");
            assert_ne!(answer.headers, expected.headers, "{question:?}");
            let whole = question.method() == Method::GET;
            assert_eq!(answer.text().contains("hunter2"), whole, "{question:?}");
        }
    }
}

fn asks(question: &Question) -> bool {
    let uri = question.uri().to_string();
    let accepts = question.headers().get_all(ACCEPT).iter();
    let accepts = accepts
        .filter_map(|value| value.to_str().ok())
        .collect::<String>();
    let accepts = accepts.to_lowercase();
    let refused = accepts.ends_with("q=0");
    let json = (accepts.contains(JSON) || accepts.contains("application/json")) && !refused;
    let reads = matches!(*question.method(), Method::GET | Method::HEAD);
    reads && (json || uri.contains("verbose"))
}
