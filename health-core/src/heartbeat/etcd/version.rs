/// The first of each line that has the mitigation. Later lines began with it.
const FIXED: [[u32; 3]; 2] = [[3, 4, 31], [3, 5, 13]];

/// What has to be known of a server of this version.
pub(super) fn warning(version: &str) -> Option<String> {
    let [major, minor, patch] = parsed(version)?;
    let line = FIXED.iter().find(|fixed| fixed[..2] == [major, minor]);
    let old = match line {
        Some(fixed) => patch < fixed[2],
        None => [major, minor, patch] < FIXED[0],
    };
    old.then(|| {
        format!(
            "etcd {major}.{minor}.{patch} may delete leases that are kept alive, when a leader that was stopped comes back (etcd#15247): \
             upgrade to 3.4.31, 3.5.13 or later"
        )
    })
}

/// What follows the patch, as `-rc.1`, changes nothing here.
fn parsed(version: &str) -> Option<[u32; 3]> {
    let mut parts = version.splitn(3, '.');
    let [major, minor, patch] = [parts.next()?, parts.next()?, parts.next()?];
    let digits = patch.find(|c: char| !c.is_ascii_digit());
    let patch = &patch[..digits.unwrap_or(patch.len())];
    Some([
        major.parse().ok()?,
        minor.parse().ok()?,
        patch.parse().ok()?,
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_that_lose_leases_are_warned_of() {
        for old in [
            "3.4.23",
            "3.4.30",
            "3.5.0",
            "3.5.12",
            "3.5.0-rc.1",
            "3.3.27",
            "2.3.8",
        ] {
            assert!(warning(old).is_some(), "{old}");
        }
        for fine in [
            "3.4.31",
            "3.5.13",
            "3.5.21",
            "3.6.0",
            "3.6.0-alpha.0",
            "3.10.0",
            "4.0.0",
        ] {
            assert_eq!(warning(fine), None, "{fine}");
        }
        for unknown in ["", "3", "3.4", "3.4.x", "x.y.z", "3.4.99999999999"] {
            assert_eq!(warning(unknown), None, "{unknown}");
        }
        assert_eq!(
            warning("3.4.23").as_deref(),
            Some(
                "etcd 3.4.23 may delete leases that are kept alive, when a leader that was stopped comes back (etcd#15247): \
                 upgrade to 3.4.31, 3.5.13 or later"
            )
        );
    }
}
