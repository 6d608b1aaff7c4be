//! The id of a token: that of its connected cluster, and behind it where the service account is.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::sdk::diagnostics::{Diagnostic, Diagnostics};
use crate::sdk::path::AttributePath;
use crate::sdk::resource::ImportTarget;
use crate::sdk::value::Value;
use crate::usecases::ResourceId;
use crate::usecases::service_account_token::Account;

/// What stands between the two.
const INFIX: &str = "/serviceAccounts/";

/// What names a token: `<id of the connected cluster>/serviceAccounts/<namespace>/<name>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenId {
    /// The connected cluster that the token is for.
    pub connected_cluster: ResourceId,
    /// The service account.
    pub account: Account,
}

impl TokenId {
    /// The token that an import names.
    ///
    /// # Errors
    ///
    /// Diagnostics that show what such an id looks like.
    pub(super) fn imported(target: &ImportTarget) -> Result<Self, Diagnostics> {
        let text = match target {
            ImportTarget::Id(text) => text.clone(),
            ImportTarget::Identity(identity) => {
                let part = |name| identity.get(name).as_str().unwrap_or_default();
                let cluster = part("connected_cluster_id");
                format!("{cluster}{INFIX}{}/{}", part("namespace"), part("name"))
            }
        };
        let (cluster, account) = split(&text).ok_or_else(|| malformed(&text))?;
        let attempted = "reading the id of a connected cluster";
        let connected_cluster = ResourceId::parse(cluster)
            .map_err(|error| Diagnostic::explain(AttributePath::root(), attempted, &error))?;
        if !connected_cluster.is_connected_cluster() {
            return Err(malformed(&text));
        }
        Ok(Self {
            connected_cluster,
            account,
        })
    }

    /// The identity of a token.
    pub(super) fn identity(&self) -> Value {
        let cluster = self.connected_cluster.to_string();
        Value::object([
            ("connected_cluster_id", Value::from(cluster.as_str())),
            ("namespace", Value::string(&self.account.namespace)),
            ("name", Value::string(&self.account.name)),
        ])
    }
}

impl fmt::Display for TokenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Account { namespace, name } = &self.account;
        write!(f, "{}{INFIX}{namespace}/{name}", self.connected_cluster)
    }
}

/// As the text that Terraform shows.
impl Serialize for TokenId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// From that text.
impl<'de> Deserialize<'de> for TokenId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let parts = split(&text).ok_or_else(|| de::Error::custom("no id of a token"))?;
        Ok(Self {
            connected_cluster: ResourceId::parse(parts.0).map_err(de::Error::custom)?,
            account: parts.1,
        })
    }
}

/// Both parts of an id, in any casing of what stands between them.
fn split(text: &str) -> Option<(&str, Account)> {
    let lower = text.to_ascii_lowercase();
    let at = lower.find(&INFIX.to_ascii_lowercase())?;
    let (cluster, rest) = (&text[..at], &text[at + INFIX.len()..]);
    let (namespace, name) = rest.split_once('/')?;
    let fine = !namespace.is_empty() && !name.is_empty() && !name.contains('/');
    fine.then(|| (cluster, Account::new(namespace, name)))
}

fn malformed(text: &str) -> Diagnostics {
    Diagnostics::error(
        AttributePath::root(),
        "Not A Service Account Of A Connected Cluster",
        format!(
            "{text:?} does not name a service account of a connected cluster.\n\nTo fix this:\n  - write \
             <id of the connected cluster>/serviceAccounts/<namespace>/<name>, where the first part comes from \
             `az connectedk8s show --query id` and names a Microsoft.Kubernetes/connectedClusters"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARENT: &str = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/\
                          Microsoft.Kubernetes/connectedClusters/prod";

    fn import(text: &str) -> Result<TokenId, Diagnostics> {
        TokenId::imported(&ImportTarget::Id(text.to_owned()))
    }

    #[test]
    fn an_id_is_read_back_in_any_casing() {
        let text = format!("{PARENT}/serviceAccounts/default/azure-user");
        let id = import(&text).expect("an id");
        assert_eq!(id.to_string(), text);
        assert_eq!(id.account, Account::new("default", "azure-user"));
        let azure = text.replace("serviceAccounts", "serviceaccounts");
        assert_eq!(import(&azure).expect("an id").to_string(), text);
        let json = serde_json::to_value(&id).expect("JSON");
        assert_eq!(json, text.as_str());
        assert_eq!(serde_json::from_value::<TokenId>(json).expect("an id"), id);
        let identity = ImportTarget::Identity(id.identity());
        assert_eq!(TokenId::imported(&identity).expect("an id"), id);
    }

    #[test]
    fn anything_else_is_refused_with_an_example() {
        for wrong in [
            PARENT.to_owned(),
            format!("{PARENT}/serviceAccounts/default"),
            format!("{PARENT}/serviceAccounts/default/a/b"),
            "/subscriptions/x/serviceAccounts/default/a".to_owned(),
            "azure-user".to_owned(),
        ] {
            let refused = import(&wrong).expect_err(&wrong);
            assert!(refused.has_errors());
        }
    }
}
