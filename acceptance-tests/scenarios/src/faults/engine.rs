//! The real Terraform or `OpenTofu`, with a directory for each resource.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use world::World;
use world::engine::{Engine, Run, Workdir};
use world::environment::Environment;
use world::files::write_private;

use super::host::{Errors, Host, Object, not_settled};

/// The plan between the two commands.
const PLAN: &str = "saved.plan";

/// Runs an engine.
pub struct RealEngine<'a> {
    /// Where it runs.
    pub world: &'a World,
    /// Which it is.
    pub engine: Engine,
    /// Its variables, beyond those of the world.
    pub environment: Environment,
    /// How its directories are called.
    pub name: String,
    /// How many of them there are.
    pub directories: AtomicUsize,
}

/// A directory with one resource.
pub struct Root {
    work: Workdir,
    type_name: &'static str,
}

impl Host for RealEngine<'_> {
    type Object = Root;

    async fn none(&self, type_name: &'static str) -> anyhow::Result<Root> {
        let number = self.directories.fetch_add(1, Ordering::Relaxed);
        let name = format!("{}-{number}", self.name);
        let mut work = Workdir::new(self.world, &self.engine, &name)?;
        for (name, value) in &self.environment {
            work.set(name, value);
        }
        let root = Root { work, type_name };
        root.configure(json!({}))?;
        root.work.init().await?;
        Ok(root)
    }

    async fn apply(
        &self,
        object: &mut Root,
        configuration: Option<&Value>,
        begin: impl FnOnce() + Send,
    ) -> anyhow::Result<Errors> {
        let out = format!("-out={PLAN}");
        let mut words = vec!["plan", "-json", &out];
        match configuration {
            Some(configuration) => object.configure(object.resource(configuration))?,
            None => words.push("-destroy"),
        }
        let plan = object.work.run(&words).await?;
        begin();
        if plan.code != 0 || plan.changes.is_empty() {
            return Ok(errors(&plan));
        }
        let apply = object.work.run(&["apply", "-json", PLAN]).await?;
        Ok(errors(&apply))
    }

    async fn settled(&self, object: &mut Root, _: &Value) -> anyhow::Result<Errors> {
        let plan = object.work.plan().await?;
        let settled = plan.changes.is_empty() || plan.code == 1;
        Ok(if settled {
            errors(&plan)
        } else {
            not_settled()
        })
    }
}

impl Root {
    fn resource(&self, configuration: &Value) -> Value {
        json!({ "resource": { self.type_name: { "it": configuration } } })
    }

    /// Writes the configuration: these blocks and the provider's.
    fn configure(&self, mut blocks: Value) -> anyhow::Result<()> {
        let source = json!({ "arc": { "source": "multicloud/arc" } });
        blocks["terraform"] = json!({ "required_providers": source });
        blocks["provider"] = json!({ "arc": {} });
        write_private(&self.work.path().join("main.tf.json"), blocks.to_string())
    }

    /// The only instance in the state.
    fn instance(&self) -> Option<Value> {
        let path: PathBuf = self.work.path().join("terraform.tfstate");
        let state: Value = serde_json::from_str(&fs::read_to_string(path).ok()?).ok()?;
        state["resources"][0]["instances"].get(0).cloned()
    }
}

impl Object for Root {
    fn is_none(&self) -> bool {
        self.instance().is_none()
    }

    fn is_tainted(&self) -> bool {
        self.instance()
            .is_some_and(|instance| instance["status"] == "tainted")
    }
}

/// The errors of a run, or all that it printed when it failed without one.
fn errors(run: &Run) -> Errors {
    let errors = run.errors();
    let texts = errors
        .iter()
        .map(|error| format!("{}: {}", error.summary, error.detail));
    match (run.code, errors.is_empty()) {
        (0 | 2, true) => Errors::new(),
        (_, true) => vec![run.text.clone()],
        _ => texts.collect(),
    }
}
