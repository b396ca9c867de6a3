/// How a request ended, as far as this service is concerned.
///
/// One that is dropped before anybody has said so was cancelled by its client: that is nobody's fault. Who leaves while a body is
/// under way was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ending {
    /// It was answered; also with what is the client's fault.
    Completed,
    /// It failed by a fault of this service.
    Failed,
    /// It was turned away, so that others can be served.
    Shed,
}
