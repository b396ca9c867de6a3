use std::fmt;
use std::path::PathBuf;

use http::Uri;
use http::uri::{Authority, PathAndQuery};

/// What is asked.
#[derive(Debug)]
pub(crate) enum Target {
    Http {
        authority: Authority,
        path: PathAndQuery,
    },
    Unix {
        socket: PathBuf,
        path: PathAndQuery,
    },
    Grpc {
        authority: Authority,
        service: String,
    },
}

impl Target {
    /// Reads a target; else says what is wrong with it.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (scheme, rest) = text.split_once(':').unwrap_or_default();
        let parsed = match &*scheme.to_ascii_lowercase() {
            "http" => http(text),
            "unix" => unix(rest),
            "grpc" => grpc(text),
            "https" | "grpcs" => Err(
                "there is no TLS here: a service asks itself. Ask a plain port, or the one of a `ProbeServer`: \
                 http://localhost:9090/health/ready"
                    .to_owned(),
            ),
            _ => Err("begin it with http://, unix: or grpc://".to_owned()),
        };
        parsed.map_err(|why| format!("the target {text:?} can't be asked: {why}"))
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Http { authority, path } => write!(f, "http://{authority}{path}"),
            Self::Unix { socket, path } => write!(f, "unix:{}:{path}", socket.display()),
            Self::Grpc { authority, service } if service.is_empty() => {
                write!(f, "grpc://{authority}")
            }
            Self::Grpc { authority, service } => write!(f, "grpc://{authority}/{service}"),
        }
    }
}

/// Host and port, to connect to.
pub(crate) fn address(authority: &Authority) -> (&str, u16) {
    let host = authority.host();
    let without = host.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
    (without.unwrap_or(host), authority.port_u16().unwrap_or(80))
}

fn http(text: &str) -> Result<Target, String> {
    let (authority, path) = url(text)?;
    Ok(Target::Http { authority, path })
}

/// As nginx writes it.
fn unix(rest: &str) -> Result<Target, String> {
    let wrong = "write it as unix:/run/orders/health.sock:/health/ready";
    let (socket, _) = rest.rsplit_once(":/").ok_or(wrong)?;
    let path = &rest[socket.len() + 1..];
    if socket.is_empty() {
        return Err(wrong.to_owned());
    }
    let path = path.parse().map_err(|error| format!("{error}; {wrong}"))?;
    let socket = socket.into();
    Ok(Target::Unix { socket, path })
}

fn grpc(text: &str) -> Result<Target, String> {
    let (authority, path) = url(text)?;
    if authority.port_u16().is_none() {
        return Err("it has no port; write it as grpc://localhost:50051".to_owned());
    }
    let service = path.path().trim_start_matches('/').to_owned();
    if path.query().is_some() || service.contains('/') {
        return Err("after the port comes the name of a service, as orders.v1.Orders".to_owned());
    }
    Ok(Target::Grpc { authority, service })
}

fn url(text: &str) -> Result<(Authority, PathAndQuery), String> {
    let uri: Uri = text.parse().map_err(|error| format!("{error}"))?;
    let parts = uri.into_parts();
    let authority = parts.authority.ok_or("it has no host")?;
    if authority.as_str().contains('@') {
        return Err("it has a password in it; use --header 'authorization: …'".to_owned());
    }
    let port = authority.as_str().len() > authority.host().len();
    if authority.host().is_empty() || (port && authority.port_u16().is_none()) {
        return Err("it needs a host, and a port from 1 to 65535".to_owned());
    }
    let path = parts.path_and_query;
    let path = path.unwrap_or_else(|| PathAndQuery::from_static("/"));
    Ok((authority, path))
}
