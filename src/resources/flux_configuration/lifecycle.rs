//! Create, read, update, delete and import of `arc_flux_configuration`: what is its own beside the common lifecycle.

use crate::call::Call;
use crate::resources::connection;
use crate::resources::shared::deletion;
use crate::resources::shared::diagnose::About;
use crate::resources::shared::ids::Child;
use crate::resources::shared::managed::{At, Before, Definition, Look, Outcome, Seen, TwoPlanes};
use crate::resources::shared::private::Private;
use crate::sdk::diagnostics::Diagnostics;
use crate::sdk::resource::{ImportTarget, Plan};
use crate::sdk::timeouts::Operation;
use crate::sdk::value::Value;
use crate::usecases::flux_configuration::{Error, Subject, change, create, observe, remove};
use crate::usecases::{Incomplete, Plane, ResourceId, Session};

use super::state::State;
use super::{FluxConfiguration, TYPE_NAME, plan, rules, schema};

const CHILD: Child = Child {
    noun: "a Flux configuration of a connected cluster",
    names: ResourceId::is_flux_configuration,
    on: ResourceId::flux_configuration,
};

impl TwoPlanes for FluxConfiguration {
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
            Operation::Create => format!("applying {id}"),
            Operation::Read => format!("looking at {id} and its objects"),
            Operation::Update => format!("changing {id}"),
            Operation::Delete => format!("removing {id}"),
        }
    }

    fn rules(config: &Value) -> Diagnostics {
        rules::validate(config)
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
        let spec = planned.spec(at, &config);
        let remember = |object: &_| checkpoint(planned.clone().with_object(at.id, object));
        match Box::pin(create(at.call, at.session, &spec, remember)).await {
            Ok(object) => Ok(Seen::whole(planned.with_object(at.id, &object))),
            Err(broken) => Err(broken.map(|object| planned.with_object(at.id, &object))),
        }
    }

    async fn read(at: &At<'_, ResourceId>, prior: Before<State>) -> Look<Self> {
        let observed = observe(at.call, at.session, at.id, at.connection).await?;
        Ok(observed.map(|observation| Seen {
            drift: observation.drift(),
            state: prior.state.with_object(at.id, &observation.object),
            unseen: observation
                .inside
                .err()
                .map(|error| (Plane::Cluster, error.into())),
            baseline: None,
        }))
    }

    async fn update(
        at: &At<'_, ResourceId>,
        _prior: Before<State>,
        planned: State,
        config: State,
        _checkpoint: impl Fn(State) + Send + Sync,
    ) -> Outcome<Self> {
        let spec = planned.spec(at, &config);
        match Box::pin(change(at.call, at.session, &spec)).await {
            Ok(object) => Ok(Seen::whole(planned.with_object(at.id, &object))),
            Err(error) => Err(Incomplete::nothing(error)),
        }
    }

    async fn delete(at: &At<'_, ResourceId>, state: State) -> Result<Diagnostics, Error> {
        let force = state.force_delete == Some(true);
        remove(at.call, at.session, at.id, force).await?;
        Ok(Diagnostics::default())
    }

    fn import(target: &ImportTarget) -> Result<State, Diagnostics> {
        let (cluster, name) = CHILD.imported(target)?;
        Ok(State {
            id: Some((CHILD.on)(&cluster, &name)),
            connected_cluster_id: Some(cluster),
            name,
            wait_for_compliance: Some(true),
            adopt_existing: Some(false),
            deletion_policy: Some(deletion::DELETE.to_owned()),
            force_delete: Some(false),
            ..State::default()
        })
    }
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

    fn is_wrong_cluster(&self) -> bool {
        matches!(self, Self::Parent(error) if error.is_wrong_cluster())
    }
}
