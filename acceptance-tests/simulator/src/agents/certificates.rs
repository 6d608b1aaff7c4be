//! The certificates that the agents get in return for a proof of their key.

use std::collections::BTreeMap;

use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::Secret;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use rcgen::CertifiedKey;

use super::cluster::{AgentError, Cluster, NAMESPACE};

/// The managed identity's certificate, whose presence is the sign that the agents were accepted.
const IDENTITY: &str = "azure-identity-certificate";
/// What kube-aad-proxy serves with.
const PROXY: &str = "kube-aad-proxy-certificate";

/// Whether both secrets are there.
pub(super) async fn complete(cluster: &mut Cluster) -> Result<bool, AgentError> {
    Ok(cluster.has_secret(IDENTITY).await? && cluster.has_secret(PROXY).await?)
}

/// Replaces both secrets.
pub(super) async fn write(cluster: &mut Cluster, id: &str) -> Result<(), AgentError> {
    let (certificate, key) = pair("identity.arc.simulator.test")?;
    let identity = [
        ("certificate", certificate),
        ("privateKey", key),
        ("resourceId", id.to_owned()),
    ];
    cluster
        .write_secret(&secret(IDENTITY, "Opaque", identity))
        .await?;
    let (certificate, key) = pair("kube-aad-proxy.azure-arc.svc")?;
    let proxy = [("tls.crt", certificate), ("tls.key", key)];
    cluster
        .write_secret(&secret(PROXY, "kubernetes.io/tls", proxy))
        .await
}

fn pair(name: &str) -> Result<(String, String), AgentError> {
    let CertifiedKey { cert, signing_key } = rcgen::generate_simple_self_signed([name.to_owned()])
        .map_err(|error| AgentError::Unreachable(error.into()))?;
    Ok((cert.pem(), signing_key.serialize_pem()))
}

fn secret<const N: usize>(name: &str, type_: &str, data: [(&str, String); N]) -> Secret {
    let data = data.map(|(key, value)| (key.to_owned(), ByteString(value.into_bytes())));
    Secret {
        metadata: ObjectMeta {
            name: Some(name.to_owned()),
            namespace: Some(NAMESPACE.to_owned()),
            ..ObjectMeta::default()
        },
        type_: Some(type_.to_owned()),
        data: Some(BTreeMap::from(data)),
        ..Secret::default()
    }
}
