//! What an install needs from elsewhere, fetched before anything is written: the agents' chart and a Helm that reaches the
//! cluster.
//!
//! A version that does not exist, a digest that does not match or a Helm that cannot be had is a mistake in the
//! configuration. Found here it leaves nothing behind; found after the PUT it would leave an object without agents.

use crate::call::Call;
use crate::cluster::Cluster;
use crate::helm::{self, Chart, ChartReference, ChartSource, Record};

use super::error::Error;
use super::spec::{AgentSpec, ChartOrigin};
use super::tools::Tools;
use crate::usecases::session::Session;

/// Chart and Helm, ready to use.
#[derive(Debug)]
pub(super) struct Provisions {
    /// Helm, and the private directory, which holds the chart.
    pub tools: Tools,
    source: ChartSource,
    chart: Chart,
}

impl Provisions {
    /// Fetches both for a cluster in `location`, and has Helm ask the cluster.
    ///
    /// # Errors
    ///
    /// The data plane's, a registry's, or Helm's.
    pub(super) async fn fetch(
        call: &Call,
        session: &Session,
        cluster: &Cluster,
        location: &str,
        agent: &AgentSpec,
        installed: Option<&Record>,
    ) -> Result<Self, Error> {
        call.step("fetch the agents' chart and Helm");
        let (source, tools) = futures::try_join!(
            wanted(call, session, location, agent, installed),
            Tools::provide(call, session, cluster),
        )?;
        let chart = helm::chart::pull(call, &source, tools.workspace()).await?;
        Ok(Self {
            tools,
            source,
            chart,
        })
    }

    /// The chart for an object: the one at hand, unless the data plane names another one for it.
    ///
    /// # Errors
    ///
    /// A registry's.
    pub(super) async fn chart(
        &self,
        call: &Call,
        agent: &AgentSpec,
        installed: Option<&Record>,
        repository_path: &str,
    ) -> Result<Chart, Error> {
        let named = chart_source(agent, installed, repository_path)?;
        if named == self.source {
            return Ok(self.chart.clone());
        }
        Ok(helm::chart::pull(call, &named, self.tools.workspace()).await?)
    }
}

/// The chart that is wanted, as far as that can be said before there is an object to ask about.
async fn wanted(
    call: &Call,
    session: &Session,
    location: &str,
    agent: &AgentSpec,
    installed: Option<&Record>,
) -> Result<ChartSource, Error> {
    if let ChartOrigin::Path(path) = &agent.chart {
        return Ok(ChartSource::Path(path.clone()));
    }
    let data_plane = session.azure.data_plane(call, location).await?;
    let train = &agent.release_train;
    let path = data_plane.latest_helm_package_path(call, train).await?;
    chart_source(agent, installed, &path)
}

/// What the data plane names, as far as nothing else is asked for: agents that are there keep their version.
fn chart_source(
    agent: &AgentSpec,
    installed: Option<&Record>,
    repository_path: &str,
) -> Result<ChartSource, Error> {
    let (repository, digest) = match &agent.chart {
        ChartOrigin::Path(path) => return Ok(ChartSource::Path(path.clone())),
        ChartOrigin::Registry { repository, digest } => (repository.clone(), digest.clone()),
    };
    let named = ChartReference::from_repository_path(repository_path)?;
    let installed = installed.filter(|_| digest.is_none());
    let installed = installed.map(|record| record.chart_version.clone());
    let version = agent.version.clone().or(installed);
    Ok(ChartSource::Reference {
        repository: repository.unwrap_or(named.repository),
        version: version.unwrap_or(named.version),
        digest,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMED: &str = "mcr.microsoft.com/a/azure-arc-k8sagents:1.35.4";

    fn source(version: Option<&str>, repository: Option<&str>) -> ChartSource {
        let agent = AgentSpec {
            version: version.map(Into::into),
            release_train: "stable".to_owned(),
            chart: ChartOrigin::Registry {
                repository: repository.map(Into::into),
                digest: None,
            },
        };
        chart_source(&agent, None, NAMED).expect("a reference")
    }

    #[test]
    fn what_is_asked_for_goes_before_what_the_data_plane_names() {
        let reference = |repository: &str, version: &str| ChartSource::Reference {
            repository: repository.to_owned(),
            version: version.to_owned(),
            digest: None,
        };
        let public = "mcr.microsoft.com/a/v2/azure-arc-k8sagents";
        assert_eq!(source(None, None), reference(public, "1.35.4"));
        assert_eq!(source(Some("1.34.0"), None), reference(public, "1.34.0"));
        assert_eq!(
            source(None, Some("mirror/a")),
            reference("mirror/a", "1.35.4")
        );
    }
}
