//! Pushing an artifact with the calls of the OCI distribution specification.

use std::path::Path;

use anyhow::{Context, bail};
use reqwest::header::{CONTENT_TYPE, LOCATION};
use reqwest::{Client, Response, Url};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const EMPTY: &str = "application/vnd.oci.empty.v1+json";

/// The only file of an artifact.
#[derive(Debug)]
pub struct Layer {
    /// Its media type.
    pub media_type: &'static str,
    /// Its file name.
    pub title: String,
    /// Its bytes.
    pub content: Vec<u8>,
}

/// One repository of a registry.
#[derive(Debug)]
pub struct Repository {
    url: String,
    client: Client,
}

impl Repository {
    /// A repository by its URL (`https://HOST/v2/NAME`), trusted by this authority.
    ///
    /// # Errors
    ///
    /// When the authority's file is not a certificate.
    pub fn open(url: String, authority: &Path) -> anyhow::Result<Self> {
        let authority = reqwest::Certificate::from_pem(&std::fs::read(authority)?)?;
        let client = Client::builder()
            .no_proxy()
            .tls_certs_only([authority])
            .build()?;
        Ok(Self { url, client })
    }

    /// Pushes an artifact under a tag and answers its manifest's digest.
    ///
    /// # Errors
    ///
    /// When the registry refuses a part of it.
    pub async fn push(&self, tag: &str, layer: Layer) -> anyhow::Result<String> {
        let mut file = descriptor(layer.media_type, &layer.content);
        file["annotations"] = json!({ "org.opencontainers.image.title": layer.title });
        self.push_blob(layer.content).await?;
        self.push_blob(b"{}".to_vec()).await?;
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": descriptor(EMPTY, b"{}"),
            "layers": [file],
        })
        .to_string();
        let digest = digest(manifest.as_bytes());
        let request = self.client.put(format!("{}/manifests/{tag}", self.url));
        accepted(
            request
                .header(CONTENT_TYPE, MANIFEST)
                .body(manifest)
                .send()
                .await?,
        )
        .await?;
        Ok(digest)
    }

    async fn push_blob(&self, content: Vec<u8>) -> anyhow::Result<()> {
        let upload = self
            .client
            .post(format!("{}/blobs/uploads/", self.url))
            .send()
            .await?;
        let upload = accepted(upload).await?;
        let location = upload
            .headers()
            .get(LOCATION)
            .context("an upload without a location")?;
        let mut url: Url = upload.url().join(location.to_str()?)?;
        url.query_pairs_mut()
            .append_pair("digest", &digest(&content));
        accepted(self.client.put(url).body(content).send().await?).await?;
        Ok(())
    }
}

async fn accepted(response: Response) -> anyhow::Result<Response> {
    let (status, url) = (response.status(), response.url().clone());
    if status.is_success() {
        return Ok(response);
    }
    bail!("{url} answered {status}: {}", response.text().await?)
}

fn descriptor(media_type: &str, content: &[u8]) -> Value {
    json!({ "mediaType": media_type, "digest": digest(content), "size": content.len() })
}

fn digest(content: &[u8]) -> String {
    format!("sha256:{:x}", Sha256::digest(content))
}
