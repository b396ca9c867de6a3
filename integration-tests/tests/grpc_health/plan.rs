use std::env;

/// What the environment says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    /// `GRPC_WATCHES`: how many idle streams are measured.
    pub(crate) watches: usize,
    /// `WRITE_GRPC`.
    pub(crate) write: bool,
}

impl Plan {
    pub(crate) fn from_env() -> Self {
        let watches = env::var("GRPC_WATCHES").map(|count| count.parse().unwrap());
        Self {
            watches: watches.unwrap_or(1000),
            write: env::var("WRITE_GRPC").is_ok_and(|write| write == "1"),
        }
    }
}
