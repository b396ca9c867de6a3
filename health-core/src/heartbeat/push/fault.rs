use std::error::Error;
use std::io;
use std::time::Duration;

use hyper_util::client::legacy;

use crate::heartbeat::push::aim::Aim;

/// Why there was no answer. Nothing in these errors comes from the URL but its host, or from what the server sent but names in its
/// certificate.
pub(super) fn of(aim: &Aim, error: &legacy::Error) -> String {
    let place = aim.place();
    let cause = deepest(error);
    match tls(error) {
        Some(rustls::Error::InvalidCertificate(_)) => format!(
            "{place} is not trusted (`.ca_certificate(pem)` for an authority of your own): {cause}"
        ),
        Some(_) => format!("{place} does not speak TLS as we do; is it https there? {cause}"),
        None if error.is_connect() => {
            format!("{place} can't be reached; check host, port, and the network between: {cause}")
        }
        None => format!("{place} has not answered in HTTP; is it the right port? {cause}"),
    }
}

pub(super) fn late(aim: &Aim, limit: Duration) -> String {
    let place = aim.place();
    format!(
        "{place} has not answered within {limit:?}: it hangs, or a firewall drops what is sent; `.ack_timeout(…)` for one that is slow"
    )
}

/// What lies below says the most.
fn deepest(error: &(dyn Error + 'static)) -> String {
    let last = below(error).last();
    last.map_or_else(|| error.to_string(), ToString::to_string)
}

fn tls<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    below(error).find_map(|cause| cause.downcast_ref())
}

/// What an error of input and output wraps is not its source, but only has the same.
fn below<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error: &&'a (dyn Error + 'static)| {
        let wrapped = error.downcast_ref().and_then(io::Error::get_ref);
        match wrapped {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        }
    })
}
