//! What makes sense as a Flux configuration.

use serde_json::{Map, Value};

use super::{EXTENSION, FluxConfiguration};
use crate::arm::configuration::extensions;
use crate::arm::{ArmError, Context};
use crate::request::{object, text};

const NAME_LENGTH: usize = 30;
const NAMESPACE_LENGTH: usize = 63;

/// Kinds of source with the property that describes them, and what that must have.
const SOURCES: [(&str, &str, &[&str]); 4] = [
    ("GitRepository", "gitRepository", &["url", "repositoryRef"]),
    ("Bucket", "bucket", &["url", "bucketName"]),
    ("AzureBlob", "azureBlob", &["url", "containerName"]),
    ("OCIRepository", "ociRepository", &["url"]),
];

/// The property that describes a kind of source.
pub(super) fn source_of(kind: &str) -> Option<&'static str> {
    let mut sources = SOURCES.iter();
    Some(sources.find(|(known, ..)| *known == kind)?.1)
}

/// A name of a configuration or of a kustomization.
pub(super) fn check_name(name: &str, path: &str) -> Result<(), ArmError> {
    if is_label(name, NAME_LENGTH) {
        return Ok(());
    }
    let message = format!(
        "The name '{name}' must have 1 to {NAME_LENGTH} lower-case letters, digits and dashes."
    );
    Err(ArmError::bad("InvalidResourceName", message).at(path))
}

/// Refuses a configuration where Flux is not installed.
pub(super) fn require_flux(cx: &Context<'_>, cluster: &str) -> Result<(), ArmError> {
    let mut installed = extensions::of_cluster(cx.store, cluster);
    if installed.any(|(_, extension)| extension.is_ready(EXTENSION)) {
        return Ok(());
    }
    let message = format!("The extension '{EXTENSION}' is not installed on the cluster.");
    Err(ArmError::bad("BadRequest", message))
}

/// Holds the settings to each other.
pub(super) fn check(settings: &Map<String, Value>) -> Result<(), ArmError> {
    let namespace = text(settings, "namespace").unwrap_or("default");
    if !is_label(namespace, NAMESPACE_LENGTH) {
        let message = format!("The namespace '{namespace}' is not valid.");
        return Err(invalid("properties.namespace", message));
    }
    check_source(settings)?;
    check_kustomizations(object(settings, "kustomizations"))
}

/// Refuses what no PUT may change.
pub(super) fn require_same(
    old: &FluxConfiguration,
    settings: &Map<String, Value>,
) -> Result<(), ArmError> {
    for (name, otherwise) in [("scope", "cluster"), ("namespace", "default")] {
        if old.text(name, otherwise) != text(settings, name).unwrap_or(otherwise) {
            let path = format!("properties.{name}");
            let message = format!("Changing property '{path}' is not allowed.");
            return Err(ArmError::bad("PropertyChangeNotAllowed", message).at(path));
        }
    }
    Ok(())
}

fn check_source(settings: &Map<String, Value>) -> Result<(), ArmError> {
    let kind = text(settings, "sourceKind").unwrap_or("GitRepository");
    for (known, property, required) in SOURCES {
        let path = format!("properties.{property}");
        match (known == kind, settings.get(property)) {
            (true, Some(Value::Object(source))) => {
                if let Some(missing) = required.iter().find(|name| !source.contains_key(**name)) {
                    let path = format!("{path}.{missing}");
                    let message = format!("The property '{path}' is required.");
                    return Err(invalid(&path, message));
                }
            }
            (true, _) => {
                let message = format!("The property '{path}' is required for source kind {kind}.");
                return Err(invalid(&path, message));
            }
            (false, Some(_)) => {
                let message = format!("The property '{path}' is not for source kind {kind}.");
                return Err(invalid(&path, message));
            }
            (false, None) => {}
        }
    }
    match kind {
        "GitRepository" => check_git(object(settings, "gitRepository")),
        "OCIRepository" => check_url(object(settings, "ociRepository"), kind, &["oci://"]),
        "Bucket" => check_url(object(settings, "bucket"), kind, &["http://", "https://"]),
        _ => check_url(object(settings, "azureBlob"), kind, &["https://"]),
    }
}

fn check_git(git: &Map<String, Value>) -> Result<(), ArmError> {
    let schemes = ["http://", "https://", "ssh://", "git@"];
    check_url(git, "GitRepository", &schemes)?;
    let reference = object(git, "repositoryRef");
    let path = "properties.gitRepository.repositoryRef";
    if reference.is_empty() {
        let message = format!("'{path}' needs a branch, tag, semver or commit.");
        return Err(invalid(path, message));
    }
    if reference.contains_key("commit") && !reference.contains_key("branch") {
        return Err(invalid(path, "A commit needs the branch that it is on."));
    }
    Ok(())
}

fn check_url(source: &Map<String, Value>, kind: &str, schemes: &[&str]) -> Result<(), ArmError> {
    let url = text(source, "url").unwrap_or_default();
    if schemes.iter().any(|scheme| url.starts_with(scheme)) {
        return Ok(());
    }
    let schemes = schemes.join(", ");
    let message =
        format!("The URL '{url}' of source kind {kind} must begin with one of {schemes}.");
    Err(invalid("url", message))
}

fn check_kustomizations(all: &Map<String, Value>) -> Result<(), ArmError> {
    for name in all.keys() {
        check_name(name, "properties.kustomizations")?;
        for other in dependencies(all, name) {
            if !all.contains_key(other) {
                let message =
                    format!("The kustomization '{name}' depends on '{other}', which is not there.");
                return Err(invalid("properties.kustomizations", message));
            }
        }
        if leads_to(all, name, name, all.len()) {
            let message = format!("The kustomization '{name}' depends on itself.");
            return Err(invalid("properties.kustomizations", message));
        }
    }
    Ok(())
}

/// Whether the dependencies of `from` lead to `to` in at most so many steps.
fn leads_to(all: &Map<String, Value>, from: &str, to: &str, steps: usize) -> bool {
    steps > 0
        && dependencies(all, from).any(|next| next == to || leads_to(all, next, to, steps - 1))
}

fn dependencies<'a>(all: &'a Map<String, Value>, name: &str) -> impl Iterator<Item = &'a str> {
    let names = object(all, name).get("dependsOn").and_then(Value::as_array);
    names.into_iter().flatten().filter_map(Value::as_str)
}

fn is_label(name: &str, length: usize) -> bool {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (1..=length).contains(&name.len())
        && name.chars().all(allowed)
        && !name.starts_with('-')
        && !name.ends_with('-')
}

fn invalid(path: &str, message: impl Into<String>) -> ArmError {
    ArmError::bad("InvalidParameter", message).at(path)
}
