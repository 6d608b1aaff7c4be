//! A token for one run: it configures another provider block, and is gone afterwards.

use std::sync::Arc;

use anyhow::ensure;
use world::arm::Arm;
use world::engine::{Engine, Workdir};
use world::leftovers::nothing_is_left;

use super::objects::Objects;
use super::{ADMINISTRATOR, with_token};
use crate::configuration;
use crate::pool::Lease;

/// A second provider block logs in to the cluster with an ephemeral token, and makes something there.
pub async fn in_a_provider_block(lease: Arc<Lease>, engine: Engine) -> anyhow::Result<()> {
    let cluster = lease.cluster();
    let objects = Objects::of(cluster).await?;
    let work = Workdir::new(lease.world(), &engine, "token-ephemeral")?;
    let bare = with_token(
        cluster,
        &format!("{ADMINISTRATOR}\n  type = \"bound\"\n  store_token = false"),
    );
    work.configure(&bare)?;
    work.init().await?;
    work.apply().await?.expect_success()?;
    ensure!(
        objects.secret_names().await?.is_empty(),
        "a token was issued that nobody keeps"
    );
    work.configure(&(bare.clone() + &through_token(&cluster.name)))?;
    work.init().await?;
    work.apply().await?.expect_success()?;
    work.plan().await?.expect_empty()?;
    let left = objects.secret_names().await?;
    ensure!(left.is_empty(), "{left:?} are left of the runs");
    let second = work
        .attributes("arc_service_account_token.through_token")
        .await?;
    ensure!(second["token"].is_string(), "{second:#}");
    work.destroy().await?.expect_success()?;
    objects.are_gone().await?;
    nothing_is_left(&Arm::login(lease.world()).await?, lease.world(), cluster).await
}

fn through_token(name: &str) -> String {
    let kubernetes = configuration::eks(name);
    format!(
        r#"
ephemeral "arc_service_account_token" "run" {{
  connected_cluster_id = arc_service_account_token.portal.connected_cluster_id
  kubernetes           = {kubernetes}
  namespace            = "default"
  name                 = "azure-user"
  duration             = "10m"
}}

provider "arc" {{
  alias = "token"
  kubernetes = {{
    host                   = ephemeral.arc_service_account_token.run.host
    cluster_ca_certificate = ephemeral.arc_service_account_token.run.cluster_ca_certificate
    token                  = ephemeral.arc_service_account_token.run.token
  }}
}}

resource "arc_service_account_token" "through_token" {{
  provider             = arc.token
  connected_cluster_id = arc_connected_cluster.eks.id
  namespace            = "default"
  name                 = "viewer"
  cluster_roles        = ["view"]
}}
"#
    )
}
