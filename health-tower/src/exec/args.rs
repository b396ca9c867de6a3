use std::ffi::OsString;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};
use lexopt::{Arg, Parser, ValueExt};

use crate::exec::target::Target;

/// The kubelet's own.
const TIMEOUT: Duration = Duration::from_secs(1);

pub(crate) const USAGE: &str = "[--timeout 1s] [--header 'name: value'] [--verbose] TARGET

TARGET is one of
  http://localhost:8080/health/ready          healthy if the answer is 2xx
  unix:/run/orders/health.sock:/health/ready  the same, over a Unix socket
  grpc://localhost:50051[/orders.v1.Orders]   healthy if grpc.health.v1.Health says SERVING

--timeout  for connecting and the answer together; 1s if not said
--header   is sent along; can be repeated
--verbose  says what was answered

exit code: 0 healthy, 1 wrong arguments, 2 no connection, 3 no proper answer, 4 not healthy";

/// What the command line asks for.
#[derive(Debug)]
pub(crate) enum Asked {
    Help,
    Probe(Probe),
}

/// One probe.
#[derive(Debug)]
pub(crate) struct Probe {
    pub(crate) target: Target,
    pub(crate) timeout: Duration,
    pub(crate) headers: HeaderMap,
    pub(crate) verbose: bool,
}

/// Reads what follows the word; else says what is wrong, and how it is written.
pub(crate) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Asked, String> {
    let said = |error: lexopt::Error| error.to_string();
    let mut parser = Parser::from_args(args);
    let mut target = None;
    let (mut timeout, mut verbose) = (TIMEOUT, false);
    let mut headers = HeaderMap::new();
    while let Some(arg) = parser.next().map_err(said)? {
        match arg {
            Arg::Long("timeout") => timeout = duration(&value(&mut parser)?)?,
            Arg::Long("header") => {
                let (name, value) = header(&value(&mut parser)?)?;
                headers.append(name, value);
            }
            Arg::Long("verbose") | Arg::Short('v') => verbose = true,
            Arg::Long("help") | Arg::Short('h') => return Ok(Asked::Help),
            Arg::Value(_) if target.is_some() => {
                return Err("there are two targets; ask one at a time".to_owned());
            }
            Arg::Value(text) => {
                let text = text.string().map_err(said)?;
                target = Some(Target::parse(&text)?);
            }
            other @ (Arg::Long(_) | Arg::Short(_)) => return Err(said(other.unexpected())),
        }
    }
    let target =
        target.ok_or("no target; say what to ask, as http://localhost:8080/health/ready")?;
    Ok(Asked::Probe(Probe {
        target,
        timeout,
        headers,
        verbose,
    }))
}

fn value(parser: &mut Parser) -> Result<String, String> {
    let value = parser.value().and_then(ValueExt::string);
    value.map_err(|error| error.to_string())
}

/// No prober waits longer, and clocks would overflow.
const DAY: Duration = Duration::from_secs(24 * 3600);

fn duration(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text) {
        Ok(duration) if duration > DAY => Err(format!(
            "--timeout {text:?} is more than a day; say 1s, or 500ms"
        )),
        Ok(duration) if !duration.is_zero() => Ok(duration),
        Ok(_) => Err("--timeout 0 is no time; say 1s, or 500ms".to_owned()),
        Err(error) => Err(format!("--timeout {text:?}: {error}; say 1s, or 500ms")),
    }
}

fn header(text: &str) -> Result<(HeaderName, HeaderValue), String> {
    let wrong = || format!("--header {text:?} is not a header; write it as 'name: value'");
    let (name, value) = text.split_once(':').ok_or_else(wrong)?;
    let name = name.trim().parse().map_err(|_| wrong())?;
    let value = value.trim().parse().map_err(|_| wrong())?;
    Ok((name, value))
}
