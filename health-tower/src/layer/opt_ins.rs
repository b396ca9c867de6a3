use http::{HeaderMap, HeaderName, HeaderValue, Request};

use crate::layer::Passing;
use crate::{Closing, Health, Phase, Statuses};

/// What Envoy calls it. It looks whether the header is there, and not at its value; its own health check filter says `true`.
const ENVOY_IMMEDIATE_FAIL: HeaderName =
    HeaderName::from_static("x-envoy-immediate-health-check-fail");

/// What a layer does only where it is told to. Behind one pointer, so that a request asks once whether there is any of it.
#[derive(Debug)]
pub(crate) struct OptIns {
    /// What requests carry.
    announced: Option<Closing>,
    /// How far a drain has come, where Envoy is told of it.
    envoy: Option<Statuses>,
}

impl OptIns {
    /// Nothing, where nothing is wanted.
    pub(crate) fn leak(health: &Health, announce: bool, envoy: bool) -> Option<&'static Self> {
        let opt_ins = Self {
            announced: announce.then(|| health.closing()),
            envoy: envoy.then(|| health.statuses()),
        };
        (announce || envoy).then(|| &*Box::leak(Box::new(opt_ins)))
    }

    #[cold]
    pub(crate) fn apply<B>(&self, request: &mut Request<B>, passing: &mut Passing) {
        if let Some(closing) = &self.announced {
            request.extensions_mut().insert(closing.clone());
        }
        passing.tells_envoy = self.tells_envoy();
    }

    pub(crate) fn tells_envoy(&self) -> bool {
        self.envoy.is_some()
    }

    /// Whether Envoy's own checks are told: not by what is only down.
    pub(crate) fn tells_envoy_now(&self) -> bool {
        let envoy = self.envoy.as_ref();
        envoy.is_some_and(|now| now.phase() >= Phase::Draining)
    }
}

/// Has Envoy take this instance out at once.
pub(crate) fn tell_envoy(headers: &mut HeaderMap) {
    headers.insert(ENVOY_IMMEDIATE_FAIL, HeaderValue::from_static("true"));
}
