//! A `moved` block from `azurerm_arc_kubernetes_cluster`: the same object in Azure, without anybody who looks after its agents.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::resources::shared::ids;
use crate::sdk::diagnostics::Diagnostics;
use crate::sdk::path::AttributePath;
use crate::sdk::resource::MoveSource;

use crate::usecases::ResourceId;

use super::TYPE_NAME;
use super::state::State;

/// Who stores such objects, under whatever registry's name.
const PROVIDER: &str = "/hashicorp/azurerm";
const SOURCE: &str = "azurerm_arc_kubernetes_cluster";

/// What azurerm knows and the next look needs; the rest comes from Azure.
#[derive(Debug, Deserialize)]
struct Azurerm {
    id: String,
    #[serde(default)]
    location: Option<String>,
    #[serde(default)]
    tags: Option<BTreeMap<String, String>>,
}

/// The state of an object that azurerm has stored, as after an import; region and tags are known already.
pub(super) fn from_azurerm(source: &MoveSource) -> Result<State, Diagnostics> {
    if source.type_name != SOURCE || !source.provider.ends_with(PROVIDER) {
        return Err(source.not_supported(TYPE_NAME));
    }
    let stored = Azurerm::deserialize(&source.state).map_err(|error| {
        let detail = format!("The state of this {SOURCE} cannot be read: {error}.");
        Diagnostics::error(AttributePath::root(), "State Not Readable", detail)
    })?;
    let id = ids::parse(
        &stored.id,
        "a connected cluster",
        "az connectedk8s show",
        ResourceId::is_connected_cluster,
    )?;
    Ok(State {
        location: stored.location.unwrap_or_default(),
        tags: stored.tags.filter(|tags| !tags.is_empty()),
        ..State::known_by(&id)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const ID: &str = "/subscriptions/e3d0f5e4-4b0c-4d86-a2c4-0d6f5d0c7c31/resourceGroups/arc/providers/Microsoft.Kubernetes/connectedClusters/prod-1";

    /// Written by azurerm 4.
    fn azurerm() -> Value {
        json!({
            "id": ID, "name": "prod-1", "resource_group_name": "arc", "location": "koreacentral",
            "agent_public_key_certificate": "MIICCgKCAgEA", "tags": {"Scope": "Private"},
            "identity": [{"type": "SystemAssigned", "principal_id": "7d0b5c5e", "tenant_id": "4f1c2a90"}],
            "agent_version": "", "distribution": "", "infrastructure": "", "kubernetes_version": "", "offering": "",
            "total_core_count": 0, "total_node_count": 0, "timeouts": null,
        })
    }

    fn source(provider: &str, type_name: &str, state: Value) -> MoveSource {
        MoveSource {
            provider: provider.to_owned(),
            type_name: type_name.to_owned(),
            schema_version: 0,
            state,
        }
    }

    #[test]
    fn an_object_of_azurerms_is_taken_over_and_read_as_if_imported() {
        let provider = "registry.terraform.io/hashicorp/azurerm";
        let state = from_azurerm(&source(provider, SOURCE, azurerm())).expect("taken over");
        assert_eq!(
            state.id.as_ref().map(ToString::to_string).as_deref(),
            Some(ID)
        );
        assert_eq!(
            (state.name.as_str(), state.resource_group_name.as_str()),
            ("prod-1", "arc")
        );
        assert_eq!(state.location, "koreacentral");
        assert_eq!(
            state.subscription_id.as_deref(),
            Some("e3d0f5e4-4b0c-4d86-a2c4-0d6f5d0c7c31")
        );
        let tags = [("Scope".to_owned(), "Private".to_owned())];
        assert_eq!(state.tags, Some(tags.into()));
        assert!(state.is_only_imported());
    }

    #[test]
    fn no_tags_are_none_as_in_a_configuration_without() {
        let mut stored = azurerm();
        stored["tags"] = json!({});
        let provider = "registry.opentofu.org/hashicorp/azurerm";
        let state = from_azurerm(&source(provider, SOURCE, stored)).expect("taken over");
        assert_eq!(state.tags, None);
    }

    #[test]
    fn other_types_other_providers_and_broken_states_are_refused() {
        let azurerm_provider = "registry.terraform.io/hashicorp/azurerm";
        let mut broken = azurerm();
        broken["id"] = "prod-1".into();
        for (provider, type_name, state) in [
            (azurerm_provider, "azurerm_kubernetes_cluster", azurerm()),
            ("registry.terraform.io/acme/azure", SOURCE, azurerm()),
            (azurerm_provider, SOURCE, broken),
            (azurerm_provider, SOURCE, json!({})),
        ] {
            let moved = from_azurerm(&source(provider, type_name, state));
            assert!(moved.is_err(), "{provider} {type_name}");
        }
    }
}
