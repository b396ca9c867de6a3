use std::borrow::Cow;
use std::sync::LazyLock;

use crate::Probe;
use crate::paths::error::Problem;
use crate::paths::{LayerError, ProbePaths, Target};

/// Paths that the layer answers on, checked and ready to be matched.
#[derive(Debug)]
pub(crate) struct PathTable {
    /// What all paths begin with: one comparison lets an ordinary request through.
    prefix: Box<str>,
    paths: Box<[(Box<str>, Target)]>,
}

impl PathTable {
    /// The default paths, made once.
    pub(crate) fn standard() -> &'static Self {
        static STANDARD: LazyLock<PathTable> =
            LazyLock::new(|| PathTable::unchecked(&of_probes(&ProbePaths::default())));
        &STANDARD
    }

    /// Checks the paths, and reports everything that is wrong with them. None at all are wrong unless there are other ways to ask.
    pub(crate) fn new(
        probes: &ProbePaths,
        others: &[(Target, Cow<'static, str>)],
        is_asked_otherwise: bool,
    ) -> Result<Self, LayerError> {
        let mut problems = Vec::new();
        let paths = [&of_probes(probes), others].concat();
        for (at, (target, path)) in paths.iter().enumerate() {
            if let Some(why) = impossible(path) {
                let (target, path) = (*target, path.clone().into_owned());
                problems.push(Problem::Impossible { target, path, why });
            }
            let before = &paths[..at];
            if let Some((other, _)) = before
                .iter()
                .find(|(other, known)| known == path && other != target)
            {
                problems.push(Problem::Twice {
                    path: path.clone().into_owned(),
                    targets: [*other, *target],
                });
            }
        }
        if probes.paths.is_empty() && !is_asked_otherwise {
            problems.push(Problem::Nothing);
        }
        if problems.is_empty() {
            Ok(Self::unchecked(&paths))
        } else {
            Err(LayerError::new(problems))
        }
    }

    fn unchecked(paths: &[(Target, Cow<'static, str>)]) -> Self {
        let entries = paths
            .iter()
            .map(|(target, path)| (Box::from(path.as_ref()), *target));
        Self {
            prefix: common_prefix(paths.iter().map(|(_, path)| path.as_ref())).into(),
            paths: entries.collect(),
        }
    }

    /// What this path asks for.
    #[inline]
    pub(crate) fn target(&self, path: &str) -> Option<Target> {
        if path.as_bytes().starts_with(self.prefix.as_bytes()) {
            self.find(path)
        } else {
            None
        }
    }

    /// The first path on which this probe is answered.
    pub(crate) fn path(&self, probe: Probe) -> Option<&str> {
        let wanted = Target::Probe(probe);
        let found = self.paths.iter().find(|(_, target)| *target == wanted);
        found.map(|(path, _)| &**path)
    }

    /// The path as it was given to the layer, of one that may have been spelled otherwise.
    pub(crate) fn known(&self, path: &str) -> Option<&str> {
        self.entry(path).map(|(known, _)| &**known)
    }

    /// All paths on which probes are answered.
    #[cfg(feature = "test")]
    pub(crate) fn of_probes(&self) -> impl Iterator<Item = (Probe, &str)> {
        let paths = self
            .paths
            .iter()
            .flat_map(|(path, _)| Probe::ALL.map(|probe| (probe, &**path)));
        paths.filter(|(probe, path)| self.find(path) == Some(Target::Probe(*probe)))
    }

    fn find(&self, path: &str) -> Option<Target> {
        self.entry(path).map(|(_, target)| *target)
    }

    fn entry(&self, path: &str) -> Option<&(Box<str>, Target)> {
        let path = match path.strip_suffix('/') {
            Some(without_slash) if !without_slash.is_empty() && !without_slash.ends_with('/') => {
                without_slash
            }
            _ => path,
        };
        self.paths.iter().find(|(known, _)| &**known == path)
    }
}

fn of_probes(probes: &ProbePaths) -> Vec<(Target, Cow<'static, str>)> {
    let paths = probes.paths.iter();
    let target = |(probe, path): &(Probe, Cow<'static, str>)| (Target::Probe(*probe), path.clone());
    paths.map(target).collect()
}

/// Why no request could ever have this path, or only by accident.
fn impossible(path: &str) -> Option<&'static str> {
    // RFC 3986, `pchar` without percent-encoding: a path is compared as it was sent, never decoded.
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-._~!$&'()*+,;=:@/".contains(c);
    if !path.starts_with('/') {
        Some("must begin with `/`")
    } else if path.contains('{') || path.contains('}') {
        Some("is compared as it is: it can't have parameters")
    } else if path.contains(['?', '#']) {
        Some("must not have a query or a fragment; the query of a request is ignored")
    } else if !path.chars().all(allowed) {
        Some("may only have ASCII letters, digits and -._~!$&'()*+,;=:@ between slashes")
    } else if path.len() > 1 && path.ends_with('/') {
        Some("must not end with `/`; a request with one trailing slash matches all the same")
    } else if path.contains("//") {
        Some("must not have an empty segment")
    } else {
        None
    }
}

/// All paths are ASCII here, so that any cut is at a character.
fn common_prefix<'a>(mut paths: impl Iterator<Item = &'a str>) -> &'a str {
    let Some(first) = paths.next() else {
        return "";
    };
    paths.fold(first, |prefix, path| {
        let same = prefix
            .bytes()
            .zip(path.bytes())
            .take_while(|(left, right)| left == right);
        &prefix[..same.count()]
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn table(paths: &ProbePaths) -> Result<PathTable, LayerError> {
        PathTable::new(paths, &[], false)
    }

    fn probe_of(table: &PathTable, path: &str) -> Option<Probe> {
        match table.target(path) {
            Some(Target::Probe(probe)) => Some(probe),
            _ => None,
        }
    }

    fn probe(path: &str) -> Option<Probe> {
        probe_of(PathTable::standard(), path)
    }

    #[test]
    fn the_four_paths_with_and_without_a_slash() {
        assert_eq!(probe("/health/live"), Some(Probe::Liveness));
        assert_eq!(probe("/health/ready/"), Some(Probe::Readiness));
        assert_eq!(probe("/health/startup"), Some(Probe::Startup));
        assert_eq!(probe("/health/external"), Some(Probe::External));
    }

    #[test]
    fn what_only_looks_like_a_probe_belongs_to_the_application() {
        for path in [
            "",
            "/",
            "*",
            "/health",
            "/health/",
            "/health/live//",
            "//health/live",
            "/health//live",
            "/health/Live",
            "/health/%6Cive",
            "/health/live/x",
            "/health/liv",
            "/health/livez",
            "/health/live;v=1",
            "/health/live\0",
            "/health/./live",
        ] {
            assert_eq!(probe(path), None, "{path:?}");
        }
    }

    #[test]
    fn the_root_can_be_a_probe() {
        let table = table(&ProbePaths::none().ready("/")).unwrap();
        assert_eq!(probe_of(&table, "/"), Some(Probe::Readiness));
        assert_eq!(probe_of(&table, "//"), None);
        assert_eq!(probe_of(&table, "/orders"), None);
    }

    #[test]
    fn every_problem_is_reported_at_once() {
        let paths = ProbePaths::short()
            .live("ready")
            .ready("/live")
            .live("/a?b")
            .live("/{id}")
            .live("/a/")
            .live("/a//b")
            .live("/ü")
            .live("");
        let error = table(&paths).unwrap_err();
        assert_eq!(error.problems().len(), 8, "{error}");
    }

    #[test]
    fn the_same_path_twice_for_one_probe_is_harmless() {
        assert!(table(&ProbePaths::short().live("/live")).is_ok());
    }

    #[test]
    fn no_path_at_all_is_a_mistake() {
        assert!(table(&ProbePaths::none()).is_err());
    }

    proptest! {
        #[test]
        fn anything_that_was_accepted_matches_itself_and_nothing_panics(
            paths in proptest::collection::vec("/?[a-z/.?{%é]{0,6}", 1..4),
            asked in ".{0,12}",
        ) {
            let named = paths.iter().fold(ProbePaths::none(), |all, path| all.live(path.clone()));
            if let Ok(table) = table(&named) {
                for path in &paths {
                    prop_assert_eq!(probe_of(&table, path), Some(Probe::Liveness));
                }
                let with_slash = |path: &String| path != "/" && asked == format!("{path}/");
                let known = paths.iter().any(|path| *path == asked || with_slash(path));
                prop_assert_eq!(probe_of(&table, &asked).is_some(), known);
            }
        }
    }
}
