//! The fault that a host was ordered to bring about.

use std::fmt::{self, Display};

/// Takes a fault back.
pub type Lift = Box<dyn FnOnce()>;

/// One fault at a time.
#[derive(Default)]
pub struct Injected(Option<Lift>);

impl Injected {
    /// Obeys `inject NAME` and `lift`, and gives the answer: `ok`, or what went wrong. `None` is for any other order.
    pub fn obey<E: Display>(
        &mut self,
        order: &str,
        inject: impl FnOnce(&str) -> Result<Lift, E>,
    ) -> Option<String> {
        if order == "lift" {
            if let Some(lift) = self.0.take() {
                lift();
            }
            return Some("ok".to_owned());
        }
        let name = order.strip_prefix("inject ")?;
        Some(match inject(name) {
            Ok(injected) => {
                self.0 = Some(injected);
                "ok".to_owned()
            }
            Err(error) => error.to_string(),
        })
    }
}

impl fmt::Debug for Injected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Injected").field(&self.0.is_some()).finish()
    }
}
