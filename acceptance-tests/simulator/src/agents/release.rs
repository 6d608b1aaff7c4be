//! Helm's records of an extension's release: one secret per revision, as `helm` itself writes and reads them.

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use k8s_openapi::api::core::v1::Secret;
use kube::Api;
use kube::api::{ListParams, Patch, PatchParams};
use serde_json::{Map, Value, json};

use super::cluster::{AgentError, FIELD_MANAGER, unreachable};
use crate::arm::configuration::extensions::Install;

/// Label of all records of Helm.
pub(super) const OWNER: &str = "owner=helm";

/// Selects the revisions of a release.
pub(super) fn of(release: &str) -> ListParams {
    ListParams::default().labels(&format!("{OWNER},name={release}"))
}

/// Begins a new revision. Older ones are superseded.
pub(super) async fn begin(secrets: &Api<Secret>, install: &Install) -> Result<(), AgentError> {
    let known = revisions(secrets, &install.release).await?;
    let last = known.last().map_or(0, |(revision, _)| *revision);
    for (_, record) in &known {
        write(secrets, record, "superseded").await?;
    }
    let status = match last {
        0 => "pending-install",
        _ => "pending-upgrade",
    };
    write(secrets, &record(install, last + 1), status).await
}

/// Ends the newest revision with a status of Helm's.
pub(super) async fn end(
    secrets: &Api<Secret>,
    release: &str,
    status: &str,
) -> Result<(), AgentError> {
    match revisions(secrets, release).await?.pop() {
        Some((_, record)) => write(secrets, &record, status).await,
        None => Ok(()),
    }
}

/// The records of a release with their revisions, oldest first. Records that cannot be read are left alone.
async fn revisions(secrets: &Api<Secret>, release: &str) -> Result<Vec<(i64, Value)>, AgentError> {
    let found = secrets.list(&of(release)).await.map_err(unreachable)?;
    let mut revisions: Vec<(i64, Value)> = found
        .items
        .into_iter()
        .filter_map(|secret| {
            let record = decode(&secret.data?.remove("release")?.0)?;
            Some((record.get("version")?.as_i64()?, record))
        })
        .collect();
    revisions.sort_by_key(|(revision, _)| *revision);
    Ok(revisions)
}

fn record(install: &Install, revision: i64) -> Value {
    let now = Timestamp::now();
    json!({
        "name": install.release,
        "namespace": install.namespace,
        "version": revision,
        "info": {
            "first_deployed": now,
            "last_deployed": now,
            "deleted": "",
            "description": "",
            "status": "",
        },
        "chart": {
            "metadata": {
                "apiVersion": "v2",
                "name": install.chart,
                "version": install.version,
                "appVersion": install.version,
                "type": "application",
            },
            "lock": null,
            "templates": [],
            "values": {},
            "schema": null,
            "files": [],
        },
        "config": values(install),
        "manifest": "",
        "hooks": [],
    })
}

/// The settings as values: dots in a name lead into the tree.
fn values(install: &Install) -> Value {
    let mut tree = Map::new();
    for (name, value) in &install.values {
        let mut words: Vec<&str> = name.split('.').collect();
        let leaf = words.pop().unwrap_or_default();
        let mut branch = &mut tree;
        for word in words {
            let next = branch
                .entry(word)
                .or_insert_with(|| Value::Object(Map::new()));
            if !next.is_object() {
                *next = Value::Object(Map::new());
            }
            branch = next.as_object_mut().expect("just made one");
        }
        branch.insert(leaf.to_owned(), value.as_str().into());
    }
    tree.into()
}

async fn write(secrets: &Api<Secret>, record: &Value, status: &str) -> Result<(), AgentError> {
    let mut record = record.clone();
    record["info"]["status"] = status.into();
    record["info"]["description"] = format!("Release is {status}").into();
    let (name, revision) = (&record["name"], &record["version"]);
    let secret_name = format!(
        "sh.helm.release.v1.{}.v{revision}",
        name.as_str().unwrap_or_default()
    );
    let secret = json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": secret_name,
            "labels": {
                "name": name,
                "owner": "helm",
                "status": status,
                "version": revision.to_string(),
                "modifiedAt": Timestamp::now().as_second().to_string(),
            },
        },
        "type": "helm.sh/release.v1",
        "data": {"release": BASE64.encode(encode(&record))},
    });
    let apply = PatchParams::apply(FIELD_MANAGER).force();
    let written = secrets
        .patch(&secret_name, &apply, &Patch::Apply(&secret))
        .await;
    written.map(|_| ()).map_err(unreachable)
}

/// Helm's form of a record: JSON, gzip, base64.
fn encode(record: &Value) -> String {
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed
        .write_all(record.to_string().as_bytes())
        .expect("memory takes everything");
    BASE64.encode(packed.finish().expect("memory takes everything"))
}

fn decode(text: &[u8]) -> Option<Value> {
    let packed = BASE64.decode(text).ok()?;
    serde_json::from_reader(flate2::read::GzDecoder::new(packed.as_slice())).ok()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn install(settings: &[(&str, &str)]) -> Install {
        Install {
            release: "flux".to_owned(),
            namespace: "flux-system".to_owned(),
            chart: "microsoft.flux".to_owned(),
            version: "1.16.2".to_owned(),
            workloads: Vec::new(),
            values: settings
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect::<BTreeMap<_, _>>(),
            unpullable: false,
        }
    }

    #[test]
    fn a_record_can_be_read_again() {
        let record = record(&install(&[]), 3);
        assert_eq!(decode(encode(&record).as_bytes()), Some(record));
        assert_eq!(decode(b"no record"), None);
    }

    #[test]
    fn dots_lead_into_the_values() {
        let values = values(&install(&[("a.b", "1"), ("a.c", "2"), ("d", "3")]));
        assert_eq!(values, json!({"a": {"b": "1", "c": "2"}, "d": "3"}));
    }
}
