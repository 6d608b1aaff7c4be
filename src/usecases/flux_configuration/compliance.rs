//! Waiting until the cluster is as the source says.

use std::sync::Mutex;
use std::time::Duration;

use tokio::time::Instant;

use crate::arm::{self, FluxConfiguration, ResourceId};
use crate::call::{Call, Probe, WaitError, poll_until};
use crate::redact;
use crate::usecases::session::Session;

use super::error::Error;

/// Between two looks at the compliance.
const INTERVAL: Duration = Duration::from_secs(3);

/// How long a cluster may say the same complaint before waiting is pointless: a first fetch and its retry are over then.
const PATIENCE: Duration = Duration::from_mins(3);

/// What a look showed.
enum Look {
    Compliant(Box<FluxConfiguration>),
    Hopeless(Box<FluxConfiguration>),
    Gone,
}

/// The complaints that are heard again and again, and since when.
#[derive(Default)]
struct Grudge(Option<(Vec<String>, Instant)>);

/// Waits until Azure reports compliance, or suspension where that is wanted.
pub(super) async fn wait_until_compliant(
    call: &Call,
    session: &Session,
    id: &ResourceId,
) -> Result<FluxConfiguration, Error> {
    call.step("wait until the cluster complies");
    let grudge = Mutex::new(Grudge::default());
    let last = Mutex::new(Vec::new());
    let look = || async {
        let found = session.azure.flux_configurations().get(call, id).await?;
        let Some(found) = found else {
            return Ok::<_, arm::Error>(Probe::Ready(Look::Gone));
        };
        let complaints = complaints(&found);
        let state = state(&found).to_owned();
        if ["Compliant", "Suspended"].contains(&state.as_str()) {
            return Ok(Probe::Ready(Look::Compliant(Box::new(found))));
        }
        let stubborn = grudge
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .hears(&state, &complaints);
        last.lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .clone_from(&complaints);
        Ok(if stubborn {
            Probe::Ready(Look::Hopeless(Box::new(found)))
        } else {
            Probe::pending(state)
        })
    };
    let awaited = format!("the compliance of Flux configuration {}", id.name());
    match poll_until(call, awaited, INTERVAL, look).await {
        Ok(Look::Compliant(found)) => Ok(*found),
        Ok(Look::Gone) => Err(Error::Vanished { id: id.clone() }),
        Ok(Look::Hopeless(found)) => Err(Error::NotCompliant {
            id: id.clone(),
            cause: None,
            seen: state(&found).to_owned(),
            evidence: complaints(&found),
        }),
        Err(WaitError::Probe(error)) => Err(error.into()),
        Err(WaitError::Halted { halt, seen, .. }) => Err(Error::NotCompliant {
            id: id.clone(),
            cause: Some(halt),
            seen,
            evidence: last
                .into_inner()
                .unwrap_or_else(std::sync::PoisonError::into_inner),
        }),
    }
}

impl Grudge {
    /// Whether the same complaint has been heard for too long.
    fn hears(&mut self, state: &str, complaints: &[String]) -> bool {
        if state != "Non-Compliant" {
            self.0 = None;
            return false;
        }
        match &self.0 {
            Some((known, since)) if known == complaints => since.elapsed() >= PATIENCE,
            _ => {
                self.0 = Some((complaints.to_vec(), Instant::now()));
                false
            }
        }
    }
}

pub(super) fn state(object: &FluxConfiguration) -> &str {
    object
        .properties
        .compliance_state
        .as_deref()
        .unwrap_or("Unknown")
}

/// Azure's message and the objects that do not comply, each with its reason.
pub(super) fn complaints(object: &FluxConfiguration) -> Vec<String> {
    let properties = &object.properties;
    let message = properties
        .error_message
        .iter()
        .filter(|message| !message.is_empty())
        .map(|message| format!("Azure: {}", redact::text(message)));
    let objects = properties.statuses.iter().flatten();
    message
        .chain(objects.filter_map(crate::arm::FluxStatus::complaint))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn only_the_same_complaint_for_minutes_ends_the_wait() {
        let mut grudge = Grudge::default();
        let (one, other) = (["path".to_owned()], ["health".to_owned()]);
        assert!(!grudge.hears("Non-Compliant", &one));
        tokio::time::advance(PATIENCE).await;
        assert!(!grudge.hears("Non-Compliant", &other));
        assert!(!grudge.hears("Pending", &[]));
        assert!(!grudge.hears("Non-Compliant", &one));
        tokio::time::advance(PATIENCE).await;
        assert!(grudge.hears("Non-Compliant", &one));
    }
}
