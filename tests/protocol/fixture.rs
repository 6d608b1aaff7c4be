//! A provider with one resource type that can be told to wait, to break, or to start a child process, one data source
//! and one ephemeral resource.

pub mod lantern;
pub mod sight;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use terraform_provider_arc::call::{Halt, Probe, WaitError, poll_until};
use terraform_provider_arc::plugin::{Mode, run};
use terraform_provider_arc::sdk::context::Context;
use terraform_provider_arc::sdk::data_source::ErasedDataSource;
use terraform_provider_arc::sdk::diagnostics::Diagnostics;
use terraform_provider_arc::sdk::ephemeral::ErasedEphemeralResource;
use terraform_provider_arc::sdk::erased::{erase, erase_data_source, erase_ephemeral};
use terraform_provider_arc::sdk::path::AttributePath;
use terraform_provider_arc::sdk::provider::Provider;
use terraform_provider_arc::sdk::resource::{
    Applied, ApplyFailure, ErasedResource, ImportTarget, MoveSource, Refreshed, Resource, Stored,
};
use terraform_provider_arc::sdk::schema::{
    Attribute, IdentityAttribute, IdentitySchema, Nesting, Schema,
};
use terraform_provider_arc::sdk::timeouts::Timeouts;
use terraform_provider_arc::sdk::value::Value;

use crate::host::COOKIE;

use lantern::Lantern;
use sight::Sight;

/// The resource's Terraform type.
pub const TYPE_NAME: &str = "arc_thing";

/// Set to serve as if started by a person with `--debug`.
pub const DEBUG: &str = "FIXTURE_DEBUG";

/// Serves the fixture. It is a test in name only: the others start this program again and run it alone.
#[test]
#[ignore = "the server that the other tests start"]
fn server() -> ExitCode {
    let mode = match std::env::var_os(DEBUG) {
        Some(_) => Mode::Debug,
        None if std::env::var_os(COOKIE.0).is_some() => Mode::Plugin,
        None => return ExitCode::SUCCESS,
    };
    let _ = rustls::crypto::ring::default_provider().install_default();
    run(Arc::new(Fixture::new()), mode)
}

/// What the resource does when it is created, beside remembering its attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Behaviour {
    /// Makes the file `marker`, saves a checkpoint, and waits until the file is gone again.
    Wait,
    /// Saves a checkpoint and breaks.
    Panic,
    /// Saves a checkpoint and ends with an identity that no message can hold.
    Misfit,
    /// Starts a child process, writes its id to the file `marker`, and waits for it.
    Child,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct State {
    id: Option<String>,
    name: Option<String>,
    behaviour: Option<Behaviour>,
    marker: Option<PathBuf>,
    payload: Option<String>,
    secret: Option<String>,
    secret_length: Option<usize>,
    placement: Option<Placement>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Placement {
    region: Option<String>,
    zones: Option<Vec<Zone>>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Zone {
    name: Option<String>,
}

pub fn schema() -> Schema {
    let zones = vec![Attribute::string("name").required()];
    let placement = vec![
        Attribute::string("region").required(),
        Attribute::nested("zones", Nesting::List, zones).optional(),
    ];
    Schema::new(
        "A thing.",
        vec![
            Attribute::string("id").computed().keep(),
            Attribute::string("name").required().replace(),
            Attribute::string("behaviour").optional(),
            Attribute::string("marker").optional(),
            Attribute::string("payload").optional().sensitive(),
            Attribute::string("secret").optional().write_only(),
            Attribute::number("secret_length").computed(),
            Attribute::nested("placement", Nesting::Single, placement).optional(),
        ],
    )
}

struct Fixture {
    schema: Schema,
    unknown: Arc<AtomicBool>,
    resources: Vec<Arc<dyn ErasedResource>>,
    data_sources: Vec<Arc<dyn ErasedDataSource>>,
    ephemeral_resources: Vec<Arc<dyn ErasedEphemeralResource>>,
}

impl Fixture {
    fn new() -> Self {
        let schema = Schema::new(
            "The fixture.",
            vec![Attribute::string("greeting").optional()],
        );
        let unknown = Arc::new(AtomicBool::new(false));
        let sight = Sight {
            unknown: Arc::clone(&unknown),
        };
        let lantern = Lantern {
            unknown: Arc::clone(&unknown),
        };
        Self {
            schema,
            unknown,
            resources: vec![erase(Thing)],
            data_sources: vec![erase_data_source(sight)],
            ephemeral_resources: vec![erase_ephemeral(lantern)],
        }
    }
}

impl Provider for Fixture {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn resources(&self) -> &[Arc<dyn ErasedResource>] {
        &self.resources
    }

    fn data_sources(&self) -> &[Arc<dyn ErasedDataSource>] {
        &self.data_sources
    }

    fn ephemeral_resources(&self) -> &[Arc<dyn ErasedEphemeralResource>] {
        &self.ephemeral_resources
    }

    fn validate(&self, config: &Value) -> Diagnostics {
        match config.get("greeting").as_str() {
            Some("") => Diagnostics::error(
                AttributePath::attribute("greeting"),
                "Empty Greeting",
                "Say something.",
            ),
            _ => Diagnostics::default(),
        }
    }

    fn configure<'a>(&'a self, _cx: &'a Context, config: Value) -> BoxFuture<'a, Diagnostics> {
        let unknown = config.get("greeting").is_unknown();
        self.unknown.store(unknown, Ordering::Relaxed);
        async { Diagnostics::default() }.boxed()
    }
}

struct Thing;

impl Resource for Thing {
    type State = State;

    fn type_name(&self) -> &'static str {
        TYPE_NAME
    }

    fn schema(&self) -> Schema {
        schema()
    }

    fn identity_schema(&self) -> IdentitySchema {
        IdentitySchema::new(vec![IdentityAttribute::required("name", "Its name.")])
    }

    fn identity(&self, state: &State) -> Option<Value> {
        let name = match state.behaviour {
            Some(Behaviour::Misfit) => Value::object([("not", Value::Bool(true))]),
            _ => Value::String(state.name.clone()?),
        };
        Some(Value::object([("name", name)]))
    }

    fn default_timeouts(&self) -> Timeouts {
        let limit = Duration::from_mins(10);
        Timeouts {
            create: limit,
            read: limit,
            update: limit,
            delete: limit,
        }
    }

    async fn create(
        &self,
        cx: &Context,
        planned: State,
        config: State,
    ) -> Result<Applied<State>, ApplyFailure<State>> {
        let state = State {
            id: planned.name.clone().map(|name| format!("thing/{name}")),
            secret_length: Some(config.secret.map_or(0, |secret| secret.len())),
            ..planned
        };
        if let Some(behaviour) = state.behaviour {
            let saved = stored(state.clone());
            cx.checkpoint.save(&saved.state, &saved.private);
            behave(cx, behaviour, state.marker.as_deref())
                .await
                .map_err(|diagnostics| ApplyFailure {
                    saved: Some(saved),
                    diagnostics,
                })?;
        }
        Ok(applied(state))
    }

    async fn read(
        &self,
        _cx: &Context,
        prior: Stored<State>,
    ) -> Result<Refreshed<State>, Diagnostics> {
        Ok(Refreshed::Present(applied(prior.state)))
    }

    async fn update(
        &self,
        _cx: &Context,
        prior: Stored<State>,
        planned: State,
        config: State,
    ) -> Result<Applied<State>, ApplyFailure<State>> {
        Ok(applied(State {
            id: prior.state.id,
            secret_length: Some(config.secret.map_or(0, |secret| secret.len())),
            ..planned
        }))
    }

    async fn delete(
        &self,
        _cx: &Context,
        _prior: Stored<State>,
    ) -> Result<Diagnostics, ApplyFailure<State>> {
        Ok(Diagnostics::default())
    }

    async fn import(&self, _cx: &Context, target: ImportTarget) -> Result<State, Diagnostics> {
        let name = match target {
            ImportTarget::Id(id) => id.trim_start_matches("thing/").to_owned(),
            ImportTarget::Identity(identity) => {
                identity.get("name").as_str().unwrap_or_default().to_owned()
            }
        };
        Ok(State {
            id: Some(format!("thing/{name}")),
            name: Some(name),
            ..State::default()
        })
    }

    fn upgrade(
        &self,
        _version: i64,
        state: serde_json::Value,
    ) -> Result<serde_json::Value, Diagnostics> {
        Ok(state)
    }

    fn move_from(&self, source: &MoveSource) -> Result<State, Diagnostics> {
        match (source.type_name.as_str(), source.state["title"].as_str()) {
            ("other_thing", Some(title)) => Ok(State {
                id: Some(format!("thing/{title}")),
                name: Some(title.to_owned()),
                ..State::default()
            }),
            _ => Err(source.not_supported(TYPE_NAME)),
        }
    }
}

fn stored(state: State) -> Stored<State> {
    Stored {
        state,
        private: b"private".to_vec(),
    }
}

fn applied(state: State) -> Applied<State> {
    Applied {
        stored: stored(state),
        diagnostics: Diagnostics::default(),
    }
}

async fn behave(
    cx: &Context,
    behaviour: Behaviour,
    marker: Option<&Path>,
) -> Result<(), Diagnostics> {
    match (behaviour, marker) {
        (Behaviour::Wait, Some(marker)) => wait(cx, marker).await,
        (Behaviour::Child, Some(marker)) => child(cx, marker).await,
        (Behaviour::Misfit, _) => Ok(()),
        (Behaviour::Panic, _) => panic!("the fixture was told to break"),
        (_, None) => panic!("no marker"),
    }
}

async fn wait(cx: &Context, marker: &Path) -> Result<(), Diagnostics> {
    std::fs::write(marker, "").expect("a writable marker");
    let look = || async {
        Ok::<_, Halt>(if marker.exists() {
            Probe::pending("still there")
        } else {
            Probe::Ready(())
        })
    };
    poll_until(&cx.call, "the test", Duration::from_millis(5), look)
        .await
        .map_err(|error: WaitError<Halt>| interrupted(&error.to_string()))
}

async fn child(cx: &Context, marker: &Path) -> Result<(), Diagnostics> {
    let mut child = tokio::process::Command::new("sleep")
        .arg("600")
        .kill_on_drop(true)
        .spawn()
        .expect("sleep runs");
    let id = child.id().expect("it runs");
    std::fs::write(marker, id.to_string()).expect("a writable marker");
    match cx.call.race(child.wait()).await {
        Ok(_) => Ok(()),
        Err(halt) => Err(interrupted(&halt.to_string())),
    }
}

fn interrupted(why: &str) -> Diagnostics {
    Diagnostics::error(AttributePath::root(), "Not Finished", why)
}
