use std::time::Duration;

/// Limits that are not given are the defaults.
#[derive(Debug, Default)]
pub(crate) struct Settings {
    pub(crate) stalled: Option<Duration>,
    pub(crate) stuck: Option<Duration>,
    pub(crate) pulse: Option<Duration>,
    /// How long a request for `/work` computes; 3 ms where it isn't said.
    pub(crate) work: Option<Duration>,
    /// Whether the consumer has something to do all the time.
    pub(crate) working: bool,
}

impl Settings {
    pub(crate) fn parse(args: &[&str]) -> Result<Self, String> {
        let mut settings = Self::default();
        for arg in args {
            let (name, value) = arg.split_once('=').unwrap_or((arg, "0"));
            let millis = value.parse().map_err(|_| format!("not a number: {arg}"))?;
            let limit = Some(Duration::from_millis(millis));
            match name {
                "stalled" => settings.stalled = limit,
                "stuck" => settings.stuck = limit,
                "pulse" => settings.pulse = limit,
                "work" => settings.work = limit,
                "working" => settings.working = true,
                "idle" => settings.working = false,
                _ => return Err(format!("not a setting: {arg}")),
            }
        }
        Ok(settings)
    }
}
