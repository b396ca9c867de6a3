use std::sync::LazyLock;

use bytes::Buf;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, USER_AGENT};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response};

use crate::ProbeBody;
use crate::answer::{GRPC, IDENTITY};
use crate::answering::Answer;
use crate::grpc::PREFIX;
use crate::grpc::face::Face;
use crate::grpc::inbox::Inbox;
use crate::grpc::refusal::Refusal;
use crate::grpc_message::{HealthCheckRequest, framed};
use crate::layer::is_grpc;

const GRPC_ENCODING: HeaderName = HeaderName::from_static("grpc-encoding");

/// What compresses responses leaves those alone that say how they are encoded: Envoy takes no compressed frames.
static HEADERS: LazyLock<HeaderMap> = LazyLock::new(|| {
    let headers = [(CONTENT_TYPE, GRPC), (CONTENT_ENCODING, IDENTITY)];
    headers.into_iter().collect()
});

/// A call of the health service, whose message is still to come.
#[derive(Debug)]
pub(crate) struct Call {
    face: &'static Face,
    method: Asks,
    inbox: Inbox,
    encoded: bool,
    agent: Option<HeaderValue>,
}

#[derive(Clone, Copy, Debug)]
enum Asks {
    Check,
    Watch,
    List,
}

impl Call {
    /// What a request with this head is answered, now or once its message is there.
    pub(crate) fn answer_to(face: &'static Face, head: &Parts) -> Answer {
        let refused = |refusal: Refusal| Answer::Known(refusal.response());
        Self::begin(face, head).map_or_else(refused, Answer::Call)
    }

    fn begin(face: &'static Face, head: &Parts) -> Result<Self, Refusal> {
        if head.method != Method::POST {
            return Err(Refusal::NotPost);
        }
        if !is_grpc(&head.headers) {
            return Err(Refusal::NotGrpc);
        }
        let method = match head.uri.path().strip_prefix(PREFIX) {
            Some("Check") => Asks::Check,
            Some("Watch") => Asks::Watch,
            Some("List") => Asks::List,
            _ => return Err(Refusal::NoSuchMethod),
        };
        Ok(Self {
            face,
            method,
            inbox: Inbox::default(),
            encoded: is_encoded(&head.headers),
            agent: head.headers.get(USER_AGENT).cloned(),
        })
    }

    pub(crate) fn take(&mut self, data: &mut impl Buf) {
        self.inbox.take(data);
    }

    /// Whether the message is there, be it that the request goes on.
    pub(crate) fn is_whole(&self) -> bool {
        self.inbox.is_whole()
    }

    /// `whole` where the request has ended.
    pub(crate) fn answer(self, whole: bool) -> Response<ProbeBody> {
        self.answered(whole).unwrap_or_else(Refusal::response)
    }

    fn answered(self, whole: bool) -> Result<Response<ProbeBody>, Refusal> {
        let agent = self.agent.as_ref().map(HeaderValue::to_str);
        let agent = agent.and_then(Result::ok).unwrap_or_default();
        let body = match self.method {
            Asks::List => {
                self.inbox.message::<()>(whole, self.encoded)?;
                ProbeBody::message(framed(&self.face.list()?))
            }
            asks => {
                let request = self.inbox;
                let request = request.message::<HealthCheckRequest>(whole, self.encoded)?;
                match asks {
                    Asks::Watch => ProbeBody::watch(self.face.watch(request.service, agent)?),
                    _ => ProbeBody::message(self.face.check(&request.service, agent)?.framed()),
                }
            }
        };
        let mut response = Response::new(body);
        *response.headers_mut() = HeaderMap::clone(&HEADERS);
        Ok(response)
    }
}

fn is_encoded(headers: &HeaderMap) -> bool {
    headers
        .get(GRPC_ENCODING)
        .is_some_and(|how| *how != IDENTITY)
}
