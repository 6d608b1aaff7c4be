//! Every attribute of a connected cluster: it reaches Azure and the cluster, changes in place, and shows no difference after.

use anyhow::{Context, ensure};
use reqwest::Method;
use serde_json::{Value, json};
use world::engine::{Action, Change, Engine};
use world::helm::upgrade_agents;
use world::kubectl;
use world::names::NEWER_AGENTS;
use world::wait::eventually;

use crate::common::{ADDRESS, Configuration, Fixture, Suite};

/// A password that must be nowhere but in the cluster.
const PASSWORD: &str = "canary-of-the-proxy";
const ISSUER: &str = "https://oidc.eks.us-east-1.amazonaws.com/id/0123456789ABCDEF";
const OID: &str = "5ad3d1f0-9f0a-4a6e-8b7a-0d9f6e5c4b3a";

pub fn scenarios(suite: &mut Suite, engine: &Engine) {
    suite.add("settings::all_of_them", 1, engine, all_of_them);
    suite.add("settings::agents_upgrade", 1, engine, upgrades);
}

/// Applies the running example with these arguments and attributes, and finds nothing more to do. Another version of the
/// agents shows in Azure with their next report, after which nothing moves any more.
async fn apply(test: &Fixture, provider: &str, more: &str) -> anyhow::Result<()> {
    let configuration = Configuration {
        provider: provider.to_owned(),
        tags: r#"{ City = "Seoul" }"#.to_owned(),
        ..Configuration::with(test.cluster(), more)
    };
    test.work.configure(&configuration.render())?;
    test.work.apply().await?.expect_success()?;
    let plan = test.work.plan().await?.expect_success()?;
    ensure!(plan.changes.is_empty(), "{}", plan.text);
    agents_have_reported(test).await?;
    let refresh = ["apply", "-refresh-only", "-json", "-auto-approve"];
    test.work.run(&refresh).await?.expect_success()?;
    test.work.plan().await?.expect_empty()
}

/// Waits until Azure shows the version of the agents that were installed.
async fn agents_have_reported(test: &Fixture) -> anyhow::Result<()> {
    let config = kubectl::agent_config(test.cluster()).await?;
    let installed = config
        .get("AZURE_ARC_AGENT_VERSION")
        .context("no version")?;
    let path = format!("{}?api-version=2026-05-01", test.id());
    eventually("Azure shows the version of the agents", || async {
        let (_, object) = test.arm.call(Method::GET, &path, None).await?;
        Ok(object["properties"]["agentVersion"] == installed.as_str())
    })
    .await
}

/// Checks properties in Azure, by JSON pointer.
async fn azure_has(test: &Fixture, expected: &[(&str, Value)]) -> anyhow::Result<()> {
    let path = format!("{}?api-version=2026-05-01", test.id());
    let (_, object) = test.arm.call(Method::GET, &path, None).await?;
    for (pointer, wanted) in expected {
        let found = object.pointer(pointer).unwrap_or(&Value::Null);
        ensure!(found == wanted, "{pointer} is {found}, not {wanted}");
    }
    Ok(())
}

/// Checks what the agents were installed with.
async fn agents_have(test: &Fixture, expected: &[(&str, &str)]) -> anyhow::Result<()> {
    let config = kubectl::agent_config(test.cluster()).await?;
    for (key, wanted) in expected {
        let found = config.get(*key).map_or("", String::as_str);
        ensure!(found == *wanted, "{key} is {found:?}, not {wanted:?}");
    }
    Ok(())
}

async fn all_of_them(test: Fixture) -> anyhow::Result<()> {
    test.init(&Configuration::of(test.cluster()).render())
        .await?;
    everything_on(&test).await?;
    everything_else(&test).await?;
    nothing_asked_for(&test).await?;
    through_a_gateway(&test).await?;
    through_a_private_link(&test).await?;
    test.destroy().await
}

async fn everything_on(test: &Fixture) -> anyhow::Result<()> {
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
    apply(test, provider, &more).await?;
    let off = json!("Disabled");
    azure_has(
        test,
        &[
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
        ],
    )
    .await?;
    agents_have(
        test,
        &[
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
        ],
    )
    .await?;
    let stored = std::fs::read_to_string(test.work.path().join("terraform.tfstate"))?;
    ensure!(!stored.contains(PASSWORD), "the password is in the state");
    Ok(())
}

/// Other values in place: another version of the agents, another proxy, less of what they do.
async fn everything_else(test: &Fixture) -> anyhow::Result<()> {
    let more = format!(
        r#"distribution_version = "1.30"
  agent = {{ version = "{NEWER_AGENTS}", auto_upgrade_enabled = false }}
  proxy = {{ https = "http://other.example:3128" }}
  oidc_issuer = {{ enabled = true, self_hosted_url = "{ISSUER}" }}
  cluster_connect_enabled = false"#
    );
    apply(test, "", &more).await?;
    azure_has(
        test,
        &[
            ("/tags", json!({"City": "Seoul"})),
            ("/properties/distributionVersion", json!("1.30")),
            ("/properties/azureHybridBenefit", json!("True")),
            (
                "/properties/securityProfile/workloadIdentity/enabled",
                json!(false),
            ),
        ],
    )
    .await?;
    agents_have(
        test,
        &[
            ("AZURE_ARC_AGENT_VERSION", NEWER_AGENTS),
            ("HTTPS_PROXY", "http://other.example:3128"),
            ("NO_PROXY", ""),
            ("CUSTOM_LOCATIONS_ENABLED", "false"),
            ("CLUSTER_CONNECT_AGENT_ENABLED", "false"),
        ],
    )
    .await
}

/// Back to the defaults, but for the issuer, which Azure does not take back.
async fn nothing_asked_for(test: &Fixture) -> anyhow::Result<()> {
    let issuer = format!(r#"oidc_issuer = {{ enabled = true, self_hosted_url = "{ISSUER}" }}"#);
    apply(test, "", &issuer).await?;
    agents_have(
        test,
        &[
            ("AZURE_ARC_AUTOUPDATE", "true"),
            ("IS_PROXY_ENABLED", "false"),
            ("HTTPS_PROXY", ""),
            ("CLUSTER_CONNECT_AGENT_ENABLED", "true"),
            ("AZURE_ARC_AGENT_VERSION", NEWER_AGENTS),
        ],
    )
    .await?;
    let refused = Configuration::with(test.cluster(), "oidc_issuer = { enabled = false }");
    test.work.configure(&refused.render())?;
    let plan = test.work.plan().await?.expect_failure()?;
    ensure!(
        plan.text.contains("Issuer Cannot Be Disabled"),
        "{}",
        plan.text
    );
    // A replacement is planned as a change first, so that asking for one is refused too.
    let replace = format!("-replace={ADDRESS}");
    let plan = test.work.run(&["plan", "-json", &replace]).await?;
    let plan = plan.expect_failure()?;
    ensure!(
        plan.text.contains("Issuer Cannot Be Disabled"),
        "{}",
        plan.text
    );
    // The way out that the message names.
    let enabled = Configuration::with(test.cluster(), &issuer);
    test.work.configure(&enabled.render())?;
    let target = format!("-target={ADDRESS}");
    let plan = test
        .work
        .run(&["plan", "-json", "-destroy", &target])
        .await?;
    let removal = Change::new(ADDRESS, Action::Delete);
    plan.expect_success()?.expect_changes(&[removal])?;
    Ok(())
}

/// Makes something that a connected cluster refers to in its resource group, and answers its id.
async fn hybrid(test: &Fixture, kind: &str, version: &str) -> anyhow::Result<String> {
    let cluster = test.arm.id(&test.cluster().name);
    let (group, _) = cluster.split_once("/providers/").context("no group")?;
    let id = format!("{group}/providers/Microsoft.HybridCompute/{kind}/example");
    let path = format!("{id}?api-version={version}");
    let body = json!({"location": "koreacentral"});
    let (status, answer) = test.arm.call(Method::PUT, &path, Some(&body)).await?;
    ensure!(status.is_success(), "{answer}");
    Ok(id)
}

async fn through_a_gateway(test: &Fixture) -> anyhow::Result<()> {
    let gateway = hybrid(test, "gateways", "2025-02-19-preview").await?;
    let more = format!(
        r#"gateway_id  = "{gateway}"
  oidc_issuer = {{ enabled = true, self_hosted_url = "{ISSUER}" }}"#
    );
    apply(test, "", &more).await?;
    azure_has(test, &[("/properties/gateway/enabled", json!(true))]).await?;
    agents_have(test, &[("GATEWAY_ENABLED", "true")]).await
}

/// No change in place: the object is replaced, and cluster connect is off.
async fn through_a_private_link(test: &Fixture) -> anyhow::Result<()> {
    let scope = hybrid(test, "privateLinkScopes", "2024-07-10").await?;
    let more = format!(r#"private_link_scope_id = "{scope}""#);
    apply(test, "", &more).await?;
    azure_has(
        test,
        &[
            ("/properties/privateLinkState", json!("Enabled")),
            ("/properties/privateLinkScopeResourceId", json!(scope)),
        ],
    )
    .await?;
    agents_have(test, &[("CLUSTER_CONNECT_AGENT_ENABLED", "false")]).await
}

/// Agents that upgrade themselves are no difference, keep their version in a later change, and are not told another one.
async fn upgrades(test: Fixture) -> anyhow::Result<()> {
    test.init(&Configuration::of(test.cluster()).render())
        .await?;
    apply(&test, "", "").await?;
    upgrade_agents(test.world(), test.cluster(), NEWER_AGENTS).await?;
    let plan = test.work.plan().await?.expect_success()?;
    ensure!(plan.changes.is_empty(), "{}", plan.text);
    apply(&test, "", "workload_identity_enabled = true").await?;
    agents_have(&test, &[("AZURE_ARC_AGENT_VERSION", NEWER_AGENTS)]).await?;

    let pinned = Configuration::with(test.cluster(), r#"agent = { version = "1.35.4" }"#);
    test.work.configure(&pinned.render())?;
    let refused = test.work.plan().await?.expect_failure()?;
    ensure!(
        refused.text.contains("Agents Upgrade Themselves"),
        "{}",
        refused.text
    );
    apply(
        &test,
        "",
        r#"agent = { version = "1.35.4", auto_upgrade_enabled = false }"#,
    )
    .await?;
    agents_have(&test, &[("AZURE_ARC_AGENT_VERSION", "1.35.4")]).await?;
    upgrade_agents(test.world(), test.cluster(), NEWER_AGENTS).await?;
    let plan = test.work.plan().await?.expect_success()?;
    plan.expect_changes(&[Change::new(ADDRESS, Action::Update)])?;
    test.work.apply().await?.expect_success()?;
    agents_have(&test, &[("AZURE_ARC_AGENT_VERSION", "1.35.4")]).await?;
    test.destroy().await
}
