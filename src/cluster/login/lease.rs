//! Lending a cluster to a child process.
//!
//! Helm may wait twenty minutes, longer than an EKS token lives. client-go reads a `tokenFile` anew every minute, so the
//! child gets a file that this program keeps fresh. Other logins are lent as they are: a credential plugin stays one.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use kube::config::AuthInfo;
use secrecy::{ExposeSecret as _, SecretString};
use tempfile::NamedTempFile;
use tokio::task::AbortHandle;
use tokio::time;

use super::access::Access;
use super::bearer::Bearer;
use crate::call::Call;
use crate::cluster::{Cluster, Error};

/// Between two looks whether the token in the file is still the current one.
const REFRESH: Duration = Duration::from_mins(1);

/// A kubeconfig for a child process. Dropping it ends the renewal and removes the files.
#[derive(Debug)]
pub struct KubeconfigLease {
    path: PathBuf,
    token: Option<PathBuf>,
    renewal: Option<AbortHandle>,
}

impl KubeconfigLease {
    /// The kubeconfig, readable by its owner only. Its one context is the current one.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for KubeconfigLease {
    fn drop(&mut self) {
        if let Some(renewal) = &self.renewal {
            renewal.abort();
        }
        for file in self.token.iter().chain([&self.path]) {
            if let Err(error) = fs::remove_file(file) {
                tracing::warn!(file = %file.display(), %error, "a file with credentials could not be removed");
            }
        }
    }
}

impl Cluster {
    /// Writes a kubeconfig for this cluster into `dir`, a private directory, and keeps its credentials good for as long
    /// as the lease lives.
    ///
    /// # Errors
    ///
    /// [`Error::Lease`] when a file cannot be written, or the errors of a token's renewal.
    pub async fn lease_kubeconfig(
        &self,
        call: &Call,
        dir: &Path,
    ) -> Result<KubeconfigLease, Error> {
        let mut lease = KubeconfigLease {
            path: dir.join("kubeconfig"),
            token: None,
            renewal: None,
        };
        let mut access = self.inner.access.clone();
        // Only a bearer of our own needs a file; those of a plugin or file are fetched by the child itself.
        let own = self
            .inner
            .bearer
            .as_ref()
            .filter(|_| access.user.exec.is_none() && access.user.token_file.is_none());
        if let Some(bearer) = own {
            let file = dir.join("token");
            let token = call.race(bearer.token()).await??;
            replace(&file, token.expose_secret().as_bytes()).map_err(|e| unwritable(&file, e))?;
            access.user = reading(&file);
            lease.renewal =
                Some(tokio::spawn(renew(bearer.clone(), file.clone(), token)).abort_handle());
            lease.token = Some(file);
        }
        write(&lease.path, &access).map_err(|e| unwritable(&lease.path, e))?;
        Ok(lease)
    }
}

fn reading(file: &Path) -> AuthInfo {
    AuthInfo {
        token_file: Some(file.display().to_string()),
        ..AuthInfo::default()
    }
}

/// JSON is YAML enough for client-go.
fn write(path: &Path, access: &Access) -> io::Result<()> {
    let json = serde_json::to_vec_pretty(&access.to_kubeconfig())?;
    replace(path, &json)
}

#[expect(
    clippy::disallowed_methods,
    reason = "it lives as long as its lease, which ends it by abort"
)]
async fn renew(bearer: Bearer, file: PathBuf, mut written: SecretString) {
    loop {
        time::sleep(REFRESH).await;
        let outcome = match bearer.token().await {
            Ok(token) if token.expose_secret() == written.expose_secret() => continue,
            Ok(token) => {
                written = token;
                replace(&file, written.expose_secret().as_bytes()).map_err(|e| unwritable(&file, e))
            }
            Err(error) => Err(error),
        };
        if let Err(error) = outcome {
            tracing::warn!(%error, "the token of a child process could not be renewed; trying again");
        }
    }
}

/// Writes a file that only its owner can read, in one step for whoever reads it meanwhile.
fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let directory = path.parent().unwrap_or(Path::new("."));
    let mut draft = NamedTempFile::new_in(directory)?;
    draft.write_all(content)?;
    draft.persist(path)?;
    Ok(())
}

fn unwritable(path: &Path, source: io::Error) -> Error {
    Error::Lease {
        path: path.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;
    use std::time::SystemTime;

    use kube::config::{Cluster as Server, ExecConfig, Kubeconfig};

    use super::super::bearer::Issuer;
    use super::super::plugin::Plugin;
    use super::super::token::Token;
    use super::*;
    use crate::cluster::testing::call;

    fn server() -> Server {
        Server {
            server: Some("https://k.example".into()),
            ..Server::default()
        }
    }

    /// An issuer that counts. Its first token has run out already, its second never does.
    fn counting(dir: &Path) -> Bearer {
        let count = dir.join("count").display().to_string();
        let script = format!(
            "echo x >> {count}; n=$(wc -l < {count}); end=2020-01-01T00:00:00Z; test $n -gt 1 && end=null; \
             echo \"{{status: {{token: t$n, expirationTimestamp: $end}}}}\""
        );
        let exec = ExecConfig {
            command: Some("/bin/sh".into()),
            args: Some(vec!["-c".into(), script]),
            ..ExecConfig::default()
        };
        let plugin = Plugin::new(exec, &server()).expect("no CA wanted");
        let due = Token {
            secret: "t0".into(),
            renew_at: Some(SystemTime::UNIX_EPOCH),
        };
        Bearer::new(Issuer::Plugin(Box::new(plugin)), due)
    }

    fn read(path: &Path) -> String {
        fs::read_to_string(path).expect("readable")
    }

    #[tokio::test]
    async fn a_login_of_our_own_is_lent_as_a_file_that_is_kept_fresh() {
        let dir = tempfile::tempdir().expect("temporary directory");
        let access = Access {
            server: server(),
            user: AuthInfo::default(),
        };
        let cluster = Cluster::build(access, Some(counting(dir.path())), None)
            .await
            .expect("built");
        let lease = cluster
            .lease_kubeconfig(&call(), dir.path())
            .await
            .expect("written");
        let config = Kubeconfig::read_from(lease.path()).expect("a kubeconfig");
        let user = config.auth_infos[0].auth_info.clone().expect("a user");
        let file = PathBuf::from(user.token_file.expect("a token file"));
        assert_eq!(read(&file), "t1");
        for path in [lease.path(), &file] {
            let mode = fs::metadata(path).expect("there").permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{}", path.display());
        }
        // The renewal sleeps by now; the plugin that it then runs lives by the real clock.
        tokio::task::yield_now().await;
        time::pause();
        time::advance(REFRESH).await;
        time::resume();
        while read(&file) == "t1" {
            tokio::task::yield_now().await;
        }
        assert_eq!(read(&file), "t2");
        drop(lease);
        assert!(!file.exists(), "the token is gone with the lease");
    }

    #[tokio::test]
    async fn a_plugin_is_lent_as_a_plugin() {
        let dir = tempfile::tempdir().expect("temporary directory");
        let exec = ExecConfig {
            command: Some("aws".into()),
            ..ExecConfig::default()
        };
        let user = AuthInfo {
            exec: Some(exec),
            ..AuthInfo::default()
        };
        let access = Access {
            server: server(),
            user,
        };
        let cluster = Cluster::build(access, Some(counting(dir.path())), None)
            .await
            .expect("built");
        let lease = cluster
            .lease_kubeconfig(&call(), dir.path())
            .await
            .expect("written");
        let text = read(lease.path());
        assert!(
            text.contains("\"command\": \"aws\"") && !text.contains("token"),
            "{text}"
        );
    }
}
