//! What is changed in a connected cluster past the provider: a plan names it, an apply repairs exactly that.

use std::time::Duration;

use anyhow::{Context, ensure};
use futures::future::BoxFuture;
use serde_json::json;
use world::engine::{Engine, Run};
use world::helm;
use world::kubectl;

use crate::common::{ADDRESS, Configuration, Fixture, Suite};

/// One change past the provider, and the line of the drift list that it gives.
struct Damage {
    name: &'static str,
    /// Part of the line.
    line: &'static str,
    /// What the plan does about it, in its words.
    action: &'static str,
    make: fn(&Fixture) -> BoxFuture<'_, anyhow::Result<()>>,
}

/// Stops the agents' reports to Azure; the last one is so old.
async fn stop_reports(test: &Fixture, age: Duration) -> anyhow::Result<()> {
    test.simulator.presence(&test.id(), json!("away")).await?;
    test.simulator.age(&test.id(), age).await
}

const REPAIR: &str = "will be updated in-place";
const REPLACE: &str = "must be replaced";
const DAY: Duration = Duration::from_hours(24);

/// In the agents' workloads and definitions.
const WORKLOADS: [Damage; 5] = [
    Damage {
        name: "scaled down",
        line: "deployment azure-arc/config-agent: scaled to 0 of 1 replicas",
        action: REPAIR,
        make: |test| Box::pin(kubectl::scale(test.cluster(), "config-agent", 0)),
    },
    Damage {
        name: "deployment deleted",
        line: "deployment azure-arc/kube-aad-proxy: missing",
        action: REPAIR,
        make: |test| Box::pin(kubectl::delete_deployment(test.cluster(), "kube-aad-proxy")),
    },
    Damage {
        name: "no node takes the pods",
        line: "deployment azure-arc/metrics-agent: 0 of 1 replicas ready (pod metrics-agent-",
        action: REPAIR,
        make: |test| Box::pin(kubectl::make_unschedulable(test.cluster(), "metrics-agent")),
    },
    Damage {
        name: "definition deleted",
        line: "custom resource definition gitconfigs.clusterconfig.azure.com: missing",
        action: REPAIR,
        make: |test| {
            Box::pin(kubectl::delete_definition(
                test.cluster(),
                "gitconfigs.clusterconfig.azure.com",
            ))
        },
    },
    Damage {
        name: "identity certificate deleted",
        line: "secret azure-arc/azure-identity-certificate: missing",
        action: REPAIR,
        make: |test| {
            Box::pin(async {
                stop_reports(test, Duration::from_mins(1)).await?;
                kubectl::delete_secret(test.cluster(), "azure-identity-certificate").await
            })
        },
    },
];

/// In the release and what it was installed with.
const RELEASES: [Damage; 5] = [
    Damage {
        name: "release record deleted",
        line: "helm release azure-arc: missing",
        action: REPAIR,
        make: |test| Box::pin(helm::delete_release_records(test.cluster())),
    },
    Damage {
        name: "release failed",
        line: "helm release azure-arc: status failed",
        action: REPAIR,
        make: |test| Box::pin(helm::set_release_status(test.cluster(), "failed")),
    },
    Damage {
        name: "config map deleted",
        line: "config map azure-arc/azure-clusterconfig: missing",
        action: REPAIR,
        make: |test| {
            Box::pin(kubectl::delete_config_map(
                test.cluster(),
                "azure-clusterconfig",
            ))
        },
    },
    Damage {
        name: "config map names another cluster",
        line: "config map azure-arc/azure-clusterconfig: names /subscriptions/",
        action: REPAIR,
        make: |test| {
            Box::pin(kubectl::set_agent_config(
                test.cluster(),
                "AZURE_RESOURCE_NAME",
                "somebody-else",
            ))
        },
    },
    Damage {
        name: "auto-upgrade turned off in the cluster",
        line: "config map azure-arc/azure-clusterconfig: AZURE_ARC_AUTOUPDATE is false, wanted is true",
        action: REPAIR,
        make: |test| {
            Box::pin(kubectl::set_agent_config(
                test.cluster(),
                "AZURE_ARC_AUTOUPDATE",
                "false",
            ))
        },
    },
];

/// In Azure, and in the bond between the two.
const BONDS: [Damage; 6] = [
    Damage {
        name: "tag changed in Azure",
        line: r#""City"            = "Elsewhere" -> "Demo""#,
        action: REPAIR,
        make: |test| {
            Box::pin(async {
                let tags = json!({"tags": {"City": "Elsewhere"}});
                test.arm.merge(&test.cluster().name, &tags).await
            })
        },
    },
    Damage {
        name: "auto-upgrade turned off in Azure",
        line: "connected cluster: auto-upgrade of the agents is Disabled, wanted is Enabled",
        action: REPAIR,
        make: |test| {
            Box::pin(async {
                test.arm.merge(
                    &test.cluster().name,
                    &json!({"properties": {"arcAgentProfile": {"agentAutoUpgrade": "Disabled"}}}),
                )
                .await
            })
        },
    },
    Damage {
        name: "offline",
        line: "connected cluster: Offline since ",
        action: REPAIR,
        make: |test| Box::pin(stop_reports(test, Duration::from_mins(20))),
    },
    Damage {
        name: "expired",
        line: "connected cluster: Expired since ",
        action: REPLACE,
        make: |test| Box::pin(stop_reports(test, DAY.saturating_mul(91))),
    },
    Damage {
        name: "foreign key",
        line: "secret azure-arc/azure-arc-connect-privatekey: holds a key that is not the one that Azure knows",
        action: REPLACE,
        make: |test| Box::pin(kubectl::replace_key(test.cluster())),
    },
    Damage {
        name: "object deleted in Azure",
        line: "connected cluster: gone in Azure, while its agents are still in the cluster",
        action: REPLACE,
        make: |test| {
            Box::pin(async {
                let name = &test.cluster().name;
                test.arm.delete(name).await
            })
        },
    },
];

pub fn scenarios(suite: &mut Suite, engine: &Engine) {
    let groups: [(&str, &'static [Damage]); 3] = [
        ("workloads", &WORKLOADS),
        ("releases", &RELEASES),
        ("bonds", &BONDS),
    ];
    for (name, damages) in groups {
        let name = format!("drift::{name}");
        suite.add(&name, 1, engine, |test| repaired(test, damages));
    }
}

/// One cluster, damaged and repaired again and again.
async fn repaired(test: Fixture, damages: &[Damage]) -> anyhow::Result<()> {
    test.apply(&Configuration::of(test.cluster()).render())
        .await?;
    for damage in damages {
        repair(&test, damage).await.with_context(|| damage.name)?;
    }
    test.destroy().await
}

async fn repair(test: &Fixture, damage: &Damage) -> anyhow::Result<()> {
    (damage.make)(test).await.context("the damage")?;
    names(&test.work.plan_text().await?.expect_success()?, damage)?;
    // Agents whose reports were stopped report again.
    test.simulator.presence(&test.id(), json!("real")).await?;
    test.work.converge().await
}

/// The plan says what it found, and does one thing about it.
fn names(plan: &Run, damage: &Damage) -> anyhow::Result<()> {
    let text = &plan.text;
    ensure!(text.contains(damage.line), "no {:?} in {text}", damage.line);
    let action = format!("# {ADDRESS} {}", damage.action);
    ensure!(text.contains(&action), "no {action:?} in {text}");
    Ok(())
}
