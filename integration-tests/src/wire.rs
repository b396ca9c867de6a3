//! A small HTTP/1 client that sends exactly the bytes it is given.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use crate::answer::Answer;
use crate::patience::patiently;

/// One connection.
#[derive(Debug)]
pub struct Wire(BufReader<TcpStream>);

impl Wire {
    /// Connects.
    pub async fn connect(addr: SocketAddr) -> Self {
        let stream = patiently("a connection", TcpStream::connect(addr)).await;
        Self(BufReader::new(stream.expect("somebody listens")))
    }

    /// Where it comes from.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.0.get_ref().local_addr().expect("it is connected")
    }

    /// Sends these bytes.
    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.try_send(bytes).await.expect("the connection is open");
    }

    /// Sends these bytes to a server that may have hung up.
    pub async fn try_send(&mut self, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        let sending = self.0.get_mut().write_all(bytes.as_ref());
        patiently("the server to read", sending).await
    }

    /// Sends a request without a body.
    pub async fn request(&mut self, method: &str, path: &str) {
        let head = format!("{method} {path} HTTP/1.1\r\nhost: test\r\ncontent-length: 0\r\n\r\n");
        self.send(head).await;
    }

    /// Sends a GET request, and reads the answer.
    pub async fn get(&mut self, path: &str) -> Answer {
        self.request("GET", path).await;
        self.answer().await
    }

    /// Reads a whole answer.
    pub async fn answer(&mut self) -> Answer {
        let answer = self.try_answer().await;
        answer.expect("a whole answer")
    }

    /// Reads a whole answer, from a server that may hang up instead.
    pub async fn try_answer(&mut self) -> io::Result<Answer> {
        let mut answer = patiently("the head of an answer", self.read_head()).await?;
        answer.body = patiently("the body of an answer", self.read_body(&answer)).await?;
        Ok(answer)
    }

    /// Reads the head of an answer, and leaves the rest.
    pub async fn head(&mut self) -> Answer {
        let head = patiently("the head of an answer", self.read_head()).await;
        head.expect("the head of an answer")
    }

    /// Reads one chunk of a chunked body; `None` is its end.
    pub async fn chunk(&mut self) -> io::Result<Option<Vec<u8>>> {
        patiently("a chunk", self.read_chunk()).await
    }

    /// Reads exactly as many bytes.
    pub async fn exactly(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = vec![0; count];
        let read = patiently("some bytes", self.0.read_exact(&mut bytes)).await;
        read.expect("as many bytes");
        bytes
    }

    /// Reads until the server hangs up; an error if it didn't do so politely.
    pub async fn try_rest(&mut self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        patiently("the server to hang up", self.0.read_to_end(&mut bytes)).await?;
        Ok(bytes)
    }

    /// Reads until the server hangs up, politely or not.
    pub async fn rest(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let _reset = patiently("the server to hang up", self.0.read_to_end(&mut bytes)).await;
        bytes
    }

    async fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        self.0.read_line(&mut line).await?;
        let line = line.strip_suffix("\r\n");
        line.map(str::to_owned).ok_or_else(hung_up)
    }

    async fn read_head(&mut self) -> io::Result<Answer> {
        let status = self.line().await?;
        let status = status.split(' ').nth(1).and_then(|code| code.parse().ok());
        let mut headers = Vec::new();
        while let Some((name, value)) = self.line().await?.split_once(": ") {
            headers.push((name.to_lowercase(), value.to_owned()));
        }
        Ok(Answer {
            status: status.ok_or_else(hung_up)?,
            headers,
            body: Vec::new(),
        })
    }

    async fn read_body(&mut self, head: &Answer) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        if let Some(length) = head.header("content-length") {
            body.resize(length.parse().expect("a length"), 0);
            self.0.read_exact(&mut body).await?;
        } else if head.header("transfer-encoding") == Some("chunked") {
            while let Some(chunk) = self.read_chunk().await? {
                body.extend(chunk);
            }
        } else if head.status >= 200 && ![204, 304].contains(&head.status) {
            self.0.read_to_end(&mut body).await?;
        }
        Ok(body)
    }

    async fn read_chunk(&mut self) -> io::Result<Option<Vec<u8>>> {
        let size = self.line().await?;
        let size = usize::from_str_radix(&size, 16).expect("the size of a chunk");
        let mut chunk = vec![0; size];
        self.0.read_exact(&mut chunk).await?;
        self.line().await?;
        Ok((size > 0).then_some(chunk))
    }
}

fn hung_up() -> io::Error {
    io::ErrorKind::UnexpectedEof.into()
}
