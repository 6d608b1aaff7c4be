//! What of this program's environment a child process gets, and where its program is looked for.
//!
//! Credential plugins, the Azure CLI and Helm are programs of others, and a kubeconfig may name any. Each gets what a login
//! needs (`AWS_…`, `AZURE_…`, `GOOGLE_…`, proxies, certificates, `HOME`), the same in each phase of a run, and none of the
//! secrets that were given to this program.

use std::env;
use std::ffi::{OsStr, OsString};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tokio::process::Command;

/// Beginnings of names that are withheld: our own credentials, and variables and tokens of the host that started us, whose
/// protocol with us is not for a child either.
const WITHHELD: [&str; 3] = ["ARM_", "TF_", "PLUGIN_"];

/// Takes from a command's environment what is withheld. A variable that the command itself sets stays if it is set later.
pub fn withhold(command: &mut Command) {
    withhold_also(command, &[]);
}

/// The same with further beginnings of names.
pub fn withhold_also(command: &mut Command, more: &[&str]) {
    for (name, _) in env::vars_os().filter(|(name, _)| is_withheld(name, more)) {
        command.env_remove(name);
    }
}

fn is_withheld(name: &OsStr, more: &[&str]) -> bool {
    let name = name.to_string_lossy();
    let prefixes = WITHHELD.iter().chain(more);
    prefixes.into_iter().any(|prefix| name.starts_with(prefix))
}

/// The program of a name: itself if it holds a slash, else the first executable in the absolute directories of `path`. A
/// relative directory, or an empty one, depends on where this program happens to run: what is checked out there could
/// choose the program.
#[must_use]
pub fn find_program(name: &OsStr, path: &OsStr) -> Option<PathBuf> {
    if name.to_string_lossy().contains('/') {
        return Some(name.into());
    }
    absolute(path)
        .map(|directory| directory.join(name))
        .find(|program| is_executable(program))
}

/// A `PATH` without the entries that depend on the working directory.
#[must_use]
pub fn absolute_path(path: &OsStr) -> OsString {
    env::join_paths(absolute(path)).unwrap_or_default()
}

fn absolute(path: &OsStr) -> impl Iterator<Item = PathBuf> {
    env::split_paths(path).filter(|directory| directory.is_absolute())
}

fn is_executable(program: &Path) -> bool {
    program
        .metadata()
        .is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_secrets_are_withheld_and_what_a_login_needs_is_not() {
        for (name, withheld) in [
            ("ARM_CLIENT_SECRET", true),
            ("ARM_ACCESS_KEY", true),
            ("TF_VAR_password", true),
            ("TF_TOKEN_app_terraform_io", true),
            ("TF_PLUGIN_MAGIC_COOKIE", true),
            ("PLUGIN_CLIENT_CERT", true),
            ("AWS_SECRET_ACCESS_KEY", false),
            ("AWS_PROFILE", false),
            ("AZURE_CLIENT_ID", false),
            ("GOOGLE_APPLICATION_CREDENTIALS", false),
            ("HTTPS_PROXY", false),
            ("NO_PROXY", false),
            ("SSL_CERT_FILE", false),
            ("HOME", false),
            ("HELM_KUBETOKEN", false),
        ] {
            assert_eq!(is_withheld(OsStr::new(name), &[]), withheld, "{name}");
        }
        assert!(is_withheld(OsStr::new("HELM_KUBETOKEN"), &["HELM_"]));
    }

    #[test]
    fn a_bare_name_is_looked_for_in_absolute_directories_only() {
        let sh = OsStr::new("sh");
        assert_eq!(
            find_program(sh, OsStr::new(":/bin")),
            Some("/bin/sh".into())
        );
        // The working directory of a test holds `src`; a relative entry would find what is below.
        for path in ["", ".", "::", "bin", "./", "src:target"] {
            assert_eq!(find_program(sh, OsStr::new(path)), None, "{path}");
        }
        assert_eq!(
            find_program(OsStr::new("Cargo.toml"), OsStr::new(".")),
            None
        );
        assert_eq!(
            find_program(OsStr::new("./plugin"), OsStr::new("")),
            Some("./plugin".into())
        );
        assert_eq!(
            absolute_path(OsStr::new(":/bin:x:/usr/bin")),
            "/bin:/usr/bin"
        );
    }
}
