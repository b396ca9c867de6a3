use std::fmt;

use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};

use crate::layer::Passing;
use crate::traffic::{Classify, Groups};
use crate::{Closing, Ending, Health, Phase, Statuses, Traffic};

/// What Envoy calls it. It looks whether the header is there, and not at its value; its own health check filter says `true`.
const ENVOY_IMMEDIATE_FAIL: HeaderName =
    HeaderName::from_static("x-envoy-immediate-health-check-fail");

/// What a layer does only where it is told to. Behind one pointer, so that a request asks once whether there is any of it.
pub(crate) struct OptIns {
    /// What requests carry.
    announced: Option<Closing>,
    /// How far a drain has come, where Envoy is told of it.
    envoy: Option<Statuses>,
    groups: Option<Groups>,
    answers_sheds: bool,
    classify: Option<Classify>,
}

/// What is wanted, beside what the traffic's settings say.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wanted {
    pub(crate) announce: bool,
    pub(crate) envoy: bool,
}

impl OptIns {
    /// Nothing, where nothing is wanted.
    pub(crate) fn leak(
        health: &Health,
        wanted: Wanted,
        groups: Option<Groups>,
        traffic: Traffic,
    ) -> Option<&'static Self> {
        let Wanted { announce, envoy } = wanted;
        let Traffic {
            answer_sheds,
            classify,
            ..
        } = traffic;
        let any = announce || envoy || groups.is_some() || answer_sheds || classify.is_some();
        let opt_ins = Self {
            announced: announce.then(|| health.closing()),
            envoy: envoy.then(|| health.statuses()),
            groups,
            answers_sheds: answer_sheds,
            classify,
        };
        any.then(|| &*Box::leak(Box::new(opt_ins)))
    }

    #[cold]
    pub(crate) fn apply<B>(&'static self, request: &mut Request<B>, passing: &mut Passing) {
        passing.opt_ins = Some(self);
        if let (Some(groups), Some(counted)) = (&self.groups, &mut passing.request) {
            let path = request.uri().path();
            groups
                .of(path)
                .into_iter()
                .for_each(|group| counted.of_group(group));
            if groups.is_slow(path) {
                counted.patient();
            }
        }
        if let Some(closing) = &self.announced {
            request.extensions_mut().insert(closing.clone());
        }
    }

    pub(crate) fn answers_sheds(&self) -> bool {
        self.answers_sheds
    }

    /// What somebody's own rule says of a response.
    pub(crate) fn classify<B>(&self, response: &Response<B>) -> Option<Ending> {
        let classify = self.classify.as_ref()?;
        classify(response.status(), response.headers())
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

impl fmt::Debug for OptIns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OptIns")
            .field("groups", &self.groups)
            .field("answers_sheds", &self.answers_sheds)
            .finish_non_exhaustive()
    }
}
