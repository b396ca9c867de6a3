use health_macros::readiness_check;
use health_tower::State;

#[readiness_check]
fn no_result() {}

#[readiness_check]
fn generic<T>() -> bool {
    true
}

#[readiness_check]
fn constant_generic<const N: usize>() -> bool {
    true
}

#[readiness_check]
fn lifetime<'a>(_pool: &'a u32) -> Result<(), &'a str> {
    Ok(())
}

#[readiness_check]
fn bounded() -> bool
where
    u32: Copy,
{
    true
}

#[readiness_check]
unsafe fn not_safe() -> bool {
    true
}

#[readiness_check]
const fn constant() -> bool {
    true
}

#[readiness_check]
extern "C" fn foreign() -> bool {
    true
}

#[readiness_check]
unsafe extern "C" fn variadic(_: State<u32>, _: ...) -> bool {
    true
}

#[readiness_check]
fn impl_argument(_pool: State<impl Send>, _other: impl Copy) -> bool {
    true
}

#[readiness_check]
fn mutable(_pool: &mut u32) -> bool {
    true
}

#[readiness_check]
fn forever(_pool: &'static u32) -> bool {
    true
}

fn main() {}
