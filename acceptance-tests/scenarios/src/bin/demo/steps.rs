//! The engine's runs as the demo shows them: each with a title, the important lines of its output, and its time.

use std::time::Instant;

use anyhow::{Context, ensure};
use serde_json::Value;
use world::World;
use world::engine::{Engine, Run, Workdir};

/// Begins a step.
pub fn say(text: &str) {
    println!("\n==> {text}");
}

/// Ends a step.
pub fn done(begin: Instant) {
    println!("  ({:.1} s)", begin.elapsed().as_secs_f64());
}

/// A configuration and the engine that applies it.
pub struct Demo {
    work: Workdir,
}

impl Demo {
    /// Writes the configuration and initialises the directory.
    pub async fn start(world: &World, configuration: &str) -> anyhow::Result<Self> {
        let engines = Engine::available()?;
        let engine = engines
            .first()
            .context("there is no terraform and no tofu")?;
        let work = Workdir::new(world, engine, "demo")?;
        work.configure(configuration)?;
        println!("\nexamples/quickstart/main.tf, by {}:\n", engine.version()?);
        for line in configuration.lines() {
            println!("  {line}");
        }
        work.init().await?;
        Ok(Self { work })
    }

    pub async fn apply(&self, title: &str) -> anyhow::Result<Run> {
        self.step(title, &["apply", "-no-color", "-auto-approve"])
            .await
    }

    pub async fn plan(&self, title: &str) -> anyhow::Result<Run> {
        self.step(title, &["plan", "-no-color", "-detailed-exitcode"])
            .await
    }

    pub async fn plan_is_empty(&self) -> anyhow::Result<()> {
        let plan = self.plan("Planning again").await?;
        ensure!(plan.code == 0, "the plan is not empty\n{}", plan.text);
        Ok(())
    }

    pub async fn destroy(&self) -> anyhow::Result<Run> {
        let words = ["destroy", "-no-color", "-auto-approve"];
        self.step("Taking everything away", &words).await
    }

    async fn step(&self, title: &str, words: &[&str]) -> anyhow::Result<Run> {
        let begin = Instant::now();
        say(&format!("{title}: {}", words[0]));
        let run = self.work.run(words).await?.expect_success()?;
        for line in summary(&run.text) {
            println!("  | {line}");
        }
        done(begin);
        Ok(run)
    }

    /// What both planes say now.
    pub async fn show(&self, cluster: &str) -> anyhow::Result<()> {
        let connected = self
            .attributes("arc_connected_cluster.eks", cluster)
            .await?;
        ensure!(
            connected["connectivity_status"] == "Connected",
            "Azure does not see the cluster"
        );
        println!("\n  Azure sees");
        row(
            &connected,
            &[
                "name",
                "connectivity_status",
                "distribution",
                "agent_version",
            ],
        );
        let mut workloads = workloads(&connected["agents"]["workloads"]);
        for name in ["azuremonitor-containers", "azurepolicy", "flux"] {
            let address = format!("{cluster}/{name}");
            let extension = self.attributes("arc_extension.this", &address).await?;
            row(
                &extension,
                &["name", "provisioning_state", "current_version"],
            );
            workloads.extend(self::workloads(&extension["workloads"]));
        }
        let flux = self
            .attributes("arc_flux_configuration.apps", cluster)
            .await?;
        row(
            &flux,
            &["name", "compliance_state", "source_synced_commit_id"],
        );
        println!("\n  The cluster runs");
        for workload in workloads {
            println!("    {workload}");
        }
        let token = self
            .attributes("arc_service_account_token.portal", cluster)
            .await?;
        println!("\n  The portal's token is in");
        row(&token, &["namespace", "secret_name"]);
        Ok(())
    }

    async fn attributes(&self, address: &str, key: &str) -> anyhow::Result<Value> {
        self.work.attributes(&format!("{address}[\"{key}\"]")).await
    }
}

fn row(object: &Value, names: &[&str]) {
    let values: Vec<&str> = names
        .iter()
        .map(|name| object[*name].as_str().unwrap_or("-"))
        .collect();
    println!("    {}", values.join(", "));
}

fn workloads(found: &Value) -> Vec<String> {
    let found = found.as_object().into_iter().flatten();
    found
        .map(|(name, replicas)| {
            format!(
                "{name}: {} of {} ready",
                replicas["ready"], replicas["desired"]
            )
        })
        .collect()
}

/// What happens to which object, and what was found to differ, without the values that only change with it.
fn summary(text: &str) -> Vec<&str> {
    const PARTS: [&str; 7] = [
        "# arc_",
        "Plan:",
        "complete after",
        "complete!",
        "No changes.",
        "Warning:",
        "Error:",
    ];
    let mut in_drift = false;
    let mut lines = Vec::new();
    for line in text.lines() {
        let words = line.trim();
        if in_drift && words.starts_with("- ") || PARTS.iter().any(|part| line.contains(part)) {
            lines.push(line.split(" [id=").next().unwrap_or(line));
        }
        in_drift = words.starts_with("~ drift") || in_drift && !words.starts_with(']');
    }
    lines
}
