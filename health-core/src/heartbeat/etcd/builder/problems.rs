use crate::check::is_unfit;
use crate::heartbeat::EtcdBuilder;
use crate::heartbeat::etcd::pem::{bad_authorities, bad_identity};

/// Where members are written if nobody says.
pub(super) const PREFIX: &str = "health/members/";
/// Of a prefix, in bytes.
const LONGEST: usize = 256;

impl EtcdBuilder {
    /// Everything that can't work, but for the endpoints.
    pub(super) fn problems(&self) -> Vec<String> {
        let identity = self.identity.as_ref();
        let all = [
            self.urls
                .is_empty()
                .then(|| "there is no endpoint: `Etcd::at([\"http://10.0.0.1:2379\"])`".to_owned()),
            self.bad_prefix()
                .map(|why| format!("`.prefix(…)` {why}, as `{PREFIX}`")),
            self.user
                .as_ref()
                .filter(|user| user.name.is_empty())
                .map(|_| "`.user(…)` has no name".to_owned()),
            self.ca.as_deref().and_then(bad_authorities),
            identity.and_then(|(certificate, key)| bad_identity(certificate, key)),
        ];
        all.into_iter().flatten().collect()
    }

    fn bad_prefix(&self) -> Option<&'static str> {
        let prefix = &self.prefix;
        if !prefix.ends_with('/') || prefix.len() == 1 {
            Some("must have a name, and end with `/`, so that it is the beginning of no other")
        } else if prefix.len() > LONGEST {
            Some("must not be longer than 256 bytes")
        } else if prefix.chars().any(is_unfit) {
            Some("must hold no characters that can't be seen")
        } else {
            None
        }
    }

    /// Who sets them believes that there is TLS.
    pub(super) fn needless(&self) -> impl Iterator<Item = String> + use<> {
        let set = [
            (self.ca.is_some(), "ca_certificate"),
            (self.identity.is_some(), "client_certificate"),
            (self.domain.is_some(), "domain_name"),
        ];
        let needless = set.into_iter().filter(|(set, _)| *set);
        needless.map(|(_, name)| {
            format!("`.{name}(…)` is for TLS, and no endpoint has it: `https://`, not `http://`")
        })
    }
}
