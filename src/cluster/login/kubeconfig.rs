//! Finding, reading and narrowing down kubeconfigs, by client-go's rules.
//!
//! Messages about a kubeconfig name lines and never quote them: any line may hold a credential.

use std::env;
use std::ffi::OsStr;
use std::io;
use std::path::{self, Path, PathBuf};

use kube::config::{AuthInfo, Cluster as Server, Kubeconfig, KubeconfigError};
use secrecy::{ExposeSecret as _, SecretString};

use super::access::Access;
use crate::cluster::error::Error;
use crate::files;

/// How messages call a kubeconfig that came as text.
const INLINE: &str = "given as text";

/// Reads the kubeconfig at `path`, or the default ones, and narrows it to one context. Blocks while it reads.
///
/// # Errors
///
/// The kubeconfig variants of [`Error`], naming the file and the contexts it has.
pub(super) fn from_files(path: Option<&Path>, context: Option<&str>) -> Result<Access, Error> {
    let home = env::home_dir();
    let files = match path {
        Some(path) => vec![expand(path, home.as_deref())],
        None => defaults(env::var_os("KUBECONFIG").as_deref(), home.as_deref()),
    };
    let shown = files
        .iter()
        .map(|f| f.display().to_string())
        .collect::<Vec<_>>()
        .join(", ");
    let merged = read_all(&files, &shown)?;
    narrow(&merged, &shown, context)
}

/// Narrows a kubeconfig that came as text to one context. Relative file references count from the working directory.
///
/// # Errors
///
/// As [`from_files`].
pub(super) fn from_text(raw: &SecretString, context: Option<&str>) -> Result<Access, Error> {
    let config = Kubeconfig::from_yaml(raw.expose_secret()).map_err(|e| invalid(INLINE, &e))?;
    let mut access = narrow(&config, INLINE, context)?;
    let files = [
        &mut access.server.certificate_authority,
        &mut access.user.client_certificate,
        &mut access.user.client_key,
        &mut access.user.token_file,
    ];
    for file in files.into_iter().flatten() {
        if let Ok(absolute) = path::absolute(&*file) {
            *file = absolute.display().to_string();
        }
    }
    Ok(access)
}

fn expand(path: &Path, home: Option<&Path>) -> PathBuf {
    match (path.strip_prefix("~"), home) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path::absolute(path).unwrap_or_else(|_| path.to_owned()),
    }
}

fn defaults(variable: Option<&OsStr>, home: Option<&Path>) -> Vec<PathBuf> {
    let listed: Vec<_> = env::split_paths(variable.unwrap_or_default())
        .filter(|p| !p.as_os_str().is_empty())
        .map(|p| expand(&p, home))
        .collect();
    if listed.is_empty() {
        return vec![expand(Path::new("~/.kube/config"), home)];
    }
    listed
}

/// Merges the files there are; missing ones are passed over as long as one exists.
fn read_all(paths: &[PathBuf], shown: &str) -> Result<Kubeconfig, Error> {
    let mut merged: Option<Kubeconfig> = None;
    for file in paths {
        let path = file.display().to_string();
        match files::require(file, files::SMALL) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => {
                let fault = error.to_string();
                return Err(Error::KubeconfigInvalid { path, fault });
            }
        }
        let config = Kubeconfig::read_from(file).map_err(|e| invalid(&path, &e))?;
        merged = Some(match merged {
            Some(first) => first.merge(config).map_err(|e| invalid(shown, &e))?,
            None => config,
        });
    }
    merged.ok_or_else(|| Error::KubeconfigMissing {
        path: shown.to_owned(),
    })
}

fn narrow(config: &Kubeconfig, shown: &str, context: Option<&str>) -> Result<Access, Error> {
    let known = || config.contexts.iter().map(|c| c.name.clone()).collect();
    let path = || shown.to_owned();
    let current = config
        .current_context
        .as_deref()
        .filter(|name| !name.is_empty());
    let Some(wanted) = context.or(current) else {
        return Err(Error::NoCurrentContext {
            path: path(),
            known: known(),
        });
    };
    let found = config
        .contexts
        .iter()
        .find(|c| c.name == wanted)
        .and_then(|c| c.context.as_ref());
    let Some(found) = found else {
        return Err(Error::ContextMissing {
            path: path(),
            context: wanted.to_owned(),
            known: known(),
        });
    };
    let lacks = |what: &str, name: &str| Error::KubeconfigInvalid {
        path: path(),
        fault: format!("context {wanted} refers to the {what} {name}, which is not there"),
    };
    let server = server(config, &found.cluster).ok_or_else(|| lacks("cluster", &found.cluster))?;
    let user = match found.user.as_deref().filter(|name| !name.is_empty()) {
        Some(name) => user(config, name).ok_or_else(|| lacks("user", name))?,
        None => AuthInfo::default(),
    };
    Ok(Access { server, user })
}

fn server(config: &Kubeconfig, name: &str) -> Option<Server> {
    let named = config.clusters.iter().find(|c| c.name == name)?;
    named
        .cluster
        .clone()
        .filter(|cluster| cluster.server.is_some())
}

fn user(config: &Kubeconfig, name: &str) -> Option<AuthInfo> {
    let named = config.auth_infos.iter().find(|u| u.name == name)?;
    Some(named.auth_info.clone().unwrap_or_default())
}

fn invalid(path: &str, error: &KubeconfigError) -> Error {
    let fault = match error {
        KubeconfigError::ReadConfig(cause, _) => cause.to_string(),
        KubeconfigError::Parse(cause) => match cause.location() {
            Some(at) => format!(
                "it is not a kubeconfig in YAML, see line {}, column {}",
                at.line(),
                at.column()
            ),
            None => "it is not a kubeconfig in YAML".to_owned(),
        },
        KubeconfigError::KindMismatch | KubeconfigError::ApiVersionMismatch => error.to_string(),
        _ => "it is not a kubeconfig".to_owned(),
    };
    Error::KubeconfigInvalid {
        path: path.to_owned(),
        fault,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: &str = "
apiVersion: v1
kind: Config
current-context: one
clusters:
- {name: c1, cluster: {server: https://one.example, certificate-authority: ca.crt, proxy-url: http://p:1}}
- {name: c2, cluster: {server: https://two.example}}
contexts:
- {name: one, context: {cluster: c1, user: u1}}
- {name: two, context: {cluster: c2, user: u2}}
- {name: broken, context: {cluster: c2, user: nobody}}
users:
- {name: u1, user: {tokenFile: token}}
- {name: u2, user: {exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: ./bin/aws, args: [eks]}}}
";

    fn on_disk() -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().expect("temporary directory");
        let file = dir.path().join("config");
        std::fs::write(&file, TWO).expect("written");
        (dir, file)
    }

    #[test]
    fn the_current_context_is_narrowed_and_its_files_are_absolute() {
        let (dir, file) = on_disk();
        let access = from_files(Some(&file), None).expect("readable");
        assert_eq!(access.endpoint(), "https://one.example");
        assert_eq!(access.server.proxy_url.as_deref(), Some("http://p:1"));
        let at = |name: &str| Some(dir.path().join(name).display().to_string());
        assert_eq!(access.server.certificate_authority, at("ca.crt"));
        assert_eq!(access.user.token_file, at("token"));
        let minified = serde_json::to_string(&access.to_kubeconfig()).expect("json");
        assert!(!minified.contains("two.example"), "{minified}");
    }

    #[test]
    fn a_named_context_keeps_its_plugin_as_a_plugin() {
        let (dir, file) = on_disk();
        let access = from_files(Some(&file), Some("two")).expect("readable");
        let exec = access.user.exec.expect("exec");
        assert_eq!(
            exec.command,
            Some(dir.path().join("./bin/aws").display().to_string())
        );
        assert_eq!(exec.args, Some(vec!["eks".to_owned()]));
    }

    #[test]
    fn errors_name_the_file_and_the_contexts() {
        let (dir, file) = on_disk();
        let shown = file.display().to_string();
        let text = |path: &Path, context| {
            from_files(Some(path), context)
                .expect_err("fails")
                .to_string()
        };
        assert_eq!(
            text(&file, Some("three")),
            format!("kubeconfig {shown} has no context three; it has one, two, broken")
        );
        assert_eq!(
            text(&file, Some("broken")),
            format!(
                "kubeconfig {shown} is not usable: context broken refers to the user nobody, which is not there"
            )
        );
        let absent = dir.path().join("absent");
        assert_eq!(
            text(&absent, None),
            format!("there is no kubeconfig at {}", absent.display())
        );
        std::fs::write(&file, TWO.replace("current-context: one", "")).expect("written");
        assert_eq!(
            text(&file, None),
            format!("kubeconfig {shown} has no current context; it has one, two, broken")
        );
    }

    #[test]
    fn a_text_that_is_no_kubeconfig_is_not_quoted() {
        for raw in ["token: canary: [", "clusters: canary", "- canary"] {
            let error = from_text(&raw.into(), None)
                .expect_err("not a kubeconfig")
                .to_string();
            assert!(
                error.contains("given as text") && !error.contains("canary"),
                "{error}"
            );
        }
    }

    #[test]
    fn the_default_files_are_those_of_the_variable_or_the_one_at_home() {
        let home = Path::new("/home/me");
        assert_eq!(defaults(None, Some(home)), [home.join(".kube/config")]);
        assert_eq!(
            defaults(Some(OsStr::new("")), Some(home)),
            [home.join(".kube/config")]
        );
        let several = defaults(Some(OsStr::new("~/a:/b::")), Some(home));
        assert_eq!(several, [home.join("a"), PathBuf::from("/b")]);
    }

    #[test]
    fn missing_files_of_the_variable_are_passed_over() {
        let (dir, file) = on_disk();
        let files = [dir.path().join("absent"), file];
        let merged = read_all(&files, "both").expect("one exists");
        assert_eq!(merged.contexts.len(), 3);
    }

    proptest::proptest! {
        #![proptest_config(crate::fuzzing::config())]

        #[test]
        fn fuzz_kubeconfigs(text in crate::fuzzing::damaged_text(&[TWO])) {
            let _ = from_text(&text.into(), None);
        }
    }
}
