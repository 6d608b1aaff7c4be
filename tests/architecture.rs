//! Holds the house to its plan: who may import whom, and what may occur where (ARCHITECTURE.md, Invariants).

use std::path::{Path, PathBuf};

/// What every module may name.
const SHARED: &[&str] = &["call", "child", "environment", "fault", "files", "redact"];

/// Each module of the house with the modules that it may name besides the [`SHARED`] ones.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("call", &[]),
    ("child", &[]),
    ("environment", &[]),
    ("fault", &[]),
    ("files", &[]),
    ("redact", &[]),
    ("arm", &[]),
    ("cluster", &[]),
    ("helm", &[]),
    ("usecases", &["arm", "cluster", "helm"]),
    ("sdk", &[]),
    ("resources", &["sdk", "usecases"]),
    ("provider", &["sdk", "resources", "usecases", "arm"]),
    ("protocol", &["sdk", "proto"]),
    ("plugin", &["protocol", "sdk", "proto"]),
    ("proto", &[]),
];

/// What may occur only in some modules.
const CONFINED: &[(&[&str], &[&str])] = &[
    (&["azure_core::", "azure_identity::"], &["arm"]),
    (
        &[
            "kube::",
            "k8s_openapi::",
            "aws_config::",
            "aws_sdk_eks::",
            "aws_sigv4::",
        ],
        &["cluster"],
    ),
    (&["reqwest::"], &["arm", "helm"]),
    (
        &["tonic::", "proto::tfplugin6"],
        &["protocol", "plugin", "proto"],
    ),
];

/// Modules that could be a command-line program.
const WITHOUT_TERRAFORM: &[&str] = &["usecases", "arm", "cluster", "helm"];

#[test]
fn imports_point_one_way() {
    let mut wrong = Vec::new();
    for (module, allowed) in MAY_IMPORT {
        for (file, text) in sources(module) {
            for (other, _) in MAY_IMPORT {
                let fine = other == module || allowed.contains(other) || SHARED.contains(other);
                if !fine && code(&text).any(|line| names_module(line, other)) {
                    wrong.push(format!("{} names crate::{other}", file.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn foreign_crates_stay_where_they_belong() {
    let mut wrong = Vec::new();
    for (crates, homes) in CONFINED {
        for (module, _) in MAY_IMPORT
            .iter()
            .filter(|(module, _)| !homes.contains(module))
        {
            for (file, text) in sources(module) {
                for name in *crates {
                    if code(&text).any(|line| line.contains(name)) {
                        wrong.push(format!("{} uses {name}", file.display()));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_lower_half_knows_no_terraform() {
    let mut wrong = Vec::new();
    for module in WITHOUT_TERRAFORM {
        for (file, text) in sources(module) {
            let product = ["terraform-provider-arc", "TF_", "terraform_provider_arc"];
            let said = code(&text).find(|line| {
                let bare = product
                    .iter()
                    .fold((*line).to_owned(), |line, name| line.replace(name, ""));
                bare.to_lowercase().contains("terraform")
            });
            if let Some(line) = said {
                wrong.push(format!("{}: {}", file.display(), line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn stdout_is_written_in_one_place() {
    // The supervisor of a child process is a program of its own: its output is the child's.
    let writers: Vec<_> = MAY_IMPORT
        .iter()
        .flat_map(|(module, _)| sources(module))
        .filter(|(_, text)| {
            code(text).any(|line| {
                line.contains("stdout()")
                    || line.contains("println!(") && !line.contains("eprintln!(")
            })
        })
        .map(|(file, _)| file)
        .filter(|file| !file.ends_with("helm/process/supervise.rs"))
        .collect();
    assert_eq!(writers.len(), 1, "{writers:?}");
}

/// Cargo keeps a member from naming what its manifest does not: no part of the harness can use the provider's code, and the
/// simulator can use nothing of the workspace.
#[test]
fn the_simulator_is_an_oracle_of_its_own() {
    let members = [
        ("simulator", "azure-simulator", &[][..]),
        ("world", "world", &["azure-simulator"]),
        ("scenarios", "scenarios", &["world"]),
    ];
    for (folder, package, expected) in members {
        let path = root().join("acceptance-tests").join(folder);
        let manifest = std::fs::read_to_string(path.join("Cargo.toml")).expect("a manifest");
        assert!(
            manifest.contains(&format!("name = \"{package}\"")),
            "{folder}"
        );
        let local: Vec<&str> = manifest
            .lines()
            .filter(|line| line.contains("path ="))
            .filter_map(|line| line.split(' ').next())
            .collect();
        assert_eq!(local, expected, "{folder}");
        assert!(!manifest.contains("terraform-provider-arc"), "{folder}");
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All files of a module: `src/<module>.rs`, `src/<module>/**`.
fn sources(module: &str) -> Vec<(PathBuf, String)> {
    let src = root().join("src");
    let mut found = Vec::new();
    let mut open = vec![src.join(module), src.join(format!("{module}.rs"))];
    while let Some(path) = open.pop() {
        if let Ok(entries) = std::fs::read_dir(&path) {
            open.extend(entries.map(|entry| entry.expect("a directory entry").path()));
        } else if let Ok(text) = std::fs::read_to_string(&path) {
            found.push((path, text));
        }
    }
    found
}

/// The lines that are no comments.
fn code(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
}

fn names_module(line: &str, module: &str) -> bool {
    let path = format!("crate::{module}");
    line.match_indices(&path).any(|(at, _)| {
        let after = line[at + path.len()..].chars().next();
        !after.is_some_and(|c| c.is_alphanumeric() || c == '_')
    })
}
