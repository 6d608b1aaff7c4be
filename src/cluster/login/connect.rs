//! The way of each kind of [`Connection`] to a [`Cluster`].

use kube::config::ExecConfig;

use super::access::Access;
use super::bearer::{Bearer, Issuer};
use super::connection::Connection;
use super::plugin::Plugin;
use super::{eks, kubeconfig, transport};
use crate::call::Call;
use crate::cluster::{Cluster, Error};

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
    async fn with_plugin(access: Access, exec: ExecConfig) -> Result<Self, Error> {
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

    /// A cluster for an access and, where the login is a token that expires, its bearer.
    ///
    /// # Errors
    ///
    /// [`Error`] when the access does not make a client: trust, certificate or proxy.
    pub(in crate::cluster) fn build(
        access: Access,
        bearer: Option<Bearer>,
        eks: Option<(String, String)>,
    ) -> Result<Self, Error> {
        let client = transport::client(&access, bearer.as_ref())?;
        Ok(Self::of(client, access, bearer, eks))
    }
}
