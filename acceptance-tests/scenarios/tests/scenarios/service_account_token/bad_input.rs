//! What users get wrong about a token: each is one error that points at the attribute, names the cause, and says what to
//! do.

use anyhow::ensure;
use world::cluster::Cluster;
use world::engine::Workdir;

use super::objects::Objects;
use super::{ADMINISTRATOR, token};
use crate::common::{Configuration, Fixture, expect_error};

/// A configuration with one mistake and what is said about it.
struct Mistake {
    parent: &'static str,
    more: &'static str,
    attribute: &'static str,
    names: &'static [&'static str],
}

const PARENT: &str = "arc_connected_cluster.eks.id";

const MISTAKES: [Mistake; 5] = [
    Mistake {
        parent: PARENT,
        more: "type = \"bound\"\n  duration = \"1m\"",
        attribute: "duration",
        names: &["1m is out of range", "10m to 1193046h"],
    },
    Mistake {
        parent: PARENT,
        more: "audiences = [\"vault\"]",
        attribute: "audiences",
        names: &["bound tokens", "type = \"bound\""],
    },
    Mistake {
        parent: PARENT,
        more: r#"cluster_roles = ["cluster-adnim"]"#,
        attribute: "cluster_roles",
        names: &[
            "ClusterRole cluster-adnim does not exist",
            "kubectl get clusterroles",
        ],
    },
    Mistake {
        parent: PARENT,
        more: r#"role_bindings = [{ namespace = "nowhere", kind = "ClusterRole", name = "view" }]"#,
        attribute: "role_bindings",
        names: &[
            "namespace nowhere does not exist",
            "kubectl create namespace nowhere",
        ],
    },
    Mistake {
        parent: r#"replace(arc_connected_cluster.eks.id, "connectedClusters/", "connectedClusters/not-")"#,
        more: "",
        attribute: "connected_cluster_id",
        names: &["does not exist in resource group", "az connectedk8s list"],
    },
];

pub async fn explained(test: Fixture) -> anyhow::Result<()> {
    let cluster = test.cluster();
    let connected = Configuration::of(cluster).render();
    test.apply(&connected).await?;
    for mistake in MISTAKES {
        let wrong = connected.clone() + &token(cluster, mistake.parent, mistake.more);
        test.work.configure(&wrong)?;
        expect_error(&test.work.apply().await?, mistake.attribute, mistake.names)?;
    }
    foreign_binding(&test.work, &connected, cluster).await?;
    namespace_missing(&test.work, &connected, cluster).await?;
    not_connected(&test, &connected).await?;
    Objects::of(cluster).await?.are_gone().await?;
    test.work.configure(&connected)?;
    test.destroy().await
}

/// A binding that has our name and another owner is not touched, and nothing is made beside it.
async fn foreign_binding(work: &Workdir, connected: &str, cluster: &Cluster) -> anyhow::Result<()> {
    let objects = Objects::of(cluster).await?;
    objects.make_foreign_binding().await?;
    work.configure(&(connected.to_owned() + &token(cluster, PARENT, ADMINISTRATOR)))?;
    let names = [
        "ClusterRoleBinding azure-user-binding exists already",
        "adopt_existing",
    ];
    expect_error(&work.apply().await?, "", &names)?;
    ensure!(
        objects.secret_names().await?.is_empty(),
        "something was made"
    );
    objects.delete_foreign_binding().await
}

async fn namespace_missing(
    work: &Workdir,
    connected: &str,
    cluster: &Cluster,
) -> anyhow::Result<()> {
    let elsewhere = token(cluster, PARENT, "").replace("\"default\"", "\"nowhere\"");
    work.configure(&(connected.to_owned() + &elsewhere))?;
    let names = [
        "namespace nowhere does not exist",
        "kubectl create namespace",
    ];
    expect_error(&work.apply().await?, "namespace", &names)
}

/// A connected cluster whose agents never came.
async fn not_connected(test: &Fixture, connected: &str) -> anyhow::Result<()> {
    let (cluster, arm, work) = (test.cluster(), &test.arm, &test.work);
    let name = format!("{}-silent", cluster.name);
    let key = arm.connected_cluster(&cluster.name).await?;
    let key = key.unwrap_or_default()["properties"]["agentPublicKeyCertificate"].clone();
    arm.create(
        &name,
        &serde_json::json!({
            "location": world::names::LOCATION,
            "identity": {"type": "SystemAssigned"},
            "properties": {"agentPublicKeyCertificate": key},
        }),
    )
    .await?;
    let parent = format!("\"{}\"", arm.id(&name));
    work.configure(&(connected.to_owned() + &token(cluster, &parent, "")))?;
    let run = work.apply().await?;
    arm.delete(&name).await?;
    let names = [
        "only the agents of a Connected one",
        "kubectl get pods,events",
    ];
    expect_error(&run, "connected_cluster_id", &names)
}
