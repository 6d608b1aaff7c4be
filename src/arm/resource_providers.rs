//! Resource providers: which services a subscription may use, and where.

use std::time::Duration;

use reqwest::Method;
use serde::Deserialize;
use url::Url;

use super::client::Client;
use super::cloud::{canonical_location, versions};
use super::error::Error;
use super::transport::Request;
use crate::call::{Call, Probe, poll_until};

/// How often a registration is looked at; it takes minutes.
const REGISTRATION_POLL: Duration = Duration::from_secs(10);

/// A resource provider as a subscription sees it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResourceProvider {
    /// `NotRegistered`, `Registering`, `Registered`, `Unregistering` or `Unregistered`.
    pub registration_state: String,
    #[serde(default)]
    resource_types: Vec<ResourceType>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ResourceType {
    resource_type: String,
    #[serde(default)]
    locations: Vec<String>,
}

impl ResourceProvider {
    /// The regions that offer a type, such as `connectedClusters`, in canonical form. Empty when Azure lists none.
    #[must_use]
    pub fn locations(&self, resource_type: &str) -> Vec<String> {
        let offered = self
            .resource_types
            .iter()
            .filter(|offered| offered.resource_type.eq_ignore_ascii_case(resource_type));
        offered
            .flat_map(|offered| &offered.locations)
            .map(|location| canonical_location(location))
            .collect()
    }
}

/// Reads and registers resource providers.
#[derive(Clone, Debug)]
pub struct ResourceProviders {
    client: Client,
}

impl Client {
    /// Resource providers and their registration in a subscription.
    #[must_use]
    pub fn resource_providers(&self) -> ResourceProviders {
        ResourceProviders::new(self.clone())
    }
}

impl ResourceProviders {
    fn new(client: Client) -> Self {
        Self { client }
    }

    /// A provider by its namespace, such as `Microsoft.Kubernetes`.
    ///
    /// # Errors
    ///
    /// [`Error`].
    pub async fn get(
        &self,
        call: &Call,
        subscription: &str,
        namespace: &str,
    ) -> Result<ResourceProvider, Error> {
        let address = self.address(call, subscription, namespace, &[]).await?;
        let request = Request::new(
            Method::GET,
            address,
            format!("read resource provider {namespace}"),
        );
        self.client
            .send(call, &request)
            .await?
            .json(&request.action)
    }

    /// Registers a provider and waits until that is done.
    ///
    /// # Errors
    ///
    /// [`Error`]; the right to register is one that onboarding roles lack.
    pub async fn register(
        &self,
        call: &Call,
        subscription: &str,
        namespace: &str,
    ) -> Result<(), Error> {
        let address = self
            .address(call, subscription, namespace, &["register"])
            .await?;
        let action = format!("register resource provider {namespace}");
        let request = Request::new(Method::POST, address, action).repeatable();
        self.client.send(call, &request).await?;
        let awaited = format!("the registration of resource provider {namespace}");
        let look = || async {
            let provider = self.get(call, subscription, namespace).await?;
            Ok(match provider.registration_state {
                state if state.eq_ignore_ascii_case("Registered") => Probe::Ready(()),
                state => Probe::pending(state),
            })
        };
        Ok(poll_until(call, awaited, REGISTRATION_POLL, look).await?)
    }

    async fn address(
        &self,
        call: &Call,
        subscription: &str,
        namespace: &str,
        operation: &[&str],
    ) -> Result<Url, Error> {
        let path = ["subscriptions", subscription, "providers", namespace];
        let path = path.into_iter().chain(operation.iter().copied());
        self.client.address(call, path, versions::RESOURCES).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locations_are_found_in_any_casing_and_made_canonical() {
        let provider: ResourceProvider = serde_json::from_value(serde_json::json!({
            "registrationState": "Registered",
            "resourceTypes": [
                {"resourceType": "ConnectedClusters", "locations": ["Korea Central", "eastus"]},
                {"resourceType": "operations", "locations": []},
            ],
        }))
        .expect("readable");
        assert_eq!(
            provider.locations("connectedClusters"),
            ["koreacentral", "eastus"]
        );
        assert!(provider.locations("nothing").is_empty());
    }

    #[tokio::test]
    async fn a_registration_is_waited_for() {
        use crate::arm::testing::{Azure, Reply, SUBSCRIPTION, call};
        let azure = Azure::start(|seen, _| match seen.path.rsplit('/').next() {
            Some("register") => Some(Reply::json(
                200,
                &serde_json::json!({"registrationState": "Registering"}),
            )),
            Some("Microsoft.Kubernetes") => Some(Reply::json(
                200,
                &serde_json::json!({"registrationState": "registered"}),
            )),
            _ => None,
        })
        .await;
        let providers = azure.client().resource_providers();
        providers
            .register(&call(), SUBSCRIPTION, "Microsoft.Kubernetes")
            .await
            .expect("registered");
        let path = format!("/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Kubernetes/register");
        let sent = &azure.requests_to(&path)[0];
        assert_eq!(
            (sent.method.as_str(), sent.header("content-length")),
            ("POST", "0")
        );
    }
}
