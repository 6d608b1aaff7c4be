//! Where the job's chart comes from: from beside the agents' chart, so that one mirror or one folder serves for both.

use std::path::{Path, PathBuf};

use crate::helm::ChartSource;
use crate::usecases::connected_cluster::spec::ChartOrigin;

/// The registry of chart and image, in every cloud that the Azure CLI knows.
pub(super) const REGISTRY: &str = "mcr.microsoft.com";

const REPOSITORY: &str = "mcr.microsoft.com/azurearck8s/helmchart/stable/clusterdiagnosticchecks";
const NAME: &str = "clusterdiagnosticchecks";
const VERSION: &str = "1.36.1";

/// The job's chart for agents whose chart comes from there. Their digest says nothing about it.
pub(super) fn chart(agents: &ChartOrigin) -> ChartSource {
    let (repository, digest) = match agents {
        ChartOrigin::Path(path) => return ChartSource::Path(beside(path)),
        ChartOrigin::Registry { repository, digest } => (repository, digest),
    };
    let mirrored = repository.as_ref().and_then(|one| one.rsplit_once('/'));
    let repository = match mirrored {
        Some((parent, _)) => format!("{parent}/{NAME}"),
        None => REPOSITORY.to_owned(),
    };
    if digest.is_some() {
        tracing::warn!(
            %repository,
            version = VERSION,
            "the digest pins the agents' chart only; that of the job which checks the cluster is not pinned"
        );
    }
    ChartSource::Reference {
        repository,
        version: VERSION.to_owned(),
        digest: None,
    }
}

/// The registry that the agents are installed from, as far as that is said: the job tries to reach it.
pub(super) fn registry(agents: &ChartOrigin) -> &str {
    let ChartOrigin::Registry {
        repository: Some(repository),
        ..
    } = agents
    else {
        return REGISTRY;
    };
    let name = repository.trim_start_matches("oci://");
    name.split('/').next().unwrap_or(REGISTRY)
}

/// A directory, or else an archive as `helm pull` names it.
fn beside(agents: &Path) -> PathBuf {
    let directory = agents.with_file_name(NAME);
    if directory.is_dir() {
        return directory;
    }
    agents.with_file_name(format!("{NAME}-{VERSION}.tgz"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mirror(repository: Option<&str>) -> ChartOrigin {
        ChartOrigin::Registry {
            repository: repository.map(Into::into),
            digest: None,
        }
    }

    #[test]
    fn a_mirror_of_the_agents_chart_serves_the_jobs_too() {
        for (agents, jobs, tested) in [
            (None, REPOSITORY, REGISTRY),
            (
                Some("r.io:5000/azure-arc-k8sagents"),
                "r.io:5000/clusterdiagnosticchecks",
                "r.io:5000",
            ),
            (
                Some("oci://r.io/proxy/arc/agents"),
                "oci://r.io/proxy/arc/clusterdiagnosticchecks",
                "r.io",
            ),
        ] {
            let origin = mirror(agents);
            let expected = ChartSource::Reference {
                repository: jobs.to_owned(),
                version: VERSION.to_owned(),
                digest: None,
            };
            assert_eq!(chart(&origin), expected);
            assert_eq!(registry(&origin), tested);
        }
    }

    #[test]
    fn a_local_chart_has_the_jobs_beside_it_and_no_registry_is_asked() {
        let folder = tempfile::tempdir().expect("a directory");
        let agents = ChartOrigin::Path(folder.path().join("azure-arc-k8sagents-1.35.4.tgz"));
        let archive = folder.path().join("clusterdiagnosticchecks-1.36.1.tgz");
        assert_eq!(chart(&agents), ChartSource::Path(archive));
        let directory = folder.path().join(NAME);
        std::fs::create_dir(&directory).expect("made");
        assert_eq!(chart(&agents), ChartSource::Path(directory));
        assert_eq!(registry(&agents), REGISTRY);
    }
}
