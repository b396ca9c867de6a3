//! What an expression asks for, found in any text.

use crate::metrics::page::Page;

/// A series that is asked for.
#[derive(Debug)]
pub(crate) struct Use {
    pub(crate) name: String,
    /// Label, operator, value.
    matchers: Vec<(String, String, String)>,
}

/// These are put on by Prometheus.
const SCRAPED: [&str; 3] = ["job", "instance", "namespace"];
/// Of these, the example has not every value that there is.
const ANY: [&str; 1] = ["impact"];

pub(crate) fn uses(text: &str) -> Vec<Use> {
    let starts = text.match_indices("health_").map(|(at, _)| at);
    let whole = |at: &usize| {
        !text[..*at].ends_with(|before: char| before.is_alphanumeric() || before == '_')
    };
    starts
        .filter(whole)
        .map(|at| Use::at(&text[at..]))
        .collect()
}

impl Use {
    fn at(text: &str) -> Self {
        let end = text.find(|after: char| !after.is_ascii_lowercase() && after != '_');
        let (name, rest) = text.split_at(end.unwrap_or(text.len()));
        let braced = rest.strip_prefix('{').and_then(|rest| rest.split_once('}'));
        let matchers = braced.map_or("", |(within, _)| within).split(',');
        let matchers = matchers.filter(|matcher| !matcher.trim().is_empty());
        Self {
            name: name.to_owned(),
            matchers: matchers.map(matcher).collect(),
        }
    }

    /// The same, whatever the values of these labels.
    pub(crate) fn without(&self, labels: impl Fn(&str) -> bool) -> Self {
        let kept = self.matchers.iter().filter(|(label, ..)| !labels(label));
        Self {
            name: self.name.clone(),
            matchers: kept.cloned().collect(),
        }
    }

    /// Whether the page has a series for it: with all of the labels, and with each of the values.
    pub(crate) fn is_on(&self, page: &Page) -> bool {
        let ours = self
            .matchers
            .iter()
            .filter(|(label, ..)| !SCRAPED.contains(&&**label));
        page.named(&self.name).next().is_some()
            && ours.into_iter().all(|(label, operator, wanted)| {
                let there = page
                    .named(&self.name)
                    .filter_map(|series| series.labels.get(label));
                let there: Vec<_> = there.collect();
                let any = ANY.contains(&&**label) || operator.starts_with('!');
                let mut wanted = wanted.split('|');
                !there.is_empty()
                    && (any || wanted.all(|wanted| there.iter().any(|one| *one == wanted)))
            })
    }
}

fn matcher(text: &str) -> (String, String, String) {
    let at = text
        .find(['=', '!'])
        .unwrap_or_else(|| panic!("no matcher: {text}"));
    let (label, rest) = text.split_at(at);
    let (operator, value) = rest
        .split_once('"')
        .unwrap_or_else(|| panic!("no value: {text}"));
    let value = value.trim_end().trim_end_matches('"');
    (
        label.trim().to_owned(),
        operator.to_owned(),
        value.to_owned(),
    )
}
