//! As much of an engine as one resource needs: plan and apply, each with a provider process of its own, and a state that
//! is kept as Terraform keeps it. An engine takes seconds for what takes a tenth of one here.

use std::path::PathBuf;

use anyhow::ensure;
use serde_json::Value;
use world::environment::Environment;

use super::host::{Errors, Host, Object, not_settled};
use crate::plugin::messages::diagnostic::Severity;
use crate::plugin::messages::{
    ClientCapabilities, Diagnostic, DynamicValue, ResourceIdentityData, apply_resource_change,
    configure_provider, plan_resource_change, read_resource,
};
use crate::plugin::{Plugin, Started};

/// Null in `MessagePack`.
const NIL: u8 = 0xc0;

/// Runs a provider by its protocol.
pub struct Protocol {
    /// The provider's program.
    pub program: PathBuf,
    /// Its variables.
    pub environment: Environment,
    /// Where its log goes.
    pub log: PathBuf,
}

/// One resource as a state has it. By default there is none.
#[derive(Clone, Debug)]
pub struct Stored {
    type_name: &'static str,
    state: DynamicValue,
    private: Vec<u8>,
    identity: Option<ResourceIdentityData>,
    /// Whether its create failed, so that it is to be replaced.
    tainted: bool,
}

type Planned = plan_resource_change::Response;

/// What an apply will do.
enum Plan {
    Nothing,
    /// A create, an update or a destroy.
    Change,
    /// A destroy and a create.
    Replacement,
}

impl Object for Stored {
    fn is_none(&self) -> bool {
        self.state.msgpack == [NIL]
    }

    fn is_tainted(&self) -> bool {
        self.tainted
    }
}

impl Host for Protocol {
    type Object = Stored;

    async fn none(&self, type_name: &'static str) -> anyhow::Result<Stored> {
        Ok(Stored::none(type_name))
    }

    async fn apply(
        &self,
        object: &mut Stored,
        configuration: Option<&Value>,
        begin: impl FnOnce() + Send,
    ) -> anyhow::Result<Errors> {
        let planned = self.plan(object, configuration).await?;
        begin();
        let replace = match planned {
            Ok(Plan::Nothing) => return Ok(Errors::new()),
            Ok(plan) => matches!(plan, Plan::Replacement),
            Err(errors) => return Ok(errors),
        };
        let mut provider = self.start().await?;
        let errors = provider.carry_out(object, configuration, replace).await?;
        provider.plugin.shut_down().await?;
        Ok(errors)
    }

    async fn settled(&self, object: &mut Stored, configuration: &Value) -> anyhow::Result<Errors> {
        let planned = self.plan(object, Some(configuration)).await?;
        Ok(match planned {
            Ok(Plan::Nothing) => Errors::new(),
            Ok(Plan::Change | Plan::Replacement) => not_settled(),
            Err(errors) => errors,
        })
    }
}

impl Protocol {
    /// Reads the object and plans its change.
    async fn plan(
        &self,
        object: &mut Stored,
        configuration: Option<&Value>,
    ) -> anyhow::Result<Result<Plan, Errors>> {
        let mut provider = self.start().await?;
        let read = provider.refresh(object).await?;
        let planned = match read {
            Ok(()) => provider.plan_change(object, configuration).await?,
            Err(errors) => Err(errors),
        };
        provider.plugin.shut_down().await?;
        Ok(planned)
    }

    async fn start(&self) -> anyhow::Result<Configured> {
        let started = Started::logging(&self.program, &self.environment, &self.log).await?;
        let mut plugin = started.dial().await?;
        let request = configure_provider::Request {
            config: Some(json(&Value::Object(serde_json::Map::new()))),
            ..configure_provider::Request::default()
        };
        let reply: configure_provider::Response = plugin
            .call("/tfplugin6.Provider/ConfigureProvider", request)
            .await?;
        let errors = errors(&reply.diagnostics);
        ensure!(errors.is_empty(), "{errors:?}");
        Ok(Configured { plugin })
    }
}

/// A provider that has its configuration.
struct Configured {
    plugin: Plugin,
}

impl Configured {
    /// Takes over what is really there.
    async fn refresh(&mut self, object: &mut Stored) -> anyhow::Result<Result<(), Errors>> {
        if object.is_none() {
            return Ok(Ok(()));
        }
        let request = read_resource::Request {
            type_name: object.type_name.to_owned(),
            current_state: Some(object.state.clone()),
            private: object.private.clone(),
            current_identity: object.identity.clone(),
            client_capabilities: capabilities(),
            ..read_resource::Request::default()
        };
        let reply: read_resource::Response = self
            .plugin
            .call("/tfplugin6.Provider/ReadResource", request)
            .await?;
        let errors = errors(&reply.diagnostics);
        if !errors.is_empty() {
            return Ok(Err(errors));
        }
        object.keep(reply.new_state, reply.private, reply.new_identity);
        Ok(Ok(()))
    }

    async fn plan_change(
        &mut self,
        object: &Stored,
        configuration: Option<&Value>,
    ) -> anyhow::Result<Result<Plan, Errors>> {
        if object.is_none() && configuration.is_none() {
            return Ok(Ok(Plan::Nothing));
        }
        let planned = self.ask_for_plan(object, configuration).await?;
        let errors = errors(&planned.diagnostics);
        if !errors.is_empty() {
            return Ok(Err(errors));
        }
        let exists = !object.is_none() && configuration.is_some();
        let replace = object.tainted || !planned.requires_replace.is_empty();
        let same = planned.planned_state.as_ref() == Some(&object.state);
        Ok(Ok(match (exists && replace, same) {
            (true, _) => Plan::Replacement,
            (false, true) => Plan::Nothing,
            (false, false) => Plan::Change,
        }))
    }

    async fn ask_for_plan(
        &mut self,
        object: &Stored,
        configuration: Option<&Value>,
    ) -> anyhow::Result<Planned> {
        let config = configuration.map_or_else(null, json);
        let request = plan_resource_change::Request {
            type_name: object.type_name.to_owned(),
            prior_state: Some(object.state.clone()),
            proposed_new_state: Some(config.clone()),
            config: Some(config),
            prior_private: object.private.clone(),
            prior_identity: object.identity.clone(),
            client_capabilities: capabilities(),
            ..plan_resource_change::Request::default()
        };
        let path = "/tfplugin6.Provider/PlanResourceChange";
        Ok(self.plugin.call(path, request).await?)
    }

    /// Carries a plan out: a replacement is a destroy and a create. As in Terraform, all but a destroy is planned again.
    async fn carry_out(
        &mut self,
        object: &mut Stored,
        configuration: Option<&Value>,
        replace: bool,
    ) -> anyhow::Result<Errors> {
        if replace || configuration.is_none() {
            let errors = self.change(object, None, Planned::nothing(object)).await?;
            if !errors.is_empty() || configuration.is_none() {
                return Ok(errors);
            }
        }
        let planned = self.ask_for_plan(object, configuration).await?;
        let errors = errors(&planned.diagnostics);
        if !errors.is_empty() {
            return Ok(errors);
        }
        self.change(object, configuration, planned).await
    }

    async fn change(
        &mut self,
        object: &mut Stored,
        configuration: Option<&Value>,
        planned: Planned,
    ) -> anyhow::Result<Errors> {
        let creates = object.is_none();
        let request = apply_resource_change::Request {
            type_name: object.type_name.to_owned(),
            prior_state: Some(object.state.clone()),
            planned_state: planned.planned_state,
            config: Some(configuration.map_or_else(null, json)),
            planned_private: planned.planned_private,
            planned_identity: planned.planned_identity,
            ..apply_resource_change::Request::default()
        };
        let path = "/tfplugin6.Provider/ApplyResourceChange";
        let reply: apply_resource_change::Response = self.plugin.call(path, request).await?;
        let errors = errors(&reply.diagnostics);
        object.keep(reply.new_state, reply.private, reply.new_identity);
        object.tainted = !object.is_none() && !errors.is_empty() && (creates || object.tainted);
        Ok(errors)
    }
}

impl Planned {
    /// That an object will be no more.
    fn nothing(object: &Stored) -> Self {
        Self {
            planned_state: Some(null()),
            planned_private: object.private.clone(),
            planned_identity: object.identity.clone(),
            ..Self::default()
        }
    }
}

impl Stored {
    fn none(type_name: &'static str) -> Self {
        Self {
            type_name,
            state: null(),
            private: Vec::new(),
            identity: None,
            tainted: false,
        }
    }

    fn keep(
        &mut self,
        state: Option<DynamicValue>,
        private: Vec<u8>,
        identity: Option<ResourceIdentityData>,
    ) {
        self.state = state.unwrap_or_else(null);
        self.private = private;
        self.identity = identity.or_else(|| self.identity.take());
        if self.is_none() {
            *self = Self::none(self.type_name);
        }
    }
}

fn null() -> DynamicValue {
    DynamicValue {
        msgpack: vec![NIL],
        json: Vec::new(),
    }
}

fn json(value: &Value) -> DynamicValue {
    DynamicValue {
        msgpack: Vec::new(),
        json: value.to_string().into_bytes(),
    }
}

#[expect(clippy::unnecessary_wraps, reason = "requests want an option")]
fn capabilities() -> Option<ClientCapabilities> {
    Some(ClientCapabilities {
        write_only_attributes_allowed: true,
        ..ClientCapabilities::default()
    })
}

fn errors(diagnostics: &[Diagnostic]) -> Errors {
    let errors = diagnostics.iter();
    errors
        .filter(|diagnostic| diagnostic.severity() == Severity::Error)
        .map(|diagnostic| format!("{}: {}", diagnostic.summary, diagnostic.detail))
        .collect()
}
