//! Keeps secrets out of the request log.

use serde_json::Value;

use super::request::Request;

/// Members that are secrets, or whose members are, in lower case.
const PROTECTED: &[&str] = &[
    "protectedsettings",
    "configurationprotectedsettings",
    "authentication",
    "accesskey",
    "accountkey",
    "sastoken",
    "clientsecret",
    "clientcertificate",
    "clientcertificatepassword",
    "privatekey",
];

/// Form fields that are no secret. Everything else in a login form may be one.
const PUBLIC_FORM_FIELDS: &[&str] = &["grant_type", "client_id", "scope"];

const MASK: &str = "***";

/// The request's body as the log may show it.
pub(super) fn body(request: &Request) -> Value {
    if request.body.is_empty() {
        return Value::Null;
    }
    match serde_json::from_slice(&request.body) {
        Ok(body) => mask(body, false),
        Err(_) => form(request),
    }
}

fn form(request: &Request) -> Value {
    let shown = |(name, value): (String, String)| {
        let public = PUBLIC_FORM_FIELDS.contains(&name.as_str());
        (
            name,
            Value::from(if public { value } else { MASK.to_owned() }),
        )
    };
    Value::Object(request.form().into_iter().map(shown).collect())
}

fn mask(value: Value, secret: bool) -> Value {
    match value {
        Value::Object(members) => Value::Object(
            members
                .into_iter()
                .map(|(name, value)| {
                    let secret = secret || PROTECTED.contains(&name.to_lowercase().as_str());
                    (name, mask(value, secret))
                })
                .collect(),
        ),
        Value::Array(items) => items.into_iter().map(|item| mask(item, secret)).collect(),
        Value::Null => Value::Null,
        _ if secret => MASK.into(),
        plain => plain,
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Bytes;
    use axum::http::{HeaderMap, Method, Uri};

    use super::*;

    fn shown(text: &'static str) -> String {
        let body = Bytes::from_static(text.as_bytes());
        let uri = Uri::from_static("https://host/path");
        super::body(&Request::new(Method::POST, uri, HeaderMap::new(), body)).to_string()
    }

    #[test]
    fn protected_settings_are_masked_at_any_depth() {
        let text =
            shown(r#"{"a":[{"ProtectedSettings":{"x":{"y":"canary"}},"settings":{"z":"seen"}}]}"#);
        assert!(
            text.contains("seen") && text.contains("\"y\"") && !text.contains("canary"),
            "{text}"
        );
    }

    #[test]
    fn a_login_form_shows_who_and_not_how() {
        let text = shown("grant_type=client_credentials&client_id=me&client_secret=canary");
        assert!(text.contains("me") && !text.contains("canary"), "{text}");
    }
}
