//! What holds whatever happens.

use proptest::prelude::*;

use super::*;

fn seconds() -> impl Strategy<Value = Vec<(Second, Sight)>> {
    let number = || prop_oneof![Just(0_u64), 0..10_u64, 50..300_u64];
    let second = (number(), number(), number(), number(), number()).prop_map(
        |(completed, failed, shed, overdue, unanswered)| Second {
            shed,
            overdue,
            unanswered,
            in_flight: unanswered,
            ..traffic(completed, failed)
        },
    );
    let flags = (0..8_u32, any::<[bool; 5]>());
    let sight = flags.prop_map(|(ago, [down, degraded, external, failing, serving])| {
        let given = |is: bool, rule| if is { evidence(rule) } else { Vec::new() };
        Sight {
            serving,
            chance: 0.5,
            down: given(down, Rule::Fatal),
            degraded: given(degraded, Rule::Check),
            external: given(external, Rule::External),
            look: Look {
                oldest: Some(ago * SECOND),
                failing: given(failing, Rule::Check),
                external: None,
            },
            ..Sight::default()
        }
    });
    prop::collection::vec((second, sight), 1..100)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_happens(seconds in seconds()) {
        let mut classifier = Classifier::new();
        let mut now = Duration::ZERO;
        let mut before = Verdict::Healthy;
        for (second, sight) in seconds {
            now += SECOND;
            let shown = Sight { traffic: second, ..sight };
            let opinion = classifier.look(shown.clone(), now);
            let (verdict, rules) = (opinion.verdict, rules(&opinion));
            prop_assert_eq!(verdict == Verdict::Down, !shown.down.is_empty(), "down is what says so");
            prop_assert_eq!(verdict == Verdict::Healthy, rules.is_empty(), "nothing without evidence");
            let decides = match verdict {
                Verdict::Down => vec![Rule::Fatal],
                Verdict::Gray => vec![Rule::Failures, Rule::NoProgress, Rule::Suspect, Rule::External],
                Verdict::Overloaded => vec![Rule::Sheds],
                _ => rules.clone(),
            };
            prop_assert!(rules.iter().take(1).all(|first| decides.contains(first)), "{:?}: {:?}", verdict, rules);
            // No gray begins while something that is down explains it.
            let held = matches!(before, Verdict::Gray | Verdict::Down | Verdict::Overloaded);
            let explained = !shown.degraded.is_empty();
            prop_assert!(verdict != Verdict::Gray || held || !explained, "{:?}", rules);
            before = verdict;
        }
    }
}
