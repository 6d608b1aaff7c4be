//! Bringing the agents into the cluster: chart, values, key, Helm.

use std::time::Duration;

use secrecy::SecretString;

use crate::arm::{Cloud, ConnectedCluster, HelmSettings};
use crate::call::Call;
use crate::cluster::Cluster;
use crate::release::{
    self, AgentValues, Chart, DataPlaneOverrides, Helm, KeyDelivery, ProtectedSettings, Workspace,
};

use super::error::Error;
use super::provisions::Provisions;
use super::session::Session;
use super::spec::AgentSpec;

/// Names that the az CLI, the agents' own upgrade and support staff rely on.
pub(super) const RELEASE: &str = "azure-arc";
/// Namespace of the release record.
pub(super) const RELEASE_NAMESPACE: &str = "azure-arc-release";
/// Namespace of the agents.
pub(super) const AGENT_NAMESPACE: &str = "azure-arc";

/// How long Helm may wait for the agents, as in the az CLI; the call's own deadline may be earlier.
const HELM_WAIT: Duration = Duration::from_mins(20);

/// Everything that has to be at hand before Helm runs.
pub(super) struct Install<'a> {
    /// Access to both planes.
    pub session: &'a Session,
    /// The cluster.
    pub cluster: &'a Cluster,
    /// The object in Azure, as last returned by ARM.
    pub object: &'a ConnectedCluster,
    /// Which agents.
    pub agent: &'a AgentSpec,
    /// Their chart, and Helm.
    pub provisions: &'a Provisions,
    /// The private half of the key whose public half ARM holds.
    pub private_key: &'a SecretString,
}

impl Install<'_> {
    /// Installs the agents, or upgrades them to the wanted chart, and waits until Helm calls them ready.
    ///
    /// # Errors
    ///
    /// Data plane, chart or Helm failures; a Helm time-out comes with what pods and events show.
    pub(super) async fn run(&self, call: &Call) -> Result<(), Error> {
        let Provisions {
            workspace, helm, ..
        } = self.provisions;
        call.step("ask the Arc data plane for the agents' values");
        let settings = self.settings(call).await?;
        let path = &settings.repository_path;
        let chart = self.provisions.chart(call, self.agent, path).await?;
        let delivery = KeyDelivery::for_agent(&chart.version, &self.agent.release_train);
        if delivery == KeyDelivery::Secret {
            call.step("hand the private key to the agents");
            self.cluster
                .deliver_private_key(call, self.private_key)
                .await?;
        }
        let values = self.values(call, delivery, &settings).await?;
        call.step("install the agents with Helm");
        self.helm(call, helm, workspace, &chart, &values).await
    }

    async fn settings(&self, call: &Call) -> Result<HelmSettings, Error> {
        let location = self.object.location.as_deref().unwrap_or_default();
        let data_plane = self.session.azure.data_plane(call, location).await?;
        data_plane.health_check(call).await?;
        let train = &self.agent.release_train;
        let mut settings = data_plane.helm_settings(call, self.object, train).await?;
        if settings.repository_path.is_empty() {
            settings.repository_path = data_plane.latest_helm_package_path(call, train).await?;
        }
        Ok(settings)
    }

    async fn values(
        &self,
        call: &Call,
        delivery: KeyDelivery,
        settings: &HelmSettings,
    ) -> Result<serde_json::Value, Error> {
        let cloud = self.session.azure.cloud(call).await?;
        let overrides = self.overrides(cloud, &settings.repository_path);
        let values = AgentValues {
            distribution: self
                .object
                .properties
                .distribution
                .as_deref()
                .unwrap_or("generic"),
            infrastructure: self
                .object
                .properties
                .infrastructure
                .as_deref()
                .unwrap_or("generic"),
            onboarding_private_key: (delivery == KeyDelivery::Value).then_some(self.private_key),
            azure_environment: cloud.azure_environment(),
            cluster_connect_enabled: true,
            data_plane_overrides: overrides.as_ref(),
            helm_settings: &settings.values,
            protected_settings: &ProtectedSettings::default(),
            custom_locations_oid: None,
        };
        Ok(values.compose()?)
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
            resource_manager: cloud.resource_manager().to_string(),
            active_directory: cloud.login().to_string(),
            configuration: endpoints.config.to_string(),
            notification: endpoints.notification.clone().unwrap_or_default(),
            identity: endpoints.hybrid_identity.clone().unwrap_or_default(),
            relay_suffix: endpoints.relay_suffix.clone().unwrap_or_default(),
            image_repository: registry.to_owned(),
        })
    }

    async fn helm(
        &self,
        call: &Call,
        helm: &Helm,
        workspace: &Workspace,
        chart: &Chart,
        values: &serde_json::Value,
    ) -> Result<(), Error> {
        let lease = self
            .cluster
            .lease_kubeconfig(call, workspace.path())
            .await?;
        let access = release::Access {
            kubeconfig: lease.path(),
            workspace,
        };
        let install = release::Install {
            release: RELEASE,
            namespace: RELEASE_NAMESPACE,
            chart: &chart.path,
            values,
            wait_timeout: call
                .remaining()
                .map_or(HELM_WAIT, |left| left.min(HELM_WAIT)),
        };
        match helm.upgrade_install(call, &access, &install).await {
            Ok(()) => Ok(()),
            Err(source) => Err(Error::Agents {
                source,
                evidence: evidence(self.cluster).await,
            }),
        }
    }
}

/// What pods, events and secrets show, collected also when the call's own time is over.
pub(super) async fn evidence(cluster: &Cluster) -> Vec<String> {
    const LOOK: Duration = Duration::from_secs(10);
    let call = Call::new(tokio_util::sync::CancellationToken::new(), RELEASE).within(LOOK);
    match cluster.explain_agents(&call).await {
        Ok(lines) => lines,
        Err(error) => vec![format!("the agents could not be looked at: {error}")],
    }
}
