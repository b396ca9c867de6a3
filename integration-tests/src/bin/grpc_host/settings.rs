use std::time::Duration;

use health_tower::BoxError;

/// What the command line says.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) server: String,
    /// `lame_duck=MS`. None by default.
    pub(crate) lame_duck: Duration,
    /// `deadline=MS`, of the drain. Longer than any test waits, by default.
    pub(crate) deadline: Duration,
    /// `down=CHECK`: it fails from the beginning.
    pub(crate) down: Option<String>,
    /// `held`: serves before any check has an outcome, which they have once they are released.
    pub(crate) held: bool,
    /// `http1`: the port takes HTTP/1.1 too, which tonic has to be told.
    pub(crate) http1: bool,
    /// `compressing`: a layer around all others compresses whatever a client accepts compressed.
    pub(crate) compressing: bool,
    /// `lingering`, for `hyper`: goes on accepting while it closes, and sends no GOAWAY, until nothing is in flight.
    pub(crate) lingering: bool,
}

impl Settings {
    pub(crate) fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, BoxError> {
        let mut settings = Self {
            server: arguments.next().ok_or("needs a server")?,
            lame_duck: Duration::ZERO,
            deadline: Duration::from_secs(60),
            down: None,
            held: false,
            http1: false,
            compressing: false,
            lingering: false,
        };
        for argument in arguments {
            match argument.split_once('=').unwrap_or((&argument, "")) {
                ("lame_duck", time) => settings.lame_duck = millis(time)?,
                ("deadline", time) => settings.deadline = millis(time)?,
                ("down", check) => settings.down = Some(check.to_owned()),
                ("held", "") => settings.held = true,
                ("http1", "") => settings.http1 = true,
                ("compressing", "") => settings.compressing = true,
                ("lingering", "") => settings.lingering = true,
                _ => return Err(format!("no option: {argument}").into()),
            }
        }
        Ok(settings)
    }
}

fn millis(text: &str) -> Result<Duration, BoxError> {
    Ok(Duration::from_millis(text.parse()?))
}
