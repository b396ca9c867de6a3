//! In modules that nobody else sees, in functions, behind `cfg`.
#![deny(deprecated, unused, non_local_definitions)]
#![allow(dead_code)]

use health_macros::{checks, readiness_check};

mod outer {
    mod private {
        use health_macros::readiness_check;

        #[readiness_check]
        pub(in crate::outer) async fn deep() -> bool {
            true
        }
    }

    pub(crate) fn named() -> usize {
        health_macros::checks![private::deep].len()
    }
}

#[readiness_check]
#[cfg(any())]
fn disk() -> NoSuchType {}

#[cfg(not(any()))]
#[readiness_check]
fn disk() -> bool {
    true
}

#[cfg_attr(all(), readiness_check(name = "conditional"))]
#[cfg_attr(any(), readiness_check)]
fn sometimes() -> bool {
    true
}

#[deprecated]
pub struct OldPool;

#[readiness_check]
#[allow(deprecated)]
fn allowed(_pool: &OldPool) -> bool {
    true
}

#[readiness_check]
#[expect(deprecated, reason = "the new one comes next week")]
fn expected(_pool: &OldPool) -> bool {
    true
}

#[readiness_check]
#[deprecated]
#[must_use]
#[inline]
pub fn old() -> bool {
    true
}

fn main() {
    #[readiness_check]
    async fn local() -> bool {
        true
    }
    assert_eq!(checks![disk, sometimes, local, old].len(), 4);
    assert_eq!(outer::named(), 1);
}
