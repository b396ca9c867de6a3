//! What is logged. A binary of its own with one test: `tracing` caches for all threads who listens, so that tests beside each
//! other lose events.

#![allow(clippy::unwrap_used, reason = "a test")]

mod blocking;
mod causes;
mod dependency;
mod lifecycle;
#[path = "../recorder/mod.rs"]
mod recorder;
mod subscribers;
#[path = "../health/support.rs"]
mod support;
mod transitions;
mod verdicts;

use recorder::Recorder;

#[tokio::test(start_paused = true)]
async fn events() {
    // What is told on other threads than the test's, as those of synchronous checks are.
    let elsewhere = Recorder::everywhere();
    causes::each_is_told_by_its_name().await;
    causes::one_that_hangs_and_answers_late_is_told_once(&elsewhere);
    blocking::a_check_that_blocks_its_runtime_is_named().await;
    blocking::a_liveness_check_that_blocks_is_named(&elsewhere).await;
    transitions::one_event_for_each_and_none_for_a_run().await;
    subscribers::one_may_call_the_health_that_it_hears_of().await;
    transitions::an_observed_check_says_what_it_would_have_done().await;
    transitions::a_check_that_is_added_is_told_and_alarms_nobody().await;
    dependency::what_can_not_be_observed_is_said_once_with_the_place().await;
    dependency::a_dependency_that_goes_down_is_one_event_with_figures().await;
    lifecycle::start_up_that_takes_too_long_says_what_it_waits_for().await;
    causes::what_counts_for_nothing_is_said_once().await;
    subscribers::one_that_panics_stops_nothing().await;
    subscribers::one_that_calls_every_error_fatal_comes_to_rest().await;
    verdicts::each_change_is_told_with_its_evidence_and_figures_are_not().await;
    lifecycle::maintenance_says_who_moved_the_phase().await;
    lifecycle::a_budget_that_does_not_fit_is_said_at_start();
}
