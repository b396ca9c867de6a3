//! An answer as it came over the wire.

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The headers, names in lower case, in their order.
    pub headers: Vec<(String, String)>,
    /// The body; empty where only the head was read.
    pub body: Vec<u8>,
}

impl Answer {
    /// The first value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Status and body, to compare.
    #[must_use]
    pub fn plain(&self) -> (u16, &str) {
        let text = str::from_utf8(&self.body).expect("text");
        (self.status, text)
    }
}
