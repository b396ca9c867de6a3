use std::time::Duration;

/// A duration, or a text such as `"30s"`, `"1m 30s"` or `"250ms"`, that is read when the synthetic is started.
pub trait IntoDuration: sealed::Sealed {
    /// The duration, or what is wrong with the text.
    #[doc(hidden)]
    fn into_duration(self) -> Result<Duration, String>;
}

impl IntoDuration for Duration {
    fn into_duration(self) -> Result<Duration, String> {
        Ok(self)
    }
}

impl IntoDuration for &str {
    fn into_duration(self) -> Result<Duration, String> {
        humantime::parse_duration(self).map_err(|error| {
            format!(
                "{self:?} is no duration ({error}): write a number with its unit, as in \"30s\""
            )
        })
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for std::time::Duration {}
    impl Sealed for &str {}
}
