use std::time::Duration;

use http::header::RETRY_AFTER;
use http::{HeaderMap, StatusCode};

/// What an answer means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Taken,
    /// It does not want to be asked for so long.
    Later(StatusCode, Duration),
    Refused(StatusCode),
}

impl Answer {
    pub(super) fn of(status: StatusCode, headers: &HeaderMap) -> Self {
        if status.is_success() {
            return Self::Taken;
        }
        let may_wait = matches!(
            status,
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
        );
        match headers.get(RETRY_AFTER).filter(|_| may_wait) {
            Some(after) => {
                let seconds = after
                    .to_str()
                    .ok()
                    .and_then(|text| text.trim().parse().ok());
                // A date, by a clock that may not be ours: as long as we can.
                Self::Later(status, seconds.map_or(Duration::MAX, Duration::from_secs))
            }
            None => Self::Refused(status),
        }
    }
}

/// What to do about a refusal.
pub(super) fn advice(status: StatusCode) -> &'static str {
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            "it does not know who asks; check `.bearer(…)`, or `.header(…)`"
        }
        StatusCode::NOT_FOUND | StatusCode::GONE => {
            "it does not know this URL; check that the check is still there"
        }
        StatusCode::METHOD_NOT_ALLOWED => "it may know no `POST`; say `.get()`",
        StatusCode::TOO_MANY_REQUESTS => "beat less often: `.every(…)`",
        _ if status.is_redirection() => {
            "redirects are not followed, for the URL is a secret; give the one to which it leads"
        }
        _ if status.is_server_error() => "it has a fault of its own, and is asked again",
        _ => "check what the receiver expects",
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn answer(status: u16, after: Option<&'static str>) -> Answer {
        let after = after.map(|after| (RETRY_AFTER, HeaderValue::from_static(after)));
        Answer::of(
            StatusCode::from_u16(status).unwrap(),
            &after.into_iter().collect(),
        )
    }

    #[test]
    fn only_2xx_is_taken_and_only_429_and_503_may_make_wait() {
        let later =
            |status: u16, after| Answer::Later(StatusCode::from_u16(status).unwrap(), after);
        for status in [200, 202, 204, 299] {
            assert_eq!(answer(status, Some("60")), Answer::Taken);
        }
        for status in [301, 304, 307, 400, 404, 429, 500, 503] {
            let refused = Answer::Refused(StatusCode::from_u16(status).unwrap());
            assert_eq!(answer(status, None), refused);
        }
        assert!(matches!(answer(301, Some("60")), Answer::Refused(_)));
        for status in [429, 503] {
            let minute = Duration::from_secs(60);
            assert_eq!(answer(status, Some(" 60 ")), later(status, minute));
            assert_eq!(answer(status, Some("0")), later(status, Duration::ZERO));
            for odd in [
                "Wed, 21 Oct 2015 07:28:00 GMT",
                "-1",
                "99999999999999999999",
            ] {
                assert_eq!(answer(status, Some(odd)), later(status, Duration::MAX));
            }
        }
    }
}
