//! `ROLLING.md`.

use std::fmt::Write as _;
use std::time::Duration;

use crate::early_release::Ends;
use crate::mode::LAME_DUCK;
use crate::restart_time::Taken;
use crate::rolling::Outcome;

const HEAD: &str = "\
# Rolling restarts behind real load balancers

Written by `integration-tests/run --full`; the code is in `tests/balancers`.

Three instances of one service (`src/bin/rolling_host`) are restarted one after the other, behind a balancer that never sends
a request twice, under a steady load: short requests, downloads and uploads of 0.5 s and of 2.5 s, gRPC calls and streams,
messages over WebSockets, over connections that are kept and over new ones. Every answer is compared to its last byte. *Failed* got
no answer, or an error; *truncated* got the beginning of one, or lost its WebSocket.

The balancers ask for readiness every 200 ms (HAProxy, Envoy), or are told and reloaded when it turns 503 (nginx). A restart
is SIGTERM, the end of the process, and a new one on the same port, which is up in some ten milliseconds: a service that
takes longer to start loses more, without a drain. There is at most one restart in 2.5 s.

A lame duck has to be longer than a balancer takes to notice: its interval times its threshold, and for Envoy also the
`update_merge_window` for which it gathers changes of health, a second by default and 0.1 s here.
";

const FOOT: &str = "\
*Never seen*: nginx closes the idle connections of its clients when it is reloaded. A request that is written at that moment
never reaches nginx, is not in its log, and has nothing to do with the instances behind it.
";

pub(crate) fn text(
    rounds: u32,
    outcomes: &[Outcome],
    times: &[Taken],
    released: &[Ends; 2],
) -> String {
    let mut text = HEAD.to_owned();
    losses(&mut text, rounds, outcomes).unwrap();
    sockets(&mut text, outcomes).unwrap();
    restarts(&mut text, times).unwrap();
    early(&mut text, released).unwrap();
    text
}

fn losses(text: &mut String, rounds: u32, outcomes: &[Outcome]) -> std::fmt::Result {
    let lame_duck = seconds(LAME_DUCK);
    writeln!(
        text,
        "\n## What is lost\n
{rounds} rolling restarts each. The lame duck of (c) is {lame_duck}.\n
| balancer | graceful shutdown | restarts | requests | failed | truncated | lost a restart | sent twice | never seen | restart, mean | longest |
|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
    )?;
    for outcome in outcomes {
        let restarts = outcome.exits.len();
        let lost = (outcome.failed + outcome.truncated) as f64 / restarts as f64;
        let [mean, longest] = outcome.took().map(seconds);
        writeln!(
            text,
            "| {} | {} | {restarts} | {} | {} | {} | {lost:.1} | {} | {} | {mean} | {longest} |",
            outcome.kind.name(),
            outcome.mode,
            outcome.requests(),
            outcome.failed,
            outcome.truncated,
            outcome.retried,
            outcome.never_seen,
        )?;
    }
    write!(text, "\n{FOOT}")
}

fn sockets(text: &mut String, outcomes: &[Outcome]) -> std::fmt::Result {
    writeln!(
        text,
        "\n## WebSockets\n
They are part of the table above; tonic has none. Three clients keep their connections, and one opens one for each message. When the
service closes, the handler of (c) hears so through `Closing`, goes on for half a second, as if it had something to finish, and ends
with a Close frame, which is no loss: what had not been echoed by then goes over the next connection. *Lost* is a message whose
connection broke off, or could not be opened.\n
| balancer | graceful shutdown | messages | lost |\n|---|---|--:|--:|"
    )?;
    for outcome in outcomes.iter().filter(|outcome| outcome.mode.upgrades()) {
        let (messages, lost) = outcome.sockets();
        let (balancer, mode) = (outcome.kind.name(), outcome.mode);
        writeln!(text, "| {balancer} | {mode} | {messages} | {lost} |")?;
    }
    Ok(())
}

fn restarts(text: &mut String, times: &[Taken]) -> std::fmt::Result {
    writeln!(
        text,
        "\n## How long a restart takes\n
As long as the lame duck, here of 0.3 s, or as the work that is left, whichever is longer. The deadline is an hour.\n
| work left at SIGTERM | restart | of it after the lame duck |\n|--:|--:|--:|"
    )?;
    for Taken { work, exit } in times {
        let closing = exit
            .drain
            .as_ref()
            .map_or(Duration::ZERO, |drain| drain.closing);
        let [work, took, closing] = [*work, exit.took, closing].map(seconds);
        writeln!(text, "| {work} | {took} | {closing} |")?;
    }
    Ok(())
}

fn early(text: &mut String, released: &[Ends; 2]) -> std::fmt::Result {
    writeln!(
        text,
        "\n## When a request is over\n
A drain begins when the head of a download is there, and its service is gone. (Behind hyper, which keeps a service for each
connection, `drain` also waits for the end of the connections, the idle ones included; somebody else has to close them.)\n
| | drain ended after | body ended after |\n|---|--:|--:|"
    )?;
    for (name, ends) in ["`drain` 0.2.1, `Retain`", "health-tower"]
        .iter()
        .zip(released)
    {
        let [drain, body] = [ends.drain, ends.body].map(seconds);
        writeln!(text, "| {name} | {drain} | {body} |")?;
    }
    Ok(())
}

fn seconds(time: Duration) -> String {
    format!("{:.2} s", time.as_secs_f64())
}
