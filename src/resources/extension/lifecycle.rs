//! Create, read, update, delete and import of `arc_extension`: what is its own beside the common lifecycle.

use crate::call::Call;
use crate::resources::connection;
use crate::resources::shared::deletion;
use crate::resources::shared::diagnose::About;
use crate::resources::shared::ids::Child;
use crate::resources::shared::managed::{
    At, Before, Definition, Failure, Look, Outcome, Seen, TwoPlanes,
};
use crate::resources::shared::private::Private;
use crate::sdk::diagnostics::Diagnostics;
use crate::sdk::path::AttributePath;
use crate::sdk::resource::{ImportTarget, Plan};
use crate::sdk::timeouts::Operation;
use crate::sdk::value::Value;
use crate::usecases::extension::{
    Baseline, Error, Observation, Removed, Repair, Subject, change, create, observe, remove,
};
use crate::usecases::{Incomplete, Plane, ResourceId, Session};

use super::state::State;
use super::{Extension, TYPE_NAME, plan, rules, schema};

const CHILD: Child = Child {
    noun: "an extension of a connected cluster",
    names: ResourceId::is_cluster_extension,
    on: ResourceId::cluster_extension,
};

impl TwoPlanes for Extension {
    type State = State;
    type Id = ResourceId;
    type Error = Error;

    const DEFINITION: Definition = Definition {
        type_name: TYPE_NAME,
        schema: schema::schema,
        identity: schema::identity,
        timeouts: schema::TIMEOUTS,
    };

    fn identity(id: &ResourceId) -> Value {
        Child::identity(id)
    }

    fn future_id(planned: &State, _session: &Session) -> Result<ResourceId, Diagnostics> {
        CHILD.future(planned.connected_cluster_id.as_ref(), &planned.name)
    }

    fn attempting(operation: Operation, id: &ResourceId) -> String {
        match operation {
            Operation::Create => format!("installing {id}"),
            Operation::Read => format!("looking at {id} and its workloads"),
            Operation::Update => format!("changing {id}"),
            Operation::Delete => format!("removing {id}"),
        }
    }

    fn rules(config: &Value) -> Diagnostics {
        rules::validate(config)
    }

    async fn plan(
        call: &Call,
        plan: &mut Plan,
        _private: &Private,
        session: Option<&Session>,
    ) -> Diagnostics {
        plan::finish(call, plan, session).await
    }

    async fn create(
        at: &At<'_, ResourceId>,
        planned: State,
        config: State,
        checkpoint: impl Fn(State) + Send + Sync,
    ) -> Outcome<Self> {
        let spec = planned.spec(at, &config);
        let remember = |object: &_| checkpoint(planned.clone().with_object(at.id, object));
        match Box::pin(create(at.call, at.session, &spec, remember)).await {
            Ok(observation) => {
                let baseline = observation.baseline(None);
                Ok(written(planned, at.id, observation, baseline))
            }
            Err(broken) => Err(broken.map(|object| planned.with_object(at.id, &object))),
        }
    }

    async fn read(at: &At<'_, ResourceId>, prior: Before<State>) -> Look<Self> {
        let imported = prior.state.extension_type.is_empty();
        let Some(observation) = observe(at.call, at.session, at.id, at.connection).await? else {
            return Ok(None);
        };
        if imported && observation.object.is_system() {
            let id = at.id.clone();
            return Err(Failure::NotImportable(Error::System { id }));
        }
        let known = prior.private.baseline;
        let baseline = observation.baseline(known.clone());
        Ok(Some(Seen {
            state: prior.state.with_observation(at.id, &observation),
            drift: observation.drift(baseline.as_ref()),
            baseline: baseline.or(known),
            unseen: unseen(observation),
        }))
    }

    async fn update(
        at: &At<'_, ResourceId>,
        prior: Before<State>,
        planned: State,
        config: State,
        _checkpoint: impl Fn(State) + Send + Sync,
    ) -> Outcome<Self> {
        let spec = planned.spec(at, &config);
        let drifted = prior.state.drift.iter().flatten().next().is_some();
        let secrets = planned.secrets_differ(&prior.state);
        let expected = prior.private.baseline.filter(|_| drifted && !secrets);
        let repair = Repair {
            rewrite: drifted || secrets,
            expected: expected.clone().unwrap_or_default(),
        };
        match Box::pin(change(at.call, at.session, &spec, &repair)).await {
            Ok(observation) => {
                // Without a wait the repair may still be under way, and the next look has to compare with what was.
                let measure = expected.clone().filter(|_| !spec.wait_for_workloads);
                let baseline = observation.baseline(measure).or(expected);
                Ok(written(planned, at.id, observation, baseline))
            }
            Err(error) => Err(Incomplete::nothing(error)),
        }
    }

    async fn delete(at: &At<'_, ResourceId>, state: State) -> Result<Diagnostics, Error> {
        let force = state.force_delete == Some(true);
        match remove(at.call, at.session, at.id, at.connection, force).await? {
            Removed::InOrder => Ok(Diagnostics::default()),
            Removed::Forgotten { status } => Ok(forgotten(at.id, &status)),
        }
    }

    fn import(target: &ImportTarget) -> Result<State, Diagnostics> {
        let (cluster, name) = CHILD.imported(target)?;
        Ok(State {
            id: Some((CHILD.on)(&cluster, &name)),
            connected_cluster_id: Some(cluster),
            name,
            wait_for_workloads: Some(true),
            adopt_existing: Some(false),
            deletion_policy: Some(deletion::DELETE.to_owned()),
            force_delete: Some(false),
            ..State::default()
        })
    }
}

/// What a create or update hands back. What it did not put right, the next look will find.
fn written(
    planned: State,
    id: &ResourceId,
    observation: Observation,
    baseline: Option<Baseline>,
) -> Seen<State, Error> {
    let mut state = planned.with_observation(id, &observation);
    state.workloads.get_or_insert_default();
    Seen {
        state,
        drift: Vec::new(),
        baseline,
        unseen: unseen(observation),
    }
}

fn unseen(observation: Observation) -> Option<(Plane, Error)> {
    let error = observation.inside.err()?;
    Some((Plane::Cluster, error.into()))
}

fn forgotten(id: &ResourceId, status: &str) -> Diagnostics {
    Diagnostics::warning(
        AttributePath::root(),
        "Extension Not Uninstalled",
        format!(
            "The cluster of {id} is {status}, so that its agents can uninstall nothing: Azure has forgotten the extension, \
             and its workloads may still be in the cluster.\n\nTo fix this: if the cluster lives on, helm uninstall {}.",
            id.name()
        ),
    )
}

impl About for Error {
    fn attribute(&self) -> Option<&'static str> {
        match self.subject() {
            Subject::Connection => Some(connection::NAME),
            Subject::Parent => Some("connected_cluster_id"),
            Subject::Name => Some("name"),
            Subject::Type => Some("extension_type"),
            Subject::Version => Some("version"),
            Subject::Identity => Some("identity_enabled"),
            Subject::Plan => Some("plan"),
            Subject::Whole => None,
        }
    }

    fn is_wrong_cluster(&self) -> bool {
        matches!(self, Self::Parent(error) if error.is_wrong_cluster())
    }
}
