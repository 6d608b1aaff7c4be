//! The document with which a cloud describes itself: `GET https://{host}/metadata/endpoints`.
//!
//! The public clouds serve an array of all clouds they know; Azure Stack and Azure Local serve one object. Both are
//! read here and become a [`Cloud`].

use serde::Deserialize;
use url::Url;

use super::endpoints::{Cloud, DataPlaneEndpoints, KnownCloud, Spelled};
use super::error::MetadataError;

/// One cloud in the document (api-version 2022-09-01); members that nobody here needs are left out.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    name: String,
    /// Named `resourceManager` in the document, `resourceManagerEndpoint` in its oldest form.
    #[serde(alias = "resourceManagerEndpoint")]
    resource_manager: Option<String>,
    authentication: Authentication,
    #[serde(default)]
    suffixes: Suffixes,
    dataplane_endpoints: Option<Dataplane>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Authentication {
    login_endpoint: Option<String>,
    #[serde(default)]
    audiences: Vec<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Suffixes {
    relay_endpoint_suffix: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
struct Dataplane {
    #[serde(rename = "arcConfigEndpoint")]
    config: Option<String>,
    #[serde(rename = "arcGlobalNotificationServiceEndpoint")]
    notification: Option<String>,
    #[serde(rename = "arcHybridIdentityServiceEndpoint")]
    hybrid_identity: Option<String>,
}

/// Finds the cloud called `environment` in a document; a lone description needs no name.
pub(in crate::arm) fn read(document: &[u8], environment: &str) -> Result<Cloud, MetadataError> {
    let malformed = |error: serde_json::Error| MetadataError::Malformed(error.to_string());
    let value: serde_json::Value = serde_json::from_slice(document).map_err(malformed)?;
    let described = if value.is_array() {
        serde_json::from_value(value).map_err(malformed)?
    } else {
        vec![serde_json::from_value(value).map_err(malformed)?]
    };
    choose(described, environment)?.try_into()
}

fn choose(mut described: Vec<Document>, environment: &str) -> Result<Document, MetadataError> {
    let known = KnownCloud::from_name(environment);
    let wanted = known.map_or(environment, |known| known.document_name());
    let named = |cloud: &Document| cloud.name.eq_ignore_ascii_case(wanted);
    let index = described.iter().position(named);
    match index.or((described.len() == 1).then_some(0)) {
        Some(index) => Ok(described.swap_remove(index)),
        None => Err(MetadataError::Unknown {
            wanted: environment.to_owned(),
            known: quoted(&described),
        }),
    }
}

fn quoted(described: &[Document]) -> String {
    let names: Vec<_> = described
        .iter()
        .map(|cloud| format!("'{}'", cloud.name))
        .collect();
    names.join(", ")
}

impl TryFrom<Document> for Cloud {
    type Error = MetadataError;

    fn try_from(document: Document) -> Result<Self, MetadataError> {
        let resource_manager =
            document.address(document.resource_manager.as_deref(), "resourceManager")?;
        let authority = document.authentication.login_endpoint.as_deref();
        Ok(Self {
            login: document.address(authority, "authentication.loginEndpoint")?,
            scope: scope(&document.authentication.audiences, &resource_manager),
            azure_environment: agent_name(&document.name),
            data_plane_endpoints: document.data_plane()?,
            resource_manager,
            name: document.name,
        })
    }
}

impl Document {
    fn address(&self, text: Option<&str>, field: &'static str) -> Result<Url, MetadataError> {
        text.and_then(|text| Url::parse(text).ok())
            .filter(|url| url.scheme() == "https" && url.has_host())
            .ok_or_else(|| MetadataError::Unusable {
                cloud: self.name.clone(),
                field,
            })
    }

    fn data_plane(&self) -> Result<Option<DataPlaneEndpoints>, MetadataError> {
        let Some(endpoints) = &self.dataplane_endpoints else {
            return Ok(None);
        };
        let Some(config) = &endpoints.config else {
            return Ok(None);
        };
        Ok(Some(DataPlaneEndpoints {
            config: self.address(Some(config), "dataplaneEndpoints.arcConfigEndpoint")?,
            notification: endpoints.notification.clone(),
            hybrid_identity: endpoints.hybrid_identity.clone(),
            relay_suffix: self.suffixes.relay_endpoint_suffix.clone(),
            spelled: Spelled {
                resource_manager: self.resource_manager.clone().unwrap_or_default(),
                login: self
                    .authentication
                    .login_endpoint
                    .clone()
                    .unwrap_or_default(),
                config: config.clone(),
            },
        }))
    }
}

/// The resource manager's own address where the cloud lists it as an audience, else the first audience as written.
///
/// An audience that ends in a slash keeps it, which makes the double slash that Entra expects for such an audience.
fn scope(audiences: &[String], resource_manager: &Url) -> String {
    let own = resource_manager.as_str().trim_end_matches('/');
    let listed = audiences
        .iter()
        .any(|audience| audience.trim_end_matches('/') == own);
    match audiences.first() {
        Some(first) if !listed => format!("{first}/.default"),
        _ => format!("{own}/.default"),
    }
}

/// Agents know three clouds by a name of their own and any other by its name in upper case, as the Azure CLI passes it.
fn agent_name(cloud: &str) -> String {
    [
        KnownCloud::Public,
        KnownCloud::UsGovernment,
        KnownCloud::China,
    ]
    .into_iter()
    .find(|known| known.document_name().eq_ignore_ascii_case(cloud))
    .map_or_else(
        || cloud.to_ascii_uppercase(),
        |known| Cloud::from(known).azure_environment,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn stack() -> serde_json::Value {
        json!({
            "name": "ArcFake",
            "resourceManager": "https://127.0.0.1:8443",
            "authentication": {
                "loginEndpoint": "https://127.0.0.1:8443",
                "audiences": ["https://management.fake.onmicrosoft.com/42"],
                "tenant": "common",
            },
            "suffixes": {"relayEndpointSuffix": "servicebus.fake"},
            "dataplaneEndpoints": {
                "arcConfigEndpoint": "https://127.0.0.1:8443/dp",
                "arcHybridIdentityServiceEndpoint": "https://his.fake",
            },
        })
    }

    fn public() -> serde_json::Value {
        let cloud = |name, arm, login, audience| {
            json!({
                "name": name,
                "resourceManager": arm,
                "authentication": {"loginEndpoint": login, "audiences": [audience, arm]},
                "suffixes": {},
            })
        };
        json!([
            cloud(
                "AzureCloud",
                "https://management.azure.com/",
                "https://login.microsoftonline.com",
                "https://management.core.windows.net/"
            ),
            cloud(
                "AzureChinaCloud",
                "https://management.chinacloudapi.cn",
                "https://login.chinacloudapi.cn",
                "https://management.core.chinacloudapi.cn/"
            ),
        ])
    }

    fn read_value(value: &serde_json::Value, name: &str) -> Result<Cloud, MetadataError> {
        read(&serde_json::to_vec(value).expect("serialisable"), name)
    }

    #[test]
    fn a_lone_description_is_the_cloud_whatever_it_is_called() {
        let cloud = read_value(&stack(), "public").expect("usable");
        assert_eq!(cloud.name(), "ArcFake");
        assert_eq!(
            cloud.scope(),
            "https://management.fake.onmicrosoft.com/42/.default"
        );
        assert_eq!(cloud.azure_environment(), "ARCFAKE");
        let endpoints = cloud.data_plane_endpoints().expect("announced");
        assert_eq!(endpoints.config.as_str(), "https://127.0.0.1:8443/dp");
        assert_eq!(endpoints.relay_suffix.as_deref(), Some("servicebus.fake"));
        let spelled = Spelled {
            resource_manager: "https://127.0.0.1:8443".to_owned(),
            login: "https://127.0.0.1:8443".to_owned(),
            config: "https://127.0.0.1:8443/dp".to_owned(),
        };
        assert_eq!(endpoints.spelled, spelled, "no slash is added");
    }

    #[test]
    fn the_public_array_gives_the_addresses_that_are_built_in() {
        for (name, known) in [("public", KnownCloud::Public), ("china", KnownCloud::China)] {
            assert_eq!(
                read_value(&public(), name).expect("usable"),
                Cloud::from(known)
            );
        }
    }

    #[test]
    fn an_unknown_name_lists_the_known_ones() {
        let error = read_value(&public(), "moon").expect_err("not in the document");
        assert!(
            error
                .to_string()
                .ends_with("it knows 'AzureCloud', 'AzureChinaCloud'"),
            "{error}"
        );
    }

    #[test]
    fn an_address_without_tls_is_refused() {
        let mut document = stack();
        document["resourceManager"] = json!("http://127.0.0.1:8080");
        let error = read_value(&document, "public").expect_err("plain http");
        assert_eq!(
            error.to_string(),
            "the metadata of cloud 'ArcFake' has no usable resourceManager"
        );
    }
}
