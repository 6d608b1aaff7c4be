//! Which host name leads where.

use std::net::SocketAddr;

use serde::Deserialize;

use azure_simulator::glob;

/// One line of the map.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// Public host name, with `*` for any run of characters: `*.dp.kubernetesconfiguration.azure.com`.
    pub host: String,
    /// Where a tunnel to that name ends.
    #[serde(flatten)]
    pub hop: Hop,
}

/// The next hop of a tunnel.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Hop {
    /// A server that answers for the host.
    To(SocketAddr),
    /// Another CONNECT proxy, which is asked for the same name.
    Via(SocketAddr),
}

/// The hop for a host, if the map names it. Only the HTTPS port is ever mapped.
pub(super) fn find(routes: &[Route], host: &str, port: u16) -> Option<Hop> {
    let route = routes
        .iter()
        .find(|route| glob::matches(&route.host, host))?;
    (port == 443).then_some(route.hop)
}
