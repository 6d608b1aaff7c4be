//! A resolved connection in the shape of a kubeconfig: one cluster entry, one user entry.
//!
//! Every kind of [`Connection`](super::Connection) ends here, so the client we build and the kubeconfig we lend to a
//! child process cannot disagree.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kube::config::{
    AuthInfo, Cluster as Server, Context, ExecConfig, ExecInteractiveMode, Kubeconfig,
    NamedAuthInfo, NamedCluster, NamedContext,
};
use secrecy::{ExposeSecret as _, SecretString};

use super::bearer::{Bearer, Issuer, TokenFile};
use super::connection::{Credential, Exec, Explicit};
use crate::cluster::error::Error;
use crate::files;
use crate::redact;

/// The one name of cluster, user and context in the kubeconfigs we write.
const NAME: &str = "cluster";

/// Where the API server is and how to log in. File references are absolute paths.
#[derive(Clone, Debug)]
pub(in crate::cluster) struct Access {
    /// Address, trust and proxy.
    pub server: Server,
    /// Login, with the credential plugin still unexecuted.
    pub user: AuthInfo,
}

impl Access {
    /// The access that a spelled-out connection means.
    ///
    /// # Errors
    ///
    /// [`Error::Settings`] when the CA bundle is not PEM.
    pub fn explicit(given: &Explicit) -> Result<Self, Error> {
        let authority = given.cluster_ca_certificate.as_deref();
        if authority.is_some_and(|pem| !pem.contains("-----BEGIN CERTIFICATE-----")) {
            return Err(Error::Settings {
                host: redact::text(&given.host),
                fault: "the CA bundle is not PEM (decode it first if it is base64)".to_owned(),
            });
        }
        let server = Server {
            server: Some(given.host.clone()),
            insecure_skip_tls_verify: given.insecure.then_some(true),
            certificate_authority_data: authority.map(|pem| STANDARD.encode(pem)),
            proxy_url: given.proxy_url.clone(),
            tls_server_name: given.tls_server_name.clone(),
            ..Server::default()
        };
        Ok(Self {
            server,
            user: login(&given.credential),
        })
    }

    /// URL of the API server, empty when the kubeconfig has none.
    pub fn endpoint(&self) -> &str {
        self.server.server.as_deref().unwrap_or_default()
    }

    /// The same as messages show it: a user and password in it are not shown.
    pub fn shown(&self) -> String {
        redact::text(self.endpoint())
    }

    /// The same with the content of its files in place of their names, so that no one else reads them: kube would, on the
    /// thread that asks.
    ///
    /// # Errors
    ///
    /// [`Error::Settings`] with the file that cannot be read.
    pub async fn opened(&self) -> Result<Self, Error> {
        let access = self.clone();
        files::blocking(move || access.open()).await
    }

    fn open(mut self) -> Result<Self, Error> {
        let host = self.shown();
        let read = |path: &str| {
            files::read(Path::new(path), files::SMALL).map_err(|error| Error::Settings {
                host: host.clone(),
                fault: format!("the file {path} cannot be read: {error}"),
            })
        };
        let (server, user) = (&mut self.server, &mut self.user);
        if let Some(path) = server.certificate_authority.take()
            && server.certificate_authority_data.is_none()
        {
            server.certificate_authority_data = Some(STANDARD.encode(read(&path)?));
        }
        if let Some(path) = user.client_certificate.take()
            && user.client_certificate_data.is_none()
        {
            user.client_certificate_data = Some(STANDARD.encode(read(&path)?));
        }
        if let Some(path) = user.client_key.take()
            && user.client_key_data.is_none()
        {
            user.client_key_data = Some(STANDARD.encode(read(&path)?).into());
        }
        user.token_file = None;
        Ok(self)
    }

    /// A bearer for a token that a file holds, which others write again before it ends.
    ///
    /// # Errors
    ///
    /// [`Error::Settings`] when the file cannot be read.
    pub async fn token_of_file(&self) -> Result<Option<Bearer>, Error> {
        let Some(path) = self
            .user
            .token_file
            .as_ref()
            .filter(|_| self.user.token.is_none())
        else {
            return Ok(None);
        };
        let file = TokenFile {
            path: path.into(),
            host: self.shown(),
        };
        let first = file.token().await?;
        Ok(Some(Bearer::new(Issuer::File(file), first)))
    }

    /// A kubeconfig with nothing in it but this access.
    pub fn to_kubeconfig(&self) -> Kubeconfig {
        Kubeconfig {
            api_version: Some("v1".to_owned()),
            kind: Some("Config".to_owned()),
            current_context: Some(NAME.to_owned()),
            clusters: vec![NamedCluster {
                name: NAME.to_owned(),
                cluster: Some(self.server.clone()),
                ..NamedCluster::default()
            }],
            auth_infos: vec![NamedAuthInfo {
                name: NAME.to_owned(),
                auth_info: Some(self.user.clone()),
                ..NamedAuthInfo::default()
            }],
            contexts: vec![NamedContext {
                name: NAME.to_owned(),
                context: Some(Context {
                    cluster: NAME.to_owned(),
                    user: Some(NAME.to_owned()),
                    ..Context::default()
                }),
                ..NamedContext::default()
            }],
            ..Kubeconfig::default()
        }
    }
}

fn login(credential: &Credential) -> AuthInfo {
    let blank = AuthInfo::default();
    match credential {
        Credential::Exec(plugin) => AuthInfo {
            exec: Some(exec(plugin)),
            ..blank
        },
        Credential::Token(token) => AuthInfo {
            token: Some(token.clone()),
            ..blank
        },
        Credential::ClientCertificate { certificate, key } => AuthInfo {
            client_certificate_data: Some(STANDARD.encode(certificate)),
            client_key_data: Some(SecretString::from(STANDARD.encode(key.expose_secret()))),
            ..blank
        },
        Credential::Anonymous => blank,
    }
}

fn exec(plugin: &Exec) -> ExecConfig {
    let variable = |(name, value): (&String, &String)| {
        [("name", name), ("value", value)]
            .map(|(k, v)| (k.to_owned(), v.clone()))
            .into()
    };
    ExecConfig {
        api_version: Some(plugin.api_version.clone()),
        command: Some(plugin.command.clone()),
        args: Some(plugin.args.clone()),
        env: Some(plugin.env.iter().map(variable).collect()),
        // client-go refuses a v1 plugin that does not say; ours have no terminal.
        interactive_mode: Some(ExecInteractiveMode::Never),
        ..ExecConfig::default()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn given(credential: Credential) -> Explicit {
        Explicit {
            host: "https://k.example:6443".into(),
            cluster_ca_certificate: Some("-----BEGIN CERTIFICATE-----\n".into()),
            tls_server_name: Some("kubernetes".into()),
            proxy_url: Some("http://proxy:3128".into()),
            insecure: false,
            credential,
        }
    }

    #[test]
    fn a_spelled_out_connection_becomes_a_kubeconfig_that_client_go_reads() {
        let plugin = Exec {
            api_version: "client.authentication.k8s.io/v1".into(),
            command: "kubelogin".into(),
            args: vec!["get-token".into()],
            env: BTreeMap::from([("A".into(), "1".into())]),
        };
        let access = Access::explicit(&given(Credential::Exec(plugin))).expect("valid");
        let json = serde_json::to_value(access.to_kubeconfig()).expect("json");
        assert_eq!(
            json,
            serde_json::json!({
                "apiVersion": "v1", "kind": "Config", "current-context": "cluster",
                "clusters": [{"name": "cluster", "cluster": {
                    "server": "https://k.example:6443",
                    "certificate-authority-data": "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCg==",
                    "proxy-url": "http://proxy:3128", "tls-server-name": "kubernetes"}}],
                "contexts": [{"name": "cluster", "context": {"cluster": "cluster", "user": "cluster"}}],
                "users": [{"name": "cluster", "user": {"exec": {
                    "apiVersion": "client.authentication.k8s.io/v1", "command": "kubelogin",
                    "args": ["get-token"], "env": [{"name": "A", "value": "1"}],
                    "interactiveMode": "Never", "provideClusterInfo": false}}}],
            })
        );
    }

    #[test]
    fn a_ca_bundle_that_is_still_base64_is_refused() {
        let mut given = given(Credential::Anonymous);
        given.cluster_ca_certificate = Some("LS0tLS1CRUdJTg==".into());
        let error = Access::explicit(&given).expect_err("not PEM");
        assert!(error.to_string().contains("not PEM"), "{error}");
    }
}
