use std::collections::BTreeMap;

use health_core::{Health, HealthBuilder, HealthMetrics, Watchdog};
use metrics::with_local_recorder;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusRecorder};

use crate::support;

/// Verdicts are then made in paused time.
pub(crate) fn builder() -> HealthBuilder {
    support::builder().watchdog(Watchdog::off())
}

/// A recorder of the test's own, and what is written into it.
pub(crate) struct Scraper {
    pub(crate) recorder: PrometheusRecorder,
    metrics: HealthMetrics,
}

/// What was scraped: each series, with its value.
#[derive(Debug)]
pub(crate) struct Page(pub(crate) BTreeMap<String, f64>);

impl Scraper {
    pub(crate) fn new(health: &Health) -> Self {
        Self::of(HealthMetrics::new(health))
    }

    pub(crate) fn of(metrics: HealthMetrics) -> Self {
        let recorder = PrometheusBuilder::new().build_recorder();
        Self { recorder, metrics }
    }

    pub(crate) fn scrape(&self) -> Page {
        with_local_recorder(&self.recorder, || self.metrics.record());
        Page::of(&self.recorder)
    }
}

impl Page {
    pub(crate) fn of(recorder: &PrometheusRecorder) -> Self {
        let text = recorder.handle().render();
        let series = text.lines().filter(|line| !line.starts_with('#'));
        let series = series.filter_map(|line| line.rsplit_once(' '));
        Self(
            series
                .map(|(key, value)| (key.to_owned(), value.parse().unwrap()))
                .collect(),
        )
    }

    pub(crate) fn get(&self, series: &str) -> Option<f64> {
        self.0.get(series).copied()
    }

    #[track_caller]
    pub(crate) fn value(&self, series: &str) -> f64 {
        let value = self.get(series);
        value.unwrap_or_else(|| panic!("no {series}: {self:#?}"))
    }

    /// Of the series of that name, the values of its one label, for those that are 1; all others must be 0.
    #[track_caller]
    pub(crate) fn hot(&self, name: &str) -> Vec<&str> {
        let begin = format!("{name}{{");
        let series = self.0.iter().filter(|(key, _)| key.starts_with(&begin));
        let hot = series.filter(|(key, value)| {
            assert!([0.0, 1.0].contains(value), "{key} {value}");
            **value == 1.0
        });
        hot.filter_map(|(key, _)| key.split('"').nth(1)).collect()
    }
}
