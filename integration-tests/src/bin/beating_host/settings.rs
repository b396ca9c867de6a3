use std::error::Error;
use std::path::PathBuf;
use std::time::Duration;

/// `earned` or `blind`, then `name=value`: all of them must be given, but `revoke` and `required`.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) blind: bool,
    /// Separated by commas.
    pub(crate) endpoints: Vec<String>,
    pub(crate) prefix: String,
    pub(crate) name: String,
    /// In milliseconds, as all times.
    pub(crate) every: Duration,
    pub(crate) ttl: Duration,
    /// The default, if it is not given.
    pub(crate) revoke: Option<Duration>,
    pub(crate) required: bool,
    /// The Unix socket.
    pub(crate) socket: PathBuf,
}

impl Settings {
    pub(crate) fn parse(args: &[String]) -> Result<Self, Box<dyn Error>> {
        let given = |name: &str| {
            let mut given = args.iter().filter_map(|arg| arg.split_once('='));
            given.find_map(|(known, value)| (known == name).then_some(value))
        };
        let value = |name: &str| given(name).ok_or_else(|| format!("{name}=… is missing"));
        let millis = |text: &str| -> Result<Duration, Box<dyn Error>> {
            Ok(Duration::from_millis(text.parse()?))
        };
        let blind = match args.first().map(String::as_str) {
            Some("blind") => true,
            Some("earned") => false,
            _ => return Err("needs `earned` or `blind`, and settings".into()),
        };
        Ok(Self {
            blind,
            endpoints: value("endpoints")?.split(',').map(str::to_owned).collect(),
            prefix: value("prefix")?.to_owned(),
            name: value("name")?.to_owned(),
            every: millis(value("every")?)?,
            ttl: millis(value("ttl")?)?,
            revoke: given("revoke").map(millis).transpose()?,
            required: given("required") == Some("true"),
            socket: value("socket")?.into(),
        })
    }
}
