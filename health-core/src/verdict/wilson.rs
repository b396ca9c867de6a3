/// The lower end of the interval that Wilson's score gives a share of which `hits` were counted among `all`, with 95 % confidence: what
/// can be said of the share at least. Zero where nothing was counted.
///
/// E. B. Wilson, "Probable inference, the law of succession, and statistical inference", 1927. It holds where there are few, and where
/// the share is near zero, which the usual approximation does not.
pub(crate) fn at_least(hits: u64, all: u64) -> f64 {
    /// The quantile of the normal distribution that leaves 2.5 % above it.
    const Z: f64 = 1.959_964;
    if all == 0 {
        return 0.0;
    }
    let n = all as f64;
    let share = hits as f64 / n;
    let centre = share + Z * Z / (2.0 * n);
    let spread = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    ((centre - spread) / (1.0 + Z * Z / n)).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Published values, to three digits.
    #[test]
    fn it_is_what_the_tables_say() {
        for (hits, all, expected) in [
            (0, 10, 0.0),
            (1, 10, 0.018),
            (5, 10, 0.237),
            (10, 10, 0.722),
            (50, 100, 0.404),
            (81, 263, 0.255),
        ] {
            let found = at_least(hits, all);
            assert!(
                (found - expected).abs() < 0.000_6,
                "{hits} of {all}: {found}"
            );
        }
        assert_eq!(at_least(0, 0), 0.0);
    }

    /// The figures that the floor of 50 requests is chosen by: how likely it is that chance alone meets the rule of 10 %.
    #[test]
    fn chance_meets_the_rule_of_ten_per_cent_as_seldom_as_was_computed() {
        let by_chance = |usual: f64, n: u64| -> f64 {
            let least = (0..=n).find(|hits| at_least(*hits, n) >= 0.1);
            let least = least.unwrap_or(n + 1);
            let mut probability = (1.0 - usual).powi(n as i32);
            let mut sum = 0.0;
            for hits in 0..=n {
                if hits >= least {
                    sum += probability;
                }
                probability *= (n - hits) as f64 / (hits + 1) as f64 * usual / (1.0 - usual);
            }
            sum
        };
        for (usual, n, expected) in [
            (0.01, 50, 7e-11),
            (0.02, 50, 5e-8),
            (0.05, 50, 1.6e-4),
            (0.05, 20, 2.6e-3),
        ] {
            let found = by_chance(usual, n);
            assert!(
                found < 1.1 * expected && found > 0.5 * expected,
                "{usual} of {n}: {found:e}"
            );
        }
    }
}
