//! What is wrong, and what to do.

use std::fmt;

use http::{HeaderMap, StatusCode};

use crate::test::ask::{Came, Form};
use crate::test::question::{Answered, Note};
use crate::test::remedies as remedy;

/// A probe that is not answered as it should be.
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) form: Form,
    pub(super) path: String,
    pub(super) came: Came,
    pub(super) note: Note,
    pub(super) full: bool,
}

impl Problem {
    /// Whether it is one.
    pub(super) fn is_one(&self, details_may_be_seen: bool) -> bool {
        let Came::Response(status, headers) = &self.came else {
            return true;
        };
        match self.note.answered {
            Answered::No | Answered::ByAnother => true,
            Answered::WithDetails if !details_may_be_seen => true,
            Answered::Plainly | Answered::WithDetails => !self.is_as_said(*status, headers),
        }
    }

    fn what_to_do(&self) -> &'static str {
        match (&self.came, self.note.answered) {
            (_, Answered::ByAnother) => remedy::ANOTHER,
            (Came::Response(status, headers), answered) => match answered {
                Answered::WithDetails if self.is_as_said(*status, headers) => remedy::DETAILS,
                Answered::No => self.where_to_put_it(*status, headers),
                _ => remedy::CHANGED,
            },
            _ => remedy::LIMIT,
        }
    }

    /// It never came to the layer.
    fn where_to_put_it(&self, status: StatusCode, headers: &HeaderMap) -> &'static str {
        match status.as_u16() {
            401 | 407 => remedy::AUTH,
            403 => remedy::FORBIDDEN,
            404 | 405 => remedy::FALLBACK,
            200 if headers.contains_key("grpc-status") && !self.full => remedy::FALLBACK,
            _ if self.full => remedy::LIMIT,
            400 | 421 => remedy::HOST,
            500 => remedy::NO_SERVER,
            200..300 => remedy::ROUTE,
            _ => remedy::OUTSIDE,
        }
    }

    /// Whether the response is the one that the layer gave.
    fn is_as_said(&self, status: StatusCode, headers: &HeaderMap) -> bool {
        let said = self.note.said.unwrap_or(StatusCode::OK);
        status == said && (self.form != Form::Grpc || is_of_grpc(headers))
    }
}

fn is_of_grpc(headers: &HeaderMap) -> bool {
    let kind = headers.get(http::header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/grpc"))
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let full = if self.full {
            ", while the application is full,"
        } else {
            ""
        };
        write!(f, "{}{full} ", self.form.of(&self.path))?;
        match &self.came {
            Came::Unready => f.write_str("found a service that never gets ready")?,
            Came::Pending(patience) => write!(f, "was not answered within {patience:?}")?,
            Came::Failed(error) => write!(f, "failed with `{error}`")?,
            Came::Response(status, headers) => {
                write!(f, "was answered {}", status.as_u16())?;
                if let Some(code) = headers.get("grpc-status") {
                    write!(f, ", as gRPC {}", String::from_utf8_lossy(code.as_bytes()))?;
                }
                if let Some(said) = self.note.said.filter(|said| said != status) {
                    write!(f, ", where the layer said {}", said.as_u16())?;
                }
            }
        }
        write!(f, ": {}", self.what_to_do())
    }
}
