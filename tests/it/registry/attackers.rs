//! Clients that want to keep a registry from everybody else: each holds its connection for as long as it is let.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;

/// What begins every HTTP/2 connection.
pub const HTTP2_PREFACE: &[u8] =
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00";

/// The first bytes of a TLS handshake whose rest does not come.
const HALF_HANDSHAKE: &[u8] = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03";

/// A request with a large answer.
const LARGE: &[u8] = b"GET /v1/openapi.json HTTP/1.1\r\nhost: registry\r\n\r\n";

/// A request that takes the database, with a token that nobody has.
const ASKED: &[u8] = b"GET /v1/people?query=example HTTP/1.1\r\nhost: registry\r\nauthorization: Bearer none\r\n\r\n";

/// So many answers no system keeps for a client that does not take them.
const ANSWERS: usize = 40;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Connects, and says nothing.
    Silent,
    /// Says one byte.
    OneByte,
    /// Begins as HTTP/2.
    Http2,
    /// Begins a TLS handshake.
    HalfHandshake,
    /// Ends it, and says nothing.
    Handshaken,
    /// A head, byte by byte.
    SlowHead,
    /// A whole head, then a body byte by byte.
    SlowBody,
    /// Asks and asks, and takes no answer.
    SlowReader,
    /// Asks what takes the database, and again as soon as it is answered.
    Busy,
}

/// Where they come from, and what they do.
#[derive(Clone)]
pub struct Attack {
    pub kind: Kind,
    pub registry: SocketAddr,
    pub from: IpAddr,
    pub tls: Option<TlsConnector>,
}

/// They hold on until it is dropped.
pub struct Siege {
    attackers: JoinSet<()>,
    opened: Arc<AtomicUsize>,
    sockets: usize,
}

impl Attack {
    /// In the clear, from 127.0.0.1.
    pub fn new(kind: Kind, registry: SocketAddr) -> Self {
        Self {
            kind,
            registry,
            from: IpAddr::from([127, 0, 0, 1]),
            tls: None,
        }
    }

    /// That many at once. Whose connection was ended comes `again` after that time, or not at all.
    pub fn launch(&self, sockets: usize, again: Option<Duration>) -> Siege {
        let opened = Arc::new(AtomicUsize::new(0));
        let mut attackers = JoinSet::new();
        for _ in 0..sockets {
            let (attack, opened) = (self.clone(), Arc::clone(&opened));
            attackers.spawn(async move {
                loop {
                    // How a connection ended is of no interest to them.
                    let _ = attack.hold(&opened).await;
                    match again {
                        Some(pause) => tokio::time::sleep(pause).await,
                        None => return,
                    }
                }
            });
        }
        Siege {
            attackers,
            opened,
            sockets,
        }
    }

    async fn hold(&self, opened: &AtomicUsize) -> std::io::Result<()> {
        let connected = self.connect().await;
        opened.fetch_add(1, Ordering::SeqCst);
        let stream = connected?;
        match (&self.tls, self.kind) {
            (Some(tls), kind) if kind != Kind::Silent && kind != Kind::HalfHandshake => {
                let name = rustls::pki_types::ServerName::from(self.registry.ip());
                self.act(tls.connect(name, stream).await?).await
            }
            _ => self.act(stream).await,
        }
    }

    async fn connect(&self) -> std::io::Result<TcpStream> {
        let socket = TcpSocket::new_v4()?;
        if self.kind == Kind::SlowReader {
            socket.set_recv_buffer_size(4096)?;
        }
        socket.bind(SocketAddr::new(self.from, 0))?;
        socket.connect(self.registry).await
    }

    async fn act(&self, mut stream: impl AsyncRead + AsyncWrite + Unpin) -> std::io::Result<()> {
        match self.kind {
            Kind::Silent | Kind::Handshaken => {}
            Kind::OneByte => stream.write_all(b"G").await?,
            Kind::Http2 => stream.write_all(HTTP2_PREFACE).await?,
            Kind::HalfHandshake => stream.write_all(HALF_HANDSHAKE).await?,
            Kind::SlowHead => {
                stream.write_all(b"GET /v1/health HTTP/1.1\r\n").await?;
                return drip(&mut stream, b'x').await;
            }
            Kind::SlowBody => {
                let head = b"POST /v1/stations/join HTTP/1.1\r\nhost: registry\r\ncontent-type: application/json\r\ncontent-length: 9999\r\n\r\n";
                stream.write_all(head).await?;
                return drip(&mut stream, b' ').await;
            }
            Kind::Busy => loop {
                stream.write_all(ASKED).await?;
                let mut answer = [0; 4096];
                if stream.read(&mut answer).await? == 0 {
                    return Ok(());
                }
            },
            Kind::SlowReader => {
                stream.write_all(&LARGE.repeat(ANSWERS)).await?;
                loop {
                    // Not a byte is read: only a write tells that the connection has ended.
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    stream.write_all(LARGE).await?;
                }
            }
        }
        let mut taken = [0; 4096];
        while stream.read(&mut taken).await? > 0 {}
        Ok(())
    }
}

async fn drip(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), byte: u8) -> std::io::Result<()> {
    loop {
        stream.write_all(&[byte]).await?;
        stream.flush().await?;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

impl Siege {
    /// Waits until each of them has come to the door.
    pub async fn stands(&self) {
        while self.opened.load(Ordering::SeqCst) < self.sockets {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Their tasks, each of which ends when the registry ended its connection.
    pub fn attackers(&mut self) -> &mut JoinSet<()> {
        &mut self.attackers
    }
}
