use std::fmt;
use std::sync::Arc;

use http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue};
use rustls::RootCertStore;

use crate::authorities::authorities;
use crate::heartbeat::push::aim::Aim;
use crate::heartbeat::push::client::Client;
use crate::heartbeat::push::session::Switch;
use crate::heartbeat::push::{Push, PushError};

/// How a [`Push`] is to be.
#[must_use = "nothing beats until it is built, and handed to `Heartbeat::to`"]
pub struct PushBuilder {
    to: String,
    on_start: Option<String>,
    on_fail: Option<String>,
    headers: HeaderMap,
    problems: Vec<String>,
    trusted: Vec<Vec<u8>>,
    get: bool,
}

impl PushBuilder {
    pub(super) fn new(to: String) -> Self {
        let agent = concat!("health-core/", env!("CARGO_PKG_VERSION"));
        Self {
            to,
            on_start: None,
            on_fail: None,
            headers: HeaderMap::from_iter([(USER_AGENT, HeaderValue::from_static(agent))]),
            problems: Vec::new(),
            trusted: Vec::new(),
            get: false,
        }
    }

    /// Where to say that it begins, each time that it joins. Nowhere by default.
    pub fn on_start(mut self, url: impl Into<String>) -> Self {
        self.on_start = Some(url.into());
        self
    }

    /// Where to say that it is not well. Nowhere by default: then it falls silent, and the alarm comes with the receiver's grace.
    pub fn on_fail(mut self, url: impl Into<String>) -> Self {
        self.on_fail = Some(url.into());
        self
    }

    /// Sends `authorization: Bearer …` with each request, to whichever of the URLs.
    pub fn bearer(self, token: impl AsRef<str>) -> Self {
        let value = format!("Bearer {}", token.as_ref());
        self.put("bearer(…)", AUTHORIZATION, &value)
    }

    /// Sends this header with each request, to whichever of the URLs.
    pub fn header(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        match name.as_ref().parse::<HeaderName>() {
            Ok(CONTENT_LENGTH | TRANSFER_ENCODING | CONTENT_TYPE) => {
                self.problems.push(
                    "`.header(…)` was given one that belongs to the body, which is ours; leave it out".to_owned(),
                );
                self
            }
            Ok(name) => {
                let what = format!("header({:?}, …)", name.as_str());
                self.put(&what, name, value.as_ref())
            }
            Err(_) => {
                let why = "`.header(…)` was given a name that no header can have".to_owned();
                self.problems.push(why);
                self
            }
        }
    }

    fn put(mut self, what: &str, name: HeaderName, value: &str) -> Self {
        match HeaderValue::from_str(value) {
            Ok(mut value) => {
                value.set_sensitive(true);
                self.headers.insert(name, value);
            }
            Err(_) => self.problems.push(format!(
                "`.{what}` was given a value that no header can have: is there a line break in it?"
            )),
        }
        self
    }

    /// Certificates, in PEM, of the authorities that may have signed the server's: no others are trusted then. Where none are said, it is those of
    /// the system, read by [`build`](Self::build); images from scratch have none. May be said several times.
    pub fn ca_certificate(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.trusted.push(pem.into());
        self
    }

    /// `GET`, without a body: for receivers that know nothing else, as the push monitors of Uptime Kuma.
    pub fn get(mut self) -> Self {
        self.get = true;
        self
    }

    /// Builds it. Nothing is asked yet.
    ///
    /// # Errors
    ///
    /// Everything that can't work, at once: a URL that is none, or holds a user; a header that can't be sent; certificates that are none, or that no
    /// URL needs; a system that trusts nobody.
    pub fn build(self) -> Result<Push, PushError> {
        let mut problems = self.problems;
        let mut read = |what: &str, url: &str| {
            let aim = Aim::read(what, url);
            aim.map_err(|why| problems.push(why)).ok()
        };
        let to = read("to", &self.to);
        let on_start = self.on_start.and_then(|url| read("on_start", &url));
        let on_fail = self.on_fail.and_then(|url| read("on_fail", &url));
        let aims = [&to, &on_start, &on_fail];
        let is_tls = aims.into_iter().flatten().any(Aim::is_tls);
        if to.is_some() && !is_tls && !self.trusted.is_empty() {
            let why = "`.ca_certificate(…)` is for https; leave it out, or write `https://`";
            problems.push(why.to_owned());
        }
        let roots = match is_tls {
            true => authorities(".ca_certificate(…)", &self.trusted),
            false => Ok(RootCertStore::empty()),
        };
        let client = roots.and_then(|roots| Client::new(roots, self.headers, self.get));
        let client = client.map_err(|why| problems.push(why)).ok();
        match (to, client) {
            (Some(to), Some(client)) if problems.is_empty() => {
                Ok(Push(Arc::new(Switch::new(client, to, on_start, on_fail))))
            }
            _ => Err(PushError::new(problems)),
        }
    }
}

impl fmt::Debug for PushBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PushBuilder").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_problems_come_at_once_and_none_tells_a_secret() {
        let builder = Push::to("https://SECRET:SECRET@host/SECRET")
            .on_start("SECRET")
            .on_fail("ftp://SECRET")
            .bearer("SECRET\r\nSECRET")
            .header("SECRET SECRET", "SECRET")
            .header("x-key", "SECRET\n")
            .header("content-length", "SECRET")
            .ca_certificate("SECRET");
        let shown = format!("{builder:?}");
        let error = builder.build().unwrap_err();
        assert_eq!(error.problems().len(), 7, "{error}");
        let said = format!("{error}{error:?}{shown}");
        assert!(!said.contains("SECRET"), "{said}");
        for part in [
            "`to`",
            "`on_start`",
            "`on_fail`",
            "`.bearer(…)`",
            "\"x-key\"",
        ] {
            assert!(said.contains(part), "{part}: {said}");
        }
    }

    #[test]
    fn certificates_are_for_https_and_have_to_be_some() {
        let why = |url: &str, pem: &str| {
            let error = Push::to(url).ca_certificate(pem).build().unwrap_err();
            error.to_string()
        };
        assert!(why("http://localhost/", "").contains("is for https"));
        assert!(why("https://localhost/", "none").contains("no certificate in PEM"));
    }

    #[test]
    fn of_a_switch_only_places_are_shown() {
        let push = Push::healthchecks("http://localhost:1/SECRET/").header("x-key", "SECRET");
        let shown = format!("{:?}", push.build().unwrap());
        let place = r#""localhost:1""#;
        let all =
            format!("Push {{ to: {place}, on_start: Some({place}), on_fail: Some({place}), .. }}");
        assert_eq!(shown, all);
    }
}
