//! A server that notes what it is asked, and answers as it is told.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use integration_tests::patience::{patiently, pause};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio_rustls::TlsAcceptor;

/// How it answers.
#[derive(Clone)]
pub(crate) enum Mode {
    /// With these bytes; `PATH` in them is what was asked for.
    Says(&'static str),
    /// Not at all.
    Hangs,
    /// By closing, with a reset where the system has it.
    Closes,
    /// With the first text, and then with the second for ever, after this pause each time.
    Endless(&'static str, &'static str, Duration),
}

pub(crate) const GOOD: Mode = Mode::Says("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nOK");

/// One request.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) at: Instant,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Asked {
    /// Method and path.
    pub(crate) fn line(&self) -> &str {
        let line = self.head.lines().next().unwrap_or_default();
        line.trim_end_matches(" HTTP/1.1")
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find_map(|(is, value)| is.eq_ignore_ascii_case(name).then_some(value))
    }
}

struct Now {
    mode: Mode,
    tls: Option<TlsAcceptor>,
    asked: Vec<Asked>,
}

#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) addr: SocketAddr,
    now: Arc<Mutex<Now>>,
}

/// A port that refuses, until somebody listens.
pub(crate) struct Refusing(TcpSocket);

impl Refusing {
    pub(crate) fn new() -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        Self(socket)
    }

    pub(crate) fn addr(&self) -> SocketAddr {
        self.0.local_addr().unwrap()
    }

    pub(crate) fn listen(self, mode: Mode, tls: Option<TlsAcceptor>) -> Server {
        let listener = self.0.listen(64).unwrap();
        let server = Server {
            addr: listener.local_addr().unwrap(),
            now: Arc::new(Mutex::new(Now {
                mode,
                tls,
                asked: Vec::new(),
            })),
        };
        let serving = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let server = serving.clone();
                tokio::spawn(async move { server.greet(stream).await });
            }
        });
        server
    }
}

impl Server {
    pub(crate) fn start(mode: Mode) -> Self {
        Refusing::new().listen(mode, None)
    }

    pub(crate) fn turn(&self, mode: Mode) {
        self.now.lock().unwrap().mode = mode;
    }

    pub(crate) fn speak(&self, tls: Option<TlsAcceptor>) {
        self.now.lock().unwrap().tls = tls;
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.now.lock().unwrap().asked.clone()
    }

    /// What has been asked, once that satisfies.
    pub(crate) async fn until(
        &self,
        what: &str,
        satisfies: impl Fn(&[Asked]) -> bool,
    ) -> Vec<Asked> {
        let looking = async {
            loop {
                let asked = self.asked();
                if satisfies(&asked) {
                    return asked;
                }
                pause().await;
            }
        };
        patiently(what, looking).await
    }

    async fn greet(&self, stream: TcpStream) {
        let tls = self.now.lock().unwrap().tls.clone();
        match tls {
            None => self.serve(stream).await,
            Some(tls) => {
                if let Ok(stream) = tls.accept(stream).await {
                    self.serve(stream).await;
                }
            }
        }
    }

    /// One request after the other.
    async fn serve(&self, mut stream: impl AsyncRead + AsyncWrite + Unpin) {
        while let Some(asked) = read(&mut stream).await {
            let path = asked.line().to_owned();
            let mode = {
                let mut now = self.now.lock().unwrap();
                now.asked.push(asked);
                now.mode.clone()
            };
            match mode {
                Mode::Says(text) => {
                    let text = text.replace("PATH", &path);
                    if stream.write_all(text.as_bytes()).await.is_err() {
                        return;
                    }
                }
                Mode::Hangs => {
                    // Until the other side has had enough.
                    let _gone = stream.read(&mut [0]).await;
                    return;
                }
                Mode::Closes => return,
                Mode::Endless(first, more, every) => {
                    let mut sent = stream.write_all(first.as_bytes()).await;
                    while sent.is_ok() {
                        sent = stream.write_all(more.as_bytes()).await;
                        tokio::time::sleep(every).await;
                    }
                    return;
                }
            }
        }
    }
}

/// The first byte of a TLS record in which a connection is shaken hands on.
const HANDSHAKE: u8 = 22;

async fn read(stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) -> Option<Asked> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
        if bytes[0] == HANDSHAKE {
            // As servers do that know only HTTP.
            let bad = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n";
            let _gone = stream.write_all(bad).await;
            return None;
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).ok()?;
    let mut asked = Asked {
        at: Instant::now(),
        head,
        body: bytes[end..].to_vec(),
    };
    let length = asked
        .header("content-length")
        .and_then(|text| text.parse().ok());
    while asked.body.len() < length.unwrap_or(0) {
        if stream.read_buf(&mut asked.body).await.ok()? == 0 {
            return None;
        }
    }
    Some(asked)
}
