//! Rules of Flux configurations that go beyond single values.

use crate::sdk::diagnostics::{Diagnostic, Diagnostics};
use crate::sdk::path::AttributePath;
use crate::sdk::schema::Check;
use crate::sdk::value::Value;

use super::sources::{BLOB, BUCKET, GIT, OCI};

const SECRETS: &str = "configuration_protected_settings_wo";
const VERSION: &str = "configuration_protected_settings_wo_version";

/// 1 to 30 lower-case letters, digits and hyphens, none of the latter at an end.
pub(super) fn name() -> Check {
    Check::text(|text| {
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let ends_well = !text.starts_with('-') && !text.ends_with('-');
        if (1..=30).contains(&text.len()) && text.chars().all(allowed) && ends_well {
            return Ok(());
        }
        Err(format!(
            "{text:?} is not 1 to 30 lower-case letters, digits and hyphens, none of the latter at an end"
        ))
    })
}

/// A URL of a Git repository, which may be in SSH's short form.
pub(super) fn git_url() -> Check {
    Check::text(|text| {
        let schemes = ["http://", "https://", "ssh://", "git@"];
        if schemes.iter().any(|scheme| text.starts_with(scheme)) {
            return Ok(());
        }
        Err(format!("it begins with none of {}", schemes.join(", ")))
    })
}

/// Checks a configuration; it may hold unknowns.
pub(super) fn validate(config: &Value) -> Diagnostics {
    let mut found = Diagnostics::default();
    if [GIT, BUCKET, BLOB, OCI]
        .iter()
        .all(|source| config.get(source).is_null())
    {
        found.push(Diagnostic::error(
            AttributePath::root(),
            "No Source",
            format!("The configuration has no source.\n\nTo fix this: set one of {GIT}, {BUCKET}, {BLOB} and {OCI}."),
        ));
    }
    found.extend(reference(config));
    found.extend(dependencies(config));
    found.extend(secrets_and_version(config));
    found
}

/// A reference names something, and a commit is looked for in its branch only.
fn reference(config: &Value) -> Option<Diagnostic> {
    let reference = config.get(GIT).get("reference");
    let Value::Map(parts) = reference else {
        return None;
    };
    let path = AttributePath::attribute(GIT).dot("reference");
    if parts.values().all(Value::is_null) {
        return Some(Diagnostic::error(
            path,
            "Empty Reference",
            "The reference names nothing.\n\nTo fix this: set branch, tag, semver, or branch and commit.",
        ));
    }
    let lacks_branch =
        matches!(parts.get("commit"), Some(Value::String(_))) && reference.get("branch").is_null();
    lacks_branch.then(|| {
        Diagnostic::error(
            path.dot("commit"),
            "Commit Without Branch",
            "A commit is looked for in its branch, and branch is not set.\n\nTo fix this: set branch as well.",
        )
    })
}

/// A kustomization that waits for one that is not there waits for ever.
fn dependencies(config: &Value) -> Vec<Diagnostic> {
    let Value::Map(kustomizations) = config.get("kustomizations") else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for (name, kustomization) in kustomizations {
        let Value::List(wanted) = kustomization.get("depends_on") else {
            continue;
        };
        let missing = wanted
            .iter()
            .filter_map(Value::as_str)
            .filter(|other| !kustomizations.contains_key(*other) || other == name);
        for other in missing {
            let path = AttributePath::attribute("kustomizations");
            found.push(Diagnostic::error(
                path.child(crate::sdk::path::Step::Key(name.clone())).dot("depends_on"),
                "Kustomization Not Found",
                format!(
                    "Kustomization {name:?} depends on {other:?}, and there is no other one of that name here.\n\nTo fix \
                     this: use one of the other keys of kustomizations."
                ),
            ));
        }
    }
    found
}

/// Without a version nobody would notice that the secrets changed.
fn secrets_and_version(config: &Value) -> Option<Diagnostic> {
    let lacks = !config.get(SECRETS).is_null() && config.get(VERSION).is_null();
    lacks.then(|| {
        Diagnostic::error(
            AttributePath::attribute(SECRETS),
            "Half Of A Write-Only Pair",
            format!(
                "{SECRETS} is set and {VERSION} is not. Values that are never stored need a number that says when they \
                 change.\n\nTo fix this: set both, for instance {VERSION} = 1."
            ),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expect(config: &Value, path: &str, summary: &str) {
        let found = validate(config);
        let found: Vec<_> = found
            .iter()
            .map(|d| (d.path.to_string(), d.summary.as_str()))
            .collect();
        assert_eq!(found, [(path.to_owned(), summary)]);
    }

    fn git(reference: Value) -> (&'static str, Value) {
        (
            GIT,
            Value::object([
                ("url", Value::from("https://git")),
                ("reference", reference),
            ]),
        )
    }

    #[test]
    fn a_source_is_needed_and_a_commit_needs_its_branch() {
        expect(
            &Value::object([("name", Value::from("apps"))]),
            "",
            "No Source",
        );
        let commit = Value::object([("commit", Value::from("abc"))]);
        expect(
            &Value::object([git(commit)]),
            "git_repository.reference.commit",
            "Commit Without Branch",
        );
        let nothing = Value::object([("branch", Value::Null)]);
        expect(
            &Value::object([git(nothing)]),
            "git_repository.reference",
            "Empty Reference",
        );
        assert!(validate(&Value::object([(GIT, Value::unknown())])).is_empty());
    }

    #[test]
    fn a_kustomization_depends_on_others_of_the_same_configuration() {
        let on = |name: &str| Value::object([("depends_on", Value::List(vec![name.into()]))]);
        let kustomizations = Value::object([("apps", on("infra")), ("infra", on("nothing"))]);
        let config = Value::object([git(Value::Null), ("kustomizations", kustomizations)]);
        expect(
            &config,
            r#"kustomizations["infra"].depends_on"#,
            "Kustomization Not Found",
        );
    }

    #[test]
    fn secrets_need_a_version() {
        let config = Value::object([
            git(Value::Null),
            (SECRETS, Value::object([("httpsKey", Value::from("x"))])),
        ]);
        expect(&config, SECRETS, "Half Of A Write-Only Pair");
    }
}
