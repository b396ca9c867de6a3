use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::drive::Work;

/// How long to measure.
#[derive(Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) rounds: usize,
    /// Requests of each case in a round: few enough that most rounds are over before the scheduler interferes.
    pub(crate) requests: usize,
}

impl Plan {
    pub(crate) const FULL: Self = Self {
        rounds: 3000,
        requests: 1000,
    };
    pub(crate) const QUICK: Self = Self {
        rounds: 20,
        requests: 500,
    };
}

/// The nanoseconds that a request took in each case.
pub(crate) type Round = Vec<f64>;

/// Runs all cases in turn, again and again, so that whatever disturbs the machine disturbs them alike. Each lineup has a
/// thread of its own; they begin every case at the same moment.
///
/// Gives the rounds in which the threads really ran side by side: on a busy machine the scheduler may run one after the
/// other, and nothing is contended then.
pub(crate) fn measure(lineups: Vec<Vec<Work>>, plan: Plan) -> Vec<Round> {
    let gate = &Gate::new(lineups.len());
    let threads: Vec<Vec<Vec<Turn>>> = thread::scope(|scope| {
        let begin = |lineup| scope.spawn(move || turns(lineup, plan, gate));
        let threads: Vec<_> = lineups.into_iter().map(begin).collect();
        let join = |thread: thread::ScopedJoinHandle<'_, _>| thread.join().expect("nothing panics");
        threads.into_iter().map(join).collect()
    });
    let round = |number: usize| -> Option<Round> {
        let cases = 0..threads[0][number].len();
        let turns = cases.map(|case| threads.iter().map(move |thread| thread[number][case]));
        turns.map(|turns| side_by_side(turns, plan)).collect()
    };
    (0..plan.rounds).filter_map(round).collect()
}

/// One case in one round on one thread.
#[derive(Clone, Copy)]
struct Turn {
    begin: Instant,
    end: Instant,
}

fn turns(mut lineup: Vec<Work>, plan: Plan, gate: &Gate) -> Vec<Vec<Turn>> {
    let mut round = |number: usize| {
        let now = Instant::now();
        let mut turns = vec![
            Turn {
                begin: now,
                end: now
            };
            lineup.len()
        ];
        for at in 0..lineup.len() {
            // Nobody always comes after the same neighbour.
            let case = (number + at) % lineup.len();
            gate.wait();
            turns[case].begin = Instant::now();
            lineup[case](plan.requests);
            turns[case].end = Instant::now();
        }
        turns
    };
    (0..plan.rounds).map(&mut round).collect()
}

/// The mean over the threads, if they had most of their time in common.
fn side_by_side(turns: impl Iterator<Item = Turn> + Clone, plan: Plan) -> Option<f64> {
    let begins = turns.clone().map(|turn| turn.begin);
    let ends = turns.clone().map(|turn| turn.end);
    let whole = ends.clone().max()? - begins.clone().min()?;
    let common = ends.min()?.saturating_duration_since(begins.max()?);
    let times: Vec<Duration> = turns.map(|turn| turn.end - turn.begin).collect();
    let mean = times.iter().sum::<Duration>().as_nanos() as f64 / times.len() as f64;
    (common > whole.mul_f64(0.75)).then_some(mean / plan.requests as f64)
}

/// Lets threads go at one moment; those that a `Barrier` wakes start tens of microseconds apart.
struct Gate {
    threads: usize,
    arrived: AtomicUsize,
}

impl Gate {
    fn new(threads: usize) -> Self {
        let arrived = AtomicUsize::new(0);
        Self { threads, arrived }
    }

    fn wait(&self) {
        let before = self.arrived.fetch_add(1, Ordering::AcqRel);
        let complete = (before / self.threads + 1) * self.threads;
        while self.arrived.load(Ordering::Acquire) < complete {
            thread::yield_now();
        }
    }
}

/// The first quartile, the median and the third; of nothing, there are none.
pub(crate) fn quartiles(values: impl Iterator<Item = f64>) -> Option<[f64; 3]> {
    let mut values: Vec<_> = values.collect();
    values.sort_by(f64::total_cmp);
    let last = values.len().checked_sub(1)?;
    Some([1, 2, 3].map(|quarter| values[quarter * last / 4]))
}

pub(crate) fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    quartiles(values).map(|[_, median, _]| median)
}
