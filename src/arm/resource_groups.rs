//! Resource groups: `Microsoft.Resources/resourceGroups`.

use std::collections::BTreeMap;

use reqwest::Method;
use serde::Deserialize;

use super::client::Client;
use super::cloud::versions;
use super::error::Error;
use super::transport::Request;
use crate::call::Call;

/// A resource group.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ResourceGroup {
    /// The id in Azure's casing.
    pub id: String,
    /// The name in Azure's casing.
    pub name: String,
    /// Region of the group's own record; its resources may lie elsewhere.
    pub location: String,
    /// Tags.
    #[serde(default)]
    pub tags: Option<BTreeMap<String, String>>,
}

/// Reads resource groups.
#[derive(Clone, Debug)]
pub struct ResourceGroups {
    client: Client,
}

impl Client {
    /// Resource groups.
    #[must_use]
    pub fn resource_groups(&self) -> ResourceGroups {
        ResourceGroups::new(self.clone())
    }
}

impl ResourceGroups {
    const fn new(client: Client) -> Self {
        Self { client }
    }

    /// The resource group; `None` only when Azure itself says that it does not exist.
    ///
    /// # Errors
    ///
    /// [`Error`] for everything else.
    pub async fn get(
        &self,
        call: &Call,
        subscription: &str,
        name: &str,
    ) -> Result<Option<ResourceGroup>, Error> {
        let path = ["subscriptions", subscription, "resourceGroups", name];
        let address = self.client.address(call, path, versions::RESOURCES).await?;
        let request = Request::new(Method::GET, address, format!("read resource group {name}"));
        match self.client.send(call, &request).await {
            Ok(answer) => answer.json(&request.action).map(Some),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }
}
