//! What can go wrong with a request, and how HTTP and gRPC say it.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use tonic::{Code, Status};

#[derive(Debug)]
pub(crate) enum Error {
    NotFound,
    Invalid(&'static str),
    /// The database is away: somebody else may serve the request, or this instance later.
    Unavailable,
    Internal,
}

impl Error {
    fn parts(&self) -> (StatusCode, Code, &'static str) {
        match self {
            Self::NotFound => (StatusCode::NOT_FOUND, Code::NotFound, "no such order"),
            Self::Invalid(why) => {
                let status = StatusCode::UNPROCESSABLE_ENTITY;
                (status, Code::InvalidArgument, *why)
            }
            Self::Unavailable => {
                let status = StatusCode::SERVICE_UNAVAILABLE;
                (status, Code::Unavailable, "the database is not available")
            }
            Self::Internal => {
                let status = StatusCode::INTERNAL_SERVER_ERROR;
                (status, Code::Internal, "internal error")
            }
        }
    }
}

impl From<sqlx::Error> for Error {
    /// The cause stays here, in the log: it is nothing for strangers.
    fn from(error: sqlx::Error) -> Self {
        use sqlx::Error::{Io, PoolClosed, PoolTimedOut};

        if matches!(error, PoolClosed | PoolTimedOut | Io(_)) {
            tracing::debug!(%error, "the database is not available");
            Self::Unavailable
        } else {
            tracing::error!(%error, "a query failed");
            Self::Internal
        }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let (status, _, message) = self.parts();
        (status, format!("{message}\n")).into_response()
    }
}

impl From<Error> for Status {
    fn from(error: Error) -> Self {
        let (_, code, message) = error.parts();
        Self::new(code, message)
    }
}
