use std::fmt::Write as _;

use crate::catalogue::CASES;
use crate::idle::Idle;
use crate::plan::Plan;
use crate::row::Seen;

const NOTES: &str = include_str!("notes.md");

/// The table as the docs show it.
pub(crate) fn render(plan: Plan, seen: &[Seen], idle: &[Idle]) -> String {
    let mut text = "# gRPC health, as clients see it\n\n\
         Written by the test `grpc_health`. Ours under tonic, axum and hyper, and on a `ProbeServer`; beside it \
         `tonic-health`'s own server, under tonic.\n\n\
         | | case | ours | `tonic-health` | seen by |\n|---|---|---|---|---|\n"
        .to_owned();
    for (case, what) in CASES {
        let (ours, theirs): (Vec<_>, Vec<_>) = seen
            .iter()
            .filter(|seen| seen.case == case)
            .partition(|seen| seen.server.is_ours());
        let (mine, others, clients) = (verdict(&ours), verdict(&theirs), clients(&ours));
        let _infallible = writeln!(text, "| {case} | {what} | {mine} | {others} | {clients} |");
    }
    let watches = plan.watches;
    let build = match cfg!(debug_assertions) {
        true => "debug",
        false => "release",
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let _infallible = write!(
        text,
        "\n## {watches} idle Watch streams\n\n\
         {cores} cores, which clients and server share; {build} build.\n\n\
         | server | memory a stream | one change told to all: median | max |\n|---|---|---|---|\n"
    );
    idle.iter().for_each(|idle| text.push_str(&measured(idle)));
    text + "\n" + NOTES
}

/// What all agree on, or what the first saw who sees something else.
fn verdict(seen: &[&Seen]) -> String {
    let wrong = seen.iter().find_map(|seen| {
        let what = seen.verdict.as_ref().err()?;
        Some(format!("no: {}", what.replace('|', "/")))
    });
    match seen {
        [] => "–".to_owned(),
        _ => wrong.unwrap_or_else(|| "yes".to_owned()),
    }
}

fn clients(seen: &[&Seen]) -> String {
    let mut clients = Vec::new();
    for seen in seen {
        if !clients.contains(&seen.client) {
            clients.push(seen.client);
        }
    }
    clients.join(", ")
}

fn measured(idle: &Idle) -> String {
    let millis = |at: usize| {
        let time = idle.told.get(at).map(std::time::Duration::as_secs_f64);
        time.map_or_else(String::new, |time| format!("{:.0} ms", time * 1e3))
    };
    let memory = idle.a_stream.map(|bytes| format!("{bytes} bytes"));
    let server = match idle.server.is_ours() {
        true => format!("ours, {}", idle.server.name()),
        false => format!("`{}`", idle.server.name()),
    };
    format!(
        "| {server} | {} | {} | {} |\n",
        memory.unwrap_or_else(|| "–".to_owned()),
        millis(idle.told.len() / 2),
        millis(idle.told.len() - 1)
    )
}
