use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

mod fault;
mod listed;

pub use fault::{Fault, Step};
pub use listed::Listed;

use crate::heartbeat::{Ack, Backend, BackendError, Joined, Leaving, Member, Session, Vitals};

/// A coordinator in the memory of this process, **for tests**: it coordinates nobody else, and each of its calls can be made to fail. A
/// cheap clone of the same one.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
/// # runtime.block_on(async {
/// use health_core::heartbeat::{Fault, InMemory, Step};
/// use health_core::{Health, Heartbeat};
///
/// let coordinator = InMemory::new();
/// coordinator.inject(Step::Join, Fault::Refuse("the list is full".to_owned()), 1);
/// let health = Health::builder().start()?;
/// let membership = Heartbeat::to(coordinator.clone()).name("orders-1").start(&health)?;
/// let tenure = membership.joined().await.ok_or("it has left")?;
/// assert_eq!(tenure.incarnation(), 2, "the first was refused");
/// assert_eq!(coordinator.members()[0].name(), "orders-1");
/// # Ok::<_, Box<dyn std::error::Error>>(()) })?;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Default)]
pub struct InMemory(Arc<Mutex<List>>);

#[derive(Debug, Default)]
struct List {
    members: Vec<Listed>,
    token: u64,
    beats: u64,
    left: Option<Leaving>,
    faults: Vec<(Step, Fault, usize)>,
}

impl InMemory {
    /// One with an empty list.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets so many of these calls go wrong in this way; `usize::MAX` for all that come. Faults of one step come in the order in which they
    /// were put in.
    pub fn inject(&self, step: Step, fault: Fault, times: usize) {
        self.list().faults.push((step, fault, times));
    }

    /// Takes all faults back.
    pub fn heal(&self) {
        self.list().faults.clear();
    }

    /// Whose lease has not ended, in the order in which they joined; by the clock of the runtime that asks.
    #[must_use]
    pub fn members(&self) -> Vec<Listed> {
        let now = Instant::now();
        let list = self.list();
        let live = list.members.iter().filter(|member| member.ends > now);
        live.cloned().collect()
    }

    /// How many beats have come, also those that went wrong.
    #[must_use]
    pub fn beats(&self) -> u64 {
        self.list().beats
    }

    /// Why the last one left that has; one whose lease has ended did not.
    #[must_use]
    pub fn last_left(&self) -> Option<Leaving> {
        self.list().left
    }

    fn list(&self) -> MutexGuard<'_, List> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fault(&self, step: Step) -> Option<Fault> {
        let mut list = self.list();
        list.faults.retain(|(_, _, times)| *times > 0);
        let (_, fault, times) = list.faults.iter_mut().find(|(of, ..)| *of == step)?;
        *times -= 1;
        Some(fault.clone())
    }
}

impl Backend for InMemory {
    type Session = InMemorySession;

    fn name(&self) -> &str {
        "in-memory"
    }

    async fn join(&self, member: &Member) -> Result<Joined<InMemorySession>, BackendError> {
        let fault = self.fault(Step::Join);
        let ttl = Fault::before(fault.as_ref(), member.ttl()).await?;
        let token = {
            let mut list = self.list();
            list.token += 1;
            let listed = Listed {
                name: member.name().to_owned(),
                incarnation: member.incarnation(),
                token: list.token,
                vitals: member.vitals(),
                ends: Instant::now() + ttl,
            };
            list.members.push(listed);
            list.token
        };
        Fault::after(fault.as_ref()).await;
        let session = InMemorySession {
            coordinator: self.clone(),
            token,
            ttl: member.ttl(),
        };
        let joined = Joined::new(session, Ack::granted(ttl)).with_token(token);
        Ok(match fault {
            Some(Fault::Warn(warning)) => joined.with_warning(warning),
            _ => joined,
        })
    }
}

/// A membership in an [`InMemory`].
#[derive(Debug)]
pub struct InMemorySession {
    coordinator: InMemory,
    token: u64,
    ttl: Duration,
}

impl Session for InMemorySession {
    async fn beat(&mut self, vitals: &Vitals) -> Result<Ack, BackendError> {
        self.coordinator.list().beats += 1;
        let fault = self.coordinator.fault(Step::Beat);
        let ttl = Fault::before(fault.as_ref(), self.ttl).await?;
        {
            let (now, token) = (Instant::now(), self.token);
            let mut list = self.coordinator.list();
            list.members.retain(|member| member.ends > now);
            let mut members = list.members.iter_mut();
            let Some(member) = members.find(|member| member.token == token) else {
                return Err(BackendError::gone("its lease has ended"));
            };
            (member.vitals, member.ends) = (*vitals, now + ttl);
        }
        Fault::after(fault.as_ref()).await;
        Ok(Ack::granted(ttl))
    }

    async fn leave(self, why: Leaving) -> Result<(), BackendError> {
        let fault = self.coordinator.fault(Step::Leave);
        Fault::before(fault.as_ref(), self.ttl).await?;
        let token = self.token;
        let others = |member: &Listed| member.token != token;
        {
            let mut list = self.coordinator.list();
            list.members.retain(others);
            list.left = Some(why);
        }
        Fault::after(fault.as_ref()).await;
        Ok(())
    }
}
