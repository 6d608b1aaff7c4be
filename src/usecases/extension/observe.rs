//! Looking at an extension on both planes.

use crate::arm::{Extension, ResourceId};
use crate::call::Call;
use crate::cluster::{Cluster, Connection};

use super::diagnosis::statuses;
use super::error::Error;
use super::workloads::{Baseline, Missing, Workloads};
use crate::usecases::drift::{Cure, Drift};
use crate::usecases::session::Session;
use crate::usecases::target::{Expected, ParentError, parent_of};

/// An extension on both planes.
#[derive(Debug)]
pub struct Observation {
    /// As ARM shows it.
    pub object: Extension,
    /// As the cluster shows it, or why the cluster could not be looked at.
    pub inside: Result<Workloads, ParentError>,
}

impl Observation {
    /// What to compare later looks with: the baseline at hand, unless it is about another version or there is none.
    #[must_use]
    pub fn baseline(&self, known: Option<Baseline>) -> Option<Baseline> {
        let known = known.filter(|known| known.applies_to(&self.object));
        let succeeded = self.object.properties.provisioning_state.as_deref() == Some("Succeeded");
        let now = || {
            let workloads = self.inside.as_ref().ok()?;
            Some(Baseline::of(&self.object, workloads))
        };
        known.or_else(|| now().filter(|_| succeeded))
    }

    /// What is not as it was applied.
    #[must_use]
    pub fn drift(&self, baseline: Option<&Baseline>) -> Vec<Drift> {
        let failed = failure(&self.object).map(|text| Drift::azure(Cure::Write, text));
        let missing = match (baseline, &self.inside) {
            (Some(baseline), Ok(workloads)) => baseline.missing(workloads),
            _ => Vec::new(),
        };
        let missing = missing.iter().map(Missing::to_string);
        let missing = missing.map(|text| Drift::cluster(Cure::Write, text));
        failed.into_iter().chain(missing).collect()
    }
}

/// The sentence about an extension whose last operation did not end well.
pub(super) fn failure(object: &Extension) -> Option<String> {
    let state = object.properties.provisioning_state.as_deref();
    let state = state.filter(|state| ["Failed", "Canceled"].contains(state))?;
    let why = statuses(object).into_iter().next();
    let why = why.map(|why| format!(" ({why})")).unwrap_or_default();
    Some(format!("the extension is {state} in Azure{why}"))
}

/// Looks at an extension in Azure and, if it is there, at its release in the cluster; `None` when ARM says that there is
/// none. Changes nothing.
///
/// # Errors
///
/// Only Azure's: what goes wrong in the cluster is part of the answer.
pub async fn observe(
    call: &Call,
    session: &Session,
    id: &ResourceId,
    connection: Option<&Connection>,
) -> Result<Option<Observation>, Error> {
    let extensions = session.azure.extensions();
    let parent = parent_of(id);
    let (object, cluster) = futures::join!(
        extensions.get(call, id),
        Box::pin(Expected::at_most_agents_of(&parent).reach(call, session, connection)),
    );
    let Some(object) = object? else {
        return Ok(None);
    };
    let inside = match cluster {
        Ok(target) => look_inside(call, &target.cluster, id, &object).await,
        Err(error) => Err(error.into()),
    };
    Ok(Some(Observation { object, inside }))
}

pub(super) async fn look_inside(
    call: &Call,
    cluster: &Cluster,
    id: &ResourceId,
    object: &Extension,
) -> Result<Workloads, ParentError> {
    let Some(namespace) = object.namespace() else {
        return Ok(Workloads::default());
    };
    Ok(cluster
        .release_workloads(call, namespace, id.name())
        .await?)
}
