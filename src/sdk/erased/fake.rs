//! A resource whose handlers do as a test says.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::*;
use crate::sdk::resource::{Applied, ApplyFailure, Plan, Refreshed};
use crate::sdk::schema::{Attribute, IdentityAttribute};

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(super) struct State {
    pub(super) name: Option<String>,
    pub(super) id: Option<String>,
    pub(super) secret: Option<String>,
}

pub(super) type Outcome = Result<Applied<State>, ApplyFailure<State>>;

/// What each handler does.
#[derive(Clone, Copy)]
pub(super) struct Fake {
    pub(super) plan: fn(&mut Plan),
    pub(super) create: fn(&Context, State) -> Outcome,
    pub(super) update: fn(Stored<State>, State) -> Outcome,
    pub(super) read: fn(Stored<State>) -> Result<Refreshed<State>, Diagnostics>,
    pub(super) delete: fn(Stored<State>) -> Result<Diagnostics, ApplyFailure<State>>,
}

pub(super) const FAKE: Fake = Fake {
    plan: |_| {},
    create: |_, state| Ok(exists(state)),
    update: |_, state| Ok(exists(state)),
    read: |stored| Ok(Refreshed::Present(exists(stored.state))),
    delete: |_| Ok(Diagnostics::default()),
};

impl Resource for Fake {
    type State = State;

    fn type_name(&self) -> &'static str {
        "arc_fake"
    }

    fn schema(&self) -> Schema {
        let attributes = vec![
            Attribute::string("name").required(),
            Attribute::string("id").computed().keep(),
            Attribute::string("secret").write_only(),
        ];
        Schema::new("A fake.", attributes)
            .version(1)
            .block(timeouts::block(&Operation::ALL))
    }

    fn identity_schema(&self) -> IdentitySchema {
        IdentitySchema::new(vec![IdentityAttribute::required("id", "The id.")])
    }

    fn identity(&self, state: &State) -> Option<Value> {
        let id = state.id.clone()?;
        Some(Value::object([("id", Value::from(id))]))
    }

    fn default_timeouts(&self) -> Timeouts {
        let limit = Duration::from_mins(10);
        Timeouts::new(limit, limit, limit, limit)
    }

    async fn plan(&self, _cx: &Context, plan: &mut Plan) -> Diagnostics {
        (self.plan)(plan);
        Diagnostics::default()
    }

    async fn create(&self, cx: &Context, planned: State, config: State) -> Outcome {
        let secret = config.secret;
        (self.create)(cx, State { secret, ..planned })
    }

    async fn read(
        &self,
        _cx: &Context,
        prior: Stored<State>,
    ) -> Result<Refreshed<State>, Diagnostics> {
        (self.read)(prior)
    }

    async fn update(
        &self,
        _cx: &Context,
        prior: Stored<State>,
        planned: State,
        _config: State,
    ) -> Outcome {
        (self.update)(prior, planned)
    }

    async fn delete(
        &self,
        _cx: &Context,
        prior: Stored<State>,
    ) -> Result<Diagnostics, ApplyFailure<State>> {
        (self.delete)(prior)
    }

    async fn import(&self, _cx: &Context, target: ImportTarget) -> Result<State, Diagnostics> {
        match target {
            ImportTarget::Id(id) => Ok(State {
                id: Some(id),
                ..State::default()
            }),
            ImportTarget::Identity(_) => Err(broken()),
        }
    }

    fn upgrade(
        &self,
        version: i64,
        mut state: serde_json::Value,
    ) -> Result<serde_json::Value, Diagnostics> {
        assert_eq!(version, 0);
        state["name"] = state["title"].take();
        Ok(state)
    }
}

pub(super) fn exists(state: State) -> Applied<State> {
    let id = Some("/fake/1".to_owned());
    Applied {
        stored: Stored {
            state: State { id, ..state },
            private: b"seen".to_vec(),
        },
        diagnostics: Diagnostics::default(),
    }
}

pub(super) fn broken() -> Diagnostics {
    Diagnostics::error(AttributePath::root(), "Broken", "It is broken.")
}
