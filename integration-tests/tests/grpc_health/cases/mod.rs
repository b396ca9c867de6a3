//! What a client looks at, case by case.

pub(crate) mod asked;
pub(crate) mod balanced;
pub(crate) mod checked;
pub(crate) mod drained;
pub(crate) mod ended;
pub(crate) mod raw;
pub(crate) mod slow;
pub(crate) mod watched;
