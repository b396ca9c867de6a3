use std::collections::BTreeMap;

use crate::{Health, RouteGroup};

/// Which requests are of which group: the longest prefix first.
#[derive(Debug)]
pub(crate) struct Groups(Vec<(String, RouteGroup)>);

impl Groups {
    /// Declares them; none, where there are none. Or says everything that is wrong.
    pub(crate) fn new(
        health: &Health,
        groups: &[(String, Vec<String>)],
    ) -> Result<Option<Self>, Vec<String>> {
        let problems = problems(groups);
        if !problems.is_empty() {
            return Err(problems);
        }
        let mut all = Vec::new();
        for (name, prefixes) in groups {
            let Some(group) = health.route_group(name) else {
                return Err(vec![format!(
                    "there is no room for the group {name:?}: a `Health` has 16 groups of routes at most; declare parts of the service, \
                     not its paths"
                )]);
            };
            let prefixes = prefixes.iter().map(|prefix| (prefix.clone(), group));
            all.extend(prefixes);
        }
        all.sort_by_key(|(prefix, _)| std::cmp::Reverse(prefix.len()));
        Ok((!all.is_empty()).then_some(Self(all)))
    }

    pub(crate) fn of(&self, path: &str) -> Option<RouteGroup> {
        let found = self.0.iter().find(|(prefix, _)| is_prefix(prefix, path));
        found.map(|(_, group)| *group)
    }
}

/// By whole segments.
fn is_prefix(prefix: &str, path: &str) -> bool {
    let rest = path.strip_prefix(prefix.trim_end_matches('/'));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn problems(groups: &[(String, Vec<String>)]) -> Vec<String> {
    let mut problems = Vec::new();
    let mut known = BTreeMap::new();
    for (name, prefixes) in groups {
        if name.trim().is_empty() {
            problems.push("a group of routes has no name".to_owned());
        }
        if prefixes.is_empty() {
            problems.push(format!(
                "the group {name:?} has no prefix, and no request would be of it"
            ));
        }
        for prefix in prefixes {
            if !prefix.starts_with('/') {
                problems.push(format!(
                    "the prefix {prefix:?} of the group {name:?} must begin with `/`, as paths do"
                ));
            }
            let key = prefix.trim_end_matches('/');
            if let Some(other) = known.insert(key, name) {
                problems.push(format!(
                    "the prefix {prefix:?} is of the group {other:?} and of {name:?}; a request is of one"
                ));
            }
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(all: &[(&str, &[&str])]) -> Vec<(String, Vec<String>)> {
        let owned =
            |prefixes: &[&str]| prefixes.iter().map(|prefix| (*prefix).to_owned()).collect();
        all.iter()
            .map(|(name, prefixes)| ((*name).to_owned(), owned(prefixes)))
            .collect()
    }

    #[tokio::test]
    async fn the_longest_prefix_of_whole_segments_is_the_one() {
        let health = Health::builder().linked(false).start().unwrap();
        let declared = groups(&[
            ("all", &["/"]),
            ("orders", &["/orders", "/v1/orders/"]),
            ("canary", &["/orders/canary"]),
        ]);
        let table = Groups::new(&health, &declared).unwrap().unwrap();
        for (path, group) in [
            ("/orders", "orders"),
            ("/orders/", "orders"),
            ("/orders/7", "orders"),
            ("/v1/orders", "orders"),
            ("/orders/canary/7", "canary"),
            ("/orders/canary-2", "orders"),
            ("/orders-old", "all"),
            ("/", "all"),
        ] {
            assert_eq!(table.of(path).unwrap().name(), group, "{path}");
        }
        let some = groups(&[("orders", &["/orders"])]);
        let table = Groups::new(&health, &some).unwrap().unwrap();
        for path in ["/", "/order", "/orders-old", "", "*"] {
            assert!(table.of(path).is_none(), "{path}");
        }
        assert!(Groups::new(&health, &[]).unwrap().is_none());
    }

    #[tokio::test]
    async fn everything_that_is_wrong_is_said_at_once() {
        let health = Health::builder().linked(false).start().unwrap();
        let wrong = groups(&[("", &["/a"]), ("none", &[]), ("orders", &["orders", "/a/"])]);
        let problems = Groups::new(&health, &wrong).unwrap_err();
        assert_eq!(
            problems,
            [
                "a group of routes has no name",
                "the group \"none\" has no prefix, and no request would be of it",
                "the prefix \"orders\" of the group \"orders\" must begin with `/`, as paths do",
                "the prefix \"/a/\" is of the group \"\" and of \"orders\"; a request is of one",
            ]
        );
        let many: Vec<_> = (0..17)
            .map(|at| (format!("group {at}"), vec![format!("/{at}")]))
            .collect();
        let problems = Groups::new(&health, &many).unwrap_err();
        assert!(problems[0].contains("\"group 16\""), "{problems:?}");
        assert!(Groups::new(&health, &many[..16]).is_ok(), "the same again");
    }
}
