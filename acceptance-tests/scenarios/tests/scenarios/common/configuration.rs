//! Configurations as users write them.

use world::cluster::Cluster;
use world::names::REGION;
use world::names::{LOCATION, RESOURCE_GROUP};

/// The connected cluster of [`Configuration`].
pub const ADDRESS: &str = "arc_connected_cluster.eks";

/// The tags of the running example.
pub const TAGS: &str = r#"{
    Datacenter      = "Demo"
    City            = "Demo"
    StateOrDistrict = "Demo"
    CountryOrRegion = "Demo"
    Environment     = "Training"
    Scope           = "Private"
  }"#;

/// One connected cluster, `arc_connected_cluster.eks`, whose parts a scenario may replace.
pub struct Configuration {
    pub provider: String,
    pub name: String,
    pub location: String,
    pub kubernetes: String,
    pub tags: String,
    /// Further attributes.
    pub more: String,
}

impl Configuration {
    /// The running example for a cluster: found by its EKS name, and connected under the same.
    pub fn of(cluster: &Cluster) -> Self {
        Self {
            provider: String::new(),
            name: format!("\"{}\"", cluster.name),
            location: format!("\"{LOCATION}\""),
            kubernetes: eks(&cluster.name),
            tags: TAGS.to_owned(),
            more: String::new(),
        }
    }

    /// The same with further attributes.
    pub fn with(cluster: &Cluster, more: &str) -> Self {
        Self {
            more: more.to_owned(),
            ..Self::of(cluster)
        }
    }

    /// The text of `main.tf`.
    pub fn render(&self) -> String {
        let Self {
            provider,
            name,
            location,
            kubernetes,
            tags,
            more,
        } = self;
        let head = head(provider);
        format!(
            r#"{head}
resource "arc_connected_cluster" "eks" {{
  name                = {name}
  resource_group_name = "{RESOURCE_GROUP}"
  location            = {location}
  kubernetes          = {kubernetes}
  tags                = {tags}
  {more}
}}
"#
        )
    }
}

/// Several clusters from one provider block.
pub fn for_each(names: &[&str]) -> String {
    let head = head("");
    let connection = format!("{{ eks = {{ cluster_name = each.key, region = \"{REGION}\" }} }}");
    format!(
        r#"{head}
resource "arc_connected_cluster" "eks" {{
  for_each            = toset({names:?})
  name                = each.key
  resource_group_name = "{RESOURCE_GROUP}"
  location            = "{LOCATION}"
  kubernetes          = {connection}
}}
"#
    )
}

/// A connection by EKS name.
pub fn eks(name: &str) -> String {
    format!("{{ eks = {{ cluster_name = \"{name}\", region = \"{REGION}\" }} }}")
}

/// A connection by kubeconfig and context.
pub fn kubeconfig(path: &str, context: &str) -> String {
    format!("{{ config_path = \"{path}\", config_context = \"{context}\" }}")
}

/// Where a configuration begins: the provider, with these arguments.
pub fn head(provider: &str) -> String {
    format!(
        r#"terraform {{
  required_providers {{
    arc = {{ source = "multicloud/arc" }}
  }}
}}

provider "arc" {{
  {provider}
}}
"#
    )
}
