//! The registry's front door: accepts connections, speaks HTTP/1.1 on them, and lets no client keep the others out.
//!
//! What it hides: sockets, TLS, and HTTP's framing. Invariants: there are never more open connections than the system grants
//! files, nor more of one address than the settings say; whatever a client sends, or does not send, or does not take, its
//! connection ends by a deadline; a request is handed on for being served only when it is there as a whole. HTTP/2 is not
//! spoken: with it one connection could ask for hundreds of things at once.

mod client;
mod pace;
mod places;
mod tls;

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use axum::Router;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use rustix::process::{Resource, getrlimit, setrlimit};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;

use super::ServeError;
use super::config::{ConnectionsConfig, PagesConfig, ProxiesConfig, ServeConfig, TlsFiles};
pub use client::ClientAddress;
use pace::{Answer, Pace, Paced, Patience, Stream, Times, TurnsBehind};
pub use pace::{Unread, turn, whole};
use places::Places;

/// How long open requests may take to end when the registry stops.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(5);

/// Files that the registry needs besides connections: its database's, key files, the log.
const FILES_KEPT: usize = 128;

/// Connections that were told to end and have not yet: so many files more.
const ENDING: usize = 64;

/// Connections that pages get, in all and of one address, whatever stations hold.
const FOR_PAGES: (usize, usize) = (200, 40);

/// With fewer connections than that it would be no registry.
const LEAST_CONNECTIONS: usize = 16;

/// What waits to be accepted; the system may take fewer.
const BACKLOG: u32 = 4096;

/// How much of answers the system holds for a client that does not take them: what is more, the deadline sees.
const SEND_BUFFER_BYTES: u32 = 128 * 1024;

/// What a client has not taken for so long, the system drops, also after the connection was closed.
const UNTAKEN_MS: u32 = 30_000;

/// The head of a request must fit, and so much of a body is read at once.
const READ_BUFFER_BYTES: usize = 32 * 1024;

/// The log tells of connections that had to end for others no more often than that.
const TELL_EVERY: Duration = Duration::from_secs(60);

/// A bound address.
#[derive(Debug)]
pub struct Door {
    listener: TcpListener,
    files: Arc<Semaphore>,
    desk: Desk,
}

/// What every connection shares.
#[derive(Clone)]
struct Desk {
    tls: Option<TlsAcceptor>,
    times: Times,
    proxies: Arc<ProxiesConfig>,
    places: Arc<Places>,
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Desk").field(&self.times).finish()
    }
}

impl Door {
    /// Binds the stations' address, and makes sure that there are files for as many connections as it takes.
    pub fn open(config: &ServeConfig) -> Result<Self, ServeError> {
        let elsewhere = config.pages.as_ref().map_or(0, |_| FOR_PAGES.0 + ENDING);
        let total = total(&config.connections, raise_file_limit(), elsewhere)?;
        let per_address = config.connections.per_address.min(total);
        Self::at(
            (config.listen, config.tls.as_ref()),
            (total, per_address),
            config,
        )
    }

    /// Binds the pages' address.
    pub fn for_pages(pages: &PagesConfig, config: &ServeConfig) -> Result<Self, ServeError> {
        Self::at((pages.listen, pages.tls.as_ref()), FOR_PAGES, config)
    }

    fn at(
        (address, tls): (SocketAddr, Option<&TlsFiles>),
        (total, per_address): (usize, usize),
        config: &ServeConfig,
    ) -> Result<Self, ServeError> {
        let tls = tls.map(tls::acceptor).transpose()?;
        let listener = bind(address).map_err(|why| ServeError::Listen { address, why })?;
        Ok(Self {
            listener,
            files: Arc::new(Semaphore::new(total + ENDING)),
            desk: Desk {
                tls,
                times: times(&config.connections),
                proxies: Arc::new(config.proxies.clone()),
                places: Arc::new(Places::new(total, per_address)),
            },
        })
    }

    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// `http` or `https`.
    pub fn scheme(&self) -> &'static str {
        match self.desk.tls {
            Some(_) => "https",
            None => "http",
        }
    }

    /// Serves until `stop` says true, then lets open requests end, for a few seconds.
    pub async fn serve(self, app: Router, stop: watch::Receiver<bool>) {
        let app = TowerToHyperService::new(app);
        let mut attended = JoinSet::new();
        let mut told = None::<Instant>;
        let mut stopping = pin!(stopped(stop.clone()));
        loop {
            let (stream, peer, file) = tokio::select! {
                biased;
                () = &mut stopping => break,
                Some(_) = attended.join_next() => continue,
                accepted = self.accept() => accepted,
            };
            let Desk {
                places, proxies, ..
            } = &self.desk;
            let entered = places.enter(peer.ip(), proxies.trusts(peer.ip()));
            if told.is_none_or(|told| told.elapsed() >= TELL_EVERY) && places.tell() {
                told = Some(Instant::now());
            }
            // Without a place it is closed: everybody else is being served just now.
            let Some((place, must_go)) = entered else {
                continue;
            };
            let pace = Pace::new(self.desk.times, place);
            let connection = Connection {
                desk: self.desk.clone(),
                app: app.clone(),
                peer,
                patience: Patience::new(Arc::clone(&pace), must_go),
                pace,
                stop: stop.clone(),
            };
            attended.spawn(async move {
                connection.attend(stream).await;
                drop(file);
            });
        }
        drop(self.listener);
        let rest = async { while attended.join_next().await.is_some() {} };
        // What is not done by then ends with the set.
        let _ = tokio::time::timeout(SHUTDOWN_GRACE, rest).await;
    }

    /// The next connection, and the right to its file.
    async fn accept(&self) -> (TcpStream, SocketAddr, Option<OwnedSemaphorePermit>) {
        let file = Arc::clone(&self.files).acquire_owned().await.ok();
        loop {
            match self.listener.accept().await {
                Ok((stream, peer)) => return (stream, peer, file),
                // It went away, or the system has no file left for now.
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    }
}

/// One connection, from when it is accepted to its end.
struct Connection {
    desk: Desk,
    app: TowerToHyperService<Router>,
    peer: SocketAddr,
    pace: Arc<Pace>,
    patience: Patience,
    stop: watch::Receiver<bool>,
}

impl Connection {
    async fn attend(self, socket: TcpStream) {
        let Self {
            desk,
            app,
            peer,
            pace,
            mut patience,
            stop,
        } = self;
        let mut stopping = pin!(stopped(stop));
        let stream = match &desk.tls {
            None => Stream::Plain(socket),
            Some(tls) => tokio::select! {
                shaken = tls.accept(socket) => match shaken {
                    Ok(stream) => Stream::Tls(Box::new(stream)),
                    Err(_) => return,
                },
                () = patience.ends() => return,
                () = &mut stopping => return,
            },
        };
        let stream = TokioIo::new(Paced::new(stream, Arc::clone(&pace)));
        let mut http = http1::Builder::new()
            .header_read_timeout(None)
            .max_buf_size(READ_BUFFER_BYTES)
            .serve_connection(
                stream,
                service_fn(|request| serve((&app, &desk), peer.ip(), &pace, request)),
            );
        let mut told = false;
        let ended = std::future::poll_fn(|cx| {
            loop {
                if patience.poll_must_go(cx).is_ready() {
                    return Poll::Ready(End::Cut);
                }
                if Pin::new(&mut http).poll(cx).is_ready() {
                    return Poll::Ready(End::Over);
                }
                if told || stopping.as_mut().poll(cx).is_pending() {
                    return patience.poll_too_long(cx).map(|()| End::Cut);
                }
                if pace.is_quiet() {
                    return Poll::Ready(End::Over);
                }
                told = true;
                Pin::new(&mut http).graceful_shutdown();
            }
        });
        if let (End::Cut, false) = (ended.await, pace.is_quiet()) {
            http.into_parts().io.into_inner().abort();
        }
    }
}

/// How a connection ended.
enum End {
    /// By what was said on it, or because nothing was.
    Over,
    /// It took too long, or its place was needed.
    Cut,
}

/// Hands a request on, with who asks and how far they have come, and has the answer watched until it is taken.
fn serve(
    (app, desk): (&TowerToHyperService<Router>, &Desk),
    peer: IpAddr,
    pace: &Arc<Pace>,
    mut request: Request<Incoming>,
) -> impl Future<Output = Result<Response<Answer>, Infallible>> + use<> {
    pace.asked();
    let client = desk.proxies.client(peer, request.headers());
    if desk.proxies.trusts(peer) {
        let turns = desk.places.turns_behind(client.0);
        request.extensions_mut().insert(TurnsBehind(turns));
    }
    request.extensions_mut().insert(client);
    request.extensions_mut().insert(Arc::clone(pace));
    let answered = app.call(request);
    let pace = Arc::clone(pace);
    async move {
        let (head, body) = answered.await?.into_parts();
        Ok(Response::from_parts(head, pace.answered(body)))
    }
}

/// Completes when the registry is told to stop.
async fn stopped(mut stop: watch::Receiver<bool>) {
    if stop.wait_for(|stop| *stop).await.is_err() {
        // Whoever could have said so is gone.
        std::future::pending().await
    }
}

fn bind(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4(),
        SocketAddr::V6(_) => TcpSocket::new_v6(),
    }?;
    socket.set_reuseaddr(true)?;
    // Every connection inherits these.
    socket.set_nodelay(true)?;
    socket.set_send_buffer_size(SEND_BUFFER_BYTES)?;
    rustix::net::sockopt::set_tcp_user_timeout(&socket, UNTAKEN_MS)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// As many files as the system grants, from now on; how many that is.
fn raise_file_limit() -> usize {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    // What it does not grant is seen below.
    let _ = setrlimit(Resource::Nofile, limit);
    let granted = getrlimit(Resource::Nofile).current;
    granted.map_or(usize::MAX, |files| {
        usize::try_from(files).unwrap_or(usize::MAX)
    })
}

/// How many connections there may be: as the settings say, as far as there are files for them besides those that are needed elsewhere.
fn total(config: &ConnectionsConfig, files: usize, elsewhere: usize) -> Result<usize, ServeError> {
    let kept = FILES_KEPT + ENDING + elsewhere;
    let fit = files.saturating_sub(kept);
    if fit < LEAST_CONNECTIONS {
        return Err(ServeError::Files {
            files,
            needed: kept + LEAST_CONNECTIONS,
        });
    }
    if config.total > fit {
        tracing::warn!(
            wanted = config.total,
            taken = fit,
            files,
            "the system grants too few files for connections.total: raise LimitNOFILE of the registry's unit"
        );
    }
    Ok(config.total.min(fit))
}

fn times(config: &ConnectionsConfig) -> Times {
    let seconds = |seconds: u16| Duration::from_secs(seconds.into());
    Times {
        head: seconds(config.head_seconds),
        body: seconds(config.body_seconds),
        answer: seconds(config.answer_seconds),
        idle: seconds(config.idle_seconds),
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    #[test]
    fn there_are_never_more_connections_than_files_for_them() {
        let config = ConnectionsConfig::default();
        assert_eq!(total(&config, usize::MAX, 0).ok(), Some(config.total));
        assert_eq!(total(&config, 1024, 0).ok(), Some(1024 - 192));
        assert_eq!(total(&config, 1024, 264).ok(), Some(1024 - 192 - 264));
        assert_eq!(total(&config, 208, 0).ok(), Some(16));
        assert!(matches!(
            total(&config, 207, 0),
            Err(ServeError::Files { files: 207, .. })
        ));
    }

    /// Asks for `/`, whose answer is empty, and reads what comes until it is complete.
    async fn ask(stream: &mut TcpStream) -> std::io::Result<String> {
        stream
            .write_all(b"GET / HTTP/1.1\r\nhost: registry\r\n\r\n")
            .await?;
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") && stream.read_buf(&mut answer).await? > 0 {}
        Ok(String::from_utf8_lossy(&answer).into_owned())
    }

    #[tokio::test]
    async fn a_connection_serves_on_and_ends_when_it_is_idle_too_long() {
        let config = ServeConfig {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            ..ServeConfig::default()
        };
        let mut door = Door::open(&config).expect("opens");
        door.desk.times.idle = Duration::from_millis(300);
        let address = door.address().expect("bound");
        let app = Router::new().route("/", axum::routing::get(|| async {}));
        let (stop, stopping) = watch::channel(false);
        let served = tokio::spawn(door.serve(app, stopping));
        let mut stream = TcpStream::connect(address).await.expect("connects");
        for _ in 0..4 {
            let answer = ask(&mut stream).await.expect("an answer");
            assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let mut more = [0; 16];
        let end = tokio::time::timeout(Duration::from_secs(3), stream.read(&mut more));
        assert_eq!(end.await.expect("in time").expect("no error"), 0);
        stop.send_replace(true);
        served.await.expect("ends");
    }

    #[test]
    fn the_file_limit_is_raised_as_far_as_the_system_lets_it() {
        let granted = raise_file_limit();
        let limit = getrlimit(Resource::Nofile);
        assert_eq!(limit.current, limit.maximum);
        assert_eq!(
            limit
                .current
                .map_or(usize::MAX, |n| usize::try_from(n).unwrap_or(usize::MAX)),
            granted
        );
    }
}
