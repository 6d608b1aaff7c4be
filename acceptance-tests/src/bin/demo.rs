//! `demo`: the provider's main job, end to end, before your eyes.
//!
//! A world is started, a real engine connects the running example's EKS cluster to Azure Arc, plans again, changes the
//! tags, and disconnects. Each step has to show what it promises, or the demo fails.

use std::process::ExitCode;
use std::time::Instant;

use acceptance_tests::engine::{Engine, Run, Workdir};
use acceptance_tests::subject::{Arm, nothing_is_left};
use acceptance_tests::world::World;
use anyhow::{Context, ensure};

const CLUSTER: &str = "eks-training-dev-krc";
const ADDRESS: &str = "arc_connected_cluster.eks";
const EXAMPLE: &str = include_str!("../../../examples/resources/arc_connected_cluster/resource.tf");
const PROVIDER: &str = r#"
terraform {
  required_providers {
    arc = { source = "multicloud/arc" }
  }
}

provider "arc" {}
"#;

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let directory = tempfile::tempdir()?;
    let begin = Instant::now();
    say(
        "Starting a Kubernetes control plane, EKS in front of it, a registry and a simulated Azure",
    );
    let world = World::start(&directory.path().join("world"), &[CLUSTER]).await?;
    done(begin);
    let outcome = story(&world).await;
    world.stop().await;
    outcome?;
    println!("\nAll of it in {:.1} s.", begin.elapsed().as_secs_f64());
    Ok(ExitCode::SUCCESS)
}

async fn story(world: &World) -> anyhow::Result<()> {
    let engine = Engine::at_hand()?
        .into_iter()
        .next()
        .context("there is no terraform and no tofu")?;
    let workdir = Workdir::new(world, &engine, "demo")?;
    workdir.configure(&format!("{PROVIDER}{EXAMPLE}"))?;
    println!("\n{}", EXAMPLE.trim_end());
    workdir.init().await?;

    step(
        &workdir,
        "Connecting the cluster",
        &["apply", "-no-color", "-auto-approve"],
    )
    .await?;
    show(&workdir).await?;
    let plan = step(
        &workdir,
        "Planning again",
        &["plan", "-no-color", "-detailed-exitcode"],
    )
    .await?;
    ensure!(plan.code == 0, "the second plan is not empty");

    let changed = EXAMPLE.replacen("\"Demo\"", "\"Seoul\"", 1);
    workdir.configure(&format!("{PROVIDER}{changed}"))?;
    step(
        &workdir,
        "Changing a tag in place",
        &["apply", "-no-color", "-auto-approve"],
    )
    .await?;
    ensure!(
        workdir.attributes(ADDRESS).await?["tags"]["Datacenter"] == "Seoul",
        "the tag did not change"
    );

    step(
        &workdir,
        "Disconnecting the cluster",
        &["destroy", "-no-color", "-auto-approve"],
    )
    .await?;
    nothing_is_left(&Arm::login(world).await?, world, &world.clusters[0]).await?;
    println!("  nothing is left: no object in Azure, no release, no namespace of the agents");
    Ok(())
}

async fn step(workdir: &Workdir, title: &str, words: &[&str]) -> anyhow::Result<Run> {
    let begin = Instant::now();
    say(&format!("{title}: {}", words[0]));
    let run = workdir.run(words).await?.expect_success()?;
    for line in run.text.lines().filter(|line| !line.trim().is_empty()) {
        println!("  | {line}");
    }
    done(begin);
    Ok(run)
}

/// What both planes say now.
async fn show(workdir: &Workdir) -> anyhow::Result<()> {
    let state = workdir.attributes(ADDRESS).await?;
    ensure!(
        state["connectivity_status"] == "Connected",
        "Azure does not see the cluster"
    );
    let text = |name: &str| state[name].as_str().unwrap_or("-").to_owned();
    println!(
        "\n  Azure:   {} is {}, agents {}",
        text("id"),
        text("connectivity_status"),
        text("agent_version")
    );
    println!(
        "  cluster: {} on {}, Kubernetes {}",
        text("distribution"),
        text("infrastructure"),
        text("kubernetes_version")
    );
    let workloads = state["agents"]["workloads"]
        .as_object()
        .context("the agents are not in the state")?;
    for (name, replicas) in workloads {
        println!(
            "           {name}: {} of {} ready",
            replicas["ready"], replicas["desired"]
        );
    }
    Ok(())
}

fn say(text: &str) {
    println!("\n==> {text}");
}

fn done(begin: Instant) {
    println!("  ({:.1} s)", begin.elapsed().as_secs_f64());
}
