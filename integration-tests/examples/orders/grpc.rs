//! The gRPC interface, on the same port.

use std::sync::Arc;

use axum::Router;
use futures_util::StreamExt as _;
use health_tower::Closing;
use tokio_stream::wrappers::BroadcastStream;
use tonic::codegen::BoxStream;
use tonic::service::Routes;
use tonic::{Request, Response, Status};

use crate::database::Database;
use crate::dispatcher::Dispatcher;
use crate::error::Error;
use crate::proto::orders_server::{Orders, OrdersServer};
use crate::proto::{CountReply, CountRequest, GetRequest, Order, WatchRequest};

#[derive(Debug)]
pub(crate) struct Service {
    database: Database,
    dispatcher: Arc<Dispatcher>,
    closing: Closing,
}

impl Service {
    pub(crate) fn new(database: Database, dispatcher: Arc<Dispatcher>, closing: Closing) -> Self {
        Self {
            database,
            dispatcher,
            closing,
        }
    }

    /// Adds the service to a router. (`Routes::new` would bring a fallback that answers every unknown path with a gRPC error.)
    pub(crate) fn beside(self, router: Router) -> Router {
        let routes = Routes::from(router).add_service(OrdersServer::new(self));
        routes.into_axum_router()
    }
}

#[tonic::async_trait]
impl Orders for Service {
    async fn get(&self, request: Request<GetRequest>) -> Result<Response<Order>, Status> {
        let found = self.database.get(request.into_inner().id).await;
        let order = found.map_err(Error::from)?.ok_or(Error::NotFound)?;
        Ok(Response::new(order))
    }

    async fn count(&self, _: Request<CountRequest>) -> Result<Response<CountReply>, Status> {
        let count = self.database.count().await.map_err(Error::from)?;
        Ok(Response::new(CountReply { count }))
    }

    type WatchStream = BoxStream<Order>;

    /// Each order when it is shipped. A stream without an end of its own must end when the service closes: a drain waits
    /// for it like for any other response, and would wait until its deadline.
    async fn watch(&self, _: Request<WatchRequest>) -> Result<Response<BoxStream<Order>>, Status> {
        let shipped = BroadcastStream::new(self.dispatcher.watch())
            .map(|order| order.map_err(|_| Status::data_loss("too slow: orders were missed")))
            .take_until(self.closing.clone());
        Ok(Response::new(Box::pin(shipped)))
    }
}
