//! A Helm that has answered from the cluster, and what it runs with.
//!
//! Whether there is room for temporary files, a Helm, and a way for it into the cluster is found out before the first write:
//! an operation that finds out half way leaves half of its work.

use crate::call::Call;
use crate::cluster::{Cluster, KubeconfigLease, RELEASE_NAMESPACE};
use crate::helm::{Access, Helm, Workspace};

use super::error::Error;
use crate::usecases::session::Session;

/// Helm with its way into a cluster.
#[derive(Debug)]
pub(super) struct Tools {
    /// The program.
    pub helm: Helm,
    // Dropped before the directory that it lies in.
    kubeconfig: KubeconfigLease,
    workspace: Workspace,
}

impl Tools {
    /// Finds or fetches Helm, and has it ask the cluster for something cheap.
    ///
    /// # Errors
    ///
    /// Helm's, and those of the login that it is lent.
    pub(super) async fn provide(
        call: &Call,
        session: &Session,
        cluster: &Cluster,
    ) -> Result<Self, Error> {
        let workspace = Workspace::new()?;
        let helm = async { Ok::<_, Error>(Helm::locate(call, &session.helm).await?) };
        let login = async { Ok(cluster.lease_kubeconfig(call, workspace.path()).await?) };
        let (helm, kubeconfig) = futures::try_join!(helm, login)?;
        let tools = Self {
            helm,
            kubeconfig,
            workspace,
        };
        let access = tools.access();
        tools.helm.probe(call, &access, RELEASE_NAMESPACE).await?;
        Ok(tools)
    }

    /// The operation's private directory.
    pub(super) const fn workspace(&self) -> &Workspace {
        &self.workspace
    }

    /// What Helm is told.
    pub(super) fn access(&self) -> Access<'_> {
        Access {
            kubeconfig: self.kubeconfig.path(),
            workspace: &self.workspace,
        }
    }
}
