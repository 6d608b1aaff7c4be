//! Where a Flux configuration takes its manifests from: one of four kinds of source.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::arm::secret::Secret;

/// A Git repository.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct GitRepository {
    /// Its URL, `http`, `https`, `ssh` or `git@`.
    pub url: String,
    /// What to check out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repository_ref: Option<GitReference>,
    /// Limit of one fetch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout_in_seconds: Option<i64>,
    /// Between two fetches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sync_interval_in_seconds: Option<i64>,
    /// User name for HTTPS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub https_user: Option<String>,
    /// Base64 of the PEM of the server's CA.
    #[serde(rename = "httpsCACert", skip_serializing_if = "Option::is_none")]
    pub https_ca_cert: Option<String>,
    /// Base64 of the server's `known_hosts`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ssh_known_hosts: Option<String>,
    /// Secret in the configuration's namespace that holds the credential.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local_auth_ref: Option<String>,
    /// `Azure`, `GitHub` or `Generic`: who authenticates.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// Members that are not known here.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// What to check out of a Git repository; a commit counts before a range, a range before a tag, a tag before a branch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct GitReference {
    /// A branch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// A tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// A range of tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub semver: Option<String>,
    /// A commit of the branch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
}

/// An S3-compatible bucket.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Bucket {
    /// URL of the server.
    pub url: String,
    /// The bucket.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bucket_name: Option<String>,
    /// Whether the connection goes without TLS. Azure's default is `true`, so it is always sent.
    pub insecure: bool,
    /// Limit of one fetch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout_in_seconds: Option<i64>,
    /// Between two fetches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sync_interval_in_seconds: Option<i64>,
    /// The access key.
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub access_key: Option<Secret>,
    /// Secret in the configuration's namespace that holds the credential.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local_auth_ref: Option<String>,
}

/// A container of Azure Blob Storage.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct AzureBlob {
    /// URL of the storage account.
    pub url: String,
    /// The container.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container_name: Option<String>,
    /// Limit of one fetch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout_in_seconds: Option<i64>,
    /// Between two fetches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sync_interval_in_seconds: Option<i64>,
    /// Who logs in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_principal: Option<ServicePrincipal>,
    /// Who logs in, as a managed identity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub managed_identity: Option<BlobIdentity>,
    /// Key of the account.
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub account_key: Option<Secret>,
    /// A shared access signature.
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub sas_token: Option<Secret>,
    /// Secret in the configuration's namespace that holds the credential.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local_auth_ref: Option<String>,
}

/// A service principal that reads blobs.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ServicePrincipal {
    /// Its application id.
    pub client_id: String,
    /// Its tenant.
    pub tenant_id: String,
    /// Its secret.
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<Secret>,
}

/// A managed identity that reads blobs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct BlobIdentity {
    /// Its client id.
    pub client_id: String,
}

/// A repository of OCI artifacts.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct OciRepository {
    /// Its URL, `oci://`.
    pub url: String,
    /// Which artifact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repository_ref: Option<OciReference>,
    /// Limit of one fetch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout_in_seconds: Option<i64>,
    /// Between two fetches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sync_interval_in_seconds: Option<i64>,
    /// Whether the connection goes without TLS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub insecure: Option<bool>,
    /// Whether the source controller logs in with workload identity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub use_workload_identity: Option<bool>,
    /// Service account whose pull secrets count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_account_name: Option<String>,
    /// Secret in the configuration's namespace that holds the credential.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local_auth_ref: Option<String>,
    /// Members that are not known here.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// Which artifact; a digest counts before a range, a range before a tag.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct OciReference {
    /// A tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// A range of tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub semver: Option<String>,
    /// A digest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
}
