use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use crate::Probe;
use crate::check::Outcome;
use crate::check::definition::Body;
use crate::check::entry::Place;
use crate::check::names::bad_name;
use crate::check::{Check, CheckRef, Entry, Options, Registration, Run, Settings, StateMap};
use crate::error::Problem;

/// A check that can run: named, validated, and without arguments.
pub(crate) struct Resolved {
    pub(crate) name: Cow<'static, str>,
    pub(crate) probe: Probe,
    pub(crate) settings: Settings,
    pub(crate) body: Body,
}

/// Everything that was registered, in any of the three ways; counted before anything runs.
#[derive(Debug, Default)]
pub(crate) struct Census {
    entries: Vec<&'static Entry>,
    checks: Vec<Check>,
    expected: Vec<String>,
}

impl Census {
    /// Adds what the linker kept of the annotated functions.
    pub(crate) fn add_linked(&mut self) {
        for Registration(entry) in inventory::iter::<Registration> {
            self.add_entry(entry);
        }
    }

    pub(crate) fn add_ref(&mut self, check: CheckRef) {
        self.add_entry(check.entry());
    }

    pub(crate) fn add_check(&mut self, check: Check) {
        self.checks.push(check);
    }

    pub(crate) fn expect(&mut self, name: String) {
        self.expected.push(name);
    }

    /// A check that is linked and also named with `checks![…]` is one check.
    fn add_entry(&mut self, entry: &'static Entry) {
        if !self.entries.iter().any(|known| std::ptr::eq(*known, entry)) {
            self.entries.push(entry);
        }
    }

    /// Gives every check its state and its settings, sorted by name, or says everything that is wrong.
    pub(crate) fn resolve(self, states: &Arc<StateMap>) -> Result<Vec<Resolved>, Vec<Problem>> {
        let mut resolver = Resolver::default();
        for entry in self.entries {
            resolver.missing(entry, states);
            let body = bind(entry, states);
            resolver.add(
                Cow::Borrowed(entry.name),
                entry.probe,
                entry.into(),
                &entry.options,
                body,
            );
        }
        for check in self.checks {
            resolver.add(
                check.name,
                check.probe,
                check.place,
                &check.options,
                check.body,
            );
        }
        resolver.finish(self.expected)
    }
}

#[derive(Default)]
struct Resolver {
    resolved: Vec<Resolved>,
    places: HashMap<Cow<'static, str>, Place>,
    problems: Vec<Problem>,
}

impl Resolver {
    fn missing(&mut self, entry: &'static Entry, states: &StateMap) {
        for argument in entry.arguments {
            if !(argument.present)(states) {
                self.problems.push(Problem::MissingState {
                    check: entry.name.to_owned(),
                    place: entry.into(),
                    argument: argument.name,
                    wanted: (argument.wanted)(),
                    provided: states.names().to_vec(),
                });
            }
        }
    }

    fn add(
        &mut self,
        name: Cow<'static, str>,
        probe: Probe,
        place: Place,
        options: &Options,
        body: Body,
    ) {
        if let Some(why) = bad_name(&name) {
            let name = name.clone().into_owned();
            self.problems.push(Problem::BadName { name, place, why });
        }
        if let Some(first) = self.places.insert(name.clone(), place) {
            self.problems.push(Problem::NameTwice {
                name: name.clone().into_owned(),
                first,
                second: place,
            });
        }
        match Settings::resolve(options, probe) {
            Ok(settings) => self.resolved.push(Resolved {
                name,
                probe,
                settings,
                body,
            }),
            Err(wrong) => self
                .problems
                .extend(wrong.into_iter().map(|why| Problem::BadOption {
                    check: name.clone().into_owned(),
                    place,
                    why,
                })),
        }
    }

    fn finish(mut self, expected: Vec<String>) -> Result<Vec<Resolved>, Vec<Problem>> {
        let mut known: Vec<String> = self
            .places
            .keys()
            .map(|name| name.clone().into_owned())
            .collect();
        known.sort_unstable();
        for name in expected {
            if !self.places.contains_key(name.as_str()) {
                let known = known.clone();
                self.problems.push(Problem::NotLinked { name, known });
            }
        }
        if !self.problems.is_empty() {
            return Err(self.problems);
        }
        self.resolved
            .sort_by(|left, right| left.name.cmp(&right.name));
        Ok(self.resolved)
    }
}

fn bind(entry: &'static Entry, states: &Arc<StateMap>) -> Body {
    let states = Arc::clone(states);
    let missing = || Outcome::fail("a state of this check is missing");
    match entry.run {
        Run::Sync(run) => Body::Sync(Arc::new(move || run(&states).unwrap_or_else(missing))),
        Run::Async(run) => Body::Async(Arc::new(move || {
            run(&states).unwrap_or_else(|| Box::pin(async move { missing() }))
        })),
    }
}
