//! The OCI registry that answers as `mcr.microsoft.com`, and what is in it.

use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use flate2::Compression;
use flate2::write::GzEncoder;
use futures::try_join;
use serde_json::json;
use tokio::net::TcpStream;
use tokio::process::Command;
use tokio::task::spawn_blocking;
use uuid::Uuid;

use super::files::{make_directory, write_private};
use super::names::{NEWER_AGENTS, REGISTRY};
use super::oci::{Layer, Repository};
use super::pki::CertificateFiles;
use super::process::Program;
use super::programs::{Tools, harness_file};
use super::sandbox::Sandbox;

/// A chart of this package, the folder of repositories that it is published in, and its versions there.
struct Chart {
    name: &'static str,
    folder: &'static str,
    versions: &'static [&'static str],
}

/// The agents. Azure's answers leave out the segment `v2`, which its clients put in.
const AGENTS: Chart = Chart {
    name: "azure-arc-k8sagents",
    folder: "azurearck8s/batch1/stable/v2",
    versions: &[NEWER_AGENTS, "1.35.4", "1.34.0"],
};
/// The checks that the Azure CLI runs in a cluster before it installs the agents.
const CHECKS: Chart = Chart {
    name: "clusterdiagnosticchecks",
    folder: "azurearck8s/helmchart/stable",
    versions: &["1.36.1", "1.31.2"],
};
/// Where the Helm client is that the Azure CLI downloads.
const HELM_REPOSITORY: &str = "azurearck8s/helm";
/// The Helm client's tag; the archive in it is named after it.
const HELM_TAG: &str = "helm-v3.20.1-linux-amd64";

/// Starts the registry on `port`, fills it, and answers the digest of the Helm client's manifest.
///
/// # Errors
///
/// When it does not come up or refuses a part of its content.
pub async fn start(sandbox: &Sandbox, tools: &Tools, port: u16) -> anyhow::Result<String> {
    let certificate = sandbox
        .authority
        .server("registry", &[REGISTRY, "127.0.0.1"])?;
    let registry = Registry::start(sandbox, tools, port, &certificate).await?;
    let ((), digest) = try_join!(registry.push_charts(), registry.push_helm())?;
    Ok(digest)
}

/// A registry that serves.
struct Registry {
    port: u16,
    helm: PathBuf,
    home: PathBuf,
    authority: PathBuf,
}

impl Registry {
    /// Starts an empty registry with a certificate for its public name.
    async fn start(
        sandbox: &Sandbox,
        tools: &Tools,
        port: u16,
        certificate: &CertificateFiles,
    ) -> anyhow::Result<Self> {
        let home = sandbox.directory.join("registry");
        make_directory(&home)?;
        let config = json!({
            "version": 0.1,
            "log": { "level": "warn", "accesslog": { "disabled": true } },
            "storage": { "filesystem": { "rootdirectory": home.join("storage") } },
            "http": {
                "secret": Uuid::new_v4().to_string(),
                "addr": format!("127.0.0.1:{port}"),
                "tls": { "certificate": certificate.certificate, "key": certificate.key },
            },
        });
        write_private(&home.join("config.yaml"), config.to_string())?;
        let program = Program::new("registry", &tools.registry)
            .arg("serve")
            .arg(home.join("config.yaml"))
            .env("OTEL_TRACES_EXPORTER", "none");
        let process = sandbox.processes.start(program)?;
        process
            .ready(|| async { Ok(TcpStream::connect(("127.0.0.1", port)).await?) })
            .await?;
        Ok(Self {
            port,
            helm: tools.helm.clone(),
            home,
            authority: sandbox.authority.certificate(),
        })
    }

    /// Packages the stand-in charts under each version and pushes them with Helm.
    async fn push_charts(&self) -> anyhow::Result<()> {
        for chart in [AGENTS, CHECKS] {
            for version in chart.versions {
                self.push_chart(&chart, version).await?;
            }
        }
        Ok(())
    }

    async fn push_chart(&self, chart: &Chart, version: &str) -> anyhow::Result<()> {
        self.helm(|helm| {
            helm.arg("package")
                .arg(harness_file("chart").join(chart.name));
            helm.args(["--version", version, "--app-version", version]);
            helm.arg("--destination").arg(&self.home);
        })
        .await?;
        self.helm(|helm| {
            helm.arg("push")
                .arg(self.home.join(format!("{}-{version}.tgz", chart.name)));
            helm.arg(format!("oci://127.0.0.1:{}/{}", self.port, chart.folder));
            helm.arg("--ca-file").arg(&self.authority);
        })
        .await
    }

    /// Pushes the Helm client as Microsoft publishes it, and answers the manifest's digest.
    async fn push_helm(&self) -> anyhow::Result<String> {
        let program = self.helm.clone();
        let layer = spawn_blocking(move || archive(&program)).await??;
        let url = format!("https://127.0.0.1:{}/v2/{HELM_REPOSITORY}", self.port);
        Repository::open(url, &self.authority)?
            .push(HELM_TAG, layer)
            .await
    }

    async fn helm(&self, prepare: impl FnOnce(&mut Command)) -> anyhow::Result<()> {
        let mut command = Command::new(&self.helm);
        prepare(command.env_clear().env("HOME", &self.home));
        let output = command.output().await.context("cannot run helm")?;
        let errors = String::from_utf8_lossy(&output.stderr);
        ensure!(
            output.status.success(),
            "helm ended with {}: {errors}",
            output.status
        );
        Ok(())
    }
}

/// `linux-amd64/helm` in a gzipped tar archive. It is not compressed: that would take longer than all the rest.
fn archive(program: &Path) -> anyhow::Result<Layer> {
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::none()));
    archive.append_path_with_name(program, "linux-amd64/helm")?;
    Ok(Layer {
        media_type: "application/vnd.oci.image.layer.v1.tar+gzip",
        title: format!("{HELM_TAG}.tar.gz"),
        content: archive.into_inner()?.finish()?,
    })
}
