//! nginx, which asks nobody: the test takes an instance out of the configuration.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::Path;

use integration_tests::work;

pub(super) fn config(
    instances: &[SocketAddr],
    down: Option<usize>,
    listens: [SocketAddr; 2],
    folder: &Path,
) -> String {
    let [http1, grpc] = listens;
    let mut servers = String::new();
    for (index, instance) in instances.iter().enumerate() {
        let down = if down == Some(index) { " down" } else { "" };
        writeln!(servers, "        server {instance}{down};").unwrap();
    }
    let (folder, socket) = (folder.display(), work::SOCKET);
    // Nothing is buffered, so that an upload is as slow at the instance as it is here, and the other way round.
    format!(
        "daemon off;
worker_processes 1;
pid {folder}/pid;
events {{ worker_connections 512; }}
http {{
    log_format work '$http_x_request $status upstream $upstream_addr status $upstream_status $request_uri';
    access_log {folder}/access work;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    upstream http1 {{
{servers}        keepalive 16;
    }}
    upstream grpc {{
{servers}        keepalive 16;
    }}
    server {{
        listen {http1};
        location / {{
            proxy_pass http://http1;
            proxy_http_version 1.1;
            proxy_set_header Connection \"\";
            proxy_request_buffering off;
            proxy_buffering off;
            proxy_next_upstream off;
        }}
        location {socket} {{
            proxy_pass http://http1;
            proxy_http_version 1.1;
            proxy_set_header Connection upgrade;
            proxy_set_header Upgrade $http_upgrade;
            proxy_next_upstream off;
        }}
    }}
    server {{
        listen {grpc} http2;
        location / {{
            grpc_pass grpc://grpc;
            grpc_next_upstream off;
        }}
    }}
}}
"
    )
}

/// From its log: a request that was sent twice has two addresses with a comma between.
pub(super) fn retried(log: &str) -> u64 {
    let twice = log.lines().filter(|line| {
        let upstream = line.split_once(" upstream ").map(|(_, upstream)| upstream);
        upstream.is_some_and(|upstream| upstream.contains(", "))
    });
    u64::try_from(twice.count()).unwrap()
}
