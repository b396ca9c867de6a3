use health_tower::BoxError;

/// The checks, as the application has them.
pub(crate) const CHECKS: [(&str, bool); 2] = [("database", true), ("stock", false)];

/// Which check each declared service follows. `test.Echo` is what is served.
pub(crate) const SERVICES: [(&str, &str); 3] = [
    ("pkg.Base", "database"),
    ("pkg.Orders", "stock"),
    ("test.Echo", "stock"),
];

/// What a test can do to a service, whoever answers for its health.
pub(crate) trait Controls {
    /// Lets a check find this from now on.
    async fn set(&self, check: &str, up: bool);
    /// Waits until the clients are told what the check finds now.
    async fn seen(&self, check: &str);
    /// Lets the checks run that were held back.
    async fn release(&self);
    async fn add(&self, service: &str, check: &str) -> Result<(), BoxError>;
    async fn remove(&self, service: &str);
    async fn drain(&self);
    async fn resume(&self);
    fn shutdown(&self);
    /// How many requests are counted, where they are.
    fn in_flight(&self) -> Option<usize>;
    /// Waits until the server has ended, and says how.
    async fn ended(&mut self) -> Result<(), BoxError>;
}
