use std::env;
use std::ffi::OsString;
use std::io::{self, Write as _};
use std::path::Path;
use std::process;

use crate::exec::args::{self, Asked, USAGE};
use crate::exec::failure::Code;
use crate::exec::run;

/// The first argument that makes a program a probe client.
const WORD: &str = "health-probe";

/// Makes the service's own program a probe client: where its first argument is `health-probe`, asks the target, and ends the
/// process. Otherwise returns at once.
///
/// For Kubernetes `exec` probes and Docker's `HEALTHCHECK`, in images that have neither a shell nor curl. Call it first in `main`,
/// which may be `async`, and may return whatever it returns:
///
/// ```no_run
/// #[tokio::main]
/// async fn main() -> Result<(), Box<dyn std::error::Error>> {
///     health_tower::exec_probe();
///     // … the service
///     Ok(())
/// }
/// ```
///
/// ```yaml
/// livenessProbe:
///   exec: { command: [/orders, health-probe, "http://localhost:8080/health/live"] }
///   timeoutSeconds: 2      # more than the probe's own, so that it can say what it waited for
/// ```
///
/// ```dockerfile
/// HEALTHCHECK --interval=5s --timeout=2s CMD ["/orders", "health-probe", "http://localhost:8080/health/ready"]
/// ```
///
/// # Targets
///
/// | target | healthy if |
/// |---|---|
/// | `http://localhost:8080/health/ready` | the answer to GET is 2xx; a redirect is not followed, and is a failure. The port is 80 if none is said |
/// | `unix:/run/orders/health.sock:/health/ready` | the same, over a Unix socket, as `ProbeServer::bind_unix` makes it |
/// | `grpc://localhost:50051/orders.v1.Orders` | `grpc.health.v1.Health/Check` says `SERVING` for this service; without a name, for the whole server |
///
/// There is no TLS: a service asks itself, where nobody listens in. One that demands TLS is asked through a `ProbeServer`.
///
/// # Options
///
/// | option | what it does |
/// |---|---|
/// | `--timeout 1s` | for connecting and the answer together; 1 s, as the kubelet's, where it isn't said |
/// | `--header 'name: value'` | is sent along, as gRPC metadata too; can be repeated |
/// | `--verbose` | says what was answered, on standard output |
///
/// # Exit codes
///
/// Those of [grpc_health_probe](https://github.com/grpc-ecosystem/grpc-health-probe). For all but 0, one line on standard error says
/// what was asked, what was wrong, and what to do. Docker wants 1 for unhealthy, and takes the others for the same.
///
/// | code | means |
/// |---|---|
/// | 0 | healthy |
/// | 1 | the arguments are wrong |
/// | 2 | no connection, or not in time |
/// | 3 | a connection, but no proper answer, or not in time; gRPC: the call failed |
/// | 4 | an answer that is not 2xx, or not `SERVING` |
pub fn exec_probe() {
    if let Some(code) = exec_probe_from(env::args_os()) {
        process::exit(code.into());
    }
}

/// Does what [`exec_probe`] does, with these arguments, the first being the program's name, and returns the exit code instead of
/// ending the process. `None` if no probe was asked for.
///
/// The code fits `ExitCode::from(code)` and `std::process::exit(code.into())`. It blocks until the answer is there, on a thread and
/// a runtime of its own, and may be called inside and outside of another.
///
/// ```
/// use std::process::ExitCode;
///
/// fn main() -> ExitCode {
///     if let Some(code) = health_tower::exec_probe_from(std::env::args_os()) {
///         return ExitCode::from(code);
///     }
///     // … the service
///     ExitCode::SUCCESS
/// }
/// ```
pub fn exec_probe_from<A>(args: impl IntoIterator<Item = A>) -> Option<u8>
where
    A: Into<OsString>,
{
    let mut args = args.into_iter().map(Into::into);
    let program = args.next().unwrap_or_default();
    if args.next()? != WORD {
        return None;
    }
    let program = Path::new(&program).file_name().unwrap_or_default();
    let program = program.to_string_lossy();

    // Nobody may be there to read what is written; the exit code counts.
    let (code, _written) = match args::parse(args) {
        Ok(Asked::Help) => (Code::Healthy, print(&usage(&program))),
        Ok(Asked::Probe(probe)) => match run::on_a_thread(&probe) {
            Ok(answer) if probe.verbose => {
                (Code::Healthy, print(&format!("{}: {answer}", probe.target)))
            }
            Ok(_) => (Code::Healthy, Ok(())),
            Err(failure) => {
                let line = format!("{program} {WORD}: {}: {failure}", probe.target);
                (failure.code, complain(&line))
            }
        },
        Err(why) => {
            let line = format!("{program} {WORD}: {why}\n{}", usage(&program));
            (Code::Arguments, complain(&line))
        }
    };
    Some(code as u8)
}

fn usage(program: &str) -> String {
    format!("usage: {program} {WORD} {USAGE}")
}

fn print(text: &str) -> io::Result<()> {
    writeln!(io::stdout(), "{text}")
}

fn complain(text: &str) -> io::Result<()> {
    writeln!(io::stderr(), "{text}")
}
