//! The way of each kind of [`Connection`] to a [`Cluster`].

use kube::config::ExecConfig;

use super::access::Access;
use super::bearer::{Bearer, Issuer};
use super::connection::Connection;
use super::plugin::Plugin;
use super::{eks, kubeconfig, transport};
use crate::call::Call;
use crate::cluster::{Cluster, Error};
use crate::files;

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
                return Self::build(found.access, Some(found.bearer), eks).await;
            }
            Connection::Kubeconfig { path, context } => {
                let (path, context) = (path.clone(), context.clone());
                let read = move || kubeconfig::from_files(path.as_deref(), context.as_deref());
                files::blocking(read).await?
            }
            Connection::Inline { raw, context } => kubeconfig::from_text(raw, context.as_deref())?,
            Connection::Explicit(explicit) => Access::explicit(explicit)?,
        };
        match access.user.exec.clone() {
            Some(exec) => Self::with_plugin(access, exec).await,
            None => Self::build(access, None, None).await,
        }
    }

    /// Runs the plugin once; its answer decides whether the login is a token, to be renewed, or a certificate.
    async fn with_plugin(access: Access, exec: ExecConfig) -> Result<Self, Error> {
        let opened = access.opened().await?;
        let plugin = Plugin::new(exec, &opened.server)?;
        let answer = plugin.run().await?;
        if let Some(user) = answer.certificate(&access.user) {
            let client = transport::client(&Access { user, ..opened }, None)?;
            return Ok(Self::of(client, access, None, None));
        }
        let first = answer
            .into_token()
            .ok_or_else(|| plugin.without_credential())?;
        let bearer = Bearer::new(Issuer::Plugin(Box::new(plugin)), first);
        Self::build(access, Some(bearer), None).await
    }

    /// A cluster for an access and, where the login is a token that expires, its bearer.
    ///
    /// # Errors
    ///
    /// [`Error`] when the access does not make a client: trust, certificate or proxy.
    pub(in crate::cluster) async fn build(
        access: Access,
        bearer: Option<Bearer>,
        eks: Option<(String, String)>,
    ) -> Result<Self, Error> {
        let bearer = match bearer {
            None => access.token_of_file().await?,
            bearer => bearer,
        };
        let client = transport::client(&access.opened().await?, bearer.as_ref())?;
        Ok(Self::of(client, access, bearer, eks))
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;
    use std::time::Duration;

    use crate::cluster::testing::call;
    use crate::cluster::{Cluster, Connection};

    /// A connection whose kubeconfig has this user and CA.
    fn kubeconfig(user: &str, authority: &str) -> Connection {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let raw = format!(
            "{{current-context: c, contexts: [{{name: c, context: {{cluster: c, user: u}}}}], \
             clusters: [{{name: c, cluster: {{server: 'https://k.example'{authority}}}}}], users: [{{name: u, user: {{{user}}}}}]}}"
        );
        Connection::Inline {
            raw: raw.into(),
            context: None,
        }
    }

    #[tokio::test]
    async fn pipes_and_devices_are_errors_at_once_wherever_a_file_is_named() {
        let directory = tempfile::tempdir().expect("a directory");
        let pipe = directory.path().join("pipe");
        assert!(
            Command::new("mkfifo")
                .arg(&pipe)
                .status()
                .expect("mkfifo")
                .success()
        );
        for path in [pipe.display().to_string(), "/dev/zero".to_owned()] {
            let (context, file) = (None, Some(path.clone().into()));
            let named = |key: &str| kubeconfig(&format!("{key}: {path}"), "");
            for connection in [
                Connection::Kubeconfig {
                    path: file,
                    context,
                },
                kubeconfig("", &format!(", certificate-authority: {path}")),
                named("tokenFile"),
                named("client-certificate"),
                named("client-key"),
            ] {
                let call = call();
                let connect = Cluster::connect(&call, &connection);
                let error = tokio::time::timeout(Duration::from_secs(5), connect).await;
                let error = error
                    .expect("at once")
                    .err()
                    .expect("not a file")
                    .to_string();
                assert!(error.contains("not a regular file"), "{error}");
            }
        }
    }

    #[tokio::test]
    async fn a_token_in_a_file_is_read_and_lent_as_a_file() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), "t1\n").expect("written");
        let connection = kubeconfig(&format!("tokenFile: {}", file.path().display()), "");
        let cluster = Cluster::connect(&call(), &connection)
            .await
            .expect("readable");
        let bearer = cluster.inner.bearer.as_ref().expect("a bearer");
        let token = bearer.token().await.expect("a token");
        assert_eq!(secrecy::ExposeSecret::expose_secret(&token), "t1");
        let directory = tempfile::tempdir().expect("a directory");
        let lease = cluster.lease_kubeconfig(&call(), directory.path()).await;
        let lease = lease.expect("written");
        let lent = std::fs::read_to_string(lease.path()).expect("readable");
        assert!(
            lent.contains("tokenFile") && !lent.contains("t1\""),
            "{lent}"
        );
    }
}
