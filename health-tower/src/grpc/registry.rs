use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use health_core::__private::is_unfit;

use crate::grpc::inbox::MAX_NAME;
use crate::grpc::services::ServiceError;
use crate::grpc_message::ServingStatus;
use crate::{Health, Part, Probe, ProbeStatus, Statuses};

/// Names that are there without being declared, and the probe that each follows.
const KNOWN: [(&str, Probe); 5] = [
    ("", Probe::Readiness),
    ("external", Probe::External),
    ("liveness", Probe::Liveness),
    ("readiness", Probe::Readiness),
    ("startup", Probe::Startup),
];

/// Which names there are, and what each follows.
#[derive(Debug)]
pub(crate) struct Registry {
    pub(crate) statuses: Statuses,
    parts: RwLock<BTreeMap<Cow<'static, str>, Part>>,
}

impl Registry {
    pub(crate) fn new(statuses: Statuses) -> Self {
        let parts = RwLock::default();
        Self { statuses, parts }
    }

    /// `None` where there is no service of that name.
    pub(crate) fn status(&self, name: &str) -> Option<ServingStatus> {
        match known(name) {
            Some(probe) => serving(self.statuses.probe(probe)),
            None => serving(self.parts().get(name)?.status()),
        }
    }

    /// All names with their statuses; `None` where there are more.
    pub(crate) fn all(&self, most: usize) -> Option<Vec<(String, ServingStatus)>> {
        let known = KNOWN.iter().filter_map(|(name, probe)| {
            let status = serving(self.statuses.probe(*probe))?;
            Some(((*name).to_owned(), status))
        });
        let mut all: Vec<_> = known.collect();
        let parts = self.parts();
        if all.len() + parts.len() > most {
            return None;
        }
        all.extend(parts.iter().filter_map(|(name, part)| {
            let status = serving(part.status())?;
            Some((name.clone().into_owned(), status))
        }));
        Some(all)
    }

    /// Adds a service that is not there yet.
    pub(crate) fn add(
        &self,
        health: &Health,
        name: Cow<'static, str>,
        checks: &[&str],
    ) -> Result<(), ServiceError> {
        let part = part(health, &name, checks)?;
        match self.parts_mut().entry(name) {
            Entry::Occupied(there) => {
                let why =
                    "there is one of that name already: name all its checks at once, or `set` them";
                Err(ServiceError::new(there.key(), why.to_owned()))
            }
            Entry::Vacant(vacant) => {
                vacant.insert(part);
                Ok(())
            }
        }
    }

    /// Adds a service, or gives the one of that name other checks.
    pub(crate) fn set(
        &self,
        health: &Health,
        name: Cow<'static, str>,
        checks: &[&str],
    ) -> Result<(), ServiceError> {
        let part = part(health, &name, checks)?;
        // Dropped after the lock.
        let _before = self.parts_mut().insert(name, part);
        Ok(())
    }

    pub(crate) fn remove(&self, name: &str) -> bool {
        // Dropped after the lock.
        let removed = self.parts_mut().remove(name);
        removed.is_some()
    }

    fn parts(&self) -> RwLockReadGuard<'_, BTreeMap<Cow<'static, str>, Part>> {
        self.parts.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn parts_mut(&self) -> RwLockWriteGuard<'_, BTreeMap<Cow<'static, str>, Part>> {
        self.parts.write().unwrap_or_else(PoisonError::into_inner)
    }
}

fn part(health: &Health, name: &str, checks: &[&str]) -> Result<Part, ServiceError> {
    let wrong = |why: String| ServiceError::new(name, why);
    if let Some(why) = unfit(name) {
        return Err(wrong(why));
    }
    let part = health.part(checks.iter().copied());
    part.map_err(|unknown| wrong(unknown.to_string()))
}

/// What is asked with this name: a service that was declared is a part of readiness.
pub(crate) fn asked(name: &str) -> Probe {
    known(name).unwrap_or(Probe::Readiness)
}

fn known(name: &str) -> Option<Probe> {
    let found = KNOWN.iter().find(|(known, _)| *known == name);
    found.map(|(_, probe)| *probe)
}

fn serving(status: ProbeStatus) -> Option<ServingStatus> {
    match status {
        ProbeStatus::Up => Some(ServingStatus::Serving),
        ProbeStatus::Absent => None,
        _ => Some(ServingStatus::NotServing),
    }
}

/// Why no service can have this name.
fn unfit(name: &str) -> Option<String> {
    if let Some(probe) = known(name) {
        let why = format!("is there by itself, and follows {probe}; it needs no declaration");
        return Some(why);
    }
    if name.len() > MAX_NAME {
        return Some(format!(
            "is longer than {MAX_NAME} bytes, which no client may ask for"
        ));
    }
    let unfit = |letter: char| letter.is_whitespace() || is_unfit(letter);
    name.chars().any(unfit).then(|| {
        "has spaces, or characters that are not seen; clients ask for it as it is in the .proto, `package.Service`"
            .to_owned()
    })
}
