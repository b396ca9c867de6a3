//! What the attribute macros put into the binary. Hidden from the documentation: only macros write it.

#![allow(missing_docs, reason = "only macros write and read it")]

use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;

use crate::Probe;
use crate::check::{FromState, Options, Outcome, StateMap};

type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// One annotated function. Costs nothing before `start()`: a static without allocation.
#[derive(Debug)]
pub struct Entry {
    pub name: &'static str,
    pub probe: Probe,
    pub file: &'static str,
    pub line: u32,
    pub options: Options,
    pub arguments: &'static [Argument],
    pub run: Run,
}

/// One argument of an annotated function.
#[derive(Debug)]
pub struct Argument {
    pub name: &'static str,
    pub wanted: fn() -> &'static str,
    pub present: fn(&StateMap) -> bool,
}

impl Argument {
    /// Describes an argument of type `T`.
    #[must_use]
    pub const fn of<T: FromState>(name: &'static str) -> Self {
        Self {
            name,
            wanted: T::wanted,
            present: |states| T::from_state(states).is_some(),
        }
    }
}

#[allow(
    clippy::exhaustive_enums,
    reason = "macros of the same version match it"
)]
/// How an annotated function is called. A liveness check can't be `Async`, by type of what the macro writes.
#[derive(Clone, Copy)]
pub enum Run {
    /// `None` if a state is missing, which `start()` has excluded.
    Sync(fn(&StateMap) -> Option<Outcome>),
    /// `None` if a state is missing, which `start()` has excluded.
    Async(fn(&StateMap) -> Option<Boxed<Outcome>>),
}

impl fmt::Debug for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sync(_) => "Sync",
            Self::Async(_) => "Async",
        })
    }
}

/// What `inventory` collects.
#[derive(Debug)]
pub struct Registration(pub &'static Entry);

inventory::collect!(Registration);

/// A check that was named in code, with `checks![path::to::check]`.
#[derive(Clone, Copy)]
pub struct CheckRef(&'static Entry);

impl CheckRef {
    #[doc(hidden)]
    #[must_use]
    pub const fn new(entry: &'static Entry) -> Self {
        Self(entry)
    }

    pub(crate) const fn entry(self) -> &'static Entry {
        self.0
    }
}

impl fmt::Debug for CheckRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CheckRef").field(&self.0.name).finish()
    }
}

/// Where a check stands in the source, for messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) file: &'static str,
    pub(crate) line: u32,
}

impl From<&'static Location<'static>> for Place {
    fn from(location: &'static Location<'static>) -> Self {
        Self {
            file: location.file(),
            line: location.line(),
        }
    }
}

impl From<&'static Entry> for Place {
    fn from(entry: &'static Entry) -> Self {
        Self {
            file: entry.file,
            line: entry.line,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}
