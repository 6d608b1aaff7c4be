//! Create, read, update, delete and import of `arc_flux_configuration`.

use crate::resources::connection::{self, ConnectionState};
use crate::resources::shared::deletion;
use crate::resources::shared::diagnose::{self, About, failed, half_seen};
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
use crate::usecases::flux_configuration::{
    Error, Object, Observation, Subject, change, create, observe, remove,
};
use crate::usecases::{ResourceId, Session};

use super::state::State;
use super::{FluxConfigurationResource, TYPE_NAME, plan, rules, schema};

const CHILD: Child = Child {
    noun: "a Flux configuration of a connected cluster",
    names: ResourceId::is_flux_configuration,
    on: ResourceId::flux_configuration,
};

type Outcome = Result<Applied<State>, ApplyFailure<State>>;

impl Resource for FluxConfigurationResource {
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

    async fn plan(&self, _cx: &Context, planned: &mut Plan) -> Diagnostics {
        plan::finish(planned, self.session.get().as_deref())
    }

    async fn create(&self, cx: &Context, planned: State, config: State) -> Outcome {
        let session = diagnose::session(&self.session)?;
        let cluster = ids::parse_cluster(&planned.connected_cluster_id)?;
        let spec = planned.spec(cluster, &config);
        let id = spec.id();
        let remember = |object: &Object| {
            cx.checkpoint
                .save(&planned.clone().with_object(&id, object), &[]);
        };
        match Box::pin(create(&cx.call, &session, &spec, remember)).await {
            Ok(object) => Ok(applied(planned.with_object(&id, &object))),
            Err(failure) => Err(ApplyFailure {
                saved: failure
                    .reached
                    .map(|object| stored(planned.with_object(&id, &object))),
                diagnostics: failed(&format!("applying {id}"), &failure.error),
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
        let connection = prior.state.kubernetes.as_ref();
        let connection = connection.map(ConnectionState::connection);
        match observe(&cx.call, &session, &id, connection.as_ref()).await {
            Ok(None) => Ok(Refreshed::Gone),
            Ok(Some(observation)) => refreshed(&session, &id, prior.state, &observation),
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
        match Box::pin(change(&cx.call, &session, &spec)).await {
            Ok(object) => Ok(applied(planned.with_object(&id, &object))),
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
        let force = prior.state.force_delete == Some(true);
        match remove(&cx.call, &session, &id, force).await {
            Ok(()) => Ok(Diagnostics::default()),
            Err(error) => Err(failed(&format!("removing {id}"), &error).into()),
        }
    }

    async fn import(&self, _cx: &Context, target: ImportTarget) -> Result<State, Diagnostics> {
        let (cluster, name) = CHILD.imported(&target)?;
        Ok(State {
            id: Some((CHILD.on)(&cluster, &name).to_string()),
            connected_cluster_id: cluster.to_string(),
            name,
            wait_for_compliance: Some(true),
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
    prior: State,
    observation: &Observation,
) -> Result<Refreshed<State>, Diagnostics> {
    let diagnostics = match &observation.inside {
        Ok(_) => Diagnostics::default(),
        Err(error) => half_seen(session, &looking_at(id), error)?,
    };
    Ok(Refreshed::Present(Applied {
        stored: stored(prior.with_observation(id, observation)),
        diagnostics,
    }))
}

fn looking_at(id: &ResourceId) -> String {
    format!("looking at {id} and its objects")
}

impl About for Error {
    fn attribute(&self) -> Option<&'static str> {
        match self.subject() {
            Subject::Connection => Some(connection::NAME),
            Subject::Parent => Some("connected_cluster_id"),
            Subject::Name => Some("name"),
            Subject::Whole => None,
        }
    }
}

fn stored(state: State) -> Stored<State> {
    Stored {
        state,
        private: Vec::new(),
    }
}

fn applied(state: State) -> Applied<State> {
    Applied {
        stored: stored(state),
        diagnostics: Diagnostics::default(),
    }
}
