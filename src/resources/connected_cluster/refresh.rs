//! From a look at both planes to the stored object: attributes, drift in words, and what the next plan has to know.

use jiff::Timestamp;

use crate::resources::shared::diagnose;
use crate::sdk::diagnostics::Diagnostics;
use crate::sdk::resource::{Applied, Refreshed, Stored};
use crate::usecases::connected_cluster::{
    ConnectedCluster, Cure, Drift, Error, Inside, Observed, Replacement, drift, require_agents,
};
use crate::usecases::{ResourceId, Session};

use super::private::{Memory, Replace};
use super::state::State;

/// What was attempted, for messages.
pub(super) fn looking_at(id: &ResourceId) -> String {
    format!("looking at {id} and its cluster")
}

/// Takes over what was seen.
///
/// # Errors
///
/// What kept the cluster from being looked at, where the user wants that to be an error.
pub(super) fn refreshed(
    session: &Session,
    id: &ResourceId,
    state: State,
    observed: Observed,
) -> Result<Refreshed<State>, Diagnostics> {
    match observed {
        Observed::Gone { inside } => Ok(gone(id, state, inside)),
        Observed::Present { object, inside } => present(session, id, state, &object, inside),
    }
}

/// Gone in Azure is gone, unless its agents can still be seen: then there is something left to clear away.
fn gone(id: &ResourceId, state: State, inside: Result<Inside, Error>) -> Refreshed<State> {
    let Ok(inside) = inside else {
        return Refreshed::Gone;
    };
    let same_cluster = state.cluster_uid.as_ref() == Some(&inside.cluster_uid);
    if !(same_cluster && inside.belongs_to(id)) {
        return Refreshed::Gone;
    }
    let line = "connected cluster: gone in Azure, while its agents are still in the cluster";
    let state = state.with_inside(&inside);
    let memory = Memory {
        replace: Some(Replace::GoneInAzure),
        other_cluster: None,
    };
    seen(
        state,
        vec![line.to_owned()],
        &memory,
        Diagnostics::default(),
    )
}

fn present(
    session: &Session,
    id: &ResourceId,
    state: State,
    object: &ConnectedCluster,
    inside: Result<Inside, Error>,
) -> Result<Refreshed<State>, Diagnostics> {
    let first = state.is_only_imported();
    if first && let Err(error) = require_agents(id, object) {
        return Err(diagnose::failed(&format!("importing {id}"), &error));
    }
    let mut state = state.with_object(id, object, &session.tags);
    if first {
        state = state.with_settings(object, inside.as_ref().ok());
    }
    let (inside, warnings) = match inside {
        Ok(inside) => (Some(inside), Diagnostics::default()),
        Err(error) if session.unreachable_is_error => {
            return Err(diagnose::failed(&looking_at(id), &error));
        }
        Err(error) => (None, diagnose::warned(&looking_at(id), &error)),
    };
    if let Some(inside) = &inside
        && let Some(expected) = other_cluster(&state, inside)
    {
        let line = format!(
            "cluster: the connection leads to kube-system UID {}, the object was made for {expected}",
            inside.cluster_uid
        );
        let memory = Memory {
            replace: None,
            other_cluster: Some(inside.cluster_uid.clone()),
        };
        return Ok(seen(state, vec![line], &memory, warnings));
    }
    let spec = state.spec(id.clone(), &session.tags, None);
    let found = drift(&spec, object, inside.as_ref(), Timestamp::now());
    if let Some(inside) = &inside {
        state = state.with_inside(inside);
    }
    let memory = Memory {
        replace: found.iter().find_map(replacement),
        other_cluster: None,
    };
    let lines = found.into_iter().map(|one| one.text).collect();
    Ok(seen(state, lines, &memory, warnings))
}

/// The UID of the cluster that the object was made for, where the connection leads to another one.
fn other_cluster<'a>(state: &'a State, inside: &Inside) -> Option<&'a String> {
    let expected = state.cluster_uid.as_ref()?;
    (*expected != inside.cluster_uid).then_some(expected)
}

const fn replacement(drift: &Drift) -> Option<Replace> {
    match drift.cure {
        Cure::Replace(Replacement::Expired) => Some(Replace::Expired),
        Cure::Replace(Replacement::ForeignKey) => Some(Replace::ForeignKey),
        Cure::Write | Cure::Reinstall | Cure::NewKey | Cure::Restart | Cure::Wait => None,
    }
}

fn seen(
    state: State,
    lines: Vec<String>,
    memory: &Memory,
    diagnostics: Diagnostics,
) -> Refreshed<State> {
    Refreshed::Present(Applied {
        stored: Stored {
            state: State {
                drift: Some(lines),
                ..state
            },
            private: memory.to_bytes(),
        },
        diagnostics,
    })
}
