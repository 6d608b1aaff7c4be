//! Which parts of a connection go together.

use url::{Host, Url};

use crate::sdk::diagnostics::{Diagnostic, Diagnostics};
use crate::sdk::path::AttributePath;
use crate::sdk::value::Value;

/// The ways to name a cluster, each with the attributes that choose it.
const WAYS: [(&str, &[&str]); 4] = [
    ("eks", &["eks"]),
    ("a kubeconfig", &["config_path", "config_context"]),
    ("config_raw", &["config_raw"]),
    ("host", &["host"]),
];

/// Attributes that mean something only beside `host`.
const WITH_HOST: [&str; 8] = [
    "cluster_ca_certificate",
    "tls_server_name",
    "proxy_url",
    "exec",
    "token",
    "client_certificate",
    "client_key",
    "insecure",
];

/// Ways to authenticate to `host`.
const CREDENTIALS: [&str; 3] = ["exec", "token", "client_certificate"];

/// Checks one `kubernetes` value; nothing is said about one that is null or unknown.
#[must_use]
pub fn validate(path: &AttributePath, connection: &Value) -> Diagnostics {
    let mut found = Diagnostics::default();
    if !matches!(connection, Value::Map(_)) {
        return found;
    }
    let chosen: Vec<_> = WAYS
        .iter()
        .filter(|(_, names)| any_set(connection, names))
        .collect();
    let undecided = WAYS
        .iter()
        .any(|(_, names)| names.iter().any(|name| connection.get(name).is_unknown()));
    match chosen.as_slice() {
        [] if !undecided => found.push(none(path)),
        [first, second, ..] if !(first.0 == "a kubeconfig" && second.0 == "config_raw") => {
            found.push(two(
                path,
                first_set(connection, first.1),
                first_set(connection, second.1),
            ));
        }
        _ => found.extend(host_only(path, connection, undecided)),
    }
    found.extend(credentials(path, connection));
    found.extend(in_clear(path, connection));
    found
}

fn any_set(connection: &Value, names: &[&str]) -> bool {
    names.iter().any(|name| is_set(connection.get(name)))
}

/// The first of these that is set, for a message.
fn first_set(connection: &Value, names: &'static [&'static str]) -> &'static str {
    let set = names.iter().find(|name| is_set(connection.get(name)));
    set.copied().unwrap_or_default()
}

fn is_set(value: &Value) -> bool {
    !value.is_null() && !value.is_unknown()
}

fn none(path: &AttributePath) -> Diagnostic {
    Diagnostic::error(
        path.clone(),
        "No Kubernetes Connection",
        "The connection names no cluster.\n\nTo fix this: set eks, config_path or config_context, or host.",
    )
}

fn two(path: &AttributePath, first: &str, second: &str) -> Diagnostic {
    Diagnostic::error(
        path.clone(),
        "Two Kubernetes Connections",
        format!(
            "The connection names a cluster twice: by {first} and by {second}.\n\nTo fix this: keep one of them."
        ),
    )
}

fn host_only(path: &AttributePath, connection: &Value, undecided: bool) -> Diagnostics {
    let mut found = Diagnostics::default();
    if undecided || is_set(connection.get("host")) {
        return found;
    }
    for name in WITH_HOST.iter().filter(|name| is_set(connection.get(name))) {
        found.push(Diagnostic::error(
            path.dot(*name),
            "Attribute Without Host",
            format!("{name} describes the API server that host names, and host is not set.\n\nTo fix this: set host, or remove {name}."),
        ));
    }
    found
}

/// A token or a plugin's answer would go over the network in clear. This machine's own addresses are no network.
fn in_clear(path: &AttributePath, connection: &Value) -> Option<Diagnostic> {
    let host = connection.get("host").as_str()?;
    let url = Url::parse(host).ok().filter(|url| url.scheme() == "http")?;
    let own = match url.host()? {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    };
    let secret = ["exec", "token"]
        .into_iter()
        .find(|name| is_set(connection.get(name)))?;
    (!own).then(|| {
        Diagnostic::error(
            path.dot("host"),
            "Login Without TLS",
            format!("host begins with http://, so that what {secret} gives would go over the network in clear.\n\nTo fix this: use https://, or remove {secret}."),
        )
    })
}

fn credentials(path: &AttributePath, connection: &Value) -> Diagnostics {
    let mut found = Diagnostics::default();
    let set: Vec<_> = CREDENTIALS
        .iter()
        .filter(|name| is_set(connection.get(name)))
        .collect();
    if let [first, second, ..] = set.as_slice() {
        found.push(Diagnostic::error(
            path.dot(**second),
            "Two Credentials",
            format!("Both {first} and {second} say who connects to host.\n\nTo fix this: keep one of them."),
        ));
    }
    let pair = ["client_certificate", "client_key"];
    for (here, missing) in [(pair[0], pair[1]), (pair[1], pair[0])] {
        if is_set(connection.get(here)) && connection.get(missing).is_null() {
            found.push(Diagnostic::error(
                path.dot(here),
                "Half A Client Certificate",
                format!("{here} is set and {missing} is not.\n\nTo fix this: set both."),
            ));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connection(set: &[(&str, Value)]) -> Value {
        Value::Map(
            set.iter()
                .map(|(name, value)| ((*name).to_owned(), value.clone()))
                .collect(),
        )
    }

    fn summaries(set: &[(&str, Value)]) -> Vec<(String, String)> {
        let path = AttributePath::attribute("kubernetes");
        validate(&path, &connection(set))
            .iter()
            .map(|d| (d.path.to_string(), d.summary.clone()))
            .collect()
    }

    fn text() -> Value {
        Value::string("x")
    }

    #[test]
    fn one_way_to_name_a_cluster_is_right() {
        for set in [
            vec![("eks", connection(&[("cluster_name", text())]))],
            vec![("config_path", text())],
            vec![("config_context", text())],
            vec![("config_raw", text()), ("config_context", text())],
            vec![("host", text()), ("token", text())],
            vec![
                ("host", text()),
                ("client_certificate", text()),
                ("client_key", text()),
            ],
        ] {
            assert_eq!(summaries(&set), [], "{set:?}");
        }
    }

    #[test]
    fn none_and_two_are_errors_at_the_attribute() {
        let expect = |set: &[(&str, Value)], path: &str, summary: &str| {
            assert_eq!(
                summaries(set),
                [(path.to_owned(), summary.to_owned())],
                "{set:?}"
            );
        };
        expect(&[], "kubernetes", "No Kubernetes Connection");
        expect(
            &[("eks", connection(&[])), ("config_path", text())],
            "kubernetes",
            "Two Kubernetes Connections",
        );
        expect(
            &[("host", text()), ("config_context", text())],
            "kubernetes",
            "Two Kubernetes Connections",
        );
        expect(
            &[("config_path", text()), ("token", text())],
            "kubernetes.token",
            "Attribute Without Host",
        );
        expect(
            &[
                ("host", text()),
                ("token", text()),
                ("exec", connection(&[])),
            ],
            "kubernetes.token",
            "Two Credentials",
        );
        expect(
            &[("host", text()), ("client_key", text())],
            "kubernetes.client_key",
            "Half A Client Certificate",
        );
    }

    #[test]
    fn a_login_over_http_is_for_this_machine_only() {
        let set = |host: &str, name| summaries(&[("host", Value::string(host)), (name, text())]);
        for name in ["token", "exec"] {
            let expected = [("kubernetes.host".to_owned(), "Login Without TLS".to_owned())];
            assert_eq!(set("http://10.0.0.1:6443", name), expected);
            for host in [
                "http://127.0.0.1:1",
                "http://[::1]:1",
                "http://localhost",
                "https://10.0.0.1",
            ] {
                assert_eq!(set(host, name), [], "{host}");
            }
        }
        assert_eq!(summaries(&[("host", Value::string("http://10.0.0.1"))]), []);
    }

    #[test]
    fn what_is_unknown_is_not_judged() {
        let path = AttributePath::attribute("kubernetes");
        assert!(validate(&path, &Value::unknown()).is_empty());
        assert_eq!(summaries(&[("config_path", Value::unknown())]), []);
        assert_eq!(
            summaries(&[("eks", Value::unknown()), ("token", text())]),
            []
        );
    }
}
