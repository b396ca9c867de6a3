use tonic::transport::server::Connected;

use crate::listener::Tracked;

#[cfg_attr(docsrs, doc(cfg(feature = "tonic")))]
impl<IO: Connected> Connected for Tracked<IO> {
    type ConnectInfo = IO::ConnectInfo;

    fn connect_info(&self) -> IO::ConnectInfo {
        self.get_ref().connect_info()
    }
}
