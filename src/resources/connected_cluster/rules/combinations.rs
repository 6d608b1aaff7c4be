//! Attributes of a connected cluster that need or exclude one another.

use crate::sdk::diagnostics::{Diagnostic, Diagnostics};
use crate::sdk::path::AttributePath;
use crate::sdk::value::Value;

/// Distributions with an issuer of their own, whose API server does not take another.
const OWN_ISSUER: [&str; 3] = ["eks", "aks", "gke"];

/// Checks a configuration; what is unknown is not judged.
pub fn validate(config: &Value) -> Diagnostics {
    [
        private_link(config),
        custom_locations(config),
        proxy(config),
        oidc_issuer(config),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn at<const N: usize>(config: &Value, steps: [&str; N]) -> Value {
    steps
        .iter()
        .fold(config, |value, step| value.get(step))
        .clone()
}

fn is_set(value: &Value) -> bool {
    !value.is_null() && !value.is_unknown()
}

fn is(value: &Value, wanted: bool) -> bool {
    *value == Value::Bool(wanted)
}

fn conflict(path: AttributePath, detail: impl Into<String>) -> Diagnostics {
    Diagnostic::error(path, "Contradicting Attributes", detail).into()
}

/// A private link leaves no way in through Azure.
fn private_link(config: &Value) -> Vec<Diagnostic> {
    let attribute = AttributePath::attribute;
    let mut found = Diagnostics::default();
    if !is_set(config.get("private_link_scope_id")) {
        return Vec::new();
    }
    if is(config.get("cluster_connect_enabled"), true) {
        found.extend(conflict(
            attribute("cluster_connect_enabled"),
            "With a private link the API server cannot be reached through Azure, so cluster connect must be off.\n\n\
             To fix this: remove cluster_connect_enabled, or remove private_link_scope_id.",
        ));
    }
    if is(&at(config, ["custom_locations", "enabled"]), true) {
        found.extend(conflict(
            attribute("custom_locations").dot("enabled"),
            "Custom locations need cluster connect, which a private link excludes.\n\n\
             To fix this: remove custom_locations, or remove private_link_scope_id.",
        ));
    }
    if is_set(config.get("gateway_id")) {
        found.extend(conflict(
            attribute("gateway_id"),
            "A cluster reaches Azure through a private link or through a gateway, not through both.\n\n\
             To fix this: remove gateway_id, or remove private_link_scope_id.",
        ));
    }
    found.into_iter().collect()
}

fn custom_locations(config: &Value) -> Vec<Diagnostic> {
    let path = AttributePath::attribute("custom_locations");
    let mut found = Diagnostics::default();
    if !is(&at(config, ["custom_locations", "enabled"]), true) {
        return Vec::new();
    }
    if is(config.get("cluster_connect_enabled"), false) {
        found.extend(conflict(
            path.dot("enabled"),
            "Custom locations need cluster connect, and cluster_connect_enabled is false.\n\n\
             To fix this: remove cluster_connect_enabled, or set custom_locations.enabled = false.",
        ));
    }
    if at(config, ["custom_locations", "object_id"]).is_null() {
        found.push(Diagnostic::error(
            path.dot("object_id"),
            "Object Id Missing",
            "Custom locations are bound to an application of Microsoft, whose object id differs from tenant to tenant.\n\n\
             To fix this: set object_id to what this prints: az ad sp show --id bc313c14-388c-4e7d-a58e-70017303ee3b --query id",
        ));
    }
    found.into_iter().collect()
}

fn proxy(config: &Value) -> Vec<Diagnostic> {
    let path = AttributePath::attribute("proxy");
    let proxy = config.get("proxy");
    let mut found = Diagnostics::default();
    if !matches!(proxy, Value::Map(_)) {
        return Vec::new();
    }
    let addresses = ["https", "http", "https_wo", "http_wo"];
    let any = |names: &[&str]| names.iter().any(|name| !proxy.get(name).is_null());
    if !any(&addresses) && proxy.get("certificate").is_null() {
        found.push(Diagnostic::error(
            path.clone(),
            "Proxy Without Address",
            "The proxy has neither an address nor a certificate.\n\nTo fix this: set https, or remove proxy.",
        ));
    }
    if any(&["https_wo", "http_wo"]) && proxy.get("wo_version").is_null() {
        found.push(Diagnostic::error(
            path.dot("wo_version"),
            "Version Of Write-Only Values Missing",
            "https_wo and http_wo are not stored, so a change of them can only be seen by a version beside them.\n\n\
             To fix this: set wo_version = 1, and raise it with every change.",
        ));
    }
    found.into_iter().collect()
}

/// Azure cannot publish an issuer for an API server that already has one.
fn oidc_issuer(config: &Value) -> Vec<Diagnostic> {
    let path = AttributePath::attribute("oidc_issuer").dot("self_hosted_url");
    let url = at(config, ["oidc_issuer", "self_hosted_url"]);
    let enabled = at(config, ["oidc_issuer", "enabled"]);
    if is(&enabled, false) && is_set(&url) {
        return conflict(
            path,
            "An issuer is given and the issuer is off.\n\nTo fix this: set oidc_issuer.enabled = true, or remove self_hosted_url.",
        )
        .into_iter()
        .collect();
    }
    let eks = is_set(&at(config, ["kubernetes", "eks"]));
    let distribution = config.get("distribution").as_str();
    let named = distribution.filter(|name| OWN_ISSUER.contains(name));
    let Some(distribution) = named.or(eks.then_some("eks")) else {
        return Vec::new();
    };
    if !is(&enabled, true) || !url.is_null() {
        return Vec::new();
    }
    vec![Diagnostic::error(
        path,
        "Issuer Of The Cluster Missing",
        format!(
            "A cluster of distribution {distribution} has an issuer of its own and takes no other.\n\n\
             To fix this: set self_hosted_url to it; on EKS it is what this prints: aws eks describe-cluster --name <cluster> \
             --query cluster.identity.oidc.issuer"
        ),
    )]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(members: &[(&str, Value)]) -> Value {
        Value::object(members.iter().cloned())
    }

    #[track_caller]
    fn expect(members: &[(&str, Value)], expected: &[&str]) {
        let found = validate(&object(members));
        let paths: Vec<_> = found.iter().map(|one| one.path.to_string()).collect();
        assert_eq!(paths, expected, "{found:?}");
        for one in &found {
            assert!(one.detail.contains("To fix this:"), "{one:?}");
        }
    }

    #[test]
    fn a_private_link_excludes_what_comes_in_through_azure() {
        let scope = ("private_link_scope_id", Value::string("/x"));
        let (on, off) = (Value::Bool(true), Value::Bool(false));
        expect(std::slice::from_ref(&scope), &[]);
        expect(
            &[scope.clone(), ("cluster_connect_enabled", off.clone())],
            &[],
        );
        let locations = object(&[("enabled", on.clone()), ("object_id", Value::string("o"))]);
        expect(
            &[
                scope,
                ("cluster_connect_enabled", on),
                ("custom_locations", locations.clone()),
                ("gateway_id", Value::string("/y")),
            ],
            &[
                "cluster_connect_enabled",
                "custom_locations.enabled",
                "gateway_id",
            ],
        );
        expect(
            &[
                ("cluster_connect_enabled", off),
                ("custom_locations", locations),
            ],
            &["custom_locations.enabled"],
        );
    }

    #[test]
    fn custom_locations_need_an_object_id_that_may_be_unknown() {
        let locations = |id| {
            [(
                "custom_locations",
                object(&[("enabled", Value::Bool(true)), ("object_id", id)]),
            )]
        };
        expect(&locations(Value::Null), &["custom_locations.object_id"]);
        expect(&locations(Value::unknown()), &[]);
    }

    #[test]
    fn a_hidden_address_needs_a_version() {
        let proxy = |members: &[(&str, Value)]| [("proxy", object(members))];
        expect(&proxy(&[]), &["proxy"]);
        expect(&proxy(&[("https", Value::unknown())]), &[]);
        expect(
            &proxy(&[("https_wo", Value::string("x"))]),
            &["proxy.wo_version"],
        );
        let version = ("wo_version", Value::Number(1.into()));
        expect(&proxy(&[("https_wo", Value::string("x")), version]), &[]);
    }

    #[test]
    fn eks_brings_its_own_issuer() {
        let issuer = |url| {
            (
                "oidc_issuer",
                object(&[("enabled", Value::Bool(true)), ("self_hosted_url", url)]),
            )
        };
        let eks = (
            "kubernetes",
            object(&[("eks", object(&[("cluster_name", Value::string("a"))]))]),
        );
        expect(&[issuer(Value::Null)], &[]);
        expect(
            &[eks.clone(), issuer(Value::Null)],
            &["oidc_issuer.self_hosted_url"],
        );
        expect(&[eks, issuer(Value::string("https://oidc"))], &[]);
        let gke = ("distribution", Value::string("gke"));
        expect(
            &[gke, issuer(Value::Null)],
            &["oidc_issuer.self_hosted_url"],
        );
        let off = object(&[
            ("enabled", Value::Bool(false)),
            ("self_hosted_url", Value::string("x")),
        ]);
        expect(&[("oidc_issuer", off)], &["oidc_issuer.self_hosted_url"]);
    }
}
