//! A token for one run: it configures another provider block, and is gone afterwards.

use anyhow::ensure;

use super::objects::Objects;
use super::{ADMINISTRATOR, with_token};
use crate::common::{self, Fixture};

/// A second provider block logs in to the cluster with an ephemeral token, and makes something there.
pub async fn in_a_provider_block(test: Fixture) -> anyhow::Result<()> {
    let cluster = test.cluster();
    let objects = Objects::of(cluster).await?;
    let bare = with_token(
        cluster,
        &format!("{ADMINISTRATOR}\n  type = \"bound\"\n  store_token = false"),
    );
    test.apply(&bare).await?;
    ensure!(
        objects.secret_names().await?.is_empty(),
        "a token was issued that is kept nowhere"
    );
    test.apply(&(bare.clone() + &through_token(&cluster.name)))
        .await?;
    test.work.plan().await?.expect_empty()?;
    let left = objects.secret_names().await?;
    ensure!(left.is_empty(), "{left:?} are left of the runs");
    let second = test
        .work
        .attributes("arc_service_account_token.through_token")
        .await?;
    ensure!(second["token"].is_string(), "{second:#}");
    test.work.destroy().await?.expect_success()?;
    objects.are_gone().await?;
    test.nothing_is_left().await
}

fn through_token(name: &str) -> String {
    let kubernetes = common::eks(name);
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
