//! What the four kinds of source of `arc_flux_configuration` hold, here and in Azure.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::usecases::flux_configuration::{
    AzureBlob, BlobIdentity, Bucket, GitReference, GitRepository, OciReference, OciRepository,
    Secret, ServicePrincipal,
};

pub(super) const GIT: &str = "git_repository";
pub(super) const BUCKET: &str = "bucket";
pub(super) const BLOB: &str = "blob_storage";
pub(super) const OCI: &str = "oci_repository";

/// A `git_repository`.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct GitState {
    pub url: String,
    pub reference: Option<GitReferenceState>,
    pub timeout_in_seconds: Option<i64>,
    pub sync_interval_in_seconds: Option<i64>,
    pub https_user: Option<String>,
    pub https_ca_certificate: Option<String>,
    pub ssh_known_hosts: Option<String>,
    pub local_auth_reference: Option<String>,
    pub provider: Option<String>,
}

/// A `reference` of a Git repository.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct GitReferenceState {
    pub branch: Option<String>,
    pub tag: Option<String>,
    pub semver: Option<String>,
    pub commit: Option<String>,
}

/// A `bucket`.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct BucketState {
    pub url: String,
    pub bucket_name: String,
    pub tls_enabled: Option<bool>,
    #[serde(skip_serializing)]
    pub access_key_wo: Option<SecretString>,
    pub timeout_in_seconds: Option<i64>,
    pub sync_interval_in_seconds: Option<i64>,
    pub local_auth_reference: Option<String>,
}

/// A `blob_storage`.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct BlobState {
    pub url: String,
    pub container_name: String,
    #[serde(skip_serializing)]
    pub account_key_wo: Option<SecretString>,
    #[serde(skip_serializing)]
    pub sas_token_wo: Option<SecretString>,
    pub service_principal: Option<PrincipalState>,
    pub managed_identity_client_id: Option<String>,
    pub timeout_in_seconds: Option<i64>,
    pub sync_interval_in_seconds: Option<i64>,
    pub local_auth_reference: Option<String>,
}

/// A `service_principal`.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct PrincipalState {
    pub client_id: String,
    pub tenant_id: String,
    #[serde(skip_serializing)]
    pub client_secret_wo: Option<SecretString>,
}

/// An `oci_repository`.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct OciState {
    pub url: String,
    pub reference: Option<OciReferenceState>,
    pub timeout_in_seconds: Option<i64>,
    pub sync_interval_in_seconds: Option<i64>,
    pub insecure: Option<bool>,
    pub workload_identity_enabled: Option<bool>,
    pub service_account_name: Option<String>,
    pub local_auth_reference: Option<String>,
}

/// A `reference` of an OCI repository.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct OciReferenceState {
    pub tag: Option<String>,
    pub semver: Option<String>,
    pub digest: Option<String>,
}

fn secret(value: Option<&SecretString>) -> Option<Secret> {
    value.cloned().map(Secret)
}

fn encoded(text: Option<&String>) -> Option<String> {
    text.map(|text| STANDARD.encode(text))
}

/// What base64 of Azure's holds; the text itself if it is none.
fn decoded(text: Option<&String>) -> Option<String> {
    let text = text.filter(|text| !text.is_empty())?;
    let bytes = STANDARD.decode(text).ok();
    let plain = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    Some(plain.unwrap_or_else(|| text.clone()))
}

/// Azure shows texts that were never set as absent or empty.
fn set(text: Option<&String>) -> Option<String> {
    text.filter(|text| !text.is_empty()).cloned()
}

/// A flag that is off is the same as one that is not set; the form that the user chose stays.
fn flag(own: Option<bool>, found: Option<bool>) -> Option<bool> {
    match (own, found.unwrap_or(false)) {
        (None, false) => None,
        (_, found) => Some(found),
    }
}

impl GitState {
    pub(super) fn wanted(&self) -> GitRepository {
        GitRepository {
            url: self.url.clone(),
            repository_ref: self.reference.clone().map(|reference| GitReference {
                branch: reference.branch,
                tag: reference.tag,
                semver: reference.semver,
                commit: reference.commit,
            }),
            timeout_in_seconds: self.timeout_in_seconds,
            sync_interval_in_seconds: self.sync_interval_in_seconds,
            https_user: self.https_user.clone(),
            https_ca_cert: encoded(self.https_ca_certificate.as_ref()),
            ssh_known_hosts: encoded(self.ssh_known_hosts.as_ref()),
            local_auth_ref: self.local_auth_reference.clone(),
            provider: self.provider.clone(),
            ..GitRepository::default()
        }
    }

    pub(super) fn found(own: Option<&Self>, found: &GitRepository) -> Self {
        let reference = found.repository_ref.clone().unwrap_or_default();
        let reference = GitReferenceState {
            branch: set(reference.branch.as_ref()),
            tag: set(reference.tag.as_ref()),
            semver: set(reference.semver.as_ref()),
            commit: set(reference.commit.as_ref()),
        };
        // Azure may write its own choice of provider.
        let provider = set(found.provider.as_ref());
        let written = own.and_then(|own| own.provider.as_ref());
        Self {
            url: found.url.clone(),
            reference: Some(reference),
            timeout_in_seconds: found.timeout_in_seconds,
            sync_interval_in_seconds: found.sync_interval_in_seconds,
            https_user: set(found.https_user.as_ref()),
            https_ca_certificate: decoded(found.https_ca_cert.as_ref()),
            ssh_known_hosts: decoded(found.ssh_known_hosts.as_ref()),
            local_auth_reference: set(found.local_auth_ref.as_ref()),
            provider: provider.filter(|provider| written.is_some() || provider != "Generic"),
        }
    }
}

impl BucketState {
    pub(super) fn wanted(&self, config: Option<&Self>) -> Bucket {
        Bucket {
            url: self.url.clone(),
            bucket_name: Some(self.bucket_name.clone()),
            insecure: self.tls_enabled == Some(false),
            timeout_in_seconds: self.timeout_in_seconds,
            sync_interval_in_seconds: self.sync_interval_in_seconds,
            access_key: secret(config.and_then(|config| config.access_key_wo.as_ref())),
            local_auth_ref: self.local_auth_reference.clone(),
        }
    }

    pub(super) fn found(found: &Bucket) -> Self {
        Self {
            url: found.url.clone(),
            bucket_name: found.bucket_name.clone().unwrap_or_default(),
            tls_enabled: Some(!found.insecure),
            access_key_wo: None,
            timeout_in_seconds: found.timeout_in_seconds,
            sync_interval_in_seconds: found.sync_interval_in_seconds,
            local_auth_reference: set(found.local_auth_ref.as_ref()),
        }
    }
}

impl BlobState {
    pub(super) fn wanted(&self, config: Option<&Self>) -> AzureBlob {
        let principal = config.and_then(|config| config.service_principal.as_ref());
        let client_secret = principal.and_then(|own| own.client_secret_wo.as_ref());
        AzureBlob {
            url: self.url.clone(),
            container_name: Some(self.container_name.clone()),
            timeout_in_seconds: self.timeout_in_seconds,
            sync_interval_in_seconds: self.sync_interval_in_seconds,
            service_principal: self.service_principal.as_ref().map(|own| ServicePrincipal {
                client_id: own.client_id.clone(),
                tenant_id: own.tenant_id.clone(),
                client_secret: secret(client_secret),
            }),
            managed_identity: self
                .managed_identity_client_id
                .clone()
                .map(|client_id| BlobIdentity { client_id }),
            account_key: secret(config.and_then(|config| config.account_key_wo.as_ref())),
            sas_token: secret(config.and_then(|config| config.sas_token_wo.as_ref())),
            local_auth_ref: self.local_auth_reference.clone(),
        }
    }

    pub(super) fn found(found: &AzureBlob) -> Self {
        let principal = found.service_principal.as_ref();
        let identity = found.managed_identity.as_ref();
        Self {
            url: found.url.clone(),
            container_name: found.container_name.clone().unwrap_or_default(),
            service_principal: principal
                .filter(|found| !found.client_id.is_empty())
                .map(|found| PrincipalState {
                    client_id: found.client_id.clone(),
                    tenant_id: found.tenant_id.clone(),
                    client_secret_wo: None,
                }),
            managed_identity_client_id: set(identity.map(|identity| &identity.client_id)),
            timeout_in_seconds: found.timeout_in_seconds,
            sync_interval_in_seconds: found.sync_interval_in_seconds,
            local_auth_reference: set(found.local_auth_ref.as_ref()),
            ..Self::default()
        }
    }
}

impl OciState {
    pub(super) fn wanted(&self) -> OciRepository {
        OciRepository {
            url: self.url.clone(),
            repository_ref: self.reference.clone().map(|reference| OciReference {
                tag: reference.tag,
                semver: reference.semver,
                digest: reference.digest,
            }),
            timeout_in_seconds: self.timeout_in_seconds,
            sync_interval_in_seconds: self.sync_interval_in_seconds,
            insecure: self.insecure,
            use_workload_identity: self.workload_identity_enabled,
            service_account_name: self.service_account_name.clone(),
            local_auth_ref: self.local_auth_reference.clone(),
            ..OciRepository::default()
        }
    }

    pub(super) fn found(own: Option<&Self>, found: &OciRepository) -> Self {
        let reference = found.repository_ref.clone().unwrap_or_default();
        let unset = reference == OciReference::default();
        let chosen = own.is_some_and(|own| own.reference.is_none())
            && (unset || reference.tag.as_deref() == Some("latest"));
        Self {
            url: found.url.clone(),
            reference: (!chosen && !unset).then_some(OciReferenceState {
                tag: set(reference.tag.as_ref()),
                semver: set(reference.semver.as_ref()),
                digest: set(reference.digest.as_ref()),
            }),
            timeout_in_seconds: found.timeout_in_seconds,
            sync_interval_in_seconds: found.sync_interval_in_seconds,
            insecure: flag(own.and_then(|own| own.insecure), found.insecure),
            workload_identity_enabled: flag(
                own.and_then(|own| own.workload_identity_enabled),
                found.use_workload_identity,
            ),
            service_account_name: set(found.service_account_name.as_ref()),
            local_auth_reference: set(found.local_auth_ref.as_ref()),
        }
    }
}
