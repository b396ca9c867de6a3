use axum::Router;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use integration_tests::gray::proto::orders_server::{Orders, OrdersServer};
use tonic::service::Routes;
use tonic::{Request, Response, Status};

use crate::database::Database;
use crate::flaws::Flaws;

/// The same orders over gRPC.
#[derive(Debug)]
pub(crate) struct Grpc {
    pub(crate) database: Database,
    pub(crate) flaws: Flaws,
}

impl Grpc {
    pub(crate) fn beside(self, router: Router) -> Router {
        let routes = Routes::from(router).add_service(OrdersServer::new(self));
        routes.into_axum_router()
    }
}

#[tonic::async_trait]
impl Orders for Grpc {
    async fn get(&self, request: Request<i64>) -> Result<Response<String>, Status> {
        let found = self.database.get(request.into_inner()).await;
        let found = found.map_err(|_| Status::unavailable("no database"))?;
        let item = found.ok_or_else(|| Status::not_found("no such order"))?;
        Ok(Response::new(self.flaws.through(item)))
    }
}

pub(crate) fn is_grpc(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/grpc"))
}
