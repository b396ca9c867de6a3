use std::sync::Arc;

use http::uri::Authority;
use http::{Request, Uri, Version};

use crate::synthetic::line::{Asking, Line, SyntheticBody, Target, chain, read};
use crate::synthetic::mark::UnderWay;
use crate::synthetic::nonce::Nonce;
use crate::synthetic::over::client::{Clients, OneRun};
use crate::synthetic::over::url::Url;

/// A URL, and the means to ask it.
pub(crate) struct Asked {
    clients: Clients,
    name: Arc<Url>,
}

impl Asked {
    pub(crate) fn new(url: Url, name: Option<Authority>, clients: Clients) -> Self {
        let Url { scheme, authority } = url;
        let authority = name.unwrap_or(authority);
        Self {
            clients,
            name: Arc::new(Url { scheme, authority }),
        }
    }
}

impl Target for Asked {
    fn open(&self) -> Option<Box<dyn Line>> {
        Some(Box::new(Connections {
            negotiated: self.clients.for_one_run(false),
            http2: self.clients.for_one_run(true),
            name: Arc::clone(&self.name),
        }))
    }

    fn let_go(&self) {}
}

/// The connections of one run, made when they are needed.
struct Connections {
    negotiated: OneRun,
    http2: OneRun,
    name: Arc<Url>,
}

impl Line for Connections {
    fn ask(&mut self, request: Request<SyntheticBody>, most: usize) -> Asking<'_> {
        Box::pin(async move {
            let mut request = self.addressed(request)?;
            let _under_way = UnderWay::begin();
            let _nonce = Nonce::mark(request.headers_mut())?;
            // Over TLS too: without HTTP/2, gRPC is refused by the client, and not guessed at by the server.
            let is_http2 = request.version() == Version::HTTP_2 && !self.name.is_tls();
            let client = if is_http2 {
                &self.http2
            } else {
                &self.negotiated
            };
            let response = client.request(request).await;
            read(response.map_err(|error| chain(&error))?, most).await
        })
    }
}

impl Connections {
    fn addressed(&self, request: Request<SyntheticBody>) -> Result<Request<SyntheticBody>, String> {
        let (mut head, body) = request.into_parts();
        let mut uri = head.uri.into_parts();
        uri.scheme = Some(self.name.scheme.clone());
        uri.authority = Some(self.name.authority.clone());
        head.uri = Uri::from_parts(uri).map_err(|error| error.to_string())?;
        Ok(Request::from_parts(head, body))
    }
}
