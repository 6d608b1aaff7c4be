//! `demo`: the provider's main job, end to end, before your eyes.
//!
//! A world is started and a real engine applies `examples/quickstart` in it as it is: one apply for the running example's
//! EKS cluster, the portal's token, three extensions and a Flux configuration. Then the cluster is damaged by hand, a plan
//! names it, an apply repairs it, and a destroy takes everything away. Each step has to show what it promises, or the demo
//! fails.

mod inventory;
mod steps;

use std::process::ExitCode;
use std::time::Instant;

use anyhow::ensure;
use world::World;
use world::arm::Arm;
use world::kubectl;
use world::leftovers::nothing_is_left;

use inventory::Inventory;
use steps::{Demo, done, say};

const CLUSTER: &str = "eks-training-dev-krc";
const EXAMPLE: &str = include_str!("../../../../../examples/quickstart/main.tf");
/// What Azure leaves to the owner of what may be in it by then: definitions, and the namespace that Flux worked in.
const LEFT_BY_AZURE: [&str; 3] = [
    "customresourcedefinition ",
    "namespace cluster-config",
    "serviceaccount cluster-config/default",
];

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let directory = tempfile::tempdir()?;
    let begin = Instant::now();
    say(
        "Starting a Kubernetes control plane, EKS in front of it, a registry and a simulated Azure",
    );
    let world = World::start(&directory.path().join("world"), &[CLUSTER]).await?;
    done(begin);
    let outcome = run(&world).await;
    world.stop().await;
    outcome?;
    println!("\nAll of it in {:.1} s.", begin.elapsed().as_secs_f64());
    Ok(ExitCode::SUCCESS)
}

async fn run(world: &World) -> anyhow::Result<()> {
    let before = Inventory::of(&world.clusters[0]).await?;
    let demo = Demo::start(world, EXAMPLE).await?;
    demo.apply("Onboarding: cluster, token, three extensions, Flux")
        .await?;
    demo.show(CLUSTER).await?;
    demo.plan_is_empty().await?;
    damage(world).await?;
    let named = demo.plan("Planning: what is wrong?").await?;
    for line in ["config-agent: scaled to 0", "azure-user-binding: missing"] {
        ensure!(
            named.text.contains(line),
            "the plan does not say {line}\n{}",
            named.text
        );
    }
    demo.apply("Repairing").await?;
    demo.plan_is_empty().await?;
    demo.destroy().await?;
    leaves_nothing(world, &before).await
}

/// Changes the cluster past Terraform.
async fn damage(world: &World) -> anyhow::Result<()> {
    say("Damaging the cluster by hand");
    let cluster = &world.clusters[0];
    println!("  $ kubectl scale --namespace azure-arc deployment/config-agent --replicas 0");
    kubectl::scale(cluster, "config-agent", 0).await?;
    println!("  $ kubectl delete clusterrolebinding azure-user-binding");
    kubectl::delete_cluster_role_binding(cluster, "azure-user-binding").await
}

async fn leaves_nothing(world: &World, before: &Inventory) -> anyhow::Result<()> {
    let cluster = &world.clusters[0];
    nothing_is_left(&Arm::login(world).await?, world, cluster).await?;
    let left = Inventory::of(cluster).await?.beyond(before);
    let (azures, ours): (Vec<_>, Vec<_>) = left
        .into_iter()
        .partition(|object| LEFT_BY_AZURE.iter().any(|known| object.starts_with(known)));
    ensure!(ours.is_empty(), "{ours:?} are left in the cluster");
    println!(
        "  nothing of ours is left: no object in Azure, no release, agent, account, role, binding or Secret"
    );
    println!("  what the Azure CLI leaves too:");
    for object in azures {
        println!("    {object}");
    }
    Ok(())
}
