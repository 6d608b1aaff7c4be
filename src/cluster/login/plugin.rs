//! Credential plugins (`client.authentication.k8s.io`), run without a terminal.
//!
//! kube-rs can run them too, but does so three times a connection, on the caller's thread, with our standard input,
//! and its errors print the plugin's whole output, tokens included.

use std::env;
use std::ffi::OsStr;
use std::io::ErrorKind;
use std::path::Path;
use std::process::Output;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use kube::config::{AuthInfo, Cluster as Server, ExecAuthCluster, ExecConfig};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Deserializer};
use tokio::process::Command;

use super::token::Token;
use crate::child;
use crate::cluster::error::Error;
use crate::environment::{self, find_program};
use crate::redact;

/// How long before its end a token is renewed.
const MARGIN: Duration = Duration::from_mins(1);

/// A plugin and the question it is asked.
#[derive(Debug)]
pub(super) struct Plugin {
    exec: ExecConfig,
    question: String,
}

/// What a plugin answered; the fields of `ExecCredential.status`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Answer {
    /// A bearer token.
    #[serde(deserialize_with = "secret")]
    pub token: Option<SecretString>,
    /// When token and certificate run out.
    pub expiration_timestamp: Option<Timestamp>,
    /// A client certificate in PEM.
    pub client_certificate_data: Option<String>,
    /// Its key in PEM.
    #[serde(deserialize_with = "secret")]
    pub client_key_data: Option<SecretString>,
}

#[derive(Deserialize)]
struct Credential {
    status: Answer,
}

fn secret<'de, D: Deserializer<'de>>(from: D) -> Result<Option<SecretString>, D::Error> {
    Ok(Option::<String>::deserialize(from)?.map(SecretString::from))
}

impl Plugin {
    /// The plugin of a kubeconfig for this server.
    ///
    /// # Errors
    ///
    /// [`Error::Settings`] when the plugin wants the server's CA and that cannot be read.
    pub fn new(exec: ExecConfig, server: &Server) -> Result<Self, Error> {
        let settings = |fault: String| Error::Settings {
            host: redact::text(server.server.as_deref().unwrap_or_default()),
            fault,
        };
        let cluster = exec
            .provide_cluster_info
            .then(|| ExecAuthCluster::try_from(server).map_err(|e| settings(e.to_string())))
            .transpose()?;
        let question = serde_json::json!({
            "apiVersion": exec.api_version,
            "kind": "ExecCredential",
            "spec": {"interactive": false, "cluster": cluster},
        });
        let question = question.to_string();
        Ok(Self { exec, question })
    }

    /// Runs the plugin.
    ///
    /// # Errors
    ///
    /// [`Error::PluginMissing`] when there is no such program, [`Error::PluginFailed`] when it failed or printed
    /// something else than a credential.
    pub async fn run(&self) -> Result<Answer, Error> {
        let path = env::var_os("PATH").unwrap_or_default();
        let program =
            find_program(OsStr::new(&self.name()), &path).ok_or_else(|| self.missing())?;
        let mut process = self.process(&program);
        let run = child::output(&mut process, child::LIMIT);
        let output = run.await.map_err(|e| match e.kind() {
            ErrorKind::NotFound => self.missing(),
            _ => self.failed(e.to_string()),
        })?;
        self.read(&output)
    }

    /// Runs the plugin for a token.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run), and when the answer holds no token.
    pub async fn token(&self) -> Result<Token, Error> {
        let answer = self.run().await?;
        answer.into_token().ok_or_else(|| self.without_credential())
    }

    /// The error for an answer that cannot be used to log in.
    pub fn without_credential(&self) -> Error {
        self.failed("its answer holds neither a token nor a certificate with its key")
    }

    fn process(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        environment::withhold(&mut command);
        let variables = self.exec.env.iter().flatten();
        command
            .args(self.exec.args.iter().flatten())
            .envs(variables.filter_map(|v| Some((v.get("name")?, v.get("value")?))))
            .env("KUBERNETES_EXEC_INFO", &self.question);
        command
    }

    fn read(&self, output: &Output) -> Result<Answer, Error> {
        if !output.status.success() {
            let said = redact::ending(&String::from_utf8_lossy(&output.stderr));
            return Err(self.failed(format!("{}: {}", output.status, said.trim())));
        }
        // client-go reads YAML here as well, and some plugins print it. The parser's error would quote the credential.
        let credential: Credential = serde_saphyr::from_slice(&output.stdout)
            .map_err(|_| self.failed("it printed no ExecCredential"))?;
        Ok(credential.status)
    }

    fn name(&self) -> String {
        self.exec.command.clone().unwrap_or_default()
    }

    fn missing(&self) -> Error {
        Error::PluginMissing {
            command: self.name(),
            hint: self.exec.install_hint.clone(),
        }
    }

    fn failed(&self, fault: impl Into<String>) -> Error {
        Error::PluginFailed {
            command: self.name(),
            fault: fault.into(),
        }
    }
}

impl Answer {
    /// The login with the certificate of this answer, if there is one. It holds for this run and is not renewed.
    pub fn certificate(&self, login: &AuthInfo) -> Option<AuthInfo> {
        let (certificate, key) = (
            self.client_certificate_data.as_ref()?,
            self.client_key_data.as_ref()?,
        );
        Some(AuthInfo {
            client_certificate_data: Some(STANDARD.encode(certificate)),
            client_key_data: Some(STANDARD.encode(key.expose_secret()).into()),
            exec: None,
            ..login.clone()
        })
    }

    /// The token in the answer, if there is one. Go's zero time, the year 1, means that the token does not run out.
    pub fn into_token(self) -> Option<Token> {
        let end = self
            .expiration_timestamp
            .filter(|end| *end > Timestamp::UNIX_EPOCH);
        let renew_at = end.map(|end| SystemTime::from(end) - MARGIN);
        self.token.map(|secret| Token { secret, renew_at })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::{Explain as _, Kind};

    fn shell(script: &str) -> Plugin {
        let exec = ExecConfig {
            api_version: Some("client.authentication.k8s.io/v1".into()),
            command: Some("/bin/sh".into()),
            args: Some(vec!["-c".into(), script.into()]),
            env: Some(vec![
                [("name", "GREETING"), ("value", "hi")]
                    .map(|(k, v)| (k.into(), v.into()))
                    .into(),
            ]),
            ..ExecConfig::default()
        };
        Plugin::new(exec, &Server::default()).expect("no CA wanted")
    }

    #[tokio::test]
    async fn a_plugin_sees_its_variables_and_the_question_and_its_token_is_renewed_in_time() {
        let plugin = shell(
            r#"test "$GREETING" = hi && echo "$KUBERNETES_EXEC_INFO" | grep -q '"interactive":false' && \
               echo '{"kind":"ExecCredential","status":{"token":"t1","expirationTimestamp":"2030-01-01T00:01:00Z"}}'"#,
        );
        let token = plugin.token().await.expect("token");
        assert_eq!(token.secret.expose_secret(), "t1");
        let due: Timestamp = "2030-01-01T00:00:00Z".parse().expect("time");
        assert_eq!(token.renew_at, Some(SystemTime::from(due)));
    }

    #[tokio::test]
    async fn a_zero_time_is_no_end() {
        let plugin = shell(
            "echo '{\"status\":{\"token\":\"t\",\"expirationTimestamp\":\"0001-01-01T00:00:00Z\"}}'",
        );
        let token = plugin.token().await.expect("token");
        assert_eq!(
            token.renew_at, None,
            "it would be asked for at each request"
        );
    }

    #[tokio::test]
    async fn a_failing_plugin_is_quoted_without_its_secrets() {
        let error = shell("echo 'token=canary no session' >&2; exit 3")
            .run()
            .await
            .expect_err("exit 3");
        assert_eq!(
            error.to_string(),
            "the credential plugin /bin/sh failed: exit status: 3: token=[hidden] no session"
        );
        assert_eq!(error.kind(), Kind::Credential);
        let garbled = shell("echo '{\"status\": {\"token\": [\"canary\"]}}'")
            .run()
            .await
            .expect_err("no credential");
        assert!(!garbled.to_string().contains("canary"), "{garbled}");
    }

    #[tokio::test]
    async fn a_missing_plugin_is_told_with_the_authors_hint() {
        let exec = ExecConfig {
            command: Some("no-such-credential-plugin".into()),
            install_hint: Some("brew install it".into()),
            ..ExecConfig::default()
        };
        let plugin = Plugin::new(exec, &Server::default()).expect("no CA wanted");
        let error = plugin.run().await.expect_err("not installed");
        assert_eq!(
            error.to_string(),
            "the credential plugin no-such-credential-plugin was not found"
        );
        let remedies: Vec<_> = error.remedies().iter().map(ToString::to_string).collect();
        assert!(
            remedies.contains(&"the kubeconfig says of it: brew install it".to_owned()),
            "{remedies:?}"
        );
    }

    proptest::proptest! {
        #![proptest_config(crate::fuzzing::config())]

        #[test]
        fn fuzz_credentials(answer in crate::fuzzing::damaged(&[
            br#"{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"t1","expirationTimestamp":"2030-01-01T00:01:00Z","clientCertificateData":"c","clientKeyData":"k"}}"#,
            b"kind: ExecCredential\nstatus:\n  token: t1\n  expirationTimestamp: 0001-01-01T00:00:00Z\n",
        ])) {
            let output = Output { status: std::process::ExitStatus::default(), stdout: answer, stderr: Vec::new() };
            if let Ok(answer) = shell("true").read(&output) {
                let _ = answer.into_token();
            }
        }
    }
}
