//! The configurations whose plans are timed: so many resources of one type, from one block.

use world::names::REGION;
use world::names::{LOCATION, RESOURCE_GROUP};

use crate::CLUSTER;

/// Source address of the provider that the baseline resource comes from.
pub const TIME_SOURCE: &str = "hashicorp/time";

/// What is planned.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Ours.
    ConnectedCluster,
    /// A resource of another provider that makes no calls: the price of any provider.
    TimeStatic,
    /// A resource inside Terraform: the price of planning itself.
    TerraformData,
}

impl Kind {
    /// Ours first, then the baselines.
    pub const ALL: [Self; 3] = [
        Self::ConnectedCluster,
        Self::TimeStatic,
        Self::TerraformData,
    ];

    /// Terraform's name of the type.
    pub fn type_name(self) -> &'static str {
        match self {
            Self::ConnectedCluster => "arc_connected_cluster",
            Self::TimeStatic => "time_static",
            Self::TerraformData => "terraform_data",
        }
    }

    /// The text of `main.tf` for resources with these names.
    pub fn configuration(self, names: &[String]) -> String {
        let (head, attributes) = match self {
            Self::ConnectedCluster => (ours(), connected_cluster()),
            Self::TimeStatic => (
                requires("time", TIME_SOURCE),
                "triggers = { name = each.key }".into(),
            ),
            Self::TerraformData => (String::new(), "input = each.key".into()),
        };
        format!(
            "{head}resource \"{}\" \"bench\" {{\n  for_each = toset({names:?})\n  {attributes}\n}}\n",
            self.type_name()
        )
    }
}

/// The real cluster, connected under its own name.
pub fn real_cluster() -> String {
    let [head, attributes] = [ours(), connected_cluster()];
    let attributes = attributes.replace("each.key", &format!("{CLUSTER:?}"));
    format!("{head}resource \"arc_connected_cluster\" \"real\" {{\n  {attributes}\n}}\n")
}

/// What usually is on a connected cluster: a token for the portal, and three extensions.
pub const ON_IT: &str = r#"
resource "arc_service_account_token" "portal" {
  connected_cluster_id = arc_connected_cluster.real.id
  namespace            = "default"
  name                 = "azure-user"
  cluster_roles        = ["cluster-admin"]
  store_token          = false
}
resource "arc_extension" "this" {
  for_each = {
    azuremonitor-containers = "microsoft.azuremonitor.containers"
    azurepolicy             = "microsoft.policyinsights"
    flux                    = "microsoft.flux"
  }
  connected_cluster_id = arc_connected_cluster.real.id
  name                 = each.key
  extension_type       = each.value
}
"#;

fn requires(name: &str, source: &str) -> String {
    format!(
        "terraform {{\n  required_providers {{\n    {name} = {{ source = \"{source}\" }}\n  }}\n}}\n"
    )
}

fn ours() -> String {
    let connection =
        format!("{{ eks = {{ cluster_name = \"{CLUSTER}\", region = \"{REGION}\" }} }}");
    let head = requires("arc", "multicloud/arc");
    format!("{head}provider \"arc\" {{\n  kubernetes = {connection}\n}}\n")
}

fn connected_cluster() -> String {
    format!(
        "name                = each.key
  resource_group_name = \"{RESOURCE_GROUP}\"
  location            = \"{LOCATION}\""
    )
}
