//! Which Azure this is: its addresses, the audience of its tokens, the names that Arc's agents know it by.

use url::{Host, Url};

use super::error::MetadataError;
use super::location::canonical_location;

/// The addresses of one Azure cloud. Two of the same name may differ, so nothing but these fields decides anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cloud {
    pub(super) name: String,
    pub(super) resource_manager: Url,
    pub(super) login: Url,
    pub(super) scope: String,
    pub(super) azure_environment: String,
    pub(super) data_plane_endpoints: Option<DataPlaneEndpoints>,
}

/// Arc's endpoints in a cloud that announces its own, such as a disconnected Azure Local.
///
/// The public clouds announce none: their agents derive all of them from the region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataPlaneEndpoints {
    /// The configuration data plane, in place of the address derived from the region. May carry a path.
    pub config: Url,
    /// Global notification service, for the cluster-connect agent.
    pub notification: Option<String>,
    /// Hybrid identity service, for the identity operator.
    pub hybrid_identity: Option<String>,
    /// DNS suffix of the relay that cluster connect uses.
    pub relay_suffix: Option<String>,
    /// The addresses as the metadata spells them, which is how the Azure CLI hands them to the agents.
    pub spelled: Spelled,
}

/// Addresses of a cloud, letter by letter as it announces them: a [`Url`] ends a bare host in a slash.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spelled {
    /// Azure Resource Manager.
    pub resource_manager: String,
    /// The Entra authority.
    pub login: String,
    /// The configuration data plane.
    pub config: String,
}

/// The clouds whose addresses are known without asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KnownCloud {
    /// Azure, worldwide.
    Public,
    /// Azure Government of the United States (L4).
    UsGovernment,
    /// Azure in China, run by 21Vianet.
    China,
}

impl KnownCloud {
    /// The cloud of a value of `environment`, in any casing; `None` for a name that only a metadata host can know.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "public" => Some(Self::Public),
            "usgovernment" | "usgovernmentl4" => Some(Self::UsGovernment),
            "china" => Some(Self::China),
            _ => None,
        }
    }

    /// The name in a metadata document.
    pub(super) const fn document_name(self) -> &'static str {
        match self {
            Self::Public => "AzureCloud",
            Self::UsGovernment => "AzureUSGovernment",
            Self::China => "AzureChinaCloud",
        }
    }

    const fn agent_name(self) -> &'static str {
        match self {
            Self::Public => "AZUREPUBLICCLOUD",
            Self::UsGovernment => "AZUREUSGOVERNMENTCLOUD",
            Self::China => "AZURECHINACLOUD",
        }
    }

    /// Hosts of the resource manager and of the login authority.
    const fn hosts(self) -> (&'static str, &'static str) {
        match self {
            Self::Public => ("management.azure.com", "login.microsoftonline.com"),
            Self::UsGovernment => ("management.usgovcloudapi.net", "login.microsoftonline.us"),
            Self::China => ("management.chinacloudapi.cn", "login.chinacloudapi.cn"),
        }
    }
}

impl From<KnownCloud> for Cloud {
    fn from(known: KnownCloud) -> Self {
        let (resource_manager, login) = known.hosts();
        Self {
            name: known.document_name().to_owned(),
            resource_manager: https(resource_manager),
            login: https(login),
            scope: format!("https://{resource_manager}/.default"),
            azure_environment: known.agent_name().to_owned(),
            data_plane_endpoints: None,
        }
    }
}

impl Cloud {
    /// The name in the cloud's metadata document, such as `AzureCloud`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Base address of Azure Resource Manager.
    #[must_use]
    pub const fn resource_manager(&self) -> &Url {
        &self.resource_manager
    }

    /// Base address of the Entra authority.
    #[must_use]
    pub const fn login(&self) -> &Url {
        &self.login
    }

    /// The scope of tokens for the resource manager, which the Arc data plane takes as well.
    #[must_use]
    pub fn scope(&self) -> &str {
        &self.scope
    }

    /// What the agents' chart calls this cloud (`global.azureEnvironment`).
    #[must_use]
    pub fn azure_environment(&self) -> &str {
        &self.azure_environment
    }

    /// Arc's own endpoints, in a cloud that announces them.
    #[must_use]
    pub const fn data_plane_endpoints(&self) -> Option<&DataPlaneEndpoints> {
        self.data_plane_endpoints.as_ref()
    }

    /// Base address of the Arc configuration data plane for clusters in a region.
    ///
    /// Derived like in the Azure CLI: the domain follows the login authority's third label. It gets the resource
    /// manager's token, so a region that would choose the host is refused.
    ///
    /// # Errors
    ///
    /// [`MetadataError::NotARegion`]; [`MetadataError::NoDataPlane`] when the cloud announces no endpoint and its
    /// authority has no such domain.
    pub fn data_plane(&self, location: &str) -> Result<Url, MetadataError> {
        if let Some(endpoints) = &self.data_plane_endpoints {
            return Ok(endpoints.config.clone());
        }
        let region = canonical_location(location);
        if !is_label(&region) {
            return Err(MetadataError::NotARegion {
                location: location.to_owned(),
            });
        }
        let derived = self.domain().and_then(|domain| {
            bare_host(&format!(
                "{region}.dp.kubernetesconfiguration.azure.{domain}"
            ))
        });
        derived.ok_or_else(|| MetadataError::NoDataPlane {
            cloud: self.name.clone(),
            location: location.to_owned(),
        })
    }

    /// `com` of `login.microsoftonline.com`; everything after the second label in a longer name.
    fn domain(&self) -> Option<&str> {
        match self.login.host()? {
            Host::Domain(name) => name.splitn(3, '.').nth(2),
            Host::Ipv4(_) | Host::Ipv6(_) => None,
        }
    }
}

/// One label of a host name, as regions are.
fn is_label(region: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    !region.is_empty() && region.chars().all(fits)
}

/// The https address of a host, if the text names one and nothing else: no port, no user, no path.
fn bare_host(host: &str) -> Option<Url> {
    let url = Url::parse(&format!("https://{host}")).ok()?;
    (url.as_str() == format!("https://{host}/")).then_some(url)
}

fn https(host: &'static str) -> Url {
    bare_host(host).expect("the known hosts are valid host names")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_plane_follows_the_region_and_the_authority() {
        let cases = [
            (
                KnownCloud::Public,
                "https://koreacentral.dp.kubernetesconfiguration.azure.com/",
            ),
            (
                KnownCloud::UsGovernment,
                "https://koreacentral.dp.kubernetesconfiguration.azure.us/",
            ),
            (
                KnownCloud::China,
                "https://koreacentral.dp.kubernetesconfiguration.azure.cn/",
            ),
        ];
        for (known, expected) in cases {
            let url = Cloud::from(known)
                .data_plane("Korea Central")
                .expect("derivable");
            assert_eq!(url.as_str(), expected);
        }
    }

    #[test]
    fn a_region_that_would_choose_another_host_is_refused() {
        let cloud = Cloud::from(KnownCloud::Public);
        for location in [
            "evil.example/",
            "evil.example?",
            "evil.example#",
            "x@evil.example/",
            "x:y@evil.example:8443/",
            "evil.example\\",
            "a.b",
            "a%2eb",
            "köln",
            "",
            " ",
        ] {
            cloud.data_plane(location).expect_err(location);
        }
    }

    proptest::proptest! {
        #[test]
        fn every_host_is_one_label_below_the_service(location in ".{0,24}") {
            let host = Cloud::from(KnownCloud::Public)
                .data_plane(&location)
                .map(|url| url.host_str().unwrap_or_default().to_owned());
            if let Ok(host) = host {
                let label = host.strip_suffix(".dp.kubernetesconfiguration.azure.com");
                proptest::prop_assert!(label.is_some_and(|label| !label.contains('.')), "{host}");
            }
        }
    }

    #[test]
    fn an_authority_without_a_domain_needs_an_announced_endpoint() {
        let mut cloud = Cloud {
            login: Url::parse("https://127.0.0.1:8443").expect("valid"),
            ..Cloud::from(KnownCloud::Public)
        };
        cloud
            .data_plane("eastus")
            .expect_err("an address has no domain");
        let config = Url::parse("https://127.0.0.1:8443/dp").expect("valid");
        cloud.data_plane_endpoints = Some(DataPlaneEndpoints {
            config: config.clone(),
            notification: None,
            hybrid_identity: None,
            relay_suffix: None,
            spelled: Spelled::default(),
        });
        assert_eq!(cloud.data_plane("eastus").expect("announced"), config);
    }

    #[test]
    fn environments_have_azurerm_names_in_any_casing() {
        assert_eq!(KnownCloud::from_name("Public"), Some(KnownCloud::Public));
        assert_eq!(
            KnownCloud::from_name("usgovernmentl4"),
            Some(KnownCloud::UsGovernment)
        );
        assert_eq!(KnownCloud::from_name("ArcFake"), None);
        let scope = Cloud::from(KnownCloud::China).scope;
        assert_eq!(scope, "https://management.chinacloudapi.cn/.default");
    }
}
