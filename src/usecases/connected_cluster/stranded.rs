//! What to say of agents that did not come up in time: a name for the likeliest reason, and the next command.

use crate::cluster::Cause;
use crate::fault::{Kind, shell_word};

/// Missing images and missing nodes are not a matter of time: a longer wait would end the same way.
pub(super) fn kind(failure: Kind, cause: &Cause) -> Kind {
    match cause {
        Cause::ImagePull { .. } | Cause::Unscheduled { .. } if failure == Kind::Deadline => {
            Kind::Configuration
        }
        _ => failure,
    }
}

/// One line in title case, where time ran out and the reason is known.
pub(super) fn summary(failure: Kind, cause: &Cause) -> Option<&'static str> {
    if failure != Kind::Deadline {
        return None;
    }
    match cause {
        Cause::ImagePull { .. } => Some("Agent Images Not Pulled"),
        Cause::Unscheduled { .. } => Some("Agents Not Scheduled"),
        Cause::NoIdentity => Some("Agents Without Identity"),
        Cause::Unclear => None,
    }
}

/// What to do, the next command first.
pub(super) fn remedies(cause: &Cause) -> Vec<String> {
    let operator = "look at the identity operator: kubectl logs --namespace azure-arc deployment/clusteridentityoperator --all-containers";
    match cause {
        Cause::ImagePull { pod } => vec![
            format!("see which image and why: kubectl describe pod {} --namespace azure-arc", shell_word(pod)),
            "let the nodes reach mcr.microsoft.com and *.data.mcr.microsoft.com, or the mirror that the agents are told of, then run again".to_owned(),
        ],
        Cause::Unscheduled { pod } => vec![
            format!("see what the scheduler says: kubectl describe pod {} --namespace azure-arc", shell_word(pod)),
            "give the cluster a Linux node (amd64 or arm64) without taints and with 850 MB of free memory; on Fargate a profile for azure-arc; then run again".to_owned(),
        ],
        Cause::NoIdentity => vec![
            operator.to_owned(),
            "let pods reach login.microsoftonline.com and *.his.arc.azure.com on port 443 (other names in other clouds), then run again".to_owned(),
        ],
        Cause::Unclear => vec![
            "look at the agents: kubectl get pods,events --namespace azure-arc".to_owned(),
            operator.to_owned(),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_time_does_not_cure_is_the_users_and_a_stop_stays_a_stop() {
        let pod = || "config-agent-1".to_owned();
        let (image, node) = (
            Cause::ImagePull { pod: pod() },
            Cause::Unscheduled { pod: pod() },
        );
        for (failure, cause, expected, named) in [
            (Kind::Deadline, &image, Kind::Configuration, true),
            (Kind::Deadline, &node, Kind::Configuration, true),
            (Kind::Deadline, &Cause::NoIdentity, Kind::Deadline, true),
            (Kind::Deadline, &Cause::Unclear, Kind::Deadline, false),
            (Kind::Interrupted, &image, Kind::Interrupted, false),
            (Kind::Permission, &node, Kind::Permission, false),
        ] {
            assert_eq!(kind(failure, cause), expected, "{cause:?}");
            assert_eq!(summary(failure, cause).is_some(), named, "{cause:?}");
        }
        for cause in [image, node] {
            assert!(remedies(&cause)[0].contains("kubectl describe pod config-agent-1"));
        }
    }
}
