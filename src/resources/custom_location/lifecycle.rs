//! Create, read, update, delete and import of `arc_custom_location`: what is its own beside the common lifecycle.

use crate::call::Call;
use crate::resources::connection;
use crate::resources::shared::diagnose::About;
use crate::resources::shared::managed::{At, Before, Definition, Look, Outcome, Seen, TwoPlanes};
use crate::resources::shared::private::Private;
use crate::resources::shared::{deletion, ids};
use crate::sdk::diagnostics::Diagnostics;
use crate::sdk::resource::{ImportTarget, Plan};
use crate::sdk::timeouts::Operation;
use crate::sdk::value::Value;
use crate::usecases::custom_location::{
    Error, Observation, Subject, change, create, observe, remove,
};
use crate::usecases::{Incomplete, Plane, ResourceId, Session};

use super::state::State;
use super::{CustomLocation, TYPE_NAME, plan, schema};

impl TwoPlanes for CustomLocation {
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
        ids::identity_in_group(id)
    }

    fn future_id(planned: &State, _session: &Session) -> Result<ResourceId, Diagnostics> {
        let cluster = ids::required_cluster(planned.connected_cluster_id.as_ref())?;
        let (group, name) = (&planned.resource_group_name, &planned.name);
        Ok(ResourceId::custom_location(
            cluster.subscription_id(),
            group,
            name,
        ))
    }

    fn attempting(operation: Operation, id: &ResourceId) -> String {
        match operation {
            Operation::Create => format!("creating {id}"),
            Operation::Read => format!("looking at {id} and its namespace"),
            Operation::Update => format!("changing {id}"),
            Operation::Delete => format!("removing {id}"),
        }
    }

    async fn plan(
        _call: &Call,
        plan: &mut Plan,
        _private: &Private,
        _session: Option<&Session>,
    ) -> Diagnostics {
        plan::finish(plan);
        Diagnostics::default()
    }

    async fn create(
        at: &At<'_, ResourceId>,
        planned: State,
        config: State,
        checkpoint: impl Fn(State) + Send + Sync,
    ) -> Outcome<Self> {
        let spec = planned.spec(at, &config).map_err(Incomplete::nothing)?;
        let remember = |object: &_| checkpoint(planned.clone().with_object(at.id, object));
        match Box::pin(create(at.call, at.session, &spec, remember)).await {
            Ok(observation) => Ok(seen(planned, at.id, observation)),
            Err(broken) => Err(broken.map(|object| planned.with_object(at.id, &object))),
        }
    }

    async fn read(at: &At<'_, ResourceId>, prior: Before<State>) -> Look<Self> {
        let observed = observe(at.call, at.session, at.id, at.connection).await?;
        Ok(observed.map(|observation| seen(prior.state, at.id, observation)))
    }

    async fn update(
        at: &At<'_, ResourceId>,
        _prior: Before<State>,
        planned: State,
        config: State,
        _checkpoint: impl Fn(State) + Send + Sync,
    ) -> Outcome<Self> {
        let spec = planned.spec(at, &config).map_err(Incomplete::nothing)?;
        match Box::pin(change(at.call, at.session, &spec)).await {
            Ok(observation) => Ok(seen(planned, at.id, observation)),
            Err(error) => Err(Incomplete::nothing(error)),
        }
    }

    async fn delete(at: &At<'_, ResourceId>, _state: State) -> Result<Diagnostics, Error> {
        remove(at.call, at.session, at.id).await?;
        Ok(Diagnostics::default())
    }

    fn import(target: &ImportTarget) -> Result<State, Diagnostics> {
        let id = ids::imported_in_group(
            target,
            ("a custom location", "az customlocation show"),
            ResourceId::is_custom_location,
            ResourceId::custom_location,
        )?;
        Ok(State {
            name: id.name().to_owned(),
            resource_group_name: id.resource_group().to_owned(),
            id: Some(id),
            adopt_existing: Some(false),
            deletion_policy: Some(deletion::DELETE.to_owned()),
            ..State::default()
        })
    }
}

fn seen(state: State, id: &ResourceId, observation: Observation) -> Seen<State, Error> {
    Seen {
        drift: observation.drift(),
        state: state.with_object(id, &observation.object),
        unseen: observation
            .inside
            .err()
            .map(|error| (Plane::Cluster, error.into())),
        baseline: None,
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

    fn is_wrong_cluster(&self) -> bool {
        matches!(self, Self::Parent(error) if error.is_wrong_cluster())
    }
}
