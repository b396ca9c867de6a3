use std::collections::{BTreeMap, BTreeSet};

/// A page as it was scraped.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) text: String,
    series: Vec<Series>,
}

#[derive(Debug)]
pub(crate) struct Series {
    pub(crate) name: String,
    pub(crate) labels: BTreeMap<String, String>,
    value: f64,
}

impl Page {
    pub(crate) fn of(text: &str) -> Self {
        let lines = text.lines().filter(|line| !line.is_empty());
        let series = lines.filter(|line| !line.starts_with('#'));
        Self {
            text: text.to_owned(),
            series: series.map(Series::of).collect(),
        }
    }

    /// The value of the one series with these labels.
    #[track_caller]
    pub(crate) fn value(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let has = |series: &&Series| {
            let has = |(label, value): &(&str, &str)| {
                series.labels.get(*label).is_some_and(|it| it == value)
            };
            labels.iter().all(has)
        };
        let mut found = self.named(name).filter(has);
        let series = found.next();
        let series = series.unwrap_or_else(|| panic!("no {name}{labels:?}:\n{}", self.text));
        assert!(found.next().is_none(), "more than one {name}{labels:?}");
        series.value
    }

    /// Whether the phase is that one, and no other.
    #[track_caller]
    pub(crate) fn is_in(&self, phase: &str) -> bool {
        let all: f64 = self.named("health_phase").map(|series| series.value).sum();
        assert_eq!(all, 1.0);
        self.value("health_phase", &[("phase", phase)]) == 1.0
    }

    pub(crate) fn named(&self, name: &str) -> impl Iterator<Item = &Series> {
        self.series.iter().filter(move |series| series.name == name)
    }

    pub(crate) fn names(&self) -> BTreeSet<&str> {
        self.series.iter().map(|series| &*series.name).collect()
    }
}

impl Series {
    fn of(line: &str) -> Self {
        let (series, value) = line.rsplit_once(' ').unwrap();
        let (name, labels) = series.split_once('{').unwrap_or((series, ""));
        let labels = labels.trim_end_matches('}').split(',');
        let label = |label: &str| {
            let (name, value) = label.split_once('=')?;
            Some((name.to_owned(), value.trim_matches('"').to_owned()))
        };
        Self {
            name: name.to_owned(),
            labels: labels.filter_map(label).collect(),
            value: value.parse().unwrap(),
        }
    }
}
