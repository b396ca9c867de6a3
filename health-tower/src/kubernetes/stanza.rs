use std::fmt;

/// One probe of a container. The indentation is that of a container in a pod's `spec`.
#[derive(Debug)]
pub(crate) struct Stanza<'a> {
    pub(crate) name: &'static str,
    pub(crate) why: &'static str,
    pub(crate) action: Action<'a>,
    pub(crate) period: u64,
    pub(crate) failures: u64,
}

/// How the kubelet asks.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Action<'a> {
    Http { path: &'a str, port: u16 },
    Grpc { service: &'static str, port: u16 },
}

impl fmt::Display for Stanza<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            why,
            action,
            period,
            failures,
        } = self;
        writeln!(f, "    # {why}")?;
        writeln!(f, "    {name}:")?;
        match action {
            Action::Http { path, port } => {
                writeln!(f, "      httpGet:")?;
                writeln!(f, "        path: {}", Scalar(path))?;
                writeln!(f, "        port: {port}")?;
            }
            Action::Grpc { service, port } => {
                writeln!(f, "      grpc:")?;
                writeln!(f, "        service: {service}")?;
                writeln!(f, "        port: {port}")?;
            }
        }
        writeln!(f, "      periodSeconds: {period}")?;
        writeln!(f, "      timeoutSeconds: 1")?;
        writeln!(f, "      failureThreshold: {failures}")
    }
}

/// A path, quoted where YAML could take it for something else. It holds neither quotes nor backslashes: the layer's paths are checked.
struct Scalar<'a>(&'a str);

impl fmt::Display for Scalar<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = |c: char| c.is_ascii_alphanumeric() || "/-._~".contains(c);
        if self.0.chars().all(plain) {
            f.write_str(self.0)
        } else {
            write!(f, "\"{}\"", self.0)
        }
    }
}
