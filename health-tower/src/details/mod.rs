//! The answers with names and causes, for those who may see them.

mod access;
mod json;
mod verbose;

pub use access::Details;

use bytes::Bytes;
use http::header::ACCEPT;
use http::request::Parts;
use http::{HeaderValue, Method};

use crate::{Probe, ProbeStatus, Snapshot, Subscription};

/// What a layer keeps for details: who may see them, and where they come from.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) access: Details,
    pub(crate) snapshots: Subscription,
}

/// A body that was asked for and may be seen.
#[derive(Debug)]
pub(crate) struct Detailed {
    pub(crate) content_type: HeaderValue,
    pub(crate) text: Bytes,
}

impl Source {
    /// The details, if the request asks for them and may see them. Otherwise nothing shows that there are any.
    pub(crate) fn detailed(
        &self,
        parts: &Parts,
        probe: Probe,
        status: ProbeStatus,
    ) -> Option<Detailed> {
        let asks = matches!(parts.method, Method::GET | Method::HEAD);
        let format = Format::asked(parts).filter(|_| asks && self.access.allows(parts))?;
        let snapshot = self.snapshots.current();
        Some(format.write(&snapshot, probe, status))
    }
}

/// The forms of details.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    /// `application/health+json`, as draft-inadarei-api-health-check describes it.
    Json,
    /// Lines of text, as kube-apiserver's `?verbose` gives them.
    Verbose,
}

impl Format {
    fn asked(parts: &Parts) -> Option<Self> {
        let query = parts.uri.query().unwrap_or_default();
        let verbose = query
            .split('&')
            .any(|pair| pair.split('=').next() == Some("verbose"));
        let accepts = parts
            .headers
            .get_all(ACCEPT)
            .iter()
            .filter_map(|value| value.to_str().ok());
        let json = accepts
            .flat_map(|value| value.split(','))
            .filter_map(|range| range.split(';').next())
            .any(|range| matches!(range.trim(), "application/health+json" | "application/json"));
        match (json, verbose) {
            (true, _) => Some(Self::Json),
            (false, true) => Some(Self::Verbose),
            (false, false) => None,
        }
    }

    fn write(self, snapshot: &Snapshot, probe: Probe, status: ProbeStatus) -> Detailed {
        let (content_type, text) = match self {
            Self::Json => (
                "application/health+json",
                json::write(snapshot, probe, status),
            ),
            Self::Verbose => (
                "text/plain; charset=utf-8",
                verbose::write(snapshot, probe, status).into(),
            ),
        };
        Detailed {
            content_type: HeaderValue::from_static(content_type),
            text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(uri: &str, accept: &str) -> Option<Format> {
        let request = http::Request::get(uri)
            .header(ACCEPT, accept)
            .body(())
            .unwrap();
        Format::asked(&request.into_parts().0)
    }

    #[test]
    fn details_are_given_to_those_who_ask_only() {
        assert_eq!(asked("/live", "*/*"), None);
        assert_eq!(
            asked("/live?verbosely=1", "text/html, application/xml"),
            None
        );
        assert_eq!(asked("/live?verbose", "*/*"), Some(Format::Verbose));
        assert_eq!(asked("/live?a=1&verbose=true", ""), Some(Format::Verbose));
        assert_eq!(asked("/live", "application/json"), Some(Format::Json));
        assert_eq!(
            asked("/live?verbose", "text/html, application/health+json;q=0.9"),
            Some(Format::Json)
        );
    }
}
