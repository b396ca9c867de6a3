use http::header::ACCEPT;
use http::request::Parts;

const HEALTH_JSON: &str = "application/health+json";

/// The forms of details.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// `application/health+json`, as draft-inadarei-api-health-check describes it.
    Json,
    /// Lines of text, as kube-apiserver's `?verbose` gives them.
    Verbose,
}

impl Format {
    /// The form that a request asks for. One that takes anything, as `*/*` or `application/*`, asks for none.
    pub(crate) fn asked(parts: &Parts) -> Option<Self> {
        let query = parts.uri.query().unwrap_or_default();
        let mut keys = query.split('&').map(|pair| pair.split('=').next());
        if accepts_json(parts) {
            Some(Self::Json)
        } else if keys.any(|key| key == Some("verbose")) {
            Some(Self::Verbose)
        } else {
            None
        }
    }

    pub(crate) const fn content_type(self) -> &'static str {
        match self {
            Self::Json => HEALTH_JSON,
            Self::Verbose => "text/plain; charset=utf-8",
        }
    }
}

/// Whether one of the media types is ours, or JSON at large; and not if ours is refused, whatever else is said.
fn accepts_json(parts: &Parts) -> bool {
    let values = parts.headers.get_all(ACCEPT).iter();
    let values = values.filter_map(|value| value.to_str().ok());
    let mut accepts = false;
    for range in values.flat_map(|value| value.split(',')) {
        let mut parameters = range.split(';').map(str::trim);
        let media_type = parameters.next().unwrap_or_default();
        let ours = media_type.eq_ignore_ascii_case(HEALTH_JSON);
        if !ours && !media_type.eq_ignore_ascii_case("application/json") {
            continue;
        }
        let refused = parameters.any(is_zero_quality);
        if ours && refused {
            return false;
        }
        accepts |= !refused;
    }
    accepts
}

/// `q=0`, and with a point and up to three zeros (RFC 9110, 12.4.2): not acceptable.
fn is_zero_quality(parameter: &str) -> bool {
    let Some((name, value)) = parameter.split_once('=') else {
        return false;
    };
    let zero = value.trim().strip_prefix('0');
    let zero = zero.is_some_and(|rest| {
        rest.trim_start_matches('.')
            .bytes()
            .all(|byte| byte == b'0')
    });
    name.trim().eq_ignore_ascii_case("q") && zero
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn asked_with(uri: &str, accepts: &[&[u8]]) -> Option<Format> {
        let mut request = http::Request::get(uri);
        for accept in accepts {
            request = request.header(ACCEPT, HeaderValue::from_bytes(accept).unwrap());
        }
        Format::asked(&request.body(()).unwrap().into_parts().0)
    }

    fn asked(uri: &str, accept: &str) -> Option<Format> {
        asked_with(uri, &[accept.as_bytes()])
    }

    #[test]
    fn details_are_given_to_those_who_ask_only() {
        for accept in ["*/*", "application/*", "text/html, application/xml", ""] {
            assert_eq!(asked("/live?verbosely=1", accept), None, "{accept}");
            assert_eq!(asked("/live?a=verbose", accept), None, "{accept}");
            let verbose = Some(Format::Verbose);
            assert_eq!(asked("/live?verbose", accept), verbose, "{accept}");
            assert_eq!(asked("/live?a=1&verbose=true", accept), verbose, "{accept}");
        }
        for accept in [
            "application/json",
            "application/health+json;q=0.9",
            "Application/JSON",
            "text/html,\tAPPLICATION/Health+Json ; Q=0.001",
            "application/json;charset=utf-8",
            "application/json;q=1",
        ] {
            assert_eq!(
                asked("/live?verbose", accept),
                Some(Format::Json),
                "{accept}"
            );
        }
        for other in ["application/jsonp", "application/problem+json", "json", "x"] {
            assert_eq!(asked("/live", other), None, "{other}");
        }
    }

    #[test]
    fn what_has_no_quality_is_not_asked_for() {
        for accept in [
            "application/json;q=0",
            "application/json; q=0.0",
            "application/health+json ;q = 0.000",
            "application/json;Q=0.",
            "application/json;charset=utf-8;q=0",
            // The form that would be given is refused.
            "application/json, application/health+json;q=0",
            "application/health+json;q=0, application/json",
        ] {
            assert_eq!(asked("/live", accept), None, "{accept}");
            assert_eq!(asked("/live?verbose", accept), Some(Format::Verbose));
        }
        let accept = "application/json;q=0, application/health+json";
        assert_eq!(asked("/live", accept), Some(Format::Json));
    }

    #[test]
    fn each_header_counts_but_those_that_are_no_text() {
        let json = b"application/json".as_slice();
        let not_text = b"application/json, \xff".as_slice();
        assert_eq!(asked_with("/live", &[b"*/*", json]), Some(Format::Json));
        assert_eq!(asked_with("/live", &[not_text]), None);
        assert_eq!(asked_with("/live", &[not_text, json]), Some(Format::Json));
        assert_eq!(asked_with("/live", &[]), None);
    }
}
