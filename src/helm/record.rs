//! Helm's own record of a release, read without running Helm.
//!
//! Helm keeps each revision of a release in a Secret `sh.helm.release.v1.<name>.v<revision>`: under the key `release`
//! stands the base64 of gzipped JSON. Looking at that record costs one request where starting Helm costs a process. The
//! record also says what the chart put into the cluster, so that nobody has to know the agents of each version by heart.

use std::collections::BTreeMap;
use std::io::Read;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::GzDecoder;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::manifest::{self, Definition};
use super::{Error, UserValues};

/// Largest record that is read; Kubernetes takes no Secret over 1 MiB, and JSON of charts shrinks about tenfold.
const LARGEST: u64 = 64 << 20;
/// Where a chart keeps the definitions that Helm installs before everything else.
const DEFINITIONS: &str = "crds/";

/// What a record says of its release.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Helm's word for its state: `deployed`, `failed`, `pending-install`, …
    pub status: String,
    /// Version of the chart that is installed.
    pub chart_version: String,
    /// When Helm began this revision.
    pub last_deployed: Option<Timestamp>,
    /// The values that were given to Helm.
    pub values: UserValues,
    /// The deployments of the chart by name, with the replicas that it asks for.
    pub deployments: BTreeMap<String, i32>,
    /// The custom resource definitions of the chart.
    pub definitions: Vec<Definition>,
}

#[derive(Deserialize)]
struct Document {
    info: Info,
    chart: Chart,
    #[serde(default)]
    config: Option<Map<String, Value>>,
    #[serde(default)]
    manifest: String,
}

#[derive(Deserialize)]
struct Info {
    status: String,
    #[serde(default)]
    last_deployed: Option<String>,
}

#[derive(Deserialize)]
struct Chart {
    metadata: Metadata,
    #[serde(default)]
    files: Option<Vec<File>>,
}

#[derive(Deserialize)]
struct Metadata {
    version: String,
}

#[derive(Deserialize)]
struct File {
    name: String,
    #[serde(default)]
    data: String,
}

impl Record {
    /// Reads the value of the Secret's key `release`, already freed from the Secret's own base64.
    ///
    /// # Errors
    ///
    /// [`Error::Record`] when this is no release record.
    pub fn decode(payload: &[u8]) -> Result<Self, Error> {
        let zipped = STANDARD
            .decode(payload)
            .map_err(|error| Error::Record(error.to_string()))?;
        let document = serde_json::from_reader(GzDecoder::new(zipped.as_slice()).take(LARGEST));
        let document: Document = document.map_err(|error| Error::Record(error.to_string()))?;
        Ok(document.into())
    }

    /// Whether Helm was at work when the record was written. A Helm that was killed leaves it so for ever.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        self.status.starts_with("pending-")
    }
}

impl From<Document> for Record {
    fn from(document: Document) -> Self {
        let shipped = document.chart.files.iter().flatten();
        let mut definitions: Vec<_> = shipped.flat_map(File::definitions).collect();
        definitions.extend(manifest::definitions(&document.manifest));
        Self {
            status: document.info.status,
            chart_version: document.chart.metadata.version,
            last_deployed: document
                .info
                .last_deployed
                .and_then(|time| time.parse().ok()),
            values: UserValues::new(document.config.unwrap_or_default()),
            deployments: manifest::deployments(&document.manifest),
            definitions,
        }
    }
}

impl File {
    fn definitions(&self) -> Vec<Definition> {
        if !self.name.starts_with(DEFINITIONS) {
            return Vec::new();
        }
        let text = STANDARD.decode(&self.data).unwrap_or_default();
        manifest::definitions(&String::from_utf8_lossy(&text))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn payload(json: &str) -> Vec<u8> {
        let mut zip = GzEncoder::new(Vec::new(), Compression::fast());
        zip.write_all(json.as_bytes()).expect("memory");
        STANDARD.encode(zip.finish().expect("memory")).into_bytes()
    }

    #[test]
    fn a_record_tells_status_chart_values_and_what_the_chart_installs() {
        let crd = STANDARD.encode(
            "kind: CustomResourceDefinition\nmetadata: {name: gitconfigs.clusterconfig.azure.com}\nspec: {group: clusterconfig.azure.com, names: {plural: gitconfigs}, versions: [{name: v1beta1, served: true}]}",
        );
        let json = serde_json::json!({
            "name": "azure-arc", "version": 2,
            "info": {"status": "deployed", "notes": "", "last_deployed": "2026-11-25T10:00:00.5+09:00"},
            "chart": {"metadata": {"name": "azure-arc-k8sagents", "version": "1.35.4"}, "values": {},
                "files": [{"name": "crds/agents.yaml", "data": crd}, {"name": "README.md", "data": "eA=="}]},
            "config": {"global": {"isProxyEnabled": false}},
            "manifest": "---\n# Source: x\nkind: Deployment\nmetadata:\n  name: config-agent\nspec:\n  replicas: 2\n---\nkind: Service\nmetadata: {name: config-agent}\n",
        });
        let record = Record::decode(&payload(&json.to_string())).expect("a record");
        assert_eq!(record.status, "deployed");
        assert_eq!(record.chart_version, "1.35.4");
        assert_eq!(
            record.last_deployed.map(|time| time.to_string()).as_deref(),
            Some("2026-11-25T01:00:00.5Z")
        );
        assert_eq!(
            record.values.text("global.isProxyEnabled").as_deref(),
            Some("false")
        );
        assert_eq!(record.deployments, [("config-agent".to_owned(), 2)].into());
        let names: Vec<_> = record.definitions.iter().map(Definition::name).collect();
        assert_eq!(names, ["gitconfigs.clusterconfig.azure.com"]);
    }

    #[test]
    fn anything_else_is_an_error_and_not_a_panic() {
        for bad in [
            &b"not base64!"[..],
            b"aGVsbG8=",
            &payload("{}"),
            &payload("{\"info\":"),
        ] {
            assert!(matches!(Record::decode(bad), Err(Error::Record(_))));
        }
    }

    proptest::proptest! {
        #![proptest_config(crate::fuzzing::config())]

        #[test]
        fn fuzz_records(document in crate::fuzzing::damaged(&[
            br#"{"info":{"status":"deployed","last_deployed":"2026-11-25T12:00:05Z"},"chart":{"metadata":{"name":"azure-arc-k8sagents","version":"1.35.4"},"files":[{"name":"crds/a.yaml","data":"YTogYg=="}]},"config":{"a":{"b":1}},"manifest":"---\nkind: Deployment\nmetadata: {name: a}\nspec: {replicas: 2}\n"}"#,
        ])) {
            let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
            packed.write_all(&document).expect("memory");
            let whole = STANDARD.encode(packed.finish().expect("memory"));
            let _ = Record::decode(whole.as_bytes());
            let _ = Record::decode(&document);
        }
    }
}
