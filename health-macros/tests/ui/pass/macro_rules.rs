//! The attribute in a macro's output, with any part of the function from the call.

use std::sync::Arc;

use health_macros::{checks, liveness_check, readiness_check};
use health_tower::State;

macro_rules! whole {
    ($name:ident) => {
        #[readiness_check(timeout = "1s")]
        async fn $name(pool: State<u32>, cache: &u64) -> Result<(), String> {
            let _ = (pool, cache);
            Ok(())
        }
    };
}
whole!(first);
whole!(second);

macro_rules! parts {
    ($(#[$meta:meta])* $vis:vis $name:ident($arg:ident: $ty:ty, $second:ty) -> $ret:ty $body:block, $timeout:literal, $count:expr, $label:expr) => {
        $(#[$meta])*
        #[readiness_check(timeout = $timeout, fail_after = $count, name = $label)]
        $vis async fn $name($arg: $ty, _: $second) -> $ret $body
    };
}
parts!(
    /// Documented.
    #[cfg(not(any()))]
    pub(crate) third(pool: &u32, Arc<u64>) -> Result<(), String> { let _ = pool; Ok(()) }, "1s", 2, "the third"
);

macro_rules! around {
    ($item:item) => {
        #[readiness_check]
        $item
    };
}
around! {
    fn fourth(pool: State<u32>) -> bool {
        *pool == 1
    }
}

macro_rules! with_crate {
    ($name:ident) => {
        #[liveness_check(crate = $crate::facade)]
        fn $name(ticks: &$crate::Ticks) -> bool {
            let _ = ticks;
            true
        }
    };
}
pub struct Ticks;
impl health_tower::InProcess for Ticks {}
mod facade {
    pub use health_tower::*;
}
with_crate!(fifth);

macro_rules! all {
    ($($path:path),*) => { checks![$($path),*] };
}
macro_rules! all_ident {
    ($($path:ident)*) => { checks![$($path),*] };
}

fn main() {
    assert_eq!(all_ident![first second].len(), 2);
    assert_eq!(all![first, second, self::third, fourth, fifth].len(), 5);
}
