//! What each error of this module means to the person who has to act on it.

use crate::fault::{Explain, Kind, Reference, Remedy, shell_word};
use crate::redact;

use super::error::{Error, Target};

/// How much of a plugin author's hint is shown.
const HINT: usize = 300;

impl Explain for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Halted(halt) | Self::Wait { halt, .. } => halt.kind(),
            Self::KubeconfigMissing { .. }
            | Self::KubeconfigInvalid { .. }
            | Self::ContextMissing { .. }
            | Self::NoCurrentContext { .. }
            | Self::Settings { .. }
            | Self::PluginMissing { .. }
            | Self::RegionMissing { .. }
            | Self::RegionInvalid { .. }
            | Self::Untrusted { .. }
            | Self::Lease { .. }
            | Self::Definition(_)
            | Self::TooLarge { .. }
            | Self::Eks {
                transient: false, ..
            } => Kind::Configuration,
            Self::PluginFailed { .. } | Self::AwsCredentials { .. } => Kind::Credential,
            Self::EksNotFound { .. } => Kind::NotFound,
            Self::EksDenied { .. } | Self::Rights { .. } => Kind::Permission,
            Self::Eks { .. }
            | Self::EksNotReady { .. }
            | Self::Unreachable { .. }
            | Self::OutcomeUnknown { .. } => Kind::Unavailable,
            Self::AtWork { .. } | Self::LeaseLost { .. } | Self::KeyTaken { .. } => Kind::Conflict,
            Self::Api { status, .. } => of_status(status.code),
        }
    }

    fn summary(&self) -> String {
        match self {
            Self::Halted(halt) | Self::Wait { halt, .. } => return halt.summary(),
            Self::KubeconfigMissing { .. } => "Kubeconfig Not Found",
            Self::KubeconfigInvalid { .. } => "Kubeconfig Not Usable",
            Self::ContextMissing { .. } | Self::NoCurrentContext { .. } => {
                "Kubeconfig Context Not Found"
            }
            Self::Settings { .. } => "Connection Not Usable",
            Self::PluginMissing { .. } => "Credential Plugin Not Found",
            Self::PluginFailed { .. } => "Credential Plugin Failed",
            Self::RegionMissing { .. } | Self::RegionInvalid { .. } => "AWS Region Not Known",
            Self::AwsCredentials { .. } => "AWS Credentials Not Usable",
            Self::EksNotFound { .. } => "EKS Cluster Not Found",
            Self::EksDenied { .. } => "Access to EKS Denied",
            Self::EksNotReady { .. } => "EKS Cluster Not Ready",
            Self::Eks { .. } => "EKS Request Failed",
            Self::Api { status, .. } => summary_of_status(status.code),
            Self::Untrusted { .. } => "Cluster Certificate Not Trusted",
            Self::Unreachable { .. } => "Cluster Not Reachable",
            Self::AtWork { .. } => "Another Run Is at Work",
            Self::KeyTaken { .. } => "Agents' Key Replaced by Another Run",
            Self::LeaseLost { .. } => "Lease Lost to Another Run",
            Self::OutcomeUnknown { .. } => "Outcome Unknown in the Cluster",
            Self::TooLarge { .. } => "Unexpected Answer From the Cluster",
            Self::Rights { .. } => "Cluster Rights Missing",
            Self::Lease { .. } => "File Not Writable",
            Self::Definition(_) => "Chart Not Usable",
        }
        .to_owned()
    }

    fn remedies(&self) -> Vec<Remedy> {
        remedies(self).into_iter().map(Remedy::new).collect()
    }

    fn reference(&self) -> Option<Reference> {
        let Self::Api { status, .. } = self else {
            return None;
        };
        Some(Reference {
            code: Some(
                format!("{} {}", status.code, status.reason)
                    .trim_end()
                    .to_owned(),
            ),
            ..Reference::default()
        })
    }
}

fn of_status(code: u16) -> Kind {
    match code {
        401 => Kind::Credential,
        403 => Kind::Permission,
        404 => Kind::NotFound,
        409 => Kind::Conflict,
        429 => Kind::Throttled,
        500.. => Kind::Unavailable,
        _ => Kind::ProviderBug,
    }
}

fn summary_of_status(code: u16) -> &'static str {
    match of_status(code) {
        Kind::Credential => "Cluster Login Refused",
        Kind::Permission => "Cluster Rights Missing",
        Kind::NotFound => "Kubernetes Object Not Found",
        Kind::Conflict => "Kubernetes Object Changed Meanwhile",
        Kind::Throttled => "Cluster Throttles Requests",
        Kind::Unavailable => "Cluster Fault",
        _ => "Cluster Rejected the Request",
    }
}

fn remedies(error: &Error) -> Vec<String> {
    match error {
        Error::KubeconfigMissing { .. } => {
            vec!["give the path of an existing kubeconfig, or set KUBECONFIG".to_owned()]
        }
        Error::KubeconfigInvalid { .. } => {
            vec!["see what `kubectl config view` makes of it, and write it anew: on EKS with `aws eks update-kubeconfig`".to_owned()]
        }
        Error::ContextMissing { .. } | Error::NoCurrentContext { .. } => {
            vec!["choose one of the contexts there are".to_owned()]
        }
        Error::PluginMissing { command, hint } => {
            let install = format!("install {command} where this run can find it in PATH");
            // The words of a file that others may have written are no advice of ours.
            let hint = hint.as_ref().map(|hint| format!("the kubeconfig says of it: {}", redact::one_line(hint, HINT)));
            std::iter::once(install).chain(hint).collect()
        }
        Error::PluginFailed { command, .. } => vec![format!("run {} by hand and log in if it asks for it", shell_word(command))],
        Error::RegionMissing { .. } | Error::RegionInvalid { .. } => vec!["give a region, or set AWS_REGION".to_owned()],
        Error::AwsCredentials { .. } => vec![
            "log in, for instance with `aws sso login`, or set AWS_PROFILE".to_owned(),
            "run `aws sts get-caller-identity` to see who AWS takes you for".to_owned(),
        ],
        Error::EksNotFound { region, .. } => vec![
            format!("run `aws eks list-clusters --region {}` to see the clusters there are", shell_word(region)),
            "check that the credentials belong to the account of the cluster".to_owned(),
        ],
        Error::EksDenied { .. } => vec!["allow eks:DescribeCluster on the cluster to these credentials".to_owned()],
        Error::EksNotReady { cluster, region, .. } => vec![format!(
            "wait with `aws eks wait cluster-active --name {} --region {}`", shell_word(cluster), shell_word(region)
        )],
        Error::Settings { .. } => {
            vec!["correct the address, proxy, CA or certificate of the connection; a login needs https://".to_owned()]
        }
        Error::Untrusted { .. } => vec![
            "give the CA of the cluster with the connection".to_owned(),
            "if a proxy opens TLS, add its CA to the system's trust store or to the file in SSL_CERT_FILE".to_owned(),
        ],
        Error::Unreachable { .. } => vec![
            "check the network, VPN, HTTPS_PROXY and NO_PROXY, and whether the cluster has a public endpoint".to_owned(),
        ],
        Error::AtWork { lease, .. } => {
            let (namespace, name) = lease.split_once('/').unwrap_or_default();
            vec![
                "wait until the other run is over, then run again".to_owned(),
                format!("see who it is: kubectl get lease --namespace {namespace} {name} --output yaml"),
            ]
        }
        Error::LeaseLost { .. } | Error::KeyTaken { .. } => vec![
            "wait until the other run is over, then run again: it looks at what is there before it changes anything".to_owned(),
        ],
        Error::OutcomeUnknown { .. } => vec![
            "run the same again: it looks at what is there before it changes anything".to_owned(),
            "check the network, VPN, HTTPS_PROXY and NO_PROXY".to_owned(),
        ],
        Error::TooLarge { target, .. } => vec![format!(
            "check that {} is a Kubernetes API server: something on the way, such as a proxy, may answer in its place",
            target.endpoint
        )],
        Error::Rights { target, .. } => of_rights(target),
        Error::Api { target, status, .. } => of_api(target, status.code),
        _ => Vec::new(),
    }
}

fn of_api(target: &Target, code: u16) -> Vec<String> {
    match (code, &target.eks) {
        (401, Some((name, region))) => vec![
            format!(
                "give the principal an access entry: `aws eks create-access-entry --cluster-name {} --region {} --principal-arn ARN`, \
                 and `aws eks associate-access-policy … --policy-arn arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy --access-scope type=cluster`",
                shell_word(name),
                shell_word(region)
            ),
            "where the cluster still uses the aws-auth ConfigMap, map the principal there"
                .to_owned(),
            "run `aws sts get-caller-identity` to see who AWS takes you for".to_owned(),
        ],
        (401, None) => vec!["renew the token or certificate of the connection".to_owned()],
        (403, _) => of_rights(target),
        _ => Vec::new(),
    }
}

fn of_rights(target: &Target) -> Vec<String> {
    match &target.eks {
        Some(_) => vec![
            "associate the access policy AmazonEKSClusterAdminPolicy with the principal".to_owned(),
        ],
        None => vec!["bind the login to the ClusterRole cluster-admin".to_owned()],
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::{call, cluster};
    use super::*;

    async fn answered(code: u16) -> Error {
        let status = json!({"code": code, "reason": "Why", "message": "the server's words"});
        let cluster = cluster(move |_| (code, status.clone()));
        cluster.uid(&call()).await.expect_err("an error")
    }

    #[tokio::test(start_paused = true)]
    async fn answers_of_the_api_server_are_told_apart() {
        let table = [
            (401, Kind::Credential),
            (403, Kind::Permission),
            (404, Kind::NotFound),
            (409, Kind::Conflict),
            (422, Kind::ProviderBug),
            (429, Kind::Throttled),
            (500, Kind::Unavailable),
        ];
        for (code, kind) in table {
            let error = answered(code).await;
            assert_eq!(
                (error.kind(), error.is_not_found()),
                (kind, code == 404),
                "{code}"
            );
        }
        let error = answered(403).await;
        assert_eq!(
            error.to_string(),
            "cluster at https://k.example: could not get namespace kube-system: the server's words"
        );
        assert_eq!(
            error.reference().and_then(|r| r.code),
            Some("403 Why".to_owned())
        );
    }

    #[tokio::test]
    async fn the_words_of_a_server_or_webhook_are_shown_without_secrets_and_at_a_readable_length() {
        for leak in crate::redact::tests::LEAKS {
            let page = format!("denied: {leak}\n{}", "x ".repeat(100_000));
            let status = json!({"code": 400, "reason": "BadRequest", "message": page});
            let cluster = cluster(move |_| (400, status.clone()));
            let error = cluster.uid(&call()).await.expect_err("refused");
            for shown in [error.to_string(), format!("{error:?}")] {
                assert!(!shown.contains("CANARY"), "{leak:?}: {shown}");
                assert!(!shown.contains('\u{1b}') && shown.len() < 4096, "{leak:?}");
            }
        }
    }

    #[test]
    fn a_refused_login_to_eks_points_to_access_entries() {
        let target = Target {
            endpoint: "https://k.example".into(),
            eks: Some(("prod".into(), "eu-west-1".into())),
        };
        let cure = of_api(&target, 401).join("\n");
        assert!(
            cure.contains("create-access-entry --cluster-name prod --region eu-west-1"),
            "{cure}"
        );
        assert!(cure.contains("aws-auth"), "{cure}");
    }
}
