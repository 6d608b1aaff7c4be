//! Rules of extensions that go beyond single values: what a type allows, and what excludes each other.

use crate::sdk::diagnostics::{Diagnostic, Diagnostics};
use crate::sdk::path::{AttributePath, Step};
use crate::sdk::value::Value;
use crate::usecases::extension::{Known, known};

use super::schema::{PROTECTED, PROTECTED_WO, PROTECTED_WO_VERSION};

pub(super) fn name_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-' || c == '.'
}

/// Checks a configuration; it may hold unknowns.
pub(super) fn validate(config: &Value) -> Diagnostics {
    let mut found: Diagnostics = pinned_and_upgraded(config).into_iter().collect();
    found.extend(settings_twice(config));
    found.extend(secrets_and_version(config));
    if let Some((name, known)) = config
        .get("extension_type")
        .as_str()
        .and_then(|name| Some((name, known(name)?)))
    {
        found.extend(scope(config, name, known));
        found.extend(fixed(config, name, known));
    }
    found
}

fn at(name: &str) -> AttributePath {
    AttributePath::attribute(name)
}

fn is_set(value: &Value) -> bool {
    !value.is_null() && !value.is_unknown()
}

fn pinned_and_upgraded(config: &Value) -> Option<Diagnostic> {
    let upgraded = *config.get("auto_upgrade_minor_version") == Value::Bool(true);
    (upgraded && is_set(config.get("version"))).then(|| {
        Diagnostic::error(
            at("version"),
            "Version With Automatic Upgrades",
            "version says where to stay, and auto_upgrade_minor_version = true says to go on.\n\nTo fix this: remove one of \
             them; with a version alone, automatic upgrades are off.",
        )
    })
}

/// The same name in both maps of settings: Azure would take one of the values, and nobody knows which.
fn settings_twice(config: &Value) -> Vec<Diagnostic> {
    let Value::Map(open) = config.get("configuration_settings") else {
        return Vec::new();
    };
    let twice = |secret: &'static str| {
        let secrets = config.get(secret);
        open.keys()
            .filter(|key| matches!(secrets, Value::Map(secrets) if secrets.contains_key(*key)))
            .map(move |key| {
                Diagnostic::error(
                    at("configuration_settings").child(Step::Key(key.clone())),
                    "Setting Given Twice",
                    format!(
                        "The setting {key:?} is in configuration_settings and in {secret}.\n\nTo fix this: keep it in \
                         {secret} if it is a secret, else in configuration_settings."
                    ),
                )
            })
    };
    [PROTECTED, PROTECTED_WO]
        .into_iter()
        .flat_map(twice)
        .collect()
}

/// Without a version nobody would notice that the secrets changed; without secrets it announces nothing.
fn secrets_and_version(config: &Value) -> Option<Diagnostic> {
    let (secrets, version) = (config.get(PROTECTED_WO), config.get(PROTECTED_WO_VERSION));
    let (here, missing) = match (secrets.is_null(), version.is_null()) {
        (false, true) => (PROTECTED_WO, PROTECTED_WO_VERSION),
        (true, false) => (PROTECTED_WO_VERSION, PROTECTED_WO),
        _ => return None,
    };
    Some(Diagnostic::error(
        at(here),
        "Half Of A Write-Only Pair",
        format!(
            "{here} is set and {missing} is not. Values that are never stored need a number that says when they change.\n\n\
             To fix this: set both, for instance {PROTECTED_WO_VERSION} = 1."
        ),
    ))
}

fn scope(config: &Value, name: &str, known: &Known) -> Option<Diagnostic> {
    let (wrong, right) = match known.only_scope? {
        "cluster" => ("target_namespace", "release_namespace"),
        _ => ("release_namespace", "target_namespace"),
    };
    is_set(config.get(wrong)).then(|| {
        Diagnostic::error(
            at(wrong),
            "Scope Not Allowed",
            format!(
                "Extensions of type {name} have {} scope only.\n\nTo fix this: remove {wrong}; set {right} if the namespace \
                 matters.",
                known.only_scope.unwrap_or_default()
            ),
        )
    })
}

/// Names that are part of the type.
fn fixed(config: &Value, name: &str, known: &Known) -> Vec<Diagnostic> {
    let rules = [
        ("release_namespace", known.release_namespace),
        ("name", known.name),
    ];
    let rules = rules.into_iter();
    rules
        .filter_map(|(attribute, wanted)| {
            let (wanted, given) = (wanted?, config.get(attribute).as_str()?);
            (!wanted.eq_ignore_ascii_case(given)).then(|| {
                Diagnostic::error(
                    at(attribute),
                    "Fixed Name",
                    format!(
                        "Extensions of type {name} have the {attribute} {wanted:?}, not {given:?}.\n\nTo fix this: set \
                         {attribute} = {wanted:?}."
                    ),
                )
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(set: &[(&str, Value)]) -> Vec<(String, String)> {
        let config = Value::object(set.iter().cloned());
        let found = validate(&config);
        found
            .iter()
            .map(|d| (d.path.to_string(), d.summary.clone()))
            .collect()
    }

    fn expect(set: &[(&str, Value)], path: &str, summary: &str) {
        assert_eq!(
            check(set),
            [(path.to_owned(), summary.to_owned())],
            "{set:?}"
        );
    }

    fn map(keys: &[&str]) -> Value {
        Value::object(keys.iter().map(|key| (*key, Value::from("v"))))
    }

    #[test]
    fn a_version_is_either_pinned_or_upgraded() {
        let version = ("version", Value::from("1.0"));
        let auto = |on| ("auto_upgrade_minor_version", on);
        expect(
            &[version.clone(), auto(true.into())],
            "version",
            "Version With Automatic Upgrades",
        );
        assert_eq!(check(&[version.clone(), auto(false.into())]), []);
        assert_eq!(check(&[version, auto(Value::unknown())]), []);
    }

    #[test]
    fn a_setting_has_one_place() {
        for secrets in [PROTECTED, PROTECTED_WO] {
            let mut set = vec![
                ("configuration_settings", map(&["a", "b"])),
                (secrets, map(&["b", "c"])),
            ];
            if secrets == PROTECTED_WO {
                set.push((PROTECTED_WO_VERSION, 1.into()));
            }
            expect(
                &set,
                r#"configuration_settings["b"]"#,
                "Setting Given Twice",
            );
        }
    }

    #[test]
    fn write_only_secrets_and_their_version_come_together() {
        expect(
            &[(PROTECTED_WO, map(&["a"]))],
            PROTECTED_WO,
            "Half Of A Write-Only Pair",
        );
        expect(
            &[(PROTECTED_WO_VERSION, 1.into())],
            PROTECTED_WO_VERSION,
            "Half Of A Write-Only Pair",
        );
    }

    #[test]
    fn types_have_scopes_and_names_of_their_own() {
        let typed = |name: &str| ("extension_type", Value::from(name));
        expect(
            &[typed("Microsoft.Flux"), ("target_namespace", "apps".into())],
            "target_namespace",
            "Scope Not Allowed",
        );
        expect(
            &[
                typed("microsoft.apimanagement.gateway"),
                ("release_namespace", "a".into()),
            ],
            "release_namespace",
            "Scope Not Allowed",
        );
        expect(
            &[
                typed("microsoft.flux"),
                ("release_namespace", "gitops".into()),
            ],
            "release_namespace",
            "Fixed Name",
        );
        expect(
            &[
                typed("Microsoft.AzureMonitor.Containers"),
                ("name", "monitoring".into()),
            ],
            "name",
            "Fixed Name",
        );
        assert_eq!(
            check(&[typed("contoso.demo"), ("release_namespace", "x".into())]),
            []
        );
    }
}
