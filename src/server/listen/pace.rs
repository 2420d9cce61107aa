//! How far a connection has come, and how long it may stay there.
//!
//! What it hides: the stages, their deadlines, and how they are told from what passes through the connection. Invariant: in
//! every stage a deadline runs: here, or with whoever reads the body and serves the request. A connection holds its place for
//! good only while its request is served.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::Extensions;
use hyper::body::{Frame, SizeHint};
use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::time::{Instant, Sleep};
use tokio_rustls::server::TlsStream;

use super::places::Berth;

/// How long a client may take.
#[derive(Debug, Clone, Copy)]
pub struct Times {
    /// From when it is accepted, the TLS handshake included, until the head of a request is there; also for each head after
    /// its first byte.
    pub head: Duration,
    pub body: Duration,
    /// To take an answer.
    pub answer: Duration,
    /// Between two requests.
    pub idle: Duration,
}

/// Why there is no whole request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unread {
    /// The body is larger than what is taken.
    TooLarge,
    /// It did not come in time.
    TooSlow,
    /// It broke off, or is not what its head said.
    Broken,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Nothing of a first request has come.
    Silent,
    Head,
    /// Its head is there; the body, or the request's turn, is waited for.
    Body,
    Served,
    Answer,
    /// The answer was taken, and nothing of another request has come.
    Idle,
}

/// Of one connection. It changes only while that connection is polled.
#[derive(Debug)]
pub struct Pace {
    times: Times,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    stage: Stage,
    until: Option<Instant>,
    /// The answer's last byte is with the HTTP layer, though perhaps not yet with the client.
    handed_over: bool,
    place: Berth,
}

impl Pace {
    /// Of a connection that was just accepted.
    pub fn new(times: Times, place: Berth) -> Arc<Self> {
        Arc::new(Self {
            times,
            state: Mutex::new(State {
                stage: Stage::Silent,
                until: Some(Instant::now() + times.head),
                handed_over: false,
                place,
            }),
        })
    }

    /// Whether nothing is lost when it ends now.
    pub fn is_quiet(&self) -> bool {
        matches!(self.state.lock().stage, Stage::Silent | Stage::Idle)
    }

    /// The head of a request is there.
    pub fn asked(&self) {
        self.enter(Stage::Body);
    }

    /// The request is answered; what is returned notices when the answer has been taken.
    pub fn answered(self: &Arc<Self>, body: Body) -> Answer {
        self.enter(Stage::Answer);
        Answer {
            body,
            _handed: Handed(Arc::clone(self)),
        }
    }

    fn turns(&self) -> Arc<Semaphore> {
        self.state.lock().place.turns()
    }

    /// The request is served from now on. False when the connection has to end.
    fn serve(&self) -> bool {
        let mut state = self.state.lock();
        state.stage = Stage::Served;
        state.until = None;
        state.place.serve()
    }

    fn received(&self) {
        let stage = self.state.lock().stage;
        match stage {
            // The clock runs since the connection was accepted.
            Stage::Silent => self.state.lock().stage = Stage::Head,
            Stage::Idle => self.enter(Stage::Head),
            Stage::Head | Stage::Body | Stage::Served | Stage::Answer => {}
        }
    }

    /// All that the HTTP layer had to send is sent.
    fn flushed(&self) {
        let taken = {
            let state = self.state.lock();
            state.stage == Stage::Answer && state.handed_over
        };
        if taken {
            self.enter(Stage::Idle);
        }
    }

    fn enter(&self, stage: Stage) {
        let limit = match stage {
            Stage::Silent | Stage::Head => Some(self.times.head),
            Stage::Answer => Some(self.times.answer),
            Stage::Idle => Some(self.times.idle),
            Stage::Body | Stage::Served => None,
        };
        let mut state = self.state.lock();
        state.stage = stage;
        state.until = limit.map(|limit| Instant::now() + limit);
        state.handed_over = false;
        state.place.wait();
    }
}

/// A request's right to be served, with its address's and among all.
#[derive(Debug)]
pub struct Turn {
    _own: Option<OwnedSemaphorePermit>,
    _all: Option<OwnedSemaphorePermit>,
}

/// Reads what there is of a body, up to `most` bytes, so that whoever serves the request waits for nobody.
///
/// # Errors
/// [`Unread`]; the connection takes no further request then.
pub async fn whole(request: Request, most: usize) -> Result<Request, Unread> {
    let (parts, mut body) = request.into_parts();
    let limit = pace_of(&parts.extensions).map_or(Duration::MAX, |pace| pace.times.body);
    let read = tokio::time::timeout(limit, read(&mut body, most));
    let bytes = read.await.map_err(|_| Unread::TooSlow)??;
    Ok(Request::from_parts(parts, Body::from(bytes)))
}

/// The turns of whoever a proxy asks for, in place of the proxy's own.
#[derive(Debug, Clone)]
pub struct TurnsBehind(pub Arc<Semaphore>);

/// Waits until a request that is there as a whole may be served: first among those of its address, so that nobody waits behind
/// many of another's, then among all. Meanwhile its connection still only waits.
pub async fn turn(asked: &Extensions, all: &Arc<Semaphore>) -> Turn {
    let pace = pace_of(asked);
    let behind = asked
        .get::<TurnsBehind>()
        .map(|behind| Arc::clone(&behind.0));
    let own = match behind.or_else(|| pace.as_ref().map(|pace| pace.turns())) {
        Some(turns) => turns.acquire_owned().await.ok(),
        None => None,
    };
    let turn = Turn {
        _own: own,
        _all: Arc::clone(all).acquire_owned().await.ok(),
    };
    if pace.is_some_and(|pace| !pace.serve()) {
        // Its place was needed; whoever watches the connection ends it.
        std::future::pending::<()>().await;
    }
    turn
}

fn pace_of(extensions: &Extensions) -> Option<Arc<Pace>> {
    extensions.get::<Arc<Pace>>().map(Arc::clone)
}

async fn read(body: &mut Body, most: usize) -> Result<Bytes, Unread> {
    let stated = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if stated > most {
        return Err(Unread::TooLarge);
    }
    let mut bytes = Vec::with_capacity(stated);
    while let Some(frame) = std::future::poll_fn(|cx| Pin::new(&mut *body).poll_frame(cx)).await {
        let Ok(data) = frame.map_err(|_| Unread::Broken)?.into_data() else {
            continue;
        };
        if bytes.len() + data.len() > most {
            return Err(Unread::TooLarge);
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes.into())
}

/// What ends a connection from outside.
#[derive(Debug)]
pub struct Patience {
    pace: Arc<Pace>,
    sleep: Pin<Box<Sleep>>,
    until: Option<Instant>,
    must_go: oneshot::Receiver<()>,
}

impl Patience {
    /// With a connection of that pace; `must_go` is from whoever wants its place.
    pub fn new(pace: Arc<Pace>, must_go: oneshot::Receiver<()>) -> Self {
        Self {
            pace,
            sleep: Box::pin(tokio::time::sleep_until(Instant::now())),
            until: None,
            must_go,
        }
    }

    /// Ready when its place is needed. To be asked before the connection goes on.
    pub fn poll_must_go(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.must_go).poll(cx).map(|_| ())
    }

    /// Ready when it took too long over its present stage. To be asked after the connection went on.
    pub fn poll_too_long(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let until = self.pace.state.lock().until;
        let Some(deadline) = until else {
            self.until = None;
            return Poll::Pending;
        };
        if self.until != until {
            self.until = until;
            self.sleep.as_mut().reset(deadline);
        }
        self.sleep.as_mut().poll(cx)
    }

    /// Either of them.
    pub async fn ends(&mut self) {
        std::future::poll_fn(|cx| match self.poll_must_go(cx) {
            Poll::Ready(()) => Poll::Ready(()),
            Poll::Pending => self.poll_too_long(cx),
        })
        .await;
    }
}

/// An answer's body.
#[derive(Debug)]
pub struct Answer {
    body: Body,
    _handed: Handed,
}

/// Dropped with the body, once the HTTP layer has all of it.
#[derive(Debug)]
struct Handed(Arc<Pace>);

impl Drop for Handed {
    fn drop(&mut self) {
        self.0.state.lock().handed_over = true;
    }
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The client's end, in the clear or under TLS.
#[derive(Debug)]
pub enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// A client's end that tells the pace what passes.
#[derive(Debug)]
pub struct Paced {
    stream: Stream,
    pace: Arc<Pace>,
}

impl Paced {
    /// Over that stream.
    pub fn new(stream: Stream, pace: Arc<Pace>) -> Self {
        Self { stream, pace }
    }

    /// Ends it so that the system keeps nothing of what was not yet taken.
    pub fn abort(self) {
        let socket = match &self.stream {
            Stream::Plain(socket) => socket,
            Stream::Tls(tls) => tls.get_ref().0,
        };
        // Otherwise it ends as any other.
        let _ = socket.set_zero_linger();
    }
}

impl AsyncRead for Paced {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let before = buffer.filled().len();
        ready!(match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_read(cx, buffer),
            Stream::Tls(stream) => Pin::new(stream).poll_read(cx, buffer),
        })?;
        if buffer.filled().len() > before {
            self.pace.received();
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Paced {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
            Stream::Tls(stream) => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[std::io::IoSlice<'_>],
    ) -> Poll<std::io::Result<usize>> {
        match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_write_vectored(cx, parts),
            Stream::Tls(stream) => Pin::new(stream).poll_write_vectored(cx, parts),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match &self.stream {
            Stream::Plain(stream) => stream.is_write_vectored(),
            Stream::Tls(stream) => stream.is_write_vectored(),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        ready!(match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Stream::Tls(stream) => Pin::new(stream).poll_flush(cx),
        })?;
        self.pace.flushed();
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Stream::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}
