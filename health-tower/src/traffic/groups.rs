use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::{Health, RouteGroup, Traffic};

/// Which requests are of which group, the longest prefix first; and which wait by design.
#[derive(Debug)]
pub(crate) struct Groups {
    groups: Vec<(String, RouteGroup)>,
    slow: Vec<String>,
}

impl Groups {
    /// Declares them; none, where there are none. Or says everything that is wrong.
    pub(crate) fn new(health: &Health, traffic: &Traffic) -> Result<Option<Self>, Vec<String>> {
        let problems = problems(traffic);
        if !problems.is_empty() {
            return Err(problems);
        }
        let mut groups = Vec::new();
        for (name, prefixes) in &traffic.groups {
            let Some(group) = health.route_group(name) else {
                return Err(vec![format!(
                    "there is no room for the group {name:?}: a `Health` has 16 groups of routes at most; declare parts of the service, \
                     not its paths"
                )]);
            };
            groups.extend(prefixes.iter().map(|prefix| (prefix.clone(), group)));
        }
        groups.sort_by_key(|(prefix, _)| Reverse(prefix.len()));
        let slow = traffic.slow.clone();
        let any = !groups.is_empty() || !slow.is_empty();
        Ok(any.then_some(Self { groups, slow }))
    }

    pub(crate) fn of(&self, path: &str) -> Option<RouteGroup> {
        let found = self
            .groups
            .iter()
            .find(|(prefix, _)| is_prefix(prefix, path));
        found.map(|(_, group)| *group)
    }

    pub(crate) fn is_slow(&self, path: &str) -> bool {
        self.slow.iter().any(|prefix| is_prefix(prefix, path))
    }
}

/// By whole segments.
fn is_prefix(prefix: &str, path: &str) -> bool {
    let rest = path.strip_prefix(prefix.trim_end_matches('/'));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn problems(traffic: &Traffic) -> Vec<String> {
    let mut problems = Vec::new();
    let mut known = BTreeMap::new();
    for prefix in traffic
        .slow
        .iter()
        .filter(|prefix| !prefix.starts_with('/'))
    {
        problems.push(format!(
            "the prefix {prefix:?} of slow routes must begin with `/`, as paths do"
        ));
    }
    for (name, prefixes) in &traffic.groups {
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

    fn groups(all: &[(&str, &[&str])]) -> Traffic {
        let add = |traffic: Traffic, (name, prefixes): &(&str, &[&str])| {
            traffic.group(*name, prefixes.iter().copied())
        };
        all.iter().fold(Traffic::new(), add)
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
        assert!(Groups::new(&health, &Traffic::new()).unwrap().is_none());
        let slow = Traffic::new().slow(["/poll", "/export/"]);
        let table = Groups::new(&health, &slow).unwrap().unwrap();
        for (path, is_slow) in [
            ("/poll", true),
            ("/export/7", true),
            ("/polls", false),
            ("/", false),
        ] {
            assert_eq!(table.is_slow(path), is_slow, "{path}");
        }
    }

    #[tokio::test]
    async fn everything_that_is_wrong_is_said_at_once() {
        let health = Health::builder().linked(false).start().unwrap();
        let wrong =
            groups(&[("", &["/a"]), ("none", &[]), ("orders", &["orders", "/a/"])]).slow(["poll"]);
        let problems = Groups::new(&health, &wrong).unwrap_err();
        assert_eq!(
            problems,
            [
                "the prefix \"poll\" of slow routes must begin with `/`, as paths do",
                "a group of routes has no name",
                "the group \"none\" has no prefix, and no request would be of it",
                "the prefix \"orders\" of the group \"orders\" must begin with `/`, as paths do",
                "the prefix \"/a/\" is of the group \"\" and of \"orders\"; a request is of one",
            ]
        );
        let many = |count: usize| {
            let add =
                |traffic: Traffic, at| traffic.group(format!("group {at}"), [format!("/{at}")]);
            (0..count).fold(Traffic::new(), add)
        };
        let problems = Groups::new(&health, &many(17)).unwrap_err();
        assert!(problems[0].contains("\"group 16\""), "{problems:?}");
        assert!(Groups::new(&health, &many(16)).is_ok(), "the same again");
    }
}
