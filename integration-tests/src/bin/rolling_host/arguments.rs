use std::env;
use std::net::SocketAddr;
use std::time::Duration;

use health_tower::{BoxError, DrainPolicy};

use crate::ending::Ending;
use crate::server::Server;

pub(crate) struct Arguments {
    pub(crate) addr: SocketAddr,
    pub(crate) server: Server,
    pub(crate) ending: Ending,
}

impl Arguments {
    pub(crate) fn from_env() -> Result<Self, BoxError> {
        let arguments: Vec<String> = env::args().skip(1).collect();
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let [addr, server, ending @ ..] = &arguments[..] else {
            return Err("needs an address, a server and an ending".into());
        };
        let server = match *server {
            "axum" => Server::Axum,
            "tonic" => Server::Tonic,
            other => return Err(format!("no server is called {other}").into()),
        };
        let ending = match *ending {
            ["abrupt"] => Ending::Abrupt,
            ["own"] => Ending::Own,
            ["health", lame_duck, deadline] => Ending::Health(
                DrainPolicy::default()
                    .lame_duck(Duration::from_millis(lame_duck.parse()?))
                    .deadline(Duration::from_millis(deadline.parse()?)),
            ),
            _ => return Err(format!("no ending is called {ending:?}").into()),
        };
        Ok(Self {
            addr: addr.parse()?,
            server,
            ending,
        })
    }
}
