//! What the user says about the Helm client.

use std::path::PathBuf;

/// Where Helm comes from. All members are optional.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HelmSource {
    /// This program and no other.
    pub path: Option<PathBuf>,
    /// The repository of Helm clients, `mcr.microsoft.com/azurearck8s/helm` or a mirror of it. Where one is named, `PATH`
    /// is not searched.
    pub repository: Option<String>,
    /// What the downloaded client's index, manifest or archive must have, such as `sha256:…`. Where one is named, `PATH` is
    /// not searched.
    pub digest: Option<String>,
    /// Where downloaded clients are kept; otherwise `terraform-provider-arc` in the user's cache directory.
    pub cache_dir: Option<PathBuf>,
}
