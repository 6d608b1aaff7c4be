//! Which service a request is for.

use super::request::Request;

/// The services that the simulator has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Service<'a> {
    /// Login.
    Entra,
    /// Azure Resource Manager.
    Arm,
    /// Microsoft Graph.
    Graph,
    /// The Arc configuration data plane, of one region where the host name tells.
    DataPlane(Option<&'a str>),
    /// Nothing that Azure has.
    Unknown,
}

/// Where the public cloud has its services, and how a custom cloud on one address tells them apart.
pub(super) const PUBLIC_LOGIN: &str = "login.microsoftonline.com";
pub(super) const PUBLIC_ARM: &str = "management.azure.com";
pub(super) const PUBLIC_GRAPH: &str = "graph.microsoft.com";
const PUBLIC_DATA_PLANE: &str = ".dp.kubernetesconfiguration.azure.com";

impl<'a> Service<'a> {
    /// The service behind the request's host name, or behind its path if the host is no public name.
    pub(super) fn of(request: &'a Request) -> Self {
        let host = request.host_name();
        match host {
            PUBLIC_LOGIN => Self::Entra,
            PUBLIC_ARM => Self::Arm,
            PUBLIC_GRAPH => Self::Graph,
            _ => match host.strip_suffix(PUBLIC_DATA_PLANE) {
                Some(region) => Self::DataPlane(Some(region)),
                None if is_loopback(request) => Self::by_path(&request.route()),
                None => Self::Unknown,
            },
        }
    }

    fn by_path(route: &[&str]) -> Self {
        match route {
            ["dp", ..] => Self::DataPlane(None),
            ["v1.0", ..] => Self::Graph,
            [_, "v2.0" | "oauth2" | "discovery", ..] => Self::Entra,
            _ => Self::Arm,
        }
    }
}

/// Whether the client came by the listening address itself: that is the custom cloud.
pub(super) fn is_loopback(request: &Request) -> bool {
    matches!(request.host_name(), "127.0.0.1" | "localhost")
}
