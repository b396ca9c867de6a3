use std::collections::BTreeMap;

use prost::Message;

use crate::grpc::refusal::Refusal;
use crate::grpc::registry::{Registry, asked};
use crate::grpc::watch::Watch;
use crate::grpc_message::{HealthCheckResponse, ServingStatus};
use crate::{Asker, DrainWatch, Phase, Probe, Probers};

/// As many as gRPC's own servers list.
const MOST_LISTED: usize = 100;

/// What a layer keeps for gRPC: which names there are, and how they stand.
#[derive(Debug)]
pub(crate) struct Face {
    pub(crate) registry: Registry,
    pub(crate) drain: DrainWatch,
    pub(crate) probers: Probers,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct HealthListResponse {
    #[prost(btree_map = "string, message", tag = "1")]
    statuses: BTreeMap<String, HealthCheckResponse>,
}

impl Face {
    pub(crate) fn check(&self, name: &str, agent: &str) -> Result<ServingStatus, Refusal> {
        let status = self.registry.status(name).ok_or(Refusal::NoSuchService)?;
        self.tells(name, status);
        self.answered(name, agent, status);
        Ok(status)
    }

    pub(crate) fn list(&self) -> Result<HealthListResponse, Refusal> {
        let all = self.registry.all(MOST_LISTED).ok_or(Refusal::TooMany)?;
        let told = |(name, status): (String, ServingStatus)| {
            self.tells(&name, status);
            let status = status.into();
            (name, HealthCheckResponse { status })
        };
        let statuses = all.into_iter().map(told).collect();
        Ok(HealthListResponse { statuses })
    }

    /// Once the service closes, there is no first message: one would make some clients forget that they wanted to back off, and
    /// connect again, at once and for ever.
    pub(crate) fn watch(&'static self, name: String, agent: &str) -> Result<Watch, Refusal> {
        if self.is_over() {
            return Err(Refusal::ShuttingDown);
        }
        Ok(Watch::new(self, name, agent))
    }

    /// Somebody asked, and is told so.
    pub(crate) fn answered(&self, name: &str, agent: &str, status: ServingStatus) {
        let asker = Asker::grpc(asked(name), name, agent);
        self.probers
            .answered(asker, status == ServingStatus::Serving);
    }

    /// Somebody who follows a service is told so, unless there is no such service: its name is anybody's text then.
    pub(crate) fn told(&self, name: &str, agent: &str, status: ServingStatus) {
        if status != ServingStatus::ServiceUnknown {
            let asker = Asker::grpc(asked(name), name, agent);
            self.probers.told(asker, status == ServingStatus::Serving);
        }
    }

    /// Whether there is nothing more to tell of: the service closes, or its `Health` has gone.
    pub(crate) fn is_over(&self) -> bool {
        let statuses = &self.registry.statuses;
        statuses.phase() >= Phase::Closing || statuses.has_ended()
    }

    /// A status on its way out. A lame duck that may end early waits until somebody has heard that no traffic is wanted.
    pub(crate) fn tells(&self, name: &str, status: ServingStatus) {
        if status == ServingStatus::NotServing && asked(name) == Probe::Readiness {
            self.drain.told_unready();
        }
    }
}
