use proptest::prelude::*;

use super::*;

const MOST: Vitals = Vitals {
    phase: Phase::Starting,
    live: false,
    ready: false,
    verdict: Verdict::Overloaded,
    in_flight: u32::MAX,
    stopping: false,
    recent: Recent {
        seconds: u32::MAX,
        entered: u32::MAX,
        completed: u32::MAX,
        failed: u32::MAX,
        shed: u32::MAX,
        p99_ms: Some(u32::MAX),
    },
};

#[test]
fn the_longest_are_short_enough_and_read_as_documented() {
    let encoded = MOST.encode();
    assert!(encoded.len() <= Vitals::MAX_LEN, "{}", encoded.len());
    assert_eq!(Vitals::decode(&encoded).unwrap(), MOST);
    let documented = r#"{"v":1,"phase":"serving","live":true,"ready":true,"verdict":"healthy","in_flight":12,"stopping":false,"seconds":10,"entered":3021,"completed":3018,"failed":2,"shed":0,"p99_ms":41}"#;
    let vitals = Vitals::decode(documented.as_bytes()).unwrap();
    assert_eq!(vitals.encode(), documented.as_bytes());
    assert!((vitals.rate() - 302.1).abs() < 1e-9);
    let before = documented.replace(r#","stopping":false"#, "");
    assert_eq!(
        Vitals::decode(before.as_bytes()).unwrap(),
        vitals,
        "of who was built before"
    );
}

#[test]
fn what_is_wrong_is_named() {
    let says = |text: &str, part: &str| {
        let error = Vitals::decode(text.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(part), "{text}: {error}");
    };
    says("", "EOF");
    says("[]", "v");
    says(r#"{"v":2,"anything":"else"}"#, "version 2");
    says(&" ".repeat(257), "257 bytes");
    let of = |phase, verdict| {
        format!(
            r#"{{"v":1,"phase":"{phase}","live":true,"ready":true,"verdict":"{verdict}","in_flight":1}}"#
        )
    };
    says(&of("asleep", "gray"), "no phase `asleep`");
    says(&of("serving", "grey"), "no verdict `grey`");
}

proptest! {
    #[test]
    fn bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _either = Vitals::decode(&bytes);
    }

    #[test]
    fn all_vitals_come_back(
        (phase, verdict) in (0..5_usize, 0..5_usize),
        (live, ready, stopping) in any::<(bool, bool, bool)>(),
        counts in any::<[u32; 6]>(),
        p99_ms in any::<Option<u32>>(),
    ) {
        let [in_flight, seconds, entered, completed, failed, shed] = counts;
        let recent = Recent { seconds, entered, completed, failed, shed, p99_ms };
        let (phase, verdict) = (PHASES[phase], VERDICTS[verdict]);
        let vitals = Vitals { phase, live, ready, verdict, in_flight, stopping, recent };
        prop_assert!(vitals.encode().len() <= Vitals::MAX_LEN);
        prop_assert_eq!(Vitals::decode(&vitals.encode()).unwrap(), vitals);
        prop_assert!((0.0..=1.0).contains(&vitals.failed()));
    }
}
