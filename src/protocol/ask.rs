//! What all requests and all replies have in common.

use crate::proto::tfplugin6 as wire;

/// A request of one RPC.
pub(super) trait Ask: Send + 'static {
    /// The RPC's name.
    const RPC: &'static str;

    /// What answers it.
    type Reply: Reply;

    /// The Terraform type that it is about; `provider` where it is about the provider itself.
    fn object(&self) -> &str;

    /// What the client says about itself; nothing in most requests.
    fn client(&self) -> wire::ClientCapabilities {
        wire::ClientCapabilities::default()
    }
}

/// A reply, which can be a failure.
pub(super) trait Reply: Default + Send + 'static {
    /// Its messages to the user.
    fn diagnostics(&mut self) -> &mut Vec<wire::Diagnostic>;

    /// The reply that holds nothing but these messages.
    fn failed(diagnostics: Vec<wire::Diagnostic>) -> Self {
        let mut reply = Self::default();
        *reply.diagnostics() = diagnostics;
        reply
    }
}

/// The field that names the object, or the provider itself.
macro_rules! object {
    ($request:ident) => {
        "provider"
    };
    ($request:ident $field:ident) => {
        &$request.$field
    };
}

/// `module: "Rpc" about field [with capabilities]`, where the module is the RPC's name in the generated code.
macro_rules! rpcs {
    ($($module:ident: $rpc:literal $(about $object:ident)? $(, $capabilities:ident)?;)*) => {$(
        impl Ask for wire::$module::Request {
            const RPC: &'static str = $rpc;
            type Reply = wire::$module::Response;

            fn object(&self) -> &str {
                object!(self $($object)?)
            }

            $(fn client(&self) -> wire::ClientCapabilities {
                self.$capabilities.unwrap_or_default()
            })?
        }

        impl Reply for wire::$module::Response {
            fn diagnostics(&mut self) -> &mut Vec<wire::Diagnostic> {
                &mut self.diagnostics
            }
        }
    )*};
}

rpcs! {
    get_metadata: "GetMetadata";
    get_provider_schema: "GetProviderSchema";
    get_resource_identity_schemas: "GetResourceIdentitySchemas";
    get_functions: "GetFunctions";
    validate_provider_config: "ValidateProviderConfig";
    configure_provider: "ConfigureProvider", client_capabilities;
    validate_resource_config: "ValidateResourceConfig" about type_name, client_capabilities;
    upgrade_resource_state: "UpgradeResourceState" about type_name;
    upgrade_resource_identity: "UpgradeResourceIdentity" about type_name;
    read_resource: "ReadResource" about type_name, client_capabilities;
    plan_resource_change: "PlanResourceChange" about type_name, client_capabilities;
    apply_resource_change: "ApplyResourceChange" about type_name;
    import_resource_state: "ImportResourceState" about type_name, client_capabilities;
    move_resource_state: "MoveResourceState" about target_type_name;
    validate_data_resource_config: "ValidateDataResourceConfig" about type_name;
    read_data_source: "ReadDataSource" about type_name, client_capabilities;
    validate_ephemeral_resource_config: "ValidateEphemeralResourceConfig" about type_name;
    open_ephemeral_resource: "OpenEphemeralResource" about type_name, client_capabilities;
    renew_ephemeral_resource: "RenewEphemeralResource" about type_name;
    close_ephemeral_resource: "CloseEphemeralResource" about type_name;
    validate_list_resource_config: "ValidateListResourceConfig" about type_name;
    validate_action_config: "ValidateActionConfig" about action_type;
    plan_action: "PlanAction" about action_type, client_capabilities;
}
