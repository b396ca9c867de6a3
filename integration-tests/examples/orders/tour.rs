//! What the example says on standard output: what to try, and how far the drain is.

use std::net::SocketAddr;
use std::process;
use std::time::Duration;

use health_tower::{Phase, Subscription};

/// Long enough to be seen. In production it is as long as the load balancers take to notice, 10 s by default.
pub(crate) const LAME_DUCK: Duration = Duration::from_secs(3);

/// Each line that doesn't begin with `#` works as it stands, in another terminal.
pub(crate) fn print(address: SocketAddr) {
    let url = format!("http://{address}");
    let pid = process::id();
    let lame_duck = LAME_DUCK.as_secs();
    println!(
        r"orders listens on {url}. In another terminal:

  # list the orders, and add one
  curl {url}/orders
  curl -d item=lamp -d quantity=2 {url}/orders

  # alive? ready?
  curl -i {url}/health/live
  curl -i {url}/health/ready

  # take the database away: not ready within 2 s, but alive; and give it back
  curl -X POST {url}/admin/database/break
  curl -X POST {url}/admin/database/mend

  # the same port speaks gRPC: how many orders are there?
  printf '\0\0\0\0\0' | curl -sS -D /dev/stderr --http2-prior-knowledge -H 'content-type: application/grpc' --data-binary @- {url}/orders.v1.Orders/Count | od -An -tx1

  # and gRPC health: does orders.v1.Orders serve? 01 is SERVING, 02 is NOT_SERVING
  printf '\0\0\0\0\022\012\020orders.v1.Orders' | curl -sS -D /dev/stderr --http2-prior-knowledge -H 'content-type: application/grpc' --data-binary @- {url}/grpc.health.v1.Health/Check | od -An -tx1

  # a download of 10 s; meanwhile press ctrl-c here, or do what an orchestrator does: the download is finished first
  curl -N {url}/orders/export
  kill {pid}

After a signal it goes on accepting for {lame_duck} s as a lame duck, not ready any more, while load balancers notice. Ctrl-c on a terminal
skips that, and a second signal ends it at once.
"
    );
}

/// Says how the shutdown goes on.
pub(crate) async fn narrate(mut snapshots: Subscription) {
    let mut said = Phase::Serving;
    while let Some(snapshot) = snapshots.changed().await {
        if snapshot.phase() <= said {
            continue;
        }
        said = snapshot.phase();
        match said {
            Phase::Draining => println!("draining: not ready any more, still accepting"),
            Phase::Closing => println!(
                "closing: not accepting any more, waiting for {} in flight",
                snapshot.in_flight()
            ),
            _ => return,
        }
    }
}
