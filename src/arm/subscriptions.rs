//! Subscriptions: `Microsoft.Resources/subscriptions`.

use reqwest::Method;
use serde::Deserialize;

use super::client::Client;
use super::cloud::versions;
use super::error::Error;
use super::transport::Request;
use crate::call::Call;

/// A subscription.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Subscription {
    /// Its UUID.
    pub subscription_id: String,
    /// The tenant that it trusts.
    #[serde(default)]
    pub tenant_id: Option<String>,
    /// The name that people gave it.
    #[serde(default)]
    pub display_name: Option<String>,
    /// `Enabled`, `Warned`, `PastDue`, `Disabled` or `Deleted`.
    #[serde(default)]
    pub state: Option<String>,
}

/// Reads subscriptions.
#[derive(Clone, Debug)]
pub struct Subscriptions {
    client: Client,
}

impl Client {
    /// Subscriptions.
    #[must_use]
    pub fn subscriptions(&self) -> Subscriptions {
        Subscriptions::new(self.clone())
    }
}

impl Subscriptions {
    const fn new(client: Client) -> Self {
        Self { client }
    }

    /// The subscription: the cheapest proof that login and subscription fit together.
    ///
    /// # Errors
    ///
    /// [`Error`], with the kind `Configuration` when the login cannot see such a subscription.
    pub async fn get(&self, call: &Call, subscription: &str) -> Result<Subscription, Error> {
        let path = ["subscriptions", subscription];
        let address = self
            .client
            .address(call, path, versions::SUBSCRIPTIONS)
            .await?;
        let request = Request::new(
            Method::GET,
            address,
            format!("read subscription {subscription}"),
        );
        self.client
            .send(call, &request)
            .await?
            .json(&request.action)
    }
}
