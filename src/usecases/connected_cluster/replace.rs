//! Deleting a connected cluster in Azure in order to make it again under the same name.
//!
//! With the object go its extensions, configurations, role assignments and its identity. So it is done for two reasons
//! only: the object is expired, or Azure said in so many words that it takes no other key; and only where it was announced.

use crate::arm::{Client, ConnectedCluster, Operation, ResourceId, refuses_another_key};
use crate::call::Call;

use super::error::Error;
use super::spec::{Adopt, Spec};

/// Sends the object. With `rekeys`, it exists and shall get another key; where Azure refuses that, it is deleted and sent
/// again.
///
/// # Errors
///
/// Azure's; [`Error::NotKept`] where the deletion was not announced; [`Error::DeletedOnly`].
pub(super) async fn put(
    call: &Call,
    azure: &Client,
    spec: &Spec,
    body: &ConnectedCluster,
    rekeys: bool,
) -> Result<Operation<ConnectedCluster>, Error> {
    let clusters = azure.connected_clusters();
    let refused = match clusters.put(call, &spec.id, body).await {
        Err(error) if rekeys && refuses_another_key(&error) => error,
        sent => return Ok(sent?),
    };
    if spec.adopt != Adopt::Replacing {
        let said = refused.fault().map(ToString::to_string);
        return Err(Error::NotKept {
            id: spec.id.clone(),
            why: format!(
                "the key in the cluster is not the one that Azure knows, and Azure takes no other ({})",
                said.unwrap_or_default()
            ),
        });
    }
    call.step("delete the connected cluster, which does not take another key, and make it again");
    delete(call, azure, &spec.id).await?;
    let sent = clusters.put(call, &spec.id, body).await;
    sent.map_err(|error| deleted_only(&spec.id, error.into()))
}

/// Deletes the object and waits until it is gone.
///
/// # Errors
///
/// Azure's.
pub(super) async fn delete(call: &Call, azure: &Client, id: &ResourceId) -> Result<(), Error> {
    let operation = azure.connected_clusters().delete(call, id, false).await?;
    Ok(operation.wait(call).await?)
}

/// What went wrong after the object was deleted: the deletion is the first thing to be told.
pub(super) fn deleted_only(id: &ResourceId, error: Error) -> Error {
    Error::DeletedOnly {
        id: id.clone(),
        source: Box::new(error),
    }
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::super::testing::spec;
    use super::*;
    use crate::arm::testing::{Azure, CLUSTER, Reply, call, cluster_id};
    use crate::fault::Explain as _;

    const KEY: &str = "The public key of a connected cluster cannot be changed.";

    /// An object that answers each PUT with the next of these; what was asked of it, and how it ended.
    async fn asked(
        adopt: Adopt,
        rekeys: bool,
        answers: &'static [(u16, &'static str, &'static str)],
    ) -> (String, Result<(), Error>) {
        let azure = Azure::start(move |seen, before| match seen.method {
            Method::PUT => Some(match answers.get(before) {
                Some((status, code, message)) => Reply::error(*status, code, message),
                None => Reply::json(201, &serde_json::json!({"properties": {}})),
            }),
            Method::DELETE => Some(Reply::empty(204)),
            Method::GET if seen.path == CLUSTER => Some(Reply::error(404, "ResourceNotFound", "")),
            _ => None,
        })
        .await;
        let spec = Spec {
            id: cluster_id(),
            adopt,
            ..spec()
        };
        let sent = put(
            &call(),
            &azure.client(),
            &spec,
            &ConnectedCluster::default(),
            rekeys,
        )
        .await;
        let methods = azure.requests_to(CLUSTER);
        let writes = methods.iter().filter(|seen| seen.method != Method::GET);
        let methods: Vec<_> = writes.map(|seen| seen.method.to_string()).collect();
        (methods.join(" "), sent.map(drop))
    }

    #[tokio::test]
    async fn only_the_refusal_of_the_key_deletes_an_object() {
        for (code, message) in [
            ("Conflict", "The request conflicts with another one."),
            ("ScopeLocked", "The scope is locked."),
            ("OperationNotAllowed", "Not now."),
            ("PreconditionFailed", "Not this version."),
        ] {
            let answers: &[_] = Box::leak(Box::new([(409, code, message)]));
            let (methods, sent) = asked(Adopt::Replacing, true, answers).await;
            assert_eq!(methods, "PUT", "{code}");
            let error = sent.expect_err("refused");
            assert_eq!(
                error.reference().and_then(|one| one.code).as_deref(),
                Some(code)
            );
        }
        let (methods, sent) = asked(Adopt::Replacing, true, &[(409, "Conflict", KEY)]).await;
        assert_eq!(methods, "PUT DELETE PUT");
        sent.expect("made again");
    }

    #[tokio::test]
    async fn nothing_is_deleted_unannounced_or_where_no_key_was_to_change() {
        let (methods, sent) = asked(Adopt::Keeping, true, &[(409, "Conflict", KEY)]).await;
        assert_eq!(methods, "PUT");
        let error = sent.expect_err("not announced");
        assert!(matches!(error, Error::NotKept { .. }), "{error}");
        let (methods, _) = asked(Adopt::Replacing, false, &[(409, "Conflict", KEY)]).await;
        assert_eq!(methods, "PUT");
    }

    #[tokio::test]
    async fn an_object_that_was_only_deleted_is_said_to_be() {
        let (methods, sent) = asked(
            Adopt::Replacing,
            true,
            &[(409, "Conflict", KEY), (403, "AuthorizationFailed", "no")],
        )
        .await;
        assert_eq!(methods, "PUT DELETE PUT");
        let error = sent.expect_err("refused");
        assert!(
            error.to_string().contains("was deleted in Azure"),
            "{error}"
        );
        assert_eq!(
            error.summary(),
            "Connected Cluster Deleted And Not Made Again"
        );
    }
}
