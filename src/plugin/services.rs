//! go-plugin's own services, beside the provider's on the same connection.
//!
//! Terraform needs `Shutdown`. The other streams are open for as long as the host lives; go's client never takes a
//! connection with open streams for idle, so they also keep the only connection from being closed in a long run.

use futures::StreamExt;
use futures::stream::{self, BoxStream};
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status, Streaming};

use super::lifecycle::Lifecycle;
use crate::proto::grpc::health::v1::health_check_response::ServingStatus;
use crate::proto::grpc::health::v1::health_server::Health;
use crate::proto::grpc::health::v1::{HealthCheckRequest, HealthCheckResponse};
use crate::proto::plugin::grpc_broker_server::GrpcBroker;
use crate::proto::plugin::grpc_controller_server::GrpcController;
use crate::proto::plugin::grpc_stdio_server::GrpcStdio;
use crate::proto::plugin::{ConnInfo, Empty, StdioData};

/// The name under which go-plugin asks for the health of a plugin.
const HEALTH_SERVICE: &str = "plugin";

type Open<T> = BoxStream<'static, Result<T, Status>>;

/// A stream that says nothing and ends when the process leaves.
fn silent<T: Send + 'static>(leaving: CancellationToken) -> Open<T> {
    stream::pending()
        .take_until(leaving.cancelled_owned())
        .boxed()
}

/// Ends the process at the host's word.
pub(super) struct Controller(pub Lifecycle);

#[tonic::async_trait]
impl GrpcController for Controller {
    async fn shutdown(&self, _request: Request<Empty>) -> Result<Response<Empty>, Status> {
        self.0.shutdown.cancel();
        Ok(Response::new(Empty {}))
    }
}

/// Would carry stdout and stderr; the host reads those from the pipes.
pub(super) struct Stdio(pub Lifecycle);

#[tonic::async_trait]
impl GrpcStdio for Stdio {
    async fn stream_stdio(
        &self,
        _request: Request<()>,
    ) -> Result<Response<Open<StdioData>>, Status> {
        Ok(Response::new(silent(self.0.leaving.clone())))
    }
}

/// Arranges no connections; its stream tells whether the host is there.
pub(super) struct Broker(pub Lifecycle);

#[tonic::async_trait]
impl GrpcBroker for Broker {
    async fn start_stream(
        &self,
        request: Request<Streaming<ConnInfo>>,
    ) -> Result<Response<Open<ConnInfo>>, Status> {
        let closed = self.0.broker_closed.clone();
        let mut offers = request.into_inner();
        tokio::spawn(async move {
            let _host_left = closed.drop_guard();
            while let Some(Ok(_)) = offers.next().await {}
        });
        Ok(Response::new(silent(self.0.leaving.clone())))
    }
}

/// Healthy for as long as it answers.
pub(super) struct AlwaysServing(pub Lifecycle);

fn health(service: &str) -> Result<HealthCheckResponse, Status> {
    if service.is_empty() || service == HEALTH_SERVICE {
        let status = ServingStatus::Serving.into();
        return Ok(HealthCheckResponse { status });
    }
    Err(Status::not_found(format!("unknown service {service}")))
}

#[tonic::async_trait]
impl Health for AlwaysServing {
    async fn check(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        health(&request.get_ref().service).map(Response::new)
    }

    async fn watch(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<Open<HealthCheckResponse>>, Status> {
        let now = stream::iter([health(&request.get_ref().service)]);
        let then = silent(self.0.leaving.clone());
        Ok(Response::new(now.chain(then).boxed()))
    }
}
