//! Every attribute of a connected cluster: it reaches Azure and the cluster, changes in place, and shows no difference after.

use std::sync::Arc;

use anyhow::{Context, ensure};
use reqwest::Method;
use serde_json::{Value, json};
use world::arm::Arm;
use world::cluster::Cluster;
use world::engine::{Action, Change, Engine, Workdir};
use world::helm::upgrade_agents;
use world::kubectl;
use world::leftovers::nothing_is_left;
use world::names::NEWER_AGENTS;

use crate::configuration::{ADDRESS, Configuration};
use crate::pool::Lease;
use crate::runner::Suite;

/// A password that must be nowhere but in the cluster.
const PASSWORD: &str = "canary-of-the-proxy";
const ISSUER: &str = "https://oidc.eks.us-east-1.amazonaws.com/id/0123456789ABCDEF";
const OID: &str = "5ad3d1f0-9f0a-4a6e-8b7a-0d9f6e5c4b3a";

pub fn scenarios(suite: &mut Suite, engine: &Engine) {
    let (first, second) = (engine.clone(), engine.clone());
    let name = |name: &str| format!("settings::{name}::{}", engine.name);
    suite.add(name("all_of_them"), 1, |lease| all_of_them(lease, first));
    suite.add(name("agents_upgrade"), 1, |lease| upgrades(lease, second));
}

/// One configuration after the other, each with what both planes then say.
struct Place {
    work: Workdir,
    arm: Arm,
    lease: Arc<Lease>,
}

impl Place {
    fn cluster(&self) -> &Cluster {
        self.lease.cluster()
    }

    async fn apply(&self, provider: &str, more: &str) -> anyhow::Result<()> {
        let configuration = Configuration {
            provider: provider.to_owned(),
            more: more.to_owned(),
            tags: r#"{ City = "Seoul" }"#.to_owned(),
            ..Configuration::of(self.cluster())
        };
        self.work.configure(&configuration.render())?;
        self.work.apply().await?.expect_success()?;
        self.work.plan().await?.expect_empty()
    }

    /// The properties in Azure, by JSON pointer.
    async fn azure(&self, expected: &[(&str, Value)]) -> anyhow::Result<()> {
        let id = self.arm.id(&self.cluster().name);
        let path = format!("{id}?api-version=2026-05-01");
        let (_, object) = self.arm.call(Method::GET, &path, None).await?;
        for (pointer, wanted) in expected {
            let found = object.pointer(pointer).unwrap_or(&Value::Null);
            ensure!(found == wanted, "{pointer} is {found}, not {wanted}");
        }
        Ok(())
    }

    /// What the agents were installed with.
    async fn agents(&self, expected: &[(&str, &str)]) -> anyhow::Result<()> {
        let config = kubectl::agent_config(self.cluster()).await?;
        for (key, wanted) in expected {
            let found = config.get(*key).map_or("", String::as_str);
            ensure!(found == *wanted, "{key} is {found:?}, not {wanted:?}");
        }
        Ok(())
    }
}

async fn all_of_them(lease: Arc<Lease>, engine: Engine) -> anyhow::Result<()> {
    let place = Place {
        work: Workdir::new(lease.world(), &engine, "settings")?,
        arm: Arm::login(lease.world()).await?,
        lease: Arc::clone(&lease),
    };
    place
        .work
        .configure(&Configuration::of(place.cluster()).render())?;
    place.work.init().await?;
    everything_on(&place).await?;
    everything_else(&place).await?;
    nothing_asked_for(&place).await?;
    through_a_gateway(&place).await?;
    through_a_private_link(&place).await?;
    place.work.destroy().await?.expect_success()?;
    nothing_is_left(&place.arm, lease.world(), place.cluster()).await
}

async fn everything_on(place: &Place) -> anyhow::Result<()> {
    let more = format!(
        r#"distribution_version = "1.29"
  azure_hybrid_benefit = "True"
  agent = {{ version = "1.35.4", auto_upgrade_enabled = false }}
  proxy = {{ https_wo = "http://user:{PASSWORD}@proxy.example:3128", wo_version = 1, no_proxy = "10.0.0.0/16,.svc" }}
  oidc_issuer = {{ enabled = true, self_hosted_url = "{ISSUER}" }}
  workload_identity_enabled = true
  custom_locations = {{ enabled = true, object_id = "{OID}" }}
  preflight = "api""#
    );
    let provider = r#"default_tags = { tags = { Team = "arc", City = "Anywhere" } }"#;
    place.apply(provider, &more).await?;
    let off = json!("Disabled");
    place
        .azure(&[
            ("/tags", json!({"City": "Seoul", "Team": "arc"})),
            ("/properties/distributionVersion", json!("1.29")),
            ("/properties/azureHybridBenefit", json!("True")),
            ("/properties/arcAgentProfile/agentAutoUpgrade", off),
            (
                "/properties/oidcIssuerProfile/selfHostedIssuerUrl",
                json!(ISSUER),
            ),
            (
                "/properties/securityProfile/workloadIdentity/enabled",
                json!(true),
            ),
            (
                "/properties/arcAgentryConfigurations/0/feature",
                json!("proxy"),
            ),
        ])
        .await?;
    place
        .agents(&[
            ("AZURE_ARC_AUTOUPDATE", "false"),
            ("IS_PROXY_ENABLED", "true"),
            (
                "HTTPS_PROXY",
                &format!("http://user:{PASSWORD}@proxy.example:3128"),
            ),
            ("NO_PROXY", "10.0.0.0/16,.svc"),
            ("OIDC_ISSUER_ENABLED", "true"),
            ("WORKLOAD_IDENTITY_ENABLED", "true"),
            ("CUSTOM_LOCATIONS_ENABLED", "true"),
            ("CUSTOM_LOCATION_OID", OID),
        ])
        .await?;
    let stored = std::fs::read_to_string(place.work.path().join("terraform.tfstate"))?;
    ensure!(!stored.contains(PASSWORD), "the password is in the state");
    Ok(())
}

/// Other values in place: another version of the agents, another proxy, less of what they do.
async fn everything_else(place: &Place) -> anyhow::Result<()> {
    let more = format!(
        r#"distribution_version = "1.30"
  agent = {{ version = "{NEWER_AGENTS}", auto_upgrade_enabled = false }}
  proxy = {{ https = "http://other.example:3128" }}
  oidc_issuer = {{ enabled = true, self_hosted_url = "{ISSUER}" }}
  cluster_connect_enabled = false"#
    );
    place.apply("", &more).await?;
    place
        .azure(&[
            ("/tags", json!({"City": "Seoul"})),
            ("/properties/distributionVersion", json!("1.30")),
            ("/properties/azureHybridBenefit", json!("True")),
            (
                "/properties/securityProfile/workloadIdentity/enabled",
                json!(false),
            ),
        ])
        .await?;
    place
        .agents(&[
            ("AZURE_ARC_AGENT_VERSION", NEWER_AGENTS),
            ("HTTPS_PROXY", "http://other.example:3128"),
            ("NO_PROXY", ""),
            ("CUSTOM_LOCATIONS_ENABLED", "false"),
            ("CLUSTER_CONNECT_AGENT_ENABLED", "false"),
        ])
        .await
}

/// Back to the defaults, but for the issuer, which Azure does not take back.
async fn nothing_asked_for(place: &Place) -> anyhow::Result<()> {
    let issuer = format!(r#"oidc_issuer = {{ enabled = true, self_hosted_url = "{ISSUER}" }}"#);
    place.apply("", &issuer).await?;
    place
        .agents(&[
            ("AZURE_ARC_AUTOUPDATE", "true"),
            ("IS_PROXY_ENABLED", "false"),
            ("HTTPS_PROXY", ""),
            ("CLUSTER_CONNECT_AGENT_ENABLED", "true"),
            ("AZURE_ARC_AGENT_VERSION", NEWER_AGENTS),
        ])
        .await?;
    let refused = Configuration {
        more: "oidc_issuer = { enabled = false }".to_owned(),
        ..Configuration::of(place.cluster())
    };
    place.work.configure(&refused.render())?;
    let plan = place.work.plan().await?.expect_failure()?;
    ensure!(
        plan.text.contains("Issuer Cannot Be Disabled"),
        "{}",
        plan.text
    );
    // The way out that the message names.
    place
        .work
        .run(&["taint", ADDRESS])
        .await?
        .expect_success()?;
    let plan = place.work.plan().await?.expect_success()?;
    let anew = Change::new(ADDRESS, Action::Replace);
    ensure!(plan.changes == [anew], "{}", plan.text);
    place
        .work
        .run(&["untaint", ADDRESS])
        .await?
        .expect_success()?;
    Ok(())
}

/// Makes something that a connected cluster refers to in its resource group, and answers its id.
async fn hybrid(place: &Place, kind: &str, version: &str) -> anyhow::Result<String> {
    let cluster = place.arm.id(&place.cluster().name);
    let (group, _) = cluster.split_once("/providers/").context("no group")?;
    let id = format!("{group}/providers/Microsoft.HybridCompute/{kind}/example");
    let path = format!("{id}?api-version={version}");
    let body = json!({"location": "koreacentral"});
    let (status, answer) = place.arm.call(Method::PUT, &path, Some(&body)).await?;
    ensure!(status.is_success(), "{answer}");
    Ok(id)
}

async fn through_a_gateway(place: &Place) -> anyhow::Result<()> {
    let gateway = hybrid(place, "gateways", "2025-02-19-preview").await?;
    let more = format!(
        r#"gateway_id  = "{gateway}"
  oidc_issuer = {{ enabled = true, self_hosted_url = "{ISSUER}" }}"#
    );
    place.apply("", &more).await?;
    place
        .azure(&[("/properties/gateway/enabled", json!(true))])
        .await?;
    place.agents(&[("GATEWAY_ENABLED", "true")]).await
}

/// No change in place: the cluster is connected anew, and nobody comes in through Azure any more.
async fn through_a_private_link(place: &Place) -> anyhow::Result<()> {
    let scope = hybrid(place, "privateLinkScopes", "2024-07-10").await?;
    let more = format!(r#"private_link_scope_id = "{scope}""#);
    place.apply("", &more).await?;
    place
        .azure(&[
            ("/properties/privateLinkState", json!("Enabled")),
            ("/properties/privateLinkScopeResourceId", json!(scope)),
        ])
        .await?;
    place
        .agents(&[("CLUSTER_CONNECT_AGENT_ENABLED", "false")])
        .await
}

/// Agents that upgrade themselves are no difference, keep their version in a later change, and are not told another one.
async fn upgrades(lease: Arc<Lease>, engine: Engine) -> anyhow::Result<()> {
    let place = Place {
        work: Workdir::new(lease.world(), &engine, "upgrades")?,
        arm: Arm::login(lease.world()).await?,
        lease: Arc::clone(&lease),
    };
    place
        .work
        .configure(&Configuration::of(place.cluster()).render())?;
    place.work.init().await?;
    place.apply("", "").await?;
    upgrade_agents(lease.world(), place.cluster(), NEWER_AGENTS).await?;
    let plan = place.work.plan().await?.expect_success()?;
    ensure!(plan.changes.is_empty(), "{}", plan.text);
    place.apply("", "workload_identity_enabled = true").await?;
    place
        .agents(&[("AZURE_ARC_AGENT_VERSION", NEWER_AGENTS)])
        .await?;

    let pinned = Configuration {
        more: r#"agent = { version = "1.35.4" }"#.to_owned(),
        ..Configuration::of(place.cluster())
    };
    place.work.configure(&pinned.render())?;
    let refused = place.work.plan().await?.expect_failure()?;
    ensure!(
        refused.text.contains("Agents Upgrade Themselves"),
        "{}",
        refused.text
    );
    place
        .apply(
            "",
            r#"agent = { version = "1.35.4", auto_upgrade_enabled = false }"#,
        )
        .await?;
    place
        .agents(&[("AZURE_ARC_AGENT_VERSION", "1.35.4")])
        .await?;
    upgrade_agents(lease.world(), place.cluster(), NEWER_AGENTS).await?;
    let plan = place.work.plan().await?.expect_success()?;
    ensure!(
        plan.changes == [Change::new(ADDRESS, Action::Update)],
        "{}",
        plan.text
    );
    place.work.apply().await?.expect_success()?;
    place
        .agents(&[("AZURE_ARC_AGENT_VERSION", "1.35.4")])
        .await?;
    place.work.destroy().await?.expect_success()?;
    nothing_is_left(&place.arm, lease.world(), place.cluster()).await
}
