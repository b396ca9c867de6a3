use std::error::Error;
use std::net::SocketAddr;
use std::path::PathBuf;

use health_tower::Scope;

/// All of them must be given.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) folder: PathBuf,
    pub(crate) store: SocketAddr,
    pub(crate) heart: SocketAddr,
    /// Whose store it is: this replica's, or everybody's.
    pub(crate) scope: Scope,
    /// Whether the reading of one order is judged by itself.
    pub(crate) grouped: bool,
}

impl Settings {
    pub(crate) fn parse(args: &[&str]) -> Result<Self, Box<dyn Error>> {
        let value = |name: &str| {
            let mut given = args.iter().filter_map(|arg| arg.split_once('='));
            given
                .find_map(|(known, value)| (known == name).then_some(value))
                .ok_or_else(|| format!("{name}=… is missing"))
        };
        Ok(Self {
            folder: value("folder")?.into(),
            store: value("store")?.parse()?,
            heart: value("heart")?.parse()?,
            scope: match value("scope")? {
                "shared" => Scope::Shared,
                "local" => Scope::Local,
                other => return Err(format!("no scope: {other}").into()),
            },
            grouped: value("grouped")?.parse()?,
        })
    }
}
