use std::str::FromStr;

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum What {
    /// One order.
    Read,
    List,
    Write,
    Stock,
    /// One order, over gRPC.
    Grpc,
    Report,
}

/// What is asked for how often, of a hundred requests.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mix(&'static [(u32, What)]);

const USUAL: &[(u32, What)] = &[
    (25, What::Read),
    (15, What::List),
    (15, What::Write),
    (15, What::Stock),
    (30, What::Grpc),
];

/// One route has nearly all of it.
const READING: &[(u32, What)] = &[
    (85, What::Read),
    (5, What::Write),
    (5, What::Stock),
    (5, What::Grpc),
];

const REPORTS: &[(u32, What)] = &[(100, What::Report)];

impl Mix {
    pub(crate) fn pick(self) -> What {
        let mut at = fastrand::u32(0..100);
        for (share, what) in self.0 {
            match at.checked_sub(*share) {
                Some(beyond) => at = beyond,
                None => return *what,
            }
        }
        What::Read
    }
}

impl FromStr for Mix {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "usual" => Ok(Self(USUAL)),
            "reading" => Ok(Self(READING)),
            "reports" => Ok(Self(REPORTS)),
            _ => Err(format!("no such mix: {name}")),
        }
    }
}
