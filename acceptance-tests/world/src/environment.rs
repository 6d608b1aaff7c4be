//! The variables that make any client live in a world: the same for tests, and in a file to source for people.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::aws;
use super::azure::Tenant;
use super::cluster::Cluster;
use super::files::{make_directory, write_private};
use super::kubeconfig::{self, Entry};
use super::pki::CertificateFiles;
use super::sandbox::Sandbox;

/// Both engines look a provider up under their own registry's name.
const REGISTRIES: [&str; 2] = ["registry.terraform.io", "registry.opentofu.org"];
/// Source address of the provider, without the registry.
const SOURCE: &str = "multicloud/arc";
/// The version under which the mirror offers a provider.
const VERSION: &str = "0.1.0";
/// The mirror, in the world's directory.
const MIRROR: &str = "mirror";

/// Variables by name.
pub type Environment = BTreeMap<String, String>;

/// Writes what the variables point to, and answers them.
///
/// # Errors
///
/// When a file cannot be written.
pub fn prepare(
    sandbox: &Sandbox,
    tenant: &Tenant,
    clusters: &[Cluster],
    administrator: &CertificateFiles,
    provider: &Path,
) -> anyhow::Result<Environment> {
    let kubeconfig = write_kubeconfig(sandbox, clusters, administrator)?;
    let terraform = write_terraform_config(&sandbox.directory, provider)?;
    let authority = sandbox.authority.certificate();
    let files = [
        ("AWS_CA_BUNDLE", &authority),
        ("KUBECONFIG", &kubeconfig),
        ("REQUESTS_CA_BUNDLE", &authority),
        ("SSL_CERT_FILE", &authority),
        ("TF_CLI_CONFIG_FILE", &terraform),
    ];
    let mut environment: Environment = files
        .map(|(name, path)| (name.to_owned(), path.display().to_string()))
        .into();
    let texts = [
        ("ARM_CLIENT_ID", tenant.client_id.clone()),
        ("ARM_CLIENT_SECRET", tenant.client_secret.clone()),
        ("ARM_SUBSCRIPTION_ID", tenant.subscription_id.clone()),
        ("ARM_TENANT_ID", tenant.tenant_id.clone()),
        ("HTTPS_PROXY", sandbox.proxy_url()),
        ("NO_PROXY", "127.0.0.1,localhost".to_owned()),
    ];
    let texts = texts.into_iter().chain(aws::ADMINISTRATOR.environment());
    environment.extend(texts.map(|(name, value)| (name.to_owned(), value)));
    Ok(environment)
}

/// Puts the programs that users have on their `PATH` into the world's `bin`, and writes `env` for a shell to source.
///
/// # Errors
///
/// When a file cannot be written.
pub fn install(sandbox: &Sandbox, environment: &Environment, helm: &Path) -> anyhow::Result<()> {
    let bin = sandbox.directory.join("bin");
    make_directory(&bin)?;
    symlink(helm, bin.join("helm")).context("helm")?;
    write_shell(&sandbox.directory.join("env"), environment, &bin)
}

fn write_shell(path: &Path, environment: &Environment, bin: &Path) -> anyhow::Result<()> {
    let mut text = String::new();
    for (name, value) in environment {
        writeln!(text, "export {name}={}", quoted(value))?;
    }
    writeln!(
        text,
        "export PATH={}:\"$PATH\"",
        quoted(&bin.display().to_string())
    )?;
    write_private(path, text)
}

fn quoted(value: &str) -> String {
    format!("'{}'", value.replace('\'', r"'\''"))
}

fn write_kubeconfig(
    sandbox: &Sandbox,
    clusters: &[Cluster],
    administrator: &CertificateFiles,
) -> anyhow::Result<PathBuf> {
    let authority = sandbox.authority.pem();
    let entries: Vec<Entry> = clusters
        .iter()
        .map(|cluster| Entry::read(cluster, &authority, administrator))
        .collect::<anyhow::Result<_>>()?;
    let path = sandbox.directory.join("kubeconfig");
    write_private(&path, kubeconfig::render(&entries)?)?;
    Ok(path)
}

/// Leads `init` to the mirror alone, and keeps Terraform from asking whether it is up to date.
fn write_terraform_config(directory: &Path, provider: &Path) -> anyhow::Result<PathBuf> {
    offer(directory, SOURCE, provider)?;
    let path = directory.join("terraform.rc");
    let config = format!(
        "disable_checkpoint = true\nprovider_installation {{\n  filesystem_mirror {{\n    path = \"{}\"\n  }}\n}}\n",
        directory.join(MIRROR).display()
    );
    write_private(&path, config)?;
    Ok(path)
}

/// Puts a provider into the mirror of a world's directory, under a source address without its registry.
///
/// # Errors
///
/// When the file system refuses.
pub fn offer(directory: &Path, source: &str, provider: &Path) -> anyhow::Result<()> {
    let (_, name) = source.split_once('/').context("namespace/name")?;
    for registry in REGISTRIES {
        let package = directory
            .join(MIRROR)
            .join(registry)
            .join(source)
            .join(VERSION)
            .join("linux_amd64");
        make_directory(&package)?;
        let program = format!("terraform-provider-{name}_v{VERSION}");
        // A link, so that a rebuilt provider needs no new world.
        symlink(provider, package.join(program)).context("provider mirror")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_back_what_was_written() {
        let directory = tempfile::tempdir().expect("a directory");
        let file = directory.path().join("env");
        let secret = r#"it's a "secret" $HOME \ `id`"#;
        let environment = Environment::from([("SECRET".to_owned(), secret.to_owned())]);
        write_shell(&file, &environment, Path::new("/world/bin")).expect("written");
        let output = std::process::Command::new("sh")
            .args(["-c", r#". "$0"; printf '%s\n%s' "$SECRET" "$PATH""#])
            .arg(&file)
            .output()
            .expect("a shell");
        let output = String::from_utf8(output.stdout).expect("text");
        let (value, path) = output.split_once('\n').expect("two lines");
        assert_eq!(value, secret);
        assert!(path.starts_with("/world/bin:"), "{path}");
    }
}
