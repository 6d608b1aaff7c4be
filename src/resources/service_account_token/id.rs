//! The id of a token: that of its connected cluster, and behind it where the service account is.

use crate::sdk::diagnostics::{Diagnostic, Diagnostics};
use crate::sdk::path::AttributePath;
use crate::sdk::resource::ImportTarget;
use crate::usecases::ResourceId;
use crate::usecases::service_account_token::Account;

/// What stands between the two.
const INFIX: &str = "/serviceAccounts/";

/// The id that a token has.
pub(super) fn compose(connected_cluster: &str, account: &Account) -> String {
    format!(
        "{connected_cluster}{INFIX}{}/{}",
        account.namespace, account.name
    )
}

/// The connected cluster and the service account that an import names.
pub(super) fn imported(target: &ImportTarget) -> Result<(ResourceId, Account), Diagnostics> {
    match target {
        ImportTarget::Id(text) => parse(text),
        ImportTarget::Identity(identity) => {
            let part = |name| identity.get(name).as_str().unwrap_or_default();
            let account = Account::new(part("namespace"), part("name"));
            Ok((connected_cluster(part("connected_cluster_id"))?, account))
        }
    }
}

fn parse(text: &str) -> Result<(ResourceId, Account), Diagnostics> {
    let lower = text.to_ascii_lowercase();
    let parts = lower.find(&INFIX.to_ascii_lowercase()).and_then(|at| {
        let (parent, rest) = (&text[..at], &text[at + INFIX.len()..]);
        let (namespace, name) = rest.split_once('/')?;
        let fine = !namespace.is_empty() && !name.is_empty() && !name.contains('/');
        fine.then(|| (parent, Account::new(namespace, name)))
    });
    let Some((parent, account)) = parts else {
        return Err(malformed(text));
    };
    Ok((connected_cluster(parent)?, account))
}

/// The id of a connected cluster.
///
/// # Errors
///
/// A diagnostic that shows what such an id looks like.
pub(super) fn connected_cluster(text: &str) -> Result<ResourceId, Diagnostics> {
    let attempted = "reading the id of a connected cluster";
    let id = ResourceId::parse(text)
        .map_err(|error| Diagnostic::explain(AttributePath::root(), attempted, &error))?;
    if id.is_connected_cluster() {
        return Ok(id);
    }
    Err(malformed(text))
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

    fn import(text: &str) -> Result<(ResourceId, Account), Diagnostics> {
        imported(&ImportTarget::Id(text.to_owned()))
    }

    #[test]
    fn an_id_is_read_back_in_any_casing() {
        let account = Account::new("default", "azure-user");
        let id = compose(PARENT, &account);
        let (parent, found) = import(&id).expect("an id");
        assert_eq!((parent.to_string().as_str(), found), (PARENT, account));
        let azure = id.replace("serviceAccounts", "serviceaccounts");
        assert!(import(&azure).is_ok());
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
