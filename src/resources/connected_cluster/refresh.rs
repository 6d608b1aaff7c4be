//! From a look at both planes to the stored object: attributes, and what differs, each with its cure.

use jiff::Timestamp;

use crate::resources::shared::managed::{At, Failure, Look, Seen};
use crate::usecases::connected_cluster::{
    ConnectedCluster as Object, Error, Inside, Observation, drift, require_agents,
};
use crate::usecases::{Cure, Drift, Plane, Replacement, ResourceId};

use super::ConnectedCluster;
use super::state::State;

/// Takes over what was seen.
///
/// # Errors
///
/// [`Failure::NotImportable`] for an imported object that has no agents of ours.
pub(super) fn seen(
    at: &At<'_, ResourceId>,
    state: State,
    observation: Observation,
) -> Look<ConnectedCluster> {
    let Observation { object, inside } = observation;
    match object {
        None => gone(at.id, state, inside),
        Some(object) => present(at, state, &object, inside).map(Some),
    }
}

/// Gone in Azure is gone, unless its agents can still be seen: then there is something left to clear away. Where they could
/// not be looked for, that is said, unless the whole cluster is gone.
fn gone(id: &ResourceId, state: State, inside: Result<Inside, Error>) -> Look<ConnectedCluster> {
    let inside = match inside {
        Ok(inside) => inside,
        Err(error) if error.is_cluster_gone() => return Ok(None),
        Err(error) => return Err(Failure::Gone(error)),
    };
    let same_cluster = state.cluster_uid.as_ref() == Some(&inside.cluster_uid);
    if !(same_cluster && inside.belongs_to(id)) {
        return Ok(None);
    }
    let line = Drift::azure(
        Cure::Replace(Replacement::GoneInAzure),
        "connected cluster: gone in Azure, while its agents are still in the cluster",
    );
    Ok(Some(Seen {
        drift: vec![line],
        ..Seen::whole(state.with_inside(&inside))
    }))
}

fn present(
    at: &At<'_, ResourceId>,
    state: State,
    object: &Object,
    inside: Result<Inside, Error>,
) -> Result<Seen<State, Error>, Failure<Error>> {
    let first = state.is_only_imported();
    if first && let Err(error) = require_agents(at.id, object) {
        return Err(Failure::NotImportable(error));
    }
    let tags = &at.session.tags;
    let mut state = state.with_object(at.id, object, tags);
    if first {
        state = state.with_settings(object, inside.as_ref().ok());
    }
    if let Some(line) = inside
        .as_ref()
        .ok()
        .and_then(|inside| other_cluster(&state, inside))
    {
        return Ok(Seen {
            drift: vec![line],
            ..Seen::whole(state)
        });
    }
    let spec = state.spec(at.id, at.connection, tags, None);
    let found = drift(&spec, object, inside.as_ref().ok(), Timestamp::now());
    if let Ok(inside) = &inside {
        state = state.with_inside(inside);
    }
    Ok(Seen {
        drift: found,
        unseen: inside.err().map(|error| (Plane::Cluster, error)),
        ..Seen::whole(state)
    })
}

/// The difference, where the connection leads to another cluster than the one that the object was made for. Nothing else
/// that is seen in that cluster says anything about the object.
fn other_cluster(state: &State, inside: &Inside) -> Option<Drift> {
    let expected = state.cluster_uid.as_ref()?;
    let found = inside.cluster_uid.clone();
    (*expected != found).then(|| {
        let text = format!(
            "cluster: the connection leads to kube-system UID {found}, the object was made for {expected}"
        );
        Drift::cluster(Cure::Replace(Replacement::OtherCluster { found }), text)
    })
}
