//! Create, read, update, delete and import of `arc_extension`.

use crate::resources::connection::{self, ConnectionState};
use crate::resources::shared::deletion;
use crate::resources::shared::diagnose::{self, About, failed, half_seen, warned};
use crate::resources::shared::ids::{self, Child};
use crate::sdk::context::Context;
use crate::sdk::diagnostics::Diagnostics;
use crate::sdk::path::AttributePath;
use crate::sdk::resource::{
    Applied, ApplyFailure, ImportTarget, Plan, Refreshed, Resource, Stored,
};
use crate::sdk::schema::{IdentitySchema, Schema};
use crate::sdk::timeouts::Timeouts;
use crate::sdk::value::Value;
use crate::usecases::extension::{
    Baseline, Error, Observation, Observed, Removed, Repair, Subject, change, create, observe,
    remove,
};
use crate::usecases::{ResourceId, Session};

use super::state::State;
use super::{ExtensionResource, TYPE_NAME, plan, rules, schema};

const CHILD: Child = Child {
    noun: "an extension of a connected cluster",
    names: ResourceId::is_cluster_extension,
    on: ResourceId::cluster_extension,
};

type Outcome = Result<Applied<State>, ApplyFailure<State>>;

impl Resource for ExtensionResource {
    type State = State;

    fn type_name(&self) -> &'static str {
        TYPE_NAME
    }

    fn schema(&self) -> Schema {
        schema::schema()
    }

    fn identity_schema(&self) -> IdentitySchema {
        schema::identity()
    }

    fn identity(&self, state: &State) -> Option<Value> {
        Child::identity(state.id.as_deref())
    }

    fn default_timeouts(&self) -> Timeouts {
        schema::TIMEOUTS
    }

    fn validate(&self, config: &Value) -> Diagnostics {
        let path = AttributePath::attribute(connection::NAME);
        let mut found = connection::validate(&path, config.get(connection::NAME));
        found.extend(rules::validate(config));
        found
    }

    async fn plan(&self, cx: &Context, planned: &mut Plan) -> Diagnostics {
        plan::finish(&cx.call, planned, self.session.get().as_deref()).await
    }

    async fn create(&self, cx: &Context, planned: State, config: State) -> Outcome {
        let session = diagnose::session(&self.session)?;
        let cluster = ids::parse_cluster(&planned.connected_cluster_id)?;
        let spec = planned.spec(cluster, &config);
        let id = spec.id();
        let remember = |object: &_| {
            cx.checkpoint
                .save(&planned.clone().with_object(&id, object), &[]);
        };
        match Box::pin(create(&cx.call, &session, &spec, remember)).await {
            Ok(observation) => Ok(applied(planned, &id, &observation, None)),
            Err(failure) => Err(ApplyFailure {
                saved: failure.reached.map(|object| Stored {
                    state: planned.with_object(&id, &object),
                    private: Vec::new(),
                }),
                diagnostics: failed(&format!("installing {id}"), &failure.error),
            }),
        }
    }

    async fn read(
        &self,
        cx: &Context,
        prior: Stored<State>,
    ) -> Result<Refreshed<State>, Diagnostics> {
        let Some(session) = self.session.get() else {
            return Ok(Refreshed::Unreachable(Diagnostics::default()));
        };
        let id = CHILD.stored(prior.state.id.as_deref())?;
        let connection = connection_of(&prior.state);
        match observe(&cx.call, &session, &id, connection.as_ref()).await {
            Ok(Observed::Gone) => Ok(Refreshed::Gone),
            Ok(Observed::Present(observation)) => refreshed(&session, &id, prior, &observation),
            Err(error) => diagnose::not_seen(&session, &looking_at(&id), &error),
        }
    }

    async fn update(
        &self,
        cx: &Context,
        prior: Stored<State>,
        planned: State,
        config: State,
    ) -> Outcome {
        let session = diagnose::session(&self.session)?;
        let id = CHILD.stored(prior.state.id.as_deref())?;
        let cluster = ids::parse_cluster(&planned.connected_cluster_id)?;
        let spec = planned.spec(cluster, &config);
        let drifted = prior.state.drift.iter().flatten().next().is_some();
        let secrets = planned.secrets_differ(&prior.state);
        let known = baseline(&prior.private).filter(|_| drifted && !secrets);
        let repair = Repair {
            rewrite: drifted || secrets,
            expected: known.clone().unwrap_or_default(),
        };
        match Box::pin(change(&cx.call, &session, &spec, &repair)).await {
            // Who does not wait for the repair still wants to hear of it.
            Ok(observation) => {
                let known = known.filter(|_| !spec.wait_for_workloads);
                Ok(applied(planned, &id, &observation, known))
            }
            Err(error) => Err(failed(&format!("changing {id}"), &error).into()),
        }
    }

    async fn delete(
        &self,
        cx: &Context,
        prior: Stored<State>,
    ) -> Result<Diagnostics, ApplyFailure<State>> {
        if deletion::abandons(prior.state.deletion_policy.as_deref()) {
            return Ok(Diagnostics::default());
        }
        let session = diagnose::session(&self.session)?;
        let id = CHILD.stored(prior.state.id.as_deref())?;
        let connection = connection_of(&prior.state);
        let force = prior.state.force_delete == Some(true);
        match remove(&cx.call, &session, &id, connection.as_ref(), force).await {
            Ok(Removed::InOrder) => Ok(Diagnostics::default()),
            Ok(Removed::Forgotten { status }) => Ok(forgotten(&id, &status)),
            Err(error) => Err(failed(&format!("removing {id}"), &error).into()),
        }
    }

    async fn import(&self, _cx: &Context, target: ImportTarget) -> Result<State, Diagnostics> {
        let (cluster, name) = CHILD.imported(&target)?;
        Ok(State {
            id: Some((CHILD.on)(&cluster, &name).to_string()),
            connected_cluster_id: cluster.to_string(),
            name,
            wait_for_workloads: Some(true),
            adopt_existing: Some(false),
            deletion_policy: Some(deletion::DELETE.to_owned()),
            force_delete: Some(false),
            ..State::default()
        })
    }
}

/// A look that reached Azure: the cluster's half may still be missing.
fn refreshed(
    session: &Session,
    id: &ResourceId,
    prior: Stored<State>,
    observation: &Observation,
) -> Result<Refreshed<State>, Diagnostics> {
    let imported = prior.state.extension_type.is_empty();
    if imported && observation.object.is_system() {
        let error = Error::System { id: id.clone() };
        return Err(failed(&format!("importing {id}"), &error));
    }
    let diagnostics = match &observation.workloads {
        Ok(_) => Diagnostics::default(),
        Err(error) => half_seen(session, &looking_at(id), error)?,
    };
    let known = baseline(&prior.private);
    let baseline = observation.baseline(known.clone());
    let state = prior
        .state
        .with_observation(id, observation, baseline.as_ref());
    let private = private(baseline.or(known).as_ref());
    Ok(Refreshed::Present(Applied {
        stored: Stored { state, private },
        diagnostics,
    }))
}

/// What a create or update hands back. What it did not put right, the next look will find.
fn applied(
    planned: State,
    id: &ResourceId,
    observation: &Observation,
    known: Option<Baseline>,
) -> Applied<State> {
    let baseline = observation.baseline(known);
    let mut state = planned.with_observation(id, observation, baseline.as_ref());
    state.drift = Some(Vec::new());
    state.workloads.get_or_insert_default();
    let diagnostics = match &observation.workloads {
        Ok(_) => Diagnostics::default(),
        Err(error) => warned(&looking_at(id), error),
    };
    Applied {
        stored: Stored {
            state,
            private: private(baseline.as_ref()),
        },
        diagnostics,
    }
}

/// The baseline travels in Terraform's private bytes: it is no attribute, since it means nothing to a user.
fn baseline(private: &[u8]) -> Option<Baseline> {
    serde_json::from_slice(private).ok()
}

fn private(baseline: Option<&Baseline>) -> Vec<u8> {
    baseline
        .and_then(|baseline| serde_json::to_vec(baseline).ok())
        .unwrap_or_default()
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
}

fn looking_at(id: &ResourceId) -> String {
    format!("looking at {id} and its workloads")
}

fn connection_of(state: &State) -> Option<crate::usecases::Connection> {
    state.kubernetes.as_ref().map(ConnectionState::connection)
}
