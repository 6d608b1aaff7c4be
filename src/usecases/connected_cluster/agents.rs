//! Bringing the agents into the cluster: chart, values, key, Helm.

use std::time::Duration;

use secrecy::SecretString;

use crate::arm::{Cloud, ConnectedCluster, HelmSettings};
use crate::call::Call;
use crate::cluster::{
    Cluster, Evidence, EvidenceLine, RELEASE_NAME, RELEASE_NAMESPACE, STARTED, StoredRelease,
    WorkLease,
};
use crate::helm::{self, AgentValues, Chart, DataPlaneOverrides, KeyDelivery, Record};

use super::error::Error;
use super::provisions::Provisions;
use super::proxy;
use super::spec::Spec;
use crate::usecases::session::Session;

/// Values that are gone when nobody asks for them any more.
const OWN_VALUES: [&str; 5] = [
    "global.httpsProxy",
    "global.httpProxy",
    "global.noProxy",
    "global.proxyCert",
    "systemDefaultValues.customLocations",
];

/// How long Helm may wait for the agents, as in the az CLI; the call's own deadline may be earlier.
const HELM_WAIT: Duration = Duration::from_mins(20);

/// How far the time in the label [`STARTED`] and that of Helm's record may lie apart: Helm notes its time when it has looked at the cluster.
const START_MARGIN: i64 = 120;

/// Everything that has to be at hand before Helm runs.
pub(super) struct Install<'a> {
    /// Access to both planes.
    pub session: &'a Session,
    /// The cluster.
    pub cluster: &'a Cluster,
    /// What is wanted.
    pub spec: &'a Spec,
    /// The object in Azure, as last returned by ARM.
    pub object: &'a ConnectedCluster,
    /// The private half of the key whose public half ARM holds.
    pub private_key: &'a SecretString,
    /// What is installed now.
    pub installed: Option<&'a Record>,
    /// Chart and Helm.
    pub provisions: &'a Provisions,
    /// That this run is at work.
    pub lease: &'a WorkLease,
}

impl Install<'_> {
    /// Installs the agents, or upgrades them to the wanted chart and values, and waits until Helm calls them ready.
    ///
    /// # Errors
    ///
    /// Data plane, chart or Helm failures; a Helm time-out comes with what pods and events show.
    pub(super) async fn run(&self, call: &Call) -> Result<(), Error> {
        call.step("ask the Arc data plane for the agents' values");
        let settings = self.settings(call).await?;
        let path = &settings.repository_path;
        let chart = self
            .provisions
            .chart(call, &self.spec.agent, self.installed, path)
            .await?;
        let train = &self.spec.agent.release_train;
        let delivery = KeyDelivery::for_agent(&chart.version, train);
        let values = self.values(call, delivery, &settings).await?;
        self.lease.check()?;
        self.make_way(call, &chart).await?;
        self.lease.check()?;
        call.step("install the agents with Helm");
        self.helm(call, &chart, &values).await
    }

    async fn settings(&self, call: &Call) -> Result<HelmSettings, Error> {
        let location = self.object.location.as_deref().unwrap_or_default();
        let data_plane = self.session.azure.data_plane(call, location).await?;
        data_plane.health_check(call).await?;
        let train = &self.spec.agent.release_train;
        let question = proxy::announce(self.object.clone(), self.spec.settings.proxy.as_ref());
        let mut settings = data_plane.helm_settings(call, &question, train).await?;
        if settings.repository_path.is_empty() {
            settings.repository_path = data_plane.latest_helm_package_path(call, train).await?;
        }
        Ok(settings)
    }

    /// Clears away what keeps Helm from working, and makes what Helm only makes at the first install.
    async fn make_way(&self, call: &Call, chart: &Chart) -> Result<(), Error> {
        let Some(stored) = self.cluster.agent_release(call).await? else {
            return Ok(());
        };
        let record = Record::decode(&stored.payload)?;
        if record.is_pending() && is_of_dead_run(&stored, &record, self.lease.is_held()) {
            call.step("clear away the record of a Helm run that was killed");
            self.cluster.delete_release_record(call, &stored).await?;
        }
        let definitions = helm::chart::definitions(chart)?;
        Ok(self.cluster.create_definitions(call, &definitions).await?)
    }

    /// What others gave to Helm stays, except where it is ours to say.
    async fn values(
        &self,
        call: &Call,
        delivery: KeyDelivery,
        settings: &HelmSettings,
    ) -> Result<serde_json::Value, Error> {
        let cloud = self.session.azure.cloud(call).await?;
        let overrides = self.overrides(cloud, &settings.repository_path);
        let wanted = &self.spec.settings;
        let or_generic = |text: &Option<String>| text.clone().unwrap_or("generic".to_owned());
        let values = AgentValues {
            distribution: &or_generic(&self.object.properties.distribution),
            infrastructure: &or_generic(&self.object.properties.infrastructure),
            onboarding_private_key: (delivery == KeyDelivery::Value).then_some(self.private_key),
            azure_environment: cloud.azure_environment(),
            cluster_connect_enabled: wanted.cluster_connect,
            data_plane_overrides: overrides.as_ref(),
            helm_settings: &settings.values,
            protected_settings: &proxy::protected(wanted.proxy.as_ref()),
            custom_locations_oid: wanted.custom_locations.as_deref(),
        };
        let composed = values.compose()?;
        let before = self.installed.map(|record| record.values.clone());
        let before = before.unwrap_or_default().without(&OWN_VALUES);
        Ok(before.overlaid(composed))
    }

    /// In a cloud that announces endpoints of its own, the agents are told all of them.
    fn overrides(&self, cloud: &Cloud, repository_path: &str) -> Option<DataPlaneOverrides> {
        let endpoints = cloud.data_plane_endpoints()?;
        let identity = self
            .object
            .identity
            .as_ref()
            .and_then(|identity| identity.principal_id.clone());
        let registry = repository_path.split('/').next().unwrap_or_default();
        Some(DataPlaneOverrides {
            principal_id: identity.unwrap_or_default(),
            location: self.object.location.clone().unwrap_or_default(),
            resource_manager: endpoints.spelled.resource_manager.clone(),
            active_directory: endpoints.spelled.login.clone(),
            configuration: endpoints.spelled.config.clone(),
            notification: endpoints.notification.clone().unwrap_or_default(),
            identity: endpoints.hybrid_identity.clone().unwrap_or_default(),
            relay_suffix: endpoints.relay_suffix.clone().unwrap_or_default(),
            image_repository: registry.to_owned(),
        })
    }

    async fn helm(
        &self,
        call: &Call,
        chart: &Chart,
        values: &serde_json::Value,
    ) -> Result<(), Error> {
        let tools = &self.provisions.tools;
        let started = jiff::Timestamp::now().as_second().to_string();
        let install = helm::Install {
            label: (STARTED, &started),
            release: RELEASE_NAME,
            namespace: RELEASE_NAMESPACE,
            chart: &chart.path,
            values,
            wait_timeout: call
                .remaining()
                .map_or(HELM_WAIT, |left| left.min(HELM_WAIT)),
        };
        match tools
            .helm
            .upgrade_install(call, &tools.access(), &install)
            .await
        {
            Ok(()) => Ok(()),
            Err(source) => Err(Error::Agents {
                source,
                evidence: evidence(call, self.cluster).await,
            }),
        }
    }
}

/// Whether a pending record was left by a Helm of ours whose run is dead. Such a Helm dies with its run, and while this run
/// is `alone` (it holds the Lease) no other one lives. Without a Lease nothing can be told of the run that began it.
fn is_of_dead_run(stored: &StoredRelease, record: &Record, alone: bool) -> bool {
    let started = stored
        .labels
        .get(STARTED)
        .and_then(|second| second.parse::<i64>().ok());
    let noted = record.last_deployed.map(jiff::Timestamp::as_second);
    match (started, noted) {
        (Some(started), Some(noted)) => alone && (0..START_MARGIN).contains(&(noted - started)),
        _ => false,
    }
}

/// What pods, events and secrets show, collected also when the call's own time is over.
pub(super) async fn evidence(call: &Call, cluster: &Cluster) -> Box<Evidence> {
    let found = match cluster.diagnose_agents(&call.afterwards()).await {
        Ok(evidence) => evidence,
        Err(error) => Evidence {
            lines: vec![EvidenceLine::new(format!(
                "the agents could not be looked at: {error}"
            ))],
            ..Evidence::default()
        },
    };
    Box::new(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dead(label: Option<&str>, noted: &str, alone: bool) -> bool {
        let labels = label.map(|second| (STARTED.to_owned(), second.to_owned()));
        let stored = StoredRelease {
            namespace: RELEASE_NAMESPACE.to_owned(),
            revision: 2,
            payload: Vec::new(),
            labels: labels.into_iter().collect(),
        };
        let record = Record {
            status: "pending-upgrade".to_owned(),
            chart_version: "1.35.4".to_owned(),
            last_deployed: noted.parse().ok(),
            values: helm::UserValues::default(),
            deployments: [].into(),
            definitions: Vec::new(),
        };
        is_of_dead_run(&stored, &record, alone)
    }

    #[test]
    fn only_a_record_that_a_dead_run_began_right_after_it_started_helm_is_cleared_away() {
        let noted = "2026-11-25T12:00:05Z";
        assert!(dead(Some("1795608000"), noted, true));
        assert!(
            !dead(Some("1795608000"), noted, false),
            "its run may be at work"
        );
        assert!(
            !dead(Some("1795604400"), noted, true),
            "inherited from a record of an hour ago"
        );
        assert!(!dead(None, noted, true));
        assert!(!dead(Some("1795608000"), "", true));
    }
}
