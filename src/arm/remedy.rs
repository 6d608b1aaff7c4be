//! What to do about the failures that Azure names.

use super::transport::ServiceFault;
use crate::fault::{Kind, Remedy, shell_word};

/// The role that may read and write connected clusters.
const ONBOARDING_ROLE: &str = "Kubernetes Cluster - Azure Arc Onboarding";

/// The cures for an error answer, likeliest first.
pub(super) fn for_fault(fault: &ServiceFault) -> Vec<Remedy> {
    let message = fault.message.as_deref().unwrap_or_default();
    let by_code = fault
        .code
        .as_deref()
        .map_or_else(Vec::new, |code| for_code(code, message));
    let texts = if by_code.is_empty() {
        for_kind(fault.kind())
    } else {
        by_code
    };
    texts.into_iter().map(Remedy::new).collect()
}

fn for_code(code: &str, message: &str) -> Vec<String> {
    match code {
        "AuthorizationFailed" | "LinkedAuthorizationFailed" => grant(message),
        "RequestDisallowedByPolicy" => vec![
            "change what the policy objects to, or ask its owner for an exemption".to_owned(),
        ],
        "MissingSubscriptionRegistration" => vec![register(message)],
        "SubscriptionNotFound" | "InvalidSubscriptionId" => vec![
            "check subscription_id and tenant_id; `az account list --output table` shows what this login can see".to_owned(),
        ],
        "InvalidAuthenticationTokenTenant" => vec![
            "set tenant_id (ARM_TENANT_ID) to the tenant of the subscription, which the message names".to_owned(),
        ],
        "ResourceGroupNotFound" => vec![
            "create the resource group first, for instance with `az group create`".to_owned(),
        ],
        "LocationNotAvailableForResourceType" => vec![
            "choose a region from `az provider show -n Microsoft.Kubernetes --query \
             \"resourceTypes[?resourceType=='connectedClusters'].locations\"`"
                .to_owned(),
        ],
        "InvalidResourceLocation" => vec![
            "a resource of this name exists in another region: use that region or another name".to_owned(),
        ],
        "NoRegisteredProviderFound" => vec![
            "this cloud may lack the api-version: choose one that the message lists".to_owned(),
        ],
        "UnauthorizedNamespaceError" => vec![
            "check custom_locations.object_id of the arc_connected_cluster: it is the result of \
             `az ad sp show --id bc313c14-388c-4e7d-a58e-70017303ee3b --query id`, which differs from tenant to tenant"
                .to_owned(),
        ],
        "ScopeLocked" => vec![
            "find the lock with `az lock list` and remove it, or leave the resource as it is".to_owned(),
        ],
        "AnotherOperationInProgress" | "ResourceGroupBeingDeleted" => vec![
            "wait until the other operation is over, then run again".to_owned(),
        ],
        _ => Vec::new(),
    }
}

fn for_kind(kind: Kind) -> Vec<String> {
    match kind {
        Kind::Credential => vec!["log in again: `az login`, or renew the client secret".to_owned()],
        Kind::Permission => grant(""),
        Kind::Throttled => vec!["run fewer operations at a time, or wait some minutes".to_owned()],
        Kind::Unavailable => vec![
            "run again; https://status.azure.com shows whether Azure has a known problem"
                .to_owned(),
        ],
        Kind::Configuration
        | Kind::Conflict
        | Kind::NotFound
        | Kind::Failed
        | Kind::Interrupted
        | Kind::Deadline
        | Kind::ProviderBug => Vec::new(),
    }
}

/// Names role and scope. ARM's message quotes the scope after the words "over scope".
fn grant(message: &str) -> Vec<String> {
    let scope = quoted_after(message, "over scope").map_or("<scope>".to_owned(), shell_word);
    let assign = format!(
        "assign a role that holds the action, such as `az role assignment create --assignee <principal> \
         --role \"{ONBOARDING_ROLE}\" --scope {scope}`; deleting needs more, such as Contributor"
    );
    vec![
        assign,
        "if the role was assigned just now, wait a few minutes and run again".to_owned(),
    ]
}

/// ARM's message quotes the namespace: "not registered to use namespace 'Microsoft.Kubernetes'".
fn register(message: &str) -> String {
    let namespace = quoted_after(message, "namespace").unwrap_or("Microsoft.Kubernetes");
    let namespace = shell_word(namespace);
    format!("run `az provider register -n {namespace} --wait`")
}

fn quoted_after<'a>(message: &'a str, words: &str) -> Option<&'a str> {
    let (_, rest) = message.split_once(words)?;
    rest.split('\'').nth(1).filter(|quoted| !quoted.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(code: &str, message: &str) -> String {
        let fault = ServiceFault {
            status: Some(409),
            code: Some(code.to_owned()),
            message: Some(message.to_owned()),
            ..ServiceFault::default()
        };
        for_fault(&fault)[0].to_string()
    }

    #[test]
    fn the_namespace_of_the_message_is_registered() {
        let message = "The subscription is not registered to use namespace 'Microsoft.ExtendedLocation'. See ...";
        let remedy = first("MissingSubscriptionRegistration", message);
        assert_eq!(
            remedy,
            "run `az provider register -n Microsoft.ExtendedLocation --wait`"
        );
    }

    #[test]
    fn a_missing_right_names_role_and_scope() {
        let message = "The client 'a' with object id 'b' does not have authorization to perform action \
                       'Microsoft.Kubernetes/connectedClusters/write' over scope '/subscriptions/s' or the scope is invalid.";
        let remedy = first("AuthorizationFailed", message);
        assert!(
            remedy.contains(
                "--role \"Kubernetes Cluster - Azure Arc Onboarding\" --scope /subscriptions/s`"
            ),
            "{remedy}"
        );
        assert!(first("AuthorizationFailed", "").contains("--scope <scope>"));
    }

    #[test]
    fn a_service_that_is_kept_out_is_told_apart_by_its_object_id() {
        assert_eq!(
            first("UnauthorizedNamespaceError", ""),
            "check custom_locations.object_id of the arc_connected_cluster: it is the result of `az ad sp show --id \
             bc313c14-388c-4e7d-a58e-70017303ee3b --query id`, which differs from tenant to tenant"
        );
    }
}
