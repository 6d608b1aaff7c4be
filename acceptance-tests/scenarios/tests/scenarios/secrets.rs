//! What is secret is in Azure and in the cluster, and in nothing that a run writes, shows or starts.
//!
//! Every secret input is a canary, and everything that connecting, changing and destroying leaves is searched
//! for them: state, saved plans, logs at trace level, output, temporary files, arguments of all processes.

mod search;

use std::fs;

use anyhow::{Context, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use k8s_openapi::api::core::v1::Secret;
use kube::Api;
use serde_json::Value;
use sha2::{Digest, Sha256};
use world::cluster::Cluster;
use world::engine::{Engine, Workdir};
use world::leftovers;

use search::{Arguments, Secrets};

use crate::common::{Configuration, Fixture, Suite};

const FLUX_NAMESPACE: &str = "secrets";
/// Ephemeral, as users pass secrets on: no plan keeps them.
const VARIABLES: [&str; 5] = [
    "client_secret",
    "kubeconfig",
    "proxy",
    "extension_secret",
    "flux_secret",
];

pub fn scenarios(suite: &mut Suite, engine: &Engine) {
    suite.add("secrets::canaries", 1, engine, canaries);
}

/// Secrets that users change from time to time.
struct Canaries {
    proxy: String,
    extension: String,
    flux: String,
}

impl Canaries {
    fn of(round: u8) -> Self {
        Self {
            proxy: format!("canary-proxy-{round}-51c0"),
            extension: format!("canary-extension-{round}-8e1d"),
            flux: STANDARD.encode(format!("canary-flux-number-{round}-77aa")),
        }
    }

    fn set_variables(&self, work: &mut Workdir) {
        let proxy = format!("http://agent:{}@proxy.example.com:3128", self.proxy);
        work.set("TF_VAR_proxy", &proxy);
        work.set("TF_VAR_extension_secret", &self.extension);
        work.set("TF_VAR_flux_secret", &self.flux);
    }

    fn add_to(&self, secrets: &mut Secrets) {
        secrets.add("the proxy's password", &self.proxy);
        secrets.add("the extension's secret", &self.extension);
        secrets.add("the source's secret", &self.flux);
    }
}

async fn canaries(mut test: Fixture) -> anyhow::Result<()> {
    let cluster = &test.cluster().clone();
    let temporary = tempfile::tempdir()?;
    test.work
        .set("TMPDIR", &temporary.path().display().to_string());
    test.work.set("TF_LOG_PROVIDER", "trace");
    test.work.set("TF_LOG_CORE", "trace");
    let mut secrets = Secrets::default();
    log_in(&mut test, &mut secrets)?;
    test.init(&configuration(cluster, 1)).await?;
    let arguments = Arguments::watch();
    for round in 1..=2 {
        let canaries = Canaries::of(round);
        canaries.add_to(&mut secrets);
        canaries.set_variables(&mut test.work);
        test.work.configure(&configuration(cluster, round))?;
        apply_a_saved_plan(&test.work, &secrets, round).await?;
        test.work.plan().await?.expect_empty()?;
        azure_received(&test, &canaries).await?;
    }
    made_in_the_cluster(cluster, &mut secrets).await?;
    let refused = with_a_wrong_secret(&mut test.work).await?;
    secrets.add("a wrong client secret", &refused);
    test.work.destroy().await?.expect_success()?;
    secrets.not_in_arguments(&arguments.seen().await?)?;
    secrets.not_under(test.work.path())?;
    secrets.not_under(temporary.path())?;
    let left = fs::read_dir(temporary.path())?.count();
    ensure!(left == 0, "{left} temporary files are left");
    leftovers::delete_namespace(cluster, FLUX_NAMESPACE).await?;
    test.nothing_is_left().await
}

/// Both logins by arguments of the provider block: Azure's by secret, the cluster's by a kubeconfig with a key in it.
fn log_in(test: &mut Fixture, secrets: &mut Secrets) -> anyhow::Result<()> {
    let secret = test.world().tenant.client_secret.clone();
    let work = &mut test.work;
    secrets.add("the client secret", &secret);
    work.set("ARM_CLIENT_SECRET", "");
    work.set("TF_VAR_client_secret", &secret);
    let kubeconfig = fs::read_to_string(work.variable("KUBECONFIG"))?;
    work.set("KUBECONFIG", "");
    work.set("TF_VAR_kubeconfig", &kubeconfig);
    let config: Value = serde_saphyr::from_str(&kubeconfig)?;
    let key = config["users"][0]["user"]["client-key-data"].as_str();
    secrets.add_pem(
        "the key of the login",
        &STANDARD.decode(key.context("no key")?)?,
    )
}

/// Planned into a file and applied from it; what both print is searched at once, and what the plan file holds.
async fn apply_a_saved_plan(work: &Workdir, secrets: &Secrets, round: u8) -> anyhow::Result<()> {
    let file = format!("{round}.plan");
    let out = format!("-out={file}");
    for words in [
        &["plan", "-no-color", &out][..],
        &["apply", "-no-color", &file],
    ] {
        let run = work.run(words).await?.expect_success()?;
        secrets.not_in(&run.command, run.text.as_bytes())?;
    }
    let shown = work
        .run(&["show", "-json", &file])
        .await?
        .expect_success()?;
    secrets.not_in("the plan as JSON", shown.text.as_bytes())
}

/// An Azure that never got the secrets would make this easy.
async fn azure_received(test: &Fixture, canaries: &Canaries) -> anyhow::Result<()> {
    let state = test.simulator.state().await?;
    let own = format!("/connectedclusters/{}/", test.cluster().name);
    for (kind, name, secret) in [
        ("extensions", "api.key", &canaries.extension),
        ("flux_configurations", "httpsKey", &canaries.flux),
    ] {
        let hash = format!("{:x}", Sha256::digest(secret));
        let objects = state[kind].as_object().context(kind)?;
        let received = objects
            .iter()
            .filter(|(id, _)| id.to_lowercase().contains(&own))
            .any(|(_, object)| object["protectedSettings"][name] == hash);
        ensure!(
            received,
            "Azure did not receive {name} of {kind}: {objects:#?}"
        );
    }
    Ok(())
}

/// What is not given but made: the agents' key, and the token that is not to be stored.
async fn made_in_the_cluster(cluster: &Cluster, secrets: &mut Secrets) -> anyhow::Result<()> {
    let client = cluster.client().await?;
    let read = async |namespace: &str, name: &str, key: &str| {
        let objects: Api<Secret> = Api::namespaced(client.clone(), namespace);
        let data = objects.get(name).await?.data.context("no data")?;
        anyhow::Ok(data.get(key).context("no such key")?.0.clone())
    };
    let key = read("azure-arc", "azure-arc-connect-privatekey", "privateKey").await?;
    secrets.add_pem("the agents' key", &key)?;
    let token = read("default", "azure-user-secret", "token").await?;
    secrets.add("the token", &String::from_utf8(token)?);
    Ok(())
}

/// Errors and warnings quote no secret.
async fn with_a_wrong_secret(work: &mut Workdir) -> anyhow::Result<String> {
    let wrong = "canary-wrong-secret-3b9f".to_owned();
    let right = work.variable("TF_VAR_client_secret").to_owned();
    work.set("TF_VAR_client_secret", &wrong);
    let run = work.plan().await?;
    work.set("TF_VAR_client_secret", &right);
    ensure!(run.text.contains("Azure Login"), "{}", run.text);
    ensure!(!run.text.contains(&wrong), "{}", run.text);
    Ok(wrong)
}

fn configuration(cluster: &Cluster, round: u8) -> String {
    let variables =
        VARIABLES.map(|name| format!("variable \"{name}\" {{\n  ephemeral = true\n}}\n"));
    let connected = Configuration {
        provider: format!(
            "client_secret = var.client_secret\n  kubernetes = {{ config_raw = var.kubeconfig, config_context = \"{}\" }}",
            cluster.arn
        ),
        kubernetes: "null".to_owned(),
        more: format!(
            "proxy = {{ https_wo = var.proxy, wo_version = {round}, no_proxy = \"10.0.0.0/8\" }}"
        ),
        ..Configuration::of(cluster)
    };
    format!(
        r#"{}{}
resource "arc_service_account_token" "portal" {{
  connected_cluster_id = arc_connected_cluster.eks.id
  namespace            = "default"
  name                 = "azure-user"
  cluster_roles        = ["cluster-admin"]
  store_token          = false
}}

resource "arc_extension" "flux" {{
  connected_cluster_id = arc_connected_cluster.eks.id
  name                 = "flux"
  extension_type       = "microsoft.flux"

  configuration_protected_settings_wo         = {{ "api.key" = var.extension_secret }}
  configuration_protected_settings_wo_version = {round}
}}

resource "arc_flux_configuration" "fleet" {{
  connected_cluster_id = arc_connected_cluster.eks.id
  name                 = "fleet"
  namespace            = "{FLUX_NAMESPACE}"
  depends_on           = [arc_extension.flux]

  git_repository = {{
    url        = "https://github.com/example/fleet"
    reference  = {{ branch = "main" }}
    https_user = "git"
  }}
  configuration_protected_settings_wo         = {{ httpsKey = var.flux_secret }}
  configuration_protected_settings_wo_version = {round}
  kustomizations                              = {{ apps = {{ path = "./apps" }} }}
}}
"#,
        variables.concat(),
        connected.render()
    )
}
