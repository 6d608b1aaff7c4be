//! Create, read, update, delete and import of `arc_custom_location`.

use crate::resources::connection::{self, ConnectionState};
use crate::resources::shared::diagnose::{self, About, failed, half_seen, warned};
use crate::resources::shared::{deletion, ids};
use crate::sdk::context::Context;
use crate::sdk::diagnostics::Diagnostics;
use crate::sdk::path::AttributePath;
use crate::sdk::resource::{
    Applied, ApplyFailure, ImportTarget, Plan, Refreshed, Resource, Stored,
};
use crate::sdk::schema::{IdentitySchema, Schema};
use crate::sdk::timeouts::Timeouts;
use crate::sdk::value::Value;
use crate::usecases::custom_location::{
    Error, Object, Observation, Subject, change, create, observe, remove,
};
use crate::usecases::{Connection, ResourceId, Session};

use super::state::State;
use super::{CustomLocationResource, TYPE_NAME, plan, schema};

type Outcome = Result<Applied<State>, ApplyFailure<State>>;

impl Resource for CustomLocationResource {
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
        let id = ResourceId::parse(state.id.as_deref()?).ok()?;
        Some(Value::object([
            ("subscription_id", Value::string(id.subscription_id())),
            ("resource_group_name", Value::string(id.resource_group())),
            ("name", Value::string(id.name())),
        ]))
    }

    fn default_timeouts(&self) -> Timeouts {
        schema::TIMEOUTS
    }

    fn validate(&self, config: &Value) -> Diagnostics {
        let path = AttributePath::attribute(connection::NAME);
        connection::validate(&path, config.get(connection::NAME))
    }

    async fn plan(&self, _cx: &Context, planned: &mut Plan) -> Diagnostics {
        plan::finish(planned, self.session.get().as_deref())
    }

    async fn create(&self, cx: &Context, planned: State, config: State) -> Outcome {
        let session = diagnose::session(&self.session)?;
        let cluster = ids::parse_cluster(&planned.connected_cluster_id)?;
        let spec = planned.spec(cluster, &config);
        let id = &spec.id;
        let remember = |object: &Object| {
            cx.checkpoint
                .save(&planned.clone().with_object(id, object), &[]);
        };
        match Box::pin(create(&cx.call, &session, &spec, remember)).await {
            Ok(observation) => Ok(applied(planned, id, &observation)),
            Err(failure) => Err(ApplyFailure {
                saved: failure
                    .reached
                    .map(|object| stored(planned.with_object(id, &object))),
                diagnostics: failed(&format!("creating {id}"), &failure.error),
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
        let id = parse(prior.state.id.as_deref().unwrap_or_default())?;
        let connection = connection_of(&prior.state);
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
        let id = parse(prior.state.id.as_deref().unwrap_or_default())?;
        let cluster = ids::parse_cluster(&planned.connected_cluster_id)?;
        let spec = planned.spec(cluster, &config);
        match Box::pin(change(&cx.call, &session, &spec)).await {
            Ok(observation) => Ok(applied(planned, &id, &observation)),
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
        let id = parse(prior.state.id.as_deref().unwrap_or_default())?;
        match remove(&cx.call, &session, &id).await {
            Ok(()) => Ok(Diagnostics::default()),
            Err(error) => Err(failed(&format!("removing {id}"), &error).into()),
        }
    }

    async fn import(&self, _cx: &Context, target: ImportTarget) -> Result<State, Diagnostics> {
        let id = match &target {
            ImportTarget::Id(id) => parse(id)?,
            ImportTarget::Identity(identity) => {
                let part = |name| identity.get(name).as_str().unwrap_or_default();
                let (subscription, group) = (part("subscription_id"), part("resource_group_name"));
                ResourceId::custom_location(subscription, group, part("name"))
            }
        };
        Ok(State {
            id: Some(id.to_string()),
            name: id.name().to_owned(),
            resource_group_name: id.resource_group().to_owned(),
            adopt_existing: Some(false),
            deletion_policy: Some(deletion::DELETE.to_owned()),
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

/// What a create or update hands back. What it did not put right, the next look will find.
fn applied(planned: State, id: &ResourceId, observation: &Observation) -> Applied<State> {
    let mut state = planned.with_observation(id, observation);
    state.drift = Some(Vec::new());
    let diagnostics = match &observation.inside {
        Ok(_) => Diagnostics::default(),
        Err(error) => warned(&looking_at(id), error),
    };
    Applied {
        stored: stored(state),
        diagnostics,
    }
}

impl About for Error {
    fn attribute(&self) -> Option<&'static str> {
        match self.subject() {
            Subject::Connection => Some(connection::NAME),
            Subject::Parent => Some("connected_cluster_id"),
            Subject::Namespace => Some("namespace"),
            Subject::Name => Some("name"),
            Subject::Whole => None,
        }
    }
}

fn looking_at(id: &ResourceId) -> String {
    format!("looking at {id} and its namespace")
}

fn connection_of(state: &State) -> Option<Connection> {
    state.kubernetes.as_ref().map(ConnectionState::connection)
}

fn parse(text: &str) -> Result<ResourceId, Diagnostics> {
    ids::parse(
        text,
        "id",
        "a custom location",
        ResourceId::is_custom_location,
    )
}

fn stored(state: State) -> Stored<State> {
    Stored {
        state,
        private: Vec::new(),
    }
}
