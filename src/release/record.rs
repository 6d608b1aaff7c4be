//! Helm's own record of a release, read without running Helm.
//!
//! Helm keeps each revision of a release in a Secret `sh.helm.release.v1.<name>.v<revision>`: under the key `release`
//! stands the base64 of gzipped JSON. Looking at that record costs one request where starting Helm costs a process.

use std::io::Read;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::GzDecoder;
use serde::Deserialize;

use super::Error;

/// Largest record that is read; Kubernetes takes no Secret over 1 MiB, and JSON of charts shrinks about tenfold.
const LARGEST: u64 = 64 << 20;

/// What a record says of its release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Helm's word for its state: `deployed`, `failed`, `pending-install`, …
    pub status: String,
    /// Version of the chart that is installed.
    pub chart_version: String,
}

#[derive(Deserialize)]
struct Document {
    info: Info,
    chart: Chart,
}

#[derive(Deserialize)]
struct Info {
    status: String,
}

#[derive(Deserialize)]
struct Chart {
    metadata: Metadata,
}

#[derive(Deserialize)]
struct Metadata {
    version: String,
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
        Ok(Self {
            status: document.info.status,
            chart_version: document.chart.metadata.version,
        })
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
    fn a_record_tells_status_and_chart() {
        let json = r#"{"name":"azure-arc","version":2,"info":{"status":"deployed","notes":""},
            "chart":{"metadata":{"name":"azure-arc-k8sagents","version":"1.35.4"},"values":{}},"config":{}}"#;
        let expected = Record {
            status: "deployed".to_owned(),
            chart_version: "1.35.4".to_owned(),
        };
        assert_eq!(Record::decode(&payload(json)).expect("a record"), expected);
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
}
