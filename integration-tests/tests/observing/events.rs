//! The table of events in the guide is what the sources emit: each event has a row, and each row an event.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};

/// The level of an event, and the fields that it may have.
type Event = (String, BTreeSet<String>);

#[test]
fn every_event_is_in_the_table_and_nothing_else() {
    let told = emitted();
    let rows = documented();
    assert!(told.len() > 20 && rows.len() > 20, "{told:?} {rows:?}");
    let missing: Vec<_> = told.difference(&rows).collect();
    let made_up: Vec<_> = rows.difference(&told).collect();
    assert!(
        missing.is_empty() && made_up.is_empty(),
        "health-tower/docs/events.md lacks {missing:#?}, and has what nobody emits: {made_up:#?}"
    );
}

#[test]
fn every_field_is_explained() {
    let guide = guide();
    let (_, fields) = guide.split_once("# Fields").unwrap();
    for (_, names) in documented() {
        for name in names {
            let known = fields.contains(&format!("`{name}`"));
            // What is left as it is: a count, or an error.
            let plain = [
                "bound",
                "clean",
                "connections",
                "count",
                "error",
                "label",
                "listener",
                "outages",
                "path",
                "remaining",
                "step",
            ];
            assert!(known || plain.contains(&&*name), "{name} is not explained");
        }
    }
}

fn guide() -> String {
    fs::read_to_string(root().join("health-tower/docs/events.md")).unwrap()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The rows of the table, one for each level.
fn documented() -> BTreeSet<Event> {
    let guide = guide();
    let (_, table) = guide.split_once("# Events").unwrap();
    let (table, _) = table.split_once("# Fields").unwrap();
    let rows = table.lines().filter(|line| line.starts_with("| `"));
    rows.flat_map(|row| {
        let cells: Vec<_> = row.split('|').map(quoted).collect();
        let [_, levels, fields, _, _] = &cells[..] else {
            panic!("{row} has not three columns");
        };
        let fields: BTreeSet<_> = fields.iter().cloned().collect();
        let event = |level: &String| (level.to_lowercase(), fields.clone());
        levels.iter().map(event).collect::<Vec<_>>()
    })
    .collect()
}

/// What is between backticks.
fn quoted(cell: &str) -> Vec<String> {
    cell.split('`')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

fn emitted() -> BTreeSet<Event> {
    let mut events = Events::default();
    for of in ["health-core/src", "health-tower/src"] {
        look_through(&root().join(of), &mut events);
    }
    events.0
}

fn look_through(folder: &Path, events: &mut Events) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            look_through(&path, events);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let source = fs::read_to_string(&path).unwrap();
            events.visit_file(&syn::parse_file(&source).unwrap());
        }
    }
}

#[derive(Default)]
struct Events(BTreeSet<Event>);

impl<'ast> Visit<'ast> for Events {
    fn visit_macro(&mut self, node: &'ast syn::Macro) {
        let path: Vec<_> = node.path.segments.iter().collect();
        if let [module, level] = &path[..]
            && module.ident == "tracing"
        {
            let fields = fields(node.tokens.clone());
            let of_health = node.tokens.to_string().contains("target : \"health\"");
            assert!(of_health, "{} has another target", node.tokens);
            self.0.insert((level.ident.to_string(), fields));
        }
        visit::visit_macro(self, node);
    }
}

/// The names before the message.
fn fields(tokens: TokenStream) -> BTreeSet<String> {
    let tokens: Vec<_> = tokens.into_iter().collect();
    let comma =
        |token: &TokenTree| matches!(token, TokenTree::Punct(mark) if mark.as_char() == ',');
    let arguments = tokens.split(comma);
    let before = arguments.take_while(|argument| !matches!(argument, [TokenTree::Literal(_)]));
    let named = before.filter_map(|argument| {
        argument.iter().find_map(|token| match token {
            TokenTree::Ident(name) => Some(name.to_string()),
            _ => None,
        })
    });
    named.filter(|name| name != "target").collect()
}
