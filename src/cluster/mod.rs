//! Kubernetes: reaching a cluster, EKS included, and everything the onboarding asks of it.
//!
//! A [`Connection`] says which cluster is meant; [`Cluster::connect`] turns it into a client that keeps working when
//! tokens run out. How a request is limited in time, repeated, and what becomes of a lost answer is in `request`.
//!
//! The ways in are in `login`; what is asked and changed there in `agents`, `accounts` and `objects`, each of which adds
//! its methods to [`Cluster`]. They meet in this file, in [`Error`] and in the keys of our labels and annotations.

mod accounts;
mod agents;
#[cfg(test)]
mod bodies;
mod error;
mod explain;
mod keys;
mod login;
mod objects;
mod request;
#[cfg(test)]
pub(crate) mod testing;
mod work_lease;

use std::sync::Arc;

use k8s_openapi::api::core::v1::Namespace;
use kube::{Api, Client};

use crate::call::Call;

use self::login::{Access, Bearer};

pub use self::accounts::{
    Account, Binding, BoundToken, FoundAccount, Grant, Marks, RoleKind, RoleRules, TokenSecret,
    Verdict,
};
pub use self::agents::{
    AGENTS_NAMESPACE, AgentKey, Agents, ArcConfig, Cause, DeliveredKey, Evidence, EvidenceLine,
    NodeFacts, RELEASE_NAME, RELEASE_NAMESPACE, StoredRelease,
};
pub use self::error::{Error, Target};
pub use self::keys::STARTED;
pub use self::login::{
    Connection, Credential, Eks, Endpoint, Exec, Explicit, KubeconfigLease, Reference,
};
pub use self::objects::{FluxKind, FluxObject, JobState, NamespaceState, Workload};
pub use self::work_lease::{Work, WorkLease};

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
    /// A cluster behind a client that is ready to be used.
    fn of(
        client: Client,
        access: Access,
        bearer: Option<Bearer>,
        eks: Option<(String, String)>,
    ) -> Self {
        let endpoint = access.shown();
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
            .read(call, "get namespace kube-system", || {
                namespaces.get("kube-system")
            })
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
            .read(call, "get the version", || client.apiserver_version())
            .await?;
        Ok(Version {
            git_version: info.git_version,
        })
    }

    fn client(&self) -> Client {
        self.inner.client.clone()
    }
}
