//! Kubernetes: reaching a cluster, EKS included, and everything the onboarding asks of it.
//!
//! A [`Connection`] says which cluster is meant; [`Cluster::connect`] turns it into a client that keeps working when
//! tokens run out. Reads race the [`Call`]; a write, once begun, is awaited.

mod access;
mod agents;
mod bearer;
mod cause;
mod connection;
mod definitions;
mod eks;
mod eks_token;
mod error;
mod evidence;
mod explain;
mod flux_objects;
mod grants;
mod jobs;
mod kubeconfig;
mod lease;
mod marks;
mod namespaces;
mod nodes;
mod plugin;
mod private_key;
mod proxy;
mod redact;
mod removal;
mod restart;
mod rights;
mod service_accounts;
mod stored_release;
#[cfg(test)]
mod testing;
mod token_secrets;
mod tokens;
mod transport;
mod workloads;

use std::future::Future;
use std::sync::Arc;

use k8s_openapi::api::core::v1::Namespace;
use kube::{Api, Client};

use crate::call::Call;

use self::access::Access;
use self::bearer::{Bearer, Issuer};
use self::plugin::Plugin;

pub use self::agents::{Agents, ArcConfig};
pub use self::cause::Cause;
pub use self::connection::{Connection, Credential, Eks, Exec, Explicit, Reference};
pub use self::error::{Error, Target};
pub use self::evidence::Evidence;
pub use self::flux_objects::{FluxKind, FluxObject};
pub use self::grants::{Binding, Grant, RoleKind, RoleRules};
pub use self::jobs::JobState;
pub use self::lease::KubeconfigLease;
pub use self::marks::Marks;
pub use self::namespaces::NamespaceState;
pub use self::nodes::NodeFacts;
pub use self::private_key::AgentKey;
pub use self::service_accounts::{Account, FoundAccount};
pub use self::stored_release::StoredRelease;
pub use self::token_secrets::TokenSecret;
pub use self::tokens::{BoundToken, Endpoint, Verdict};
pub use self::workloads::Workload;

/// The namespace of the Arc agents.
pub const AGENTS_NAMESPACE: &str = "azure-arc";
/// The namespace of the Helm release that installs them.
pub const RELEASE_NAMESPACE: &str = "azure-arc-release";

/// A cluster that can be asked. Cheap to clone; clones share connections and tokens.
#[derive(Clone)]
pub struct Cluster {
    inner: Arc<Inner>,
}

struct Inner {
    client: Client,
    target: Target,
    access: Access,
    bearer: Option<Bearer>,
}

/// The version that the API server reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// As in `v1.31.2-eks-7f9249a`.
    pub git_version: String,
}

impl Cluster {
    /// Resolves a connection: reads files, asks EKS, runs a credential plugin. The API server is not contacted yet.
    ///
    /// # Errors
    ///
    /// [`Error`]: everything that can be wrong with the connection itself.
    pub async fn connect(call: &Call, connection: &Connection) -> Result<Self, Error> {
        // Boxed: the AWS SDK makes this the largest future of the program.
        call.race(Box::pin(Self::resolve(connection))).await?
    }

    async fn resolve(connection: &Connection) -> Result<Self, Error> {
        let access = match connection {
            Connection::Eks(eks) => {
                let found = eks::find(eks).await?;
                let eks = Some((eks.cluster_name.clone(), found.region));
                return Self::build(found.access, Some(found.bearer), eks);
            }
            Connection::Kubeconfig { path, context } => {
                kubeconfig::from_files(path.as_deref(), context.as_deref())?
            }
            Connection::Inline { raw, context } => kubeconfig::from_text(raw, context.as_deref())?,
            Connection::Explicit(explicit) => Access::explicit(explicit)?,
        };
        match access.user.exec.clone() {
            Some(exec) => Self::with_plugin(access, exec).await,
            None => Self::build(access, None, None),
        }
    }

    /// Runs the plugin once; its answer decides whether the login is a token, to be renewed, or a certificate.
    async fn with_plugin(access: Access, exec: kube::config::ExecConfig) -> Result<Self, Error> {
        let plugin = Plugin::new(exec, &access.server)?;
        let answer = plugin.run().await?;
        if let Some(user) = answer.certificate(&access.user) {
            let client = transport::client(
                &Access {
                    user,
                    ..access.clone()
                },
                None,
            )?;
            return Ok(Self::of(client, access, None, None));
        }
        let first = answer
            .into_token()
            .ok_or_else(|| plugin.without_credential())?;
        let bearer = Bearer::new(Issuer::Plugin(Box::new(plugin)), first);
        Self::build(access, Some(bearer), None)
    }

    fn build(
        access: Access,
        bearer: Option<Bearer>,
        eks: Option<(String, String)>,
    ) -> Result<Self, Error> {
        let client = transport::client(&access, bearer.as_ref())?;
        Ok(Self::of(client, access, bearer, eks))
    }

    fn of(
        client: Client,
        access: Access,
        bearer: Option<Bearer>,
        eks: Option<(String, String)>,
    ) -> Self {
        let endpoint = access.endpoint().to_owned();
        Self {
            inner: Arc::new(Inner {
                client,
                target: Target { endpoint, eks },
                access,
                bearer,
            }),
        }
    }

    /// The cluster as messages name it.
    #[must_use]
    pub fn target(&self) -> &Target {
        &self.inner.target
    }

    /// The cluster's identity: the UID of the namespace `kube-system`, which lives as long as the cluster does.
    ///
    /// # Errors
    ///
    /// [`Error`] of the conversation.
    pub async fn uid(&self, call: &Call) -> Result<String, Error> {
        let namespaces: Api<Namespace> = Api::all(self.client());
        let found = self
            .read(
                call,
                "get namespace kube-system",
                namespaces.get("kube-system"),
            )
            .await?;
        Ok(found.metadata.uid.unwrap_or_default())
    }

    /// The version of the API server.
    ///
    /// # Errors
    ///
    /// [`Error`] of the conversation.
    pub async fn version(&self, call: &Call) -> Result<Version, Error> {
        let client = self.client();
        let info = self
            .read(call, "get the version", client.apiserver_version())
            .await?;
        Ok(Version {
            git_version: info.git_version,
        })
    }

    fn client(&self) -> Client {
        self.inner.client.clone()
    }

    /// Runs a request that changes nothing; it is dropped when the call ends.
    async fn read<T>(
        &self,
        call: &Call,
        action: &str,
        request: impl Future<Output = kube::Result<T>>,
    ) -> Result<T, Error> {
        // Boxed: this future would be a part of all others.
        let answer = call.race(Box::pin(request)).await?;
        answer.map_err(|e| Error::from_kube(&self.inner.target, action, e))
    }

    /// Runs a request that changes something, unless the call ended before; it is never cut short.
    async fn write<T>(
        &self,
        call: &Call,
        action: &str,
        request: impl Future<Output = kube::Result<T>>,
    ) -> Result<T, Error> {
        call.check()?;
        Box::pin(request)
            .await
            .map_err(|e| Error::from_kube(&self.inner.target, action, e))
    }
}
