//! What can happen, at random.

use proptest::prelude::*;

use super::SECOND;
use crate::Probe;
use crate::check::{Impact, Options};
use crate::lifecycle::Phase;
use crate::snapshot::Cause;

/// What can happen to one check.
#[derive(Clone, Copy, Debug)]
pub(super) enum Happens {
    Passed,
    Failed(Cause),
    FailedInLag(Cause),
    Cancelled,
    AnsweredLate,
}

/// What can happen at all.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    Run {
        check: usize,
        how: Happens,
        planned: u32,
    },
    Add((Probe, Options)),
    Wait(u32),
    Tick,
    Fatal,
    Cleared,
    TaskOpened,
    TaskDone,
    BeginDrain,
    Resume,
    ShutDown {
        stays_ready: bool,
    },
    Advance(Phase),
}

pub(super) fn happens() -> impl Strategy<Value = Happens> {
    let failure = prop_oneof![Just(Cause::Failed), Just(Cause::TimedOut)];
    prop_oneof![
        4 => Just(Happens::Passed),
        3 => failure.clone().prop_map(Happens::Failed),
        1 => Just(Happens::Failed(Cause::Panicked)),
        3 => failure.prop_map(Happens::FailedInLag),
        1 => Just(Happens::Cancelled),
        1 => Just(Happens::AnsweredLate),
    ]
}

pub(super) fn step() -> impl Strategy<Value = Step> {
    let run = (0_usize..4, happens(), 0_u32..40);
    prop_oneof![
        20 => run.prop_map(|(check, how, planned)| Step::Run { check, how, planned }),
        2 => a_check().prop_filter("start-up checks are refused", |(probe, _)| *probe != Probe::Startup).prop_map(Step::Add),
        6 => (1_u32..30).prop_map(Step::Wait),
        4 => Just(Step::Tick),
        1 => Just(Step::Fatal),
        1 => Just(Step::Cleared),
        1 => Just(Step::TaskOpened),
        1 => Just(Step::TaskDone),
        2 => Just(Step::BeginDrain),
        2 => Just(Step::Resume),
        1 => any::<bool>().prop_map(|stays_ready| Step::ShutDown { stays_ready }),
        1 => prop_oneof![Just(Phase::Closing), Just(Phase::Closed)].prop_map(Step::Advance),
    ]
}

prop_compose! {
    pub(super) fn a_check()(
        probe in proptest::sample::select(&Probe::ALL[..]),
        impact in proptest::sample::select(vec![Impact::Critical, Impact::Critical, Impact::Degrades, Impact::Observe]),
        fail_after in 1_u32..4,
        pass_after in 1_u32..4,
        stale_after in 5_u32..60,
    ) -> (Probe, Options) {
        let expires = matches!(probe, Probe::Readiness | Probe::External);
        let degrades = impact == Impact::Degrades && probe != Probe::Readiness;
        let options = Options {
            fail_after: Some(fail_after),
            pass_after: Some(pass_after),
            stale_after: expires.then_some(stale_after * SECOND),
            impact: Some(if degrades { Impact::Observe } else { impact }),
            ..Options::NONE
        };
        (probe, options)
    }
}
