//! How a mark crosses a socket: as a header with a number that nobody can guess.
//!
//! 1. A number is known in this process from before its request is sent until that has been answered or given up, and is good for one.
//! 2. Whatever else a header of that name holds is ordinary traffic, which passes untouched: replayed, made up, or another replica's.
//! 3. How alike two numbers are can't be told from how long it took to compare them.

use std::sync::{Mutex, MutexGuard, PoisonError};

use http::{HeaderMap, HeaderName, HeaderValue};
use subtle::ConstantTimeEq as _;

const HEADER: HeaderName = HeaderName::from_static("x-health-synthetic");

type Number = [u8; 16];

/// A handful: one for each synthetic that is under way.
static KNOWN: Mutex<Vec<Number>> = Mutex::new(Vec::new());

fn known() -> MutexGuard<'static, Vec<Number>> {
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A number that marks one request, as long as it lives.
#[must_use]
pub(crate) struct Nonce(Number);

impl Nonce {
    /// Puts a fresh one onto a request.
    pub(crate) fn mark(headers: &mut HeaderMap) -> Result<Self, String> {
        let mut number = Number::default();
        getrandom::fill(&mut number)
            .map_err(|error| format!("the system gives no random bytes: {error}"))?;
        known().push(number);
        let nonce = Self(number);
        let text = format!("{:032x}", u128::from_be_bytes(number));
        let mut value = HeaderValue::try_from(text).map_err(|error| error.to_string())?;
        value.set_sensitive(true);
        headers.insert(HEADER, value);
        Ok(nonce)
    }
}

impl Drop for Nonce {
    fn drop(&mut self) {
        take(&self.0);
    }
}

/// Whether these are the headers of one of ours, which is then so no more: the mark is taken off.
pub(crate) fn redeem(headers: &mut HeaderMap) -> bool {
    let mut values = headers.get_all(HEADER).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return false;
    };
    let ours = read(value).is_some_and(|number| take(&number));
    if ours {
        headers.remove(HEADER);
    }
    ours
}

fn read(value: &HeaderValue) -> Option<Number> {
    let digits = value.as_bytes();
    if digits.len() != 32 || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let number = u128::from_str_radix(value.to_str().ok()?, 16).ok()?;
    Some(number.to_be_bytes())
}

/// Forgets this number; `false` if it wasn't known. Compares with all of them, whichever it is.
fn take(number: &Number) -> bool {
    let mut known = known();
    let mut found = None;
    for (at, other) in known.iter().enumerate() {
        if bool::from(other.ct_eq(number)) {
            found = Some(at);
        }
    }
    found.map(|at| known.swap_remove(at)).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_good_for_one_request_and_the_mark_goes() {
        let mut headers = HeaderMap::new();
        let nonce = Nonce::mark(&mut headers).unwrap();
        let replayed = headers.clone();
        assert!(redeem(&mut headers) && headers.is_empty());
        let mut again = replayed.clone();
        assert!(!redeem(&mut again));
        assert_eq!(again, replayed, "untouched");
        drop(nonce);
    }

    #[test]
    fn it_is_forgotten_with_its_request() {
        let mut headers = HeaderMap::new();
        drop(Nonce::mark(&mut headers).unwrap());
        assert!(!redeem(&mut headers));
        assert!(headers.contains_key(HEADER));
    }

    #[test]
    fn what_is_not_exactly_one_of_ours_is_nothing() {
        let mut headers = HeaderMap::new();
        let _nonce = Nonce::mark(&mut headers).unwrap();
        let good = headers[HEADER].to_str().unwrap().to_owned();
        let mut near = good.clone().into_bytes();
        near[31] = if near[31] == b'0' { b'1' } else { b'0' };
        let near = String::from_utf8(near).unwrap();
        let signed = format!("+{}", &good[1..]);
        for wrong in [
            &*near,
            &signed,
            &good[..31],
            &format!("{good}0"),
            &format!(" {good}"),
            "",
        ] {
            headers.insert(HEADER, HeaderValue::from_str(wrong).unwrap());
            assert!(!redeem(&mut headers), "{wrong:?}");
        }
        headers.insert(HEADER, good.parse().unwrap());
        headers.append(HEADER, good.parse().unwrap());
        assert!(!redeem(&mut headers), "twice");
        headers.insert(HEADER, good.parse().unwrap());
        assert!(redeem(&mut headers), "none of that has used it up");
    }

    #[test]
    fn two_are_never_alike() {
        let (mut one, mut other) = (HeaderMap::new(), HeaderMap::new());
        let _nonces = [Nonce::mark(&mut one), Nonce::mark(&mut other)];
        assert_ne!(one, other);
        assert!(redeem(&mut other) && redeem(&mut one), "in any order");
    }
}
