//! Where the programs are that a world is made of.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};

/// The programs that every world needs.
#[derive(Debug)]
pub struct Tools {
    /// etcd and every component of Kubernetes in one program.
    pub control_plane: PathBuf,
    /// KWOK, which simulates nodes and pods.
    pub kwok: PathBuf,
    /// Directory of KWOK's stages.
    pub kwok_stages: PathBuf,
    /// aws-iam-authenticator.
    pub authenticator: PathBuf,
    /// Helm.
    pub helm: PathBuf,
    /// The OCI registry.
    pub registry: PathBuf,
    /// Python with moto.
    pub aws: PathBuf,
}

impl Tools {
    /// Builds what is not there yet.
    ///
    /// # Errors
    ///
    /// When a tool cannot be built.
    pub fn build() -> anyhow::Result<Self> {
        let names = [
            "control-plane",
            "kwok",
            "kwok-stages",
            "aws-iam-authenticator",
            "helm",
            "registry",
            "aws",
        ];
        let [
            control_plane,
            kwok,
            kwok_stages,
            authenticator,
            helm,
            registry,
            aws,
        ] = tools(names)?;
        Ok(Self {
            control_plane,
            kwok,
            kwok_stages,
            authenticator,
            helm,
            registry,
            aws,
        })
    }
}

/// Asks `tools/build` for tools by name and answers their paths in the same order. What is missing is built first, which
/// takes minutes once per machine; progress goes to standard error.
///
/// # Errors
///
/// When a tool cannot be built.
pub fn tools<const N: usize>(names: [&str; N]) -> anyhow::Result<[PathBuf; N]> {
    let script = harness_file("tools/build");
    let output = Command::new(&script)
        .args(names)
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot run {}", script.display()))?;
    ensure!(
        output.status.success(),
        "{} ended with {}",
        script.display(),
        output.status
    );
    let paths: Vec<PathBuf> = String::from_utf8(output.stdout)?
        .lines()
        .filter_map(|line| line.split_once('='))
        .map(|(_, path)| PathBuf::from(path))
        .collect();
    let found = paths.len();
    <[PathBuf; N]>::try_from(paths)
        .ok()
        .with_context(|| format!("{found} tools instead of {N}"))
}

/// A file in `acceptance-tests`, such as a chart.
#[must_use]
pub fn harness_file(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// A program of this workspace, which cargo puts beside the running one.
///
/// # Errors
///
/// When it was not built.
pub fn built_program(name: &str) -> anyhow::Result<PathBuf> {
    let program = output_directory()?.join(name);
    ensure!(
        program.exists(),
        "{} was not built: cargo build --workspace --bins",
        program.display()
    );
    Ok(program)
}

/// The provider to test: `ARC_PROVIDER_BINARY`, or the one that cargo built beside this program.
///
/// # Errors
///
/// When there is none.
pub fn provider() -> anyhow::Result<PathBuf> {
    match env::var_os("ARC_PROVIDER_BINARY") {
        Some(path) => PathBuf::from(path)
            .canonicalize()
            .context("ARC_PROVIDER_BINARY"),
        None => built_program("terraform-provider-arc"),
    }
}

/// `target/<profile>`: test programs run in `deps` below it.
fn output_directory() -> anyhow::Result<PathBuf> {
    let program = env::current_exe().context("cannot tell which program this is")?;
    let directory = program.parent().context("a program in no directory")?;
    match directory.parent() {
        Some(profile) if directory.ends_with("deps") => Ok(profile.to_owned()),
        _ => Ok(directory.to_owned()),
    }
}
