use crate::heartbeat::HeartbeatState;

/// What a heartbeat has to say. Where both states are the same, it is why it gets no further, or where it stands after changes that were not told.
#[derive(Debug)]
pub(crate) struct Beat {
    pub(crate) name: String,
    pub(crate) backend: String,
    pub(crate) incarnation: u64,
    pub(crate) from: HeartbeatState,
    pub(crate) to: HeartbeatState,
    /// Its backend has found something.
    pub(crate) warns: bool,
    pub(crate) reason: String,
}

impl Beat {
    pub(crate) fn emit(&self) {
        let Self {
            name,
            backend,
            incarnation,
            from,
            to,
            warns,
            reason,
        } = self;
        let (from, state) = (from.name(), to.name());
        if *warns {
            tracing::warn!(
                target: "health", heartbeat = name, backend, incarnation, state, reason,
                "heartbeat `{name}` to `{backend}` is {state}, and its backend warns"
            );
        } else if from == state && *to == HeartbeatState::Member {
            tracing::info!(
                target: "health", heartbeat = name, backend, incarnation, state, reason,
                "heartbeat `{name}` to `{backend}` is {state} to stay"
            );
        } else if from == state {
            tracing::warn!(
                target: "health", heartbeat = name, backend, incarnation, state, reason,
                "heartbeat `{name}` to `{backend}` is still {state}"
            );
        } else if matches!(
            to,
            HeartbeatState::Withheld | HeartbeatState::Stalled | HeartbeatState::Fenced
        ) {
            tracing::warn!(
                target: "health", heartbeat = name, backend, incarnation, from, to = state, reason,
                "heartbeat `{name}` to `{backend}` is {state}"
            );
        } else {
            tracing::info!(
                target: "health", heartbeat = name, backend, incarnation, from, to = state, reason,
                "heartbeat `{name}` to `{backend}` is {state}"
            );
        }
    }
}
