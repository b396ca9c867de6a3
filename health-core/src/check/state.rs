use std::any::{Any, TypeId, type_name};
use std::collections::HashMap;
use std::ops::Deref;
use std::sync::atomic::{
    AtomicBool, AtomicI8, AtomicI16, AtomicI32, AtomicI64, AtomicIsize, AtomicU8, AtomicU16,
    AtomicU32, AtomicU64, AtomicUsize,
};
use std::sync::{Arc, Mutex, RwLock};
use std::time::{Duration, Instant, SystemTime};

/// A value that a check asks for by its type; handed over once with `Health::builder().state(value)`.
///
/// Dereferences to `T`. `Option<State<T>>` is `None` where nothing of the type was provided; a plain `State<T>`
/// without a value makes `start()` fail, with the name of the check and of the type.
#[derive(Debug)]
pub struct State<T: ?Sized>(Arc<T>);

impl<T> State<T> {
    /// Wraps a value, as a test does that calls a check directly.
    pub fn new(value: T) -> Self {
        Self(Arc::new(value))
    }
}

impl<T: ?Sized> State<T> {
    /// The shared pointer behind the state.
    #[must_use]
    pub fn into_inner(self) -> Arc<T> {
        self.0
    }
}

impl<T: ?Sized> Clone for State<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: ?Sized> Deref for State<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// Marks a type that never leaves the process, and which a liveness check may therefore ask for.
///
/// A liveness check that can reach a database restarts every replica when the database is down. So its arguments are
/// limited to types for which somebody has said, with this marker, that they are memory of this process.
///
/// ```
/// struct LastTick(std::sync::atomic::AtomicU64);
/// impl health_core::InProcess for LastTick {}
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` may reach outside this process, so a liveness check can't ask for it",
    label = "not marked `InProcess`",
    note = "a liveness check that depends on another service restarts every replica when that service is down: make it a `#[readiness_check]`",
    note = "if it is only memory of this process, say so: `impl health_tower::InProcess for … {{}}`, around it if the type is not yours"
)]
pub trait InProcess {}

impl InProcess for () {}
impl<T: InProcess + ?Sized> InProcess for State<T> {}
impl<T: InProcess + ?Sized> InProcess for Arc<T> {}
impl<T: InProcess> InProcess for Option<T> {}
impl<T: InProcess + ?Sized> InProcess for &T {}

impl<T: InProcess + ?Sized> InProcess for Mutex<T> {}
impl<T: InProcess + ?Sized> InProcess for RwLock<T> {}

macro_rules! in_process {
    ($($plain:ty),* $(,)?) => { $(impl InProcess for $plain {})* };
}
in_process!(
    AtomicBool,
    AtomicI8,
    AtomicI16,
    AtomicI32,
    AtomicI64,
    AtomicIsize
);
in_process!(AtomicU8, AtomicU16, AtomicU32, AtomicU64, AtomicUsize);
in_process!(
    bool, char, f32, f64, i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize
);
in_process!(String, Duration, Instant, SystemTime);

/// The values that checks may ask for, by type.
#[derive(Default)]
pub struct StateMap {
    values: HashMap<TypeId, Box<dyn Any + Send + Sync>>,
    names: Vec<&'static str>,
}

impl StateMap {
    /// Adds a value. `false` if there was already one of that type, which is then kept.
    pub(crate) fn insert<T: Send + Sync + 'static>(&mut self, value: T) -> bool {
        let id = TypeId::of::<T>();
        if self.values.contains_key(&id) {
            return false;
        }
        self.values.insert(id, Box::new(Arc::new(value)));
        self.names.push(type_name::<T>());
        true
    }

    /// The value of this type. An `Arc<T>` that the user provided answers for `T` as well.
    fn get<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        self.exact::<T>()
            .or_else(|| self.exact::<Arc<T>>().map(|nested| Arc::clone(&*nested)))
    }

    fn exact<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        let value = self.values.get(&TypeId::of::<T>())?;
        value.downcast_ref::<Arc<T>>().cloned()
    }

    /// The names of the types that were provided, in the order in which they came.
    pub(crate) fn names(&self) -> &[&'static str] {
        &self.names
    }
}

impl std::fmt::Debug for StateMap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("StateMap").field(&self.names).finish()
    }
}

/// What a check function may take as an argument: [`State<T>`], `Arc<T>`, `&T`, or `Option` of the first two.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be an argument of a health check",
    label = "not something a check can ask for",
    note = "take `State<T>` (or `Option<State<T>>`, `Arc<T>`, `&T`) and hand the value over with `Health::builder().state(value)`"
)]
pub trait FromState: Sized {
    /// Takes the value from the map, or `None` where it is missing.
    fn from_state(states: &StateMap) -> Option<Self>;

    /// The name of the type that must be provided.
    fn wanted() -> &'static str;
}

impl<T: Send + Sync + 'static> FromState for State<T> {
    fn from_state(states: &StateMap) -> Option<Self> {
        states.get().map(Self)
    }

    fn wanted() -> &'static str {
        type_name::<T>()
    }
}

impl<T: Send + Sync + 'static> FromState for Arc<T> {
    fn from_state(states: &StateMap) -> Option<Self> {
        states.get()
    }

    fn wanted() -> &'static str {
        type_name::<T>()
    }
}

impl<T: FromState> FromState for Option<T> {
    fn from_state(states: &StateMap) -> Option<Self> {
        Some(T::from_state(states))
    }

    fn wanted() -> &'static str {
        T::wanted()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_by_its_type_and_by_its_arc() {
        let mut states = StateMap::default();
        assert!(states.insert(7_u32));
        assert!(states.insert(Arc::new(String::from("shared"))));
        assert_eq!(*State::<u32>::from_state(&states).unwrap(), 7);
        assert_eq!(*Arc::<String>::from_state(&states).unwrap(), "shared");
        assert_eq!(*State::<String>::from_state(&states).unwrap(), "shared");
    }

    #[test]
    fn what_is_missing_is_none_and_an_option_is_always_there() {
        let states = StateMap::default();
        assert!(State::<u32>::from_state(&states).is_none());
        assert!(Option::<State<u32>>::from_state(&states).unwrap().is_none());
    }

    #[test]
    fn the_first_value_of_a_type_stays() {
        let mut states = StateMap::default();
        assert!(states.insert(1_u8));
        assert!(!states.insert(2_u8));
        assert_eq!(*State::<u8>::from_state(&states).unwrap(), 1);
        assert_eq!(states.names(), ["u8"]);
    }
}
