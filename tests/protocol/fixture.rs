//! A provider with one resource type, one data source and one ephemeral resource, which do as a test tells them.

mod behaviour;
pub mod lantern;
pub mod sight;
mod thing;

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures::FutureExt;
use futures::future::BoxFuture;
use terraform_provider_arc::plugin::{Mode, run};
use terraform_provider_arc::sdk::context::Context;
use terraform_provider_arc::sdk::data_source::ErasedDataSource;
use terraform_provider_arc::sdk::diagnostics::Diagnostics;
use terraform_provider_arc::sdk::ephemeral::ErasedEphemeralResource;
use terraform_provider_arc::sdk::erased::{erase, erase_data_source, erase_ephemeral};
use terraform_provider_arc::sdk::path::AttributePath;
use terraform_provider_arc::sdk::provider::Provider;
use terraform_provider_arc::sdk::resource::ErasedResource;
use terraform_provider_arc::sdk::schema::{Attribute, Schema};
use terraform_provider_arc::sdk::value::Value;

use crate::host::COOKIE;

use lantern::Lantern;
use sight::Sight;
use thing::Thing;

pub use thing::{PRIVATE, TYPE_NAME, identity_schema, schema};

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
