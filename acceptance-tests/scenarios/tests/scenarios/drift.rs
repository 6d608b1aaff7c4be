//! What somebody does to a connected cluster behind the provider's back: a plan names it, an apply repairs exactly that.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, ensure};
use futures::future::BoxFuture;
use serde_json::json;
use world::arm::Arm;
use world::cluster::Cluster;
use world::engine::{Engine, Run, Workdir};
use world::kubectl;
use world::leftovers::nothing_is_left;
use world::simulator_client::SimulatorClient;

use crate::configuration::{ADDRESS, Configuration};
use crate::pool::Lease;
use crate::runner::Suite;

/// One thing that is done, and the line of the drift list that it gives.
struct Damage {
    name: &'static str,
    /// Part of the line.
    line: &'static str,
    /// What the plan does about it, in its words.
    deed: &'static str,
    make: fn(&Place) -> BoxFuture<'_, anyhow::Result<()>>,
}

/// Where it is done.
struct Place {
    lease: Arc<Lease>,
    id: String,
}

impl Place {
    fn cluster(&self) -> &Cluster {
        self.lease.cluster()
    }

    /// Nobody hears of the agents any more; what they said last is so old.
    async fn silence(&self, age: Duration) -> anyhow::Result<()> {
        let simulator = SimulatorClient::new(self.lease.world())?;
        simulator.presence(&self.id, json!("away")).await?;
        simulator.age(&self.id, age).await
    }

    async fn hear_again(&self) -> anyhow::Result<()> {
        let simulator = SimulatorClient::new(self.lease.world())?;
        simulator.presence(&self.id, json!("real")).await
    }
}

const REPAIR: &str = "will be updated in-place";
const REPLACE: &str = "must be replaced";
const DAY: Duration = Duration::from_hours(24);

/// In the agents' workloads and definitions.
const WORKLOADS: [Damage; 5] = [
    Damage {
        name: "scaled down",
        line: "deployment azure-arc/config-agent: scaled to 0 of 1 replicas",
        deed: REPAIR,
        make: |place| Box::pin(kubectl::scale(place.cluster(), "config-agent", 0)),
    },
    Damage {
        name: "deployment deleted",
        line: "deployment azure-arc/kube-aad-proxy: missing",
        deed: REPAIR,
        make: |place| {
            Box::pin(kubectl::delete_deployment(
                place.cluster(),
                "kube-aad-proxy",
            ))
        },
    },
    Damage {
        name: "no node takes the pods",
        line: "deployment azure-arc/metrics-agent: 0 of 1 replicas ready (pod metrics-agent-",
        deed: REPAIR,
        make: |place| {
            Box::pin(kubectl::make_unschedulable(
                place.cluster(),
                "metrics-agent",
            ))
        },
    },
    Damage {
        name: "definition deleted",
        line: "custom resource definition gitconfigs.clusterconfig.azure.com: missing",
        deed: REPAIR,
        make: |place| {
            Box::pin(kubectl::delete_definition(
                place.cluster(),
                "gitconfigs.clusterconfig.azure.com",
            ))
        },
    },
    Damage {
        name: "identity certificate deleted",
        line: "secret azure-arc/azure-identity-certificate: missing",
        deed: REPAIR,
        make: |place| {
            Box::pin(async {
                place.silence(Duration::from_mins(1)).await?;
                kubectl::delete_secret(place.cluster(), "azure-identity-certificate").await
            })
        },
    },
];

/// In the release and what it was installed with.
const RELEASES: [Damage; 5] = [
    Damage {
        name: "release record deleted",
        line: "helm release azure-arc: missing",
        deed: REPAIR,
        make: |place| Box::pin(kubectl::delete_release_records(place.cluster())),
    },
    Damage {
        name: "release failed",
        line: "helm release azure-arc: status failed",
        deed: REPAIR,
        make: |place| Box::pin(kubectl::set_release_status(place.cluster(), "failed")),
    },
    Damage {
        name: "config map deleted",
        line: "config map azure-arc/azure-clusterconfig: missing",
        deed: REPAIR,
        make: |place| {
            Box::pin(kubectl::delete_config_map(
                place.cluster(),
                "azure-clusterconfig",
            ))
        },
    },
    Damage {
        name: "config map names another cluster",
        line: "config map azure-arc/azure-clusterconfig: names /subscriptions/",
        deed: REPAIR,
        make: |place| {
            Box::pin(kubectl::set_agent_config(
                place.cluster(),
                "AZURE_RESOURCE_NAME",
                "somebody-else",
            ))
        },
    },
    Damage {
        name: "auto-upgrade turned off in the cluster",
        line: "config map azure-arc/azure-clusterconfig: AZURE_ARC_AUTOUPDATE is false, wanted is true",
        deed: REPAIR,
        make: |place| {
            Box::pin(kubectl::set_agent_config(
                place.cluster(),
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
        deed: REPAIR,
        make: |place| {
            Box::pin(async {
                let arm = Arm::login(place.lease.world()).await?;
                let tags = json!({"tags": {"City": "Elsewhere"}});
                arm.merge(&place.cluster().name, &tags).await
            })
        },
    },
    Damage {
        name: "auto-upgrade turned off in Azure",
        line: "connected cluster: auto-upgrade of the agents is Disabled, wanted is Enabled",
        deed: REPAIR,
        make: |place| {
            Box::pin(async {
                let arm = Arm::login(place.lease.world()).await?;
                arm.merge(
                    &place.cluster().name,
                    &json!({"properties": {"arcAgentProfile": {"agentAutoUpgrade": "Disabled"}}}),
                )
                .await
            })
        },
    },
    Damage {
        name: "offline",
        line: "connected cluster: Offline since ",
        deed: REPAIR,
        make: |place| Box::pin(place.silence(Duration::from_mins(20))),
    },
    Damage {
        name: "expired",
        line: "connected cluster: Expired since ",
        deed: REPLACE,
        make: |place| Box::pin(place.silence(DAY.saturating_mul(91))),
    },
    Damage {
        name: "foreign key",
        line: "secret azure-arc/azure-arc-connect-privatekey: holds a key that is not the one that Azure knows",
        deed: REPLACE,
        make: |place| Box::pin(kubectl::replace_key(place.cluster())),
    },
    Damage {
        name: "object deleted in Azure",
        line: "connected cluster: gone in Azure, while its agents are still in the cluster",
        deed: REPLACE,
        make: |place| {
            Box::pin(async {
                let arm = Arm::login(place.lease.world()).await?;
                arm.delete(&place.cluster().name).await
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
        let engine = engine.clone();
        suite.add(format!("drift::{name}::{}", engine.name), 1, move |lease| {
            repaired(lease, engine, name, damages)
        });
    }
}

/// One cluster, damaged and repaired again and again.
async fn repaired(
    lease: Arc<Lease>,
    engine: Engine,
    name: &str,
    damages: &[Damage],
) -> anyhow::Result<()> {
    let cluster = lease.cluster();
    let arm = Arm::login(lease.world()).await?;
    let work = Workdir::new(lease.world(), &engine, &format!("drift-{name}"))?;
    work.configure(&Configuration::of(cluster).render())?;
    work.init().await?;
    work.apply().await?.expect_success()?;
    let place = Place {
        id: arm.id(&cluster.name),
        lease: Arc::clone(&lease),
    };
    for damage in damages {
        repair(&work, &place, damage)
            .await
            .with_context(|| damage.name)?;
    }
    work.destroy().await?.expect_success()?;
    nothing_is_left(&arm, lease.world(), cluster).await
}

async fn repair(work: &Workdir, place: &Place, damage: &Damage) -> anyhow::Result<()> {
    (damage.make)(place).await.context("the damage")?;
    names(&work.plan_text().await?.expect_success()?, damage)?;
    // Whoever is away comes back when he is called.
    place.hear_again().await?;
    work.apply().await?.expect_success()?;
    work.plan().await?.expect_empty()
}

/// The plan says what it found, and does one thing about it.
fn names(plan: &Run, damage: &Damage) -> anyhow::Result<()> {
    let text = &plan.text;
    ensure!(text.contains(damage.line), "no {:?} in {text}", damage.line);
    let deed = format!("# {ADDRESS} {}", damage.deed);
    ensure!(text.contains(&deed), "no {deed:?} in {text}");
    Ok(())
}
