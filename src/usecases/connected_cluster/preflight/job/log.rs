//! The log of the Azure CLI's diagnostic job, and what it means.
//!
//! The job has no other result than this log. Its grammar (chart 1.36.1, with the Azure CLI as its reader): `DNS Result:`
//! and what `nslookup` said; a line `Outbound Network Connectivity Check Result : <url> : <HTTP code>` for each service,
//! that of cluster connect first; `Entra Authentication Endpoint Connectivity Check Result : <url> : <code>`; and a line
//! `Check Failed: CRD …` for each definition that belongs to another Helm release. A code `000` means that nobody answered;
//! any other means that somebody did, and that is all that is asked.

use std::fmt;

use crate::redact;

/// How much of one line of the log is shown.
const WIDTH: usize = 400;

const DNS: &str = "DNS Result:";
const OUTBOUND: &str = "Outbound Network Connectivity";
const ENTRA: &str = "Entra Authentication Endpoint Connectivity";
const DEFINITION: &str = "Check Failed: CRD";

/// What `nslookup` says when the cluster's own name is found; blanks count as one.
const RESOLVED: &str = "name: kubernetes.default";
/// What it says when it is not.
const UNRESOLVED: [&str; 6] = [
    "nxdomain",
    "servfail",
    "connection timed out",
    "no servers could be reached",
    "communications error",
    "timed out waiting",
];

/// The code of a service that did not answer.
const UNREACHABLE: &str = "000";
/// Answers of Entra's endpoint that prove that it is Entra's.
const ENTRA_ANSWERS: [&str; 2] = ["200", "404"];

/// What would keep the agents from working.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// Pods cannot resolve the cluster's own name.
    Dns {
        /// What `nslookup` said.
        said: String,
    },
    /// A service that the agents are installed from, or talk to, does not answer.
    Outbound {
        /// Its address.
        url: String,
    },
    /// Entra does not answer, or somebody else does.
    Entra {
        /// Its address.
        url: String,
        /// The HTTP code, `000` for none.
        code: String,
    },
    /// A custom resource definition belongs to another Helm release.
    Definition {
        /// The job's own words.
        said: String,
    },
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dns { said } => {
                write!(f, "pods cannot resolve kubernetes.default: {said}")
            }
            Self::Outbound { url } => write!(f, "pods do not reach {url}"),
            Self::Entra { url, code } if code == UNREACHABLE => {
                write!(f, "pods do not reach {url}")
            }
            Self::Entra { url, code } => write!(f, "{url} answered pods with HTTP {code}"),
            Self::Definition { said } => f.write_str(said),
        }
    }
}

impl Finding {
    /// What to do about it.
    #[must_use]
    pub fn remedy(&self) -> String {
        match self {
            Self::Dns { .. } => {
                "look at the cluster's DNS: kubectl get pods --namespace kube-system --selector k8s-app=kube-dns".to_owned()
            }
            Self::Outbound { url } | Self::Entra { url, .. } => format!(
                "let pods reach {url} (firewall, NAT, proxy.no_proxy), or name the way out: proxy = {{ https = \"…\" }}"
            ),
            Self::Definition { .. } => {
                "remove the definition, or the Helm release that it belongs to: kubectl get crd <name> --output yaml names it".to_owned()
            }
        }
    }
}

/// What a log says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Report {
    /// What would keep the agents from working.
    pub(super) findings: Vec<Finding>,
    /// Services without which the agents work, and that do not answer: that of cluster connect first.
    pub(super) warnings: Vec<String>,
    /// Checks that the log says nothing of. With findings or without, such a log proves nothing.
    pub(super) undecided: Vec<&'static str>,
}

/// Reads a log.
pub(super) fn read(log: &str) -> Report {
    let lines: Vec<_> = log.lines().map(str::trim).collect();
    let results = |prefix: &str| -> Vec<_> {
        let own = lines.iter().filter(|line| line.starts_with(prefix));
        own.filter_map(|line| result(line)).collect()
    };
    let mut report = Report {
        findings: Vec::new(),
        warnings: Vec::new(),
        undecided: Vec::new(),
    };
    report.take_dns(&lines);
    report.take_outbound(&results(OUTBOUND));
    if let Some((url, code)) = results(ENTRA).pop()
        && !ENTRA_ANSWERS.contains(&code)
    {
        report.findings.push(Finding::Entra {
            url: shown(url),
            code: code.to_owned(),
        });
    }
    let foreign = lines.iter().filter(|line| line.starts_with(DEFINITION));
    report.findings.extend(foreign.map(|line| {
        let said = shown(line);
        Finding::Definition { said }
    }));
    report
}

impl Report {
    /// What was said last counts: a server that is found after another was not.
    fn take_dns(&mut self, lines: &[&str]) {
        let begins = lines.iter().position(|line| line.starts_with(DNS));
        let section = lines.iter().skip(begins.unwrap_or(lines.len()));
        let section: Vec<_> = section.take_while(|line| !is_other_check(line)).collect();
        let words = section
            .iter()
            .flat_map(|line| line.trim_start_matches(DNS).split_whitespace());
        let said = words.collect::<Vec<_>>().join(" ");
        let lower = said.to_lowercase();
        let failed = UNRESOLVED.iter().filter_map(|mark| lower.rfind(mark)).max();
        match (failed, lower.rfind(RESOLVED)) {
            (None, None) => self.undecided.push("DNS"),
            (Some(failed), found) if found < Some(failed) => {
                self.findings.push(Finding::Dns { said: shown(&said) });
            }
            _ => {}
        }
    }

    /// The first service is that of cluster connect; the last decides, as for the Azure CLI.
    fn take_outbound(&mut self, results: &[(&str, &str)]) {
        let (Some((last, others)), true) = (results.split_last(), results.len() > 1) else {
            return self.undecided.push("outbound connections");
        };
        let silent = others.iter().filter(|(_, code)| *code == UNREACHABLE);
        self.warnings = silent.map(|(url, _)| shown(url)).collect();
        let (url, code) = last;
        if *code == UNREACHABLE {
            self.findings.push(Finding::Outbound { url: shown(url) });
        }
    }
}

/// Words of a pod as they are shown.
fn shown(said: &str) -> String {
    redact::one_line(said, WIDTH)
}

fn is_other_check(line: &str) -> bool {
    [OUTBOUND, ENTRA, DEFINITION]
        .iter()
        .any(|prefix| line.starts_with(prefix))
}

/// Address and code of `… Check Result : <url> : <code>`; `None` where there is no code.
fn result(line: &str) -> Option<(&str, &str)> {
    let (head, code) = line.rsplit_once(" : ")?;
    let (_, url) = head.split_once(" : ")?;
    let code = code.trim();
    let is_code = code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_digit());
    is_code.then_some((url.trim(), code))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FOUND: &str = "DNS Result:Server: 10.0.0.10\nAddress: 10.0.0.10#53\n\nName:\tkubernetes.default.svc.cluster.local\nAddress: 10.0.0.1\n";
    const OBO: &str =
        "Outbound Network Connectivity Check Result : https://eastus.obo.arc.azure.com:8084/ : ";
    const MCR: &str = "Outbound Network Connectivity Check Result : https://mcr.microsoft.com : ";
    const LOGIN: &str = "Entra Authentication Endpoint Connectivity Check Result : https://login.microsoftonline.com : ";

    fn log(dns: &str, obo: &str, mcr: &str, more: &str) -> Report {
        read(&format!("{dns}{OBO}{obo}\n{MCR}{mcr}\n{more}\n"))
    }

    fn found(report: &Report) -> Vec<String> {
        report.findings.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn any_answer_of_a_service_will_do_and_entra_has_to_be_entra() {
        for code in ["200", "404", "503"] {
            let report = log(FOUND, "404", code, &format!("{LOGIN}200"));
            assert_eq!(report, log(FOUND, "404", "200", ""), "{code}");
            assert!(report.findings.is_empty() && report.undecided.is_empty());
        }
        let report = log(FOUND, "404", "200", &format!("{LOGIN}407"));
        assert_eq!(
            found(&report),
            ["https://login.microsoftonline.com answered pods with HTTP 407"]
        );
    }

    #[test]
    fn cluster_connect_is_worth_a_warning_and_the_last_service_an_error() {
        let report = log(FOUND, "000", "000", "");
        assert_eq!(report.warnings, ["https://eastus.obo.arc.azure.com:8084/"]);
        assert_eq!(
            found(&report),
            ["pods do not reach https://mcr.microsoft.com"]
        );
    }

    #[test]
    fn the_last_word_on_dns_counts() {
        let lost = "DNS Result:;; communications error to 10.0.0.10#53: timed out\n";
        let missing = "** server can't find kubernetes.default: NXDOMAIN\n";
        let report = log(&format!("{lost}{}", &FOUND[11..]), "200", "200", "");
        assert_eq!(report.findings, []);
        let report = log(&format!("{FOUND}{missing}"), "200", "200", "");
        assert_eq!(report.findings.len(), 1);
        assert!(found(&report)[0].ends_with("NXDOMAIN"), "{report:?}");
    }

    #[test]
    fn what_the_log_does_not_say_is_not_decided() {
        assert_eq!(read("").undecided, ["DNS", "outbound connections"]);
        assert_eq!(
            read(&format!("{FOUND}{OBO}200")).undecided,
            ["outbound connections"]
        );
        let cut = log(FOUND, "200", "", "");
        assert_eq!(cut.undecided, ["outbound connections"]);
    }

    #[test]
    fn a_definition_of_another_release_is_told_in_the_jobs_words() {
        let line =
            "Check Failed: CRD gitconfigs.clusterconfig.azure.com is owned by release default/arc";
        assert_eq!(found(&log(FOUND, "200", "200", line)), [line]);
    }
}
