use tonic::transport::Endpoint;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use crate::stage::{Stage, Verdict};

/// Room for two messages that nobody has read.
const WINDOW: u32 = 16;
const TURNS: usize = 50;
/// Those that fit, and those on their way in some buffer; not what happened since.
const AT_MOST: usize = 10;

/// A reader that does not read while a status changes again and again.
pub(crate) async fn reader(mut stage: Stage) -> Verdict {
    let address = format!("http://{}", stage.addr());
    let endpoint = Endpoint::from_shared(address).expect("a fine address");
    let narrow = endpoint.initial_stream_window_size(WINDOW);
    let channel = narrow.connect().await.map_err(|error| error.to_string())?;
    let request = HealthCheckRequest {
        service: "pkg.Orders".to_owned(),
    };
    let watch = HealthClient::new(channel).watch(request).await;
    let mut watch = watch.map_err(|status| status.to_string())?.into_inner();
    for _ in 0..TURNS {
        stage.obey("down stock").await;
        stage.obey("up stock").await;
    }
    // The last there is to hear: that there is no such service any more, or, where that ends the stream, its end.
    stage.obey("remove pkg.Orders").await;
    let mut heard = Vec::new();
    loop {
        let next = tokio::time::timeout(stage.server.patience(), watch.message()).await;
        match next {
            Ok(Ok(Some(message))) => match message.status() {
                ServingStatus::ServiceUnknown => break,
                status => heard.push(status.as_str_name()),
            },
            Ok(Ok(None)) if !stage.server.is_ours() => break,
            other => return Err(format!("after {heard:?}: {other:?}")),
        }
    }
    match heard.len() <= AT_MOST {
        true => Ok(()),
        false => Err(format!("{} messages of {}", heard.len(), 2 * TURNS)),
    }
}
