use std::fmt;

use http::HeaderMap;
use http::header::AUTHORIZATION;
use subtle::ConstantTimeEq as _;

/// A secret that a request shows as `authorization: Bearer <token>`.
pub(crate) struct Token(String);

impl Token {
    pub(crate) fn new(token: impl Into<String>) -> Self {
        Self(token.into())
    }

    /// Why nobody could show it, or anybody. `of` names it.
    pub(crate) fn problem(&self, of: &str) -> Option<String> {
        if self.0.is_empty() {
            Some(format!(
                "the token for {of} is empty; anybody would know it"
            ))
        } else if !self.0.bytes().all(|byte| byte.is_ascii_graphic()) {
            Some(format!(
                "the token for {of} holds white space or what no header can carry; a file it was read from may end with a line break"
            ))
        } else {
            None
        }
    }

    /// Whether it is shown, once. Compared in a time that depends on the length only.
    pub(crate) fn opens(&self, headers: &HeaderMap) -> bool {
        let mut values = headers.get_all(AUTHORIZATION).iter();
        let (Some(value), None) = (values.next(), values.next()) else {
            return false;
        };
        let (scheme, given) = value.as_bytes().split_at_checked(7).unwrap_or_default();
        scheme.eq_ignore_ascii_case(b"bearer ") && bool::from(given.ct_eq(self.0.as_bytes()))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opens(token: &Token, values: &[&str]) -> bool {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(AUTHORIZATION, value.parse().unwrap());
        }
        token.opens(&headers)
    }

    #[test]
    fn only_the_token_opens() {
        let token = Token::new("s3cret");
        assert!(opens(&token, &["Bearer s3cret"]));
        assert!(opens(&token, &["bearer s3cret"]));
        for wrong in [
            "",
            "Bearer",
            "Bearer ",
            "Bearer s3cre",
            "Bearer s3cret2",
            "Basic s3cret",
            "s3cret",
            "Bearer  s3cret",
        ] {
            assert!(!opens(&token, &[wrong]), "{wrong:?}");
        }
        assert!(!opens(&token, &[]));
        assert!(
            !opens(&token, &["Bearer s3cret", "Bearer s3cret"]),
            "two answers to one question"
        );
        assert!(!format!("{token:?}").contains("s3cret"));
    }

    #[test]
    fn a_token_that_anybody_or_nobody_has_is_refused() {
        let problem = |token| Token::new(token).problem("details");
        assert!(problem("").unwrap().contains("for details is empty"));
        assert!(problem("s3cret\n").unwrap().contains("line break"));
        assert_eq!(problem("s3cret"), None);
    }
}
