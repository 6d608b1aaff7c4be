//! Stand-ins for Helm and for a registry, which the tests of this module share.

use std::collections::HashMap;
use std::convert::Infallible;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures::{StreamExt as _, stream};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::process::Supervisor;
use crate::call::Call;

/// An endless blob comes in chunks, so many that a reader without a limit would be found out.
const CHUNK: usize = 64 * 1024;
const LONG_ENOUGH: usize = 2_000;

/// A call that nobody stops.
pub(super) fn call() -> Call {
    Call::new(CancellationToken::new(), "test")
}

/// A supervisor that does not guard: it becomes the command.
pub(super) fn supervisor() -> Supervisor {
    Supervisor::stand_in("/usr/bin/env")
}

/// Makes an executable shell script. Another process writes it: a file that this one has written may still be open in a
/// process that some other test forks, and cannot be executed then.
pub(super) fn program(path: &Path, script: &str) -> PathBuf {
    let source = path.with_extension("source");
    fs::write(&source, format!("#!/bin/sh\n{script}\n")).expect("written");
    let status = Command::new("install")
        .args(["-m", "755"])
        .args([&source, path])
        .status()
        .expect("coreutils");
    assert!(status.success());
    path.to_owned()
}

pub(super) fn sha256(bytes: &[u8]) -> String {
    format!("sha256:{:x}", Sha256::digest(bytes))
}

/// A registry that gives a token to anybody and artifacts to whoever brings it.
pub(super) struct FakeRegistry {
    /// Host and port.
    pub(super) host: String,
    shelf: Arc<Shelf>,
    server: JoinHandle<()>,
}

#[derive(Default)]
struct Shelf {
    host: String,
    /// Path to media type and bytes.
    items: Mutex<HashMap<String, (String, Vec<u8>)>>,
    /// What all requests that bring the token are answered with.
    refusal: Mutex<Option<(StatusCode, String)>>,
    /// Path of what has no end.
    endless: Mutex<Option<String>>,
    /// How many bytes of it were taken from us.
    sent: Arc<AtomicU64>,
    /// How many requests for manifests fail before one succeeds.
    outages: AtomicU32,
    requests: AtomicU32,
}

impl FakeRegistry {
    pub(super) async fn start() -> Self {
        // The second test that gets here finds one installed.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback");
        let host = listener.local_addr().expect("bound").to_string();
        let shelf = Arc::new(Shelf {
            host: host.clone(),
            ..Shelf::default()
        });
        let router = Router::new().fallback(answer).with_state(shelf.clone());
        let server = tokio::spawn(async move {
            axum::serve(listener, router).await.expect("it serves");
        });
        Self {
            host,
            shelf,
            server,
        }
    }

    /// Fails that many requests for manifests.
    pub(super) fn break_down(&self, requests: u32) {
        self.shelf.outages.store(requests, Ordering::SeqCst);
    }

    /// How many requests for manifests came.
    pub(super) fn requests(&self) -> u32 {
        self.shelf.requests.load(Ordering::SeqCst)
    }

    /// Puts an artifact of one layer there, and gives the digest of its manifest.
    pub(super) fn push(
        &self,
        repository: &str,
        tag: &str,
        media_type: &str,
        layer: &[u8],
    ) -> String {
        let empty = b"{}";
        self.put(
            format!("/v2/{repository}/blobs/{}", sha256(layer)),
            media_type,
            layer,
        );
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": {
                "mediaType": "application/vnd.oci.empty.v1+json",
                "digest": sha256(empty),
                "size": empty.len(),
            },
            "layers": [{"mediaType": media_type, "digest": sha256(layer), "size": layer.len()}],
        });
        self.push_manifest(repository, tag, &manifest)
    }

    /// Puts a manifest there under a tag and under its digest, which it gives.
    pub(super) fn push_manifest(&self, repository: &str, tag: &str, manifest: &Value) -> String {
        let bytes = manifest.to_string().into_bytes();
        let digest = sha256(&bytes);
        let media_type = manifest["mediaType"].as_str().expect("a media type");
        for name in [tag, &digest] {
            self.put(
                format!("/v2/{repository}/manifests/{name}"),
                media_type,
                &bytes,
            );
        }
        digest
    }

    /// Replaces the bytes of a blob and keeps its digest.
    pub(super) fn corrupt(&self, repository: &str, digest: &str) {
        self.put(
            format!("/v2/{repository}/blobs/{digest}"),
            "x",
            b"other bytes",
        );
    }

    /// Sends the blob with this digest without end.
    pub(super) fn never_end(&self, repository: &str, digest: &str) {
        self.never_end_at(&format!("/v2/{repository}/blobs/{digest}"));
    }

    /// Sends what is at this path without end.
    pub(super) fn never_end_at(&self, path: &str) {
        let mut endless = self
            .shelf
            .endless
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *endless = Some(path.to_owned());
    }

    /// Answers all requests that bring the token with a status and these words.
    pub(super) fn refuse(&self, status: u16, words: &str) {
        let mut refusal = self
            .shelf
            .refusal
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *refusal = StatusCode::from_u16(status)
            .ok()
            .map(|status| (status, words.to_owned()));
    }

    /// How many bytes of the endless blob were sent.
    pub(super) fn sent(&self) -> u64 {
        self.shelf.sent.load(Ordering::SeqCst)
    }

    fn put(&self, path: String, media_type: &str, bytes: &[u8]) {
        let mut items = self
            .shelf
            .items
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        items.insert(path, (media_type.to_owned(), bytes.to_vec()));
    }
}

impl Drop for FakeRegistry {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn answer(State(shelf): State<Arc<Shelf>>, request: Request) -> Response {
    let path = request.uri().path();
    if path == "/token" {
        return json!({"token": "anybody"}).to_string().into_response();
    }
    let authorization = request.headers().get(header::AUTHORIZATION);
    if authorization.is_none_or(|token| token != "Bearer anybody") {
        let challenge = format!(
            r#"Bearer realm="http://{}/token",service="fake""#,
            shelf.host
        );
        return (
            StatusCode::UNAUTHORIZED,
            [(header::WWW_AUTHENTICATE, challenge)],
        )
            .into_response();
    }
    let refusal = shelf
        .refusal
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    if let Some(refusal) = refusal {
        return refusal.into_response();
    }
    let endless = shelf
        .endless
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .as_deref()
        == Some(path);
    if endless {
        let sent = shelf.sent.clone();
        let chunks = stream::repeat_with(move || {
            let chunk = vec![0; CHUNK];
            sent.fetch_add(CHUNK as u64, Ordering::SeqCst);
            Ok::<_, Infallible>(chunk)
        });
        return Body::from_stream(chunks.take(LONG_ENOUGH)).into_response();
    }
    if path.contains("/manifests/") {
        shelf.requests.fetch_add(1, Ordering::SeqCst);
        let less = |left: u32| left.checked_sub(1);
        let outage = shelf
            .outages
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, less);
        if outage.is_ok() {
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
    }
    let items = shelf.items.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((media_type, bytes)) = items.get(path) {
        ([(header::CONTENT_TYPE, media_type.clone())], bytes.clone()).into_response()
    } else {
        let body = json!({"errors": [{"code": "MANIFEST_UNKNOWN", "message": "unknown"}]});
        (StatusCode::NOT_FOUND, body.to_string()).into_response()
    }
}
