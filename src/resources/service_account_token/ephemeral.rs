//! The ephemeral `arc_service_account_token`: a token for one run.
//!
//! Kubernetes cannot prolong a token that it has issued, and a result that was handed out cannot be changed. A renewal
//! therefore checks that the token still holds, and says in time that it runs out; closing revokes it.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::resources::connection::{self, ConnectionState};
use crate::resources::shared::{diagnose, ids};
use crate::sdk::context::Context;
use crate::sdk::diagnostics::Diagnostics;
use crate::sdk::duration;
use crate::sdk::ephemeral::{EphemeralResource, Lease, Opened, Renewed};
use crate::sdk::path::AttributePath;
use crate::sdk::resource::DeferReason;
use crate::sdk::schema::{Attribute, Schema};
use crate::sdk::types::Type;
use crate::sdk::value::Value;
use crate::usecases::service_account_token::{self as tokens, Account, Anchor, Loan, LoanSpec};
use crate::usecases::{ResourceId, SessionSlot};

use super::state::{ConnectState, exposed};
use super::{TYPE_NAME, rules, schema};

/// The life of a token unless the user says otherwise.
const LIFETIME: Duration = Duration::from_hours(1);
/// How long opening, renewing and closing may take, each.
const LIMIT: Duration = Duration::from_mins(5);
/// The part of its life after which a token is looked at again.
const LOOK_AFTER: f64 = 0.8;

/// The ephemeral resource type.
#[derive(Clone, Debug)]
pub struct ServiceAccountTokenEphemeral {
    session: SessionSlot,
}

impl ServiceAccountTokenEphemeral {
    /// The type, working through the session that the provider block sets up.
    #[must_use]
    pub const fn new(session: SessionSlot) -> Self {
        Self { session }
    }
}

/// All attributes; see the schema for what they mean.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct State {
    connected_cluster_id: Option<ResourceId>,
    kubernetes: Option<ConnectionState>,
    namespace: String,
    name: String,
    duration: Option<String>,
    audiences: Option<BTreeSet<String>>,
    #[serde(serialize_with = "exposed")]
    token: Option<SecretString>,
    token_expiration: Option<String>,
    host: Option<String>,
    cluster_ca_certificate: Option<String>,
    service_account_uid: Option<String>,
    cluster_connect: Option<ConnectState>,
}

/// What the close needs: a reference to the cluster and to the Secret that the token hangs on, nothing secret.
#[derive(Debug, Deserialize, Serialize)]
struct Ticket {
    kubernetes: Option<ConnectionState>,
    namespace: String,
    account: String,
    secret: String,
    uid: String,
    expires: String,
}

impl EphemeralResource for ServiceAccountTokenEphemeral {
    type State = State;

    fn type_name(&self) -> &'static str {
        TYPE_NAME
    }

    fn schema(&self) -> Schema {
        let attributes = schema::identifying().into_iter().chain(own()).collect();
        Schema::new(
            "A token of an existing service account for as long as Terraform runs: issued when it is needed, stored nowhere, and \
             revoked at the end. For the configuration of other providers and for write-only arguments.",
            attributes,
        )
    }

    fn time_limit(&self) -> Duration {
        LIMIT
    }

    fn not_yet(&self) -> Option<DeferReason> {
        let ready = self.session.get().is_some();
        (!ready).then_some(DeferReason::ProviderConfigUnknown)
    }

    fn validate(&self, config: &Value) -> Diagnostics {
        let path = AttributePath::attribute(connection::NAME);
        connection::validate(&path, config.get(connection::NAME))
    }

    async fn open(&self, cx: &Context, config: State) -> Result<Opened<State>, Diagnostics> {
        let session = diagnose::session(&self.session)?;
        let spec = config.spec()?;
        let loan = Box::pin(tokens::lend(&cx.call, &session, &spec))
            .await
            .map_err(|error| {
                let attempted = format!("issuing a token of ServiceAccount {}", spec.account);
                diagnose::failed(&attempted, &error)
            })?;
        let ticket = Ticket::of(config.kubernetes.clone(), &loan);
        Ok(Opened {
            lease: Lease {
                private: ticket.write(),
                renew_at: Some(look_again(Timestamp::now(), loan.expires)),
            },
            result: config.with_loan(loan),
            diagnostics: Diagnostics::default(),
        })
    }

    async fn renew(&self, cx: &Context, private: &[u8]) -> Result<Renewed, Diagnostics> {
        let session = diagnose::session(&self.session)?;
        let ticket = Ticket::read(private)?;
        let (connection, anchor) = (ticket.connection(), ticket.anchor());
        tokens::is_honoured(&cx.call, &session, connection.as_ref(), &anchor)
            .await
            .map_err(|error| diagnose::failed("looking after a token that is in use", &error))?;
        Ok(Renewed {
            lease: Lease {
                private: private.to_vec(),
                renew_at: None,
            },
            diagnostics: ticket.runs_out(),
        })
    }

    async fn close(&self, cx: &Context, private: &[u8]) -> Diagnostics {
        let ticket = match Ticket::read(private) {
            Ok(ticket) => ticket,
            Err(unreadable) => return unreadable,
        };
        let session = match diagnose::session(&self.session) {
            Ok(session) => session,
            Err(missing) => return missing,
        };
        let (connection, anchor) = (ticket.connection(), ticket.anchor());
        let given_back = tokens::give_back(&cx.call, &session, connection.as_ref(), &anchor).await;
        match given_back {
            Ok(()) => Diagnostics::default(),
            Err(error) => {
                let attempted = format!(
                    "revoking a token of ServiceAccount {}, which is good until {} unless Secret {}/{} is deleted",
                    anchor.account, ticket.expires, ticket.namespace, ticket.secret
                );
                diagnose::warned(&attempted, &error)
            }
        }
    }
}

fn own() -> Vec<Attribute> {
    let text = |name, description| Attribute::string(name).computed().describe(description);
    vec![
        Attribute::string("duration")
            .check(rules::lifetime())
            .describe(
                "How long the token is good for, `10m` at least; default `1h`. It is revoked at the end of the run, so choose \
                 more than a run takes. The cluster may set a lower limit.",
            ),
        Attribute::set_of("audiences", Type::String)
            .describe("Who accepts the token. Default: the API server."),
        text("token", "The token.").sensitive(),
        text("token_expiration", "When the token runs out (RFC 3339)."),
        text("host", "URL of the API server."),
        text(
            "cluster_ca_certificate",
            "PEM of the API server's CA, where the connection names one.",
        ),
        text("service_account_uid", "UID of the service account."),
        schema::connect(),
    ]
}

impl State {
    fn spec(&self) -> Result<LoanSpec, Diagnostics> {
        let lifetime = self.duration.as_deref().map(duration::parse);
        Ok(LoanSpec {
            connected_cluster: ids::required_cluster(self.connected_cluster_id.as_ref())?.clone(),
            connection: self.kubernetes.as_ref().map(ConnectionState::connection),
            account: Account::new(&self.namespace, &self.name),
            lifetime: lifetime.and_then(Result::ok).unwrap_or(LIFETIME),
            audiences: self.audiences.iter().flatten().cloned().collect(),
        })
    }

    fn with_loan(self, loan: Loan) -> Self {
        Self {
            token: Some(loan.token),
            token_expiration: Some(loan.expires.to_string()),
            host: Some(loan.endpoint.host),
            cluster_ca_certificate: loan.endpoint.ca_certificate,
            service_account_uid: Some(loan.account_uid),
            cluster_connect: Some((&loan.connect).into()),
            ..self
        }
    }
}

impl Ticket {
    fn of(kubernetes: Option<ConnectionState>, loan: &Loan) -> Self {
        Self {
            kubernetes,
            namespace: loan.anchor.account.namespace.clone(),
            account: loan.anchor.account.name.clone(),
            secret: loan.anchor.name.clone(),
            uid: loan.anchor.uid.clone(),
            expires: loan.expires.to_string(),
        }
    }

    fn write(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a ticket is an object with text keys, which JSON holds")
    }

    fn read(private: &[u8]) -> Result<Self, Diagnostics> {
        serde_json::from_slice(private).map_err(|error| {
            Diagnostics::error(
                AttributePath::root(),
                "Provider Bug",
                format!("What was remembered of an open {TYPE_NAME} cannot be read: {error}."),
            )
        })
    }

    fn connection(&self) -> Option<crate::usecases::Connection> {
        self.kubernetes.as_ref().map(ConnectionState::connection)
    }

    fn anchor(&self) -> Anchor {
        Anchor {
            account: Account::new(&self.namespace, &self.account),
            name: self.secret.clone(),
            uid: self.uid.clone(),
        }
    }

    fn runs_out(&self) -> Diagnostics {
        Diagnostics::warning(
            AttributePath::attribute("duration"),
            "Token Runs Out",
            format!(
                "The token of ServiceAccount {}/{} is still in use and runs out at {}. Kubernetes cannot prolong it.\n\nTo fix \
                 this:\n  - choose a longer duration",
                self.namespace, self.account, self.expires
            ),
        )
    }
}

/// When a token is to be looked at again: with a fifth of its life left.
fn look_again(now: Timestamp, expires: Timestamp) -> SystemTime {
    let life = Duration::try_from(expires.duration_since(now)).unwrap_or_default();
    SystemTime::from(now) + life.mul_f64(LOOK_AFTER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_is_read_back_and_holds_no_secret() {
        let kubernetes = ConnectionState {
            config_path: Some("kubeconfig".to_owned()),
            token: Some("canary".into()),
            ..ConnectionState::default()
        };
        let ticket = Ticket {
            kubernetes: Some(kubernetes),
            namespace: "default".to_owned(),
            account: "azure-user".to_owned(),
            secret: "azure-user-ephemeral-x".to_owned(),
            uid: "s1".to_owned(),
            expires: Timestamp::UNIX_EPOCH.to_string(),
        };
        let written = ticket.write();
        assert!(!String::from_utf8_lossy(&written).contains("canary"));
        let read = Ticket::read(&written).expect("readable");
        assert_eq!(read.anchor(), ticket.anchor());
        assert!(read.connection().is_some());
        assert!(Ticket::read(b"{").is_err());
    }

    #[test]
    fn a_token_is_looked_at_again_with_a_fifth_of_its_life_left() {
        let now = Timestamp::from_second(1000).expect("a time");
        let expires = Timestamp::from_second(1600).expect("a time");
        let at = look_again(now, expires)
            .duration_since(SystemTime::UNIX_EPOCH)
            .expect("after 1970");
        assert_eq!(at, Duration::from_secs(1480));
    }
}
