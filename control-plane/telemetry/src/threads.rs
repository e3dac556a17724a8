//! Threads that serve connections, each on its own: a connection stays on the thread that got it, and
//! so does everything that is done for it. Nothing is woken on another core, and nothing is stolen.
//!
//! That pays where a request is answered within microseconds. What else the process does stays on the
//! runtime that it was started on.

use std::future::ready;
use std::io;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::response::Response;
use futures_util::future::Either;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::{GracefulConnection, GracefulShutdown};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tower::Service as _;

use crate::shutdown::Shutdown;

/// What is answered: a router, and before it whatever needs neither to wait nor to read a body.
#[derive(Clone)]
pub struct Answers {
    pub router: Router,
    pub at_once: Arc<AtOnce>,
}

/// Answers a request, or leaves it to the router.
pub type AtOnce = dyn Fn(&hyper::Request<Incoming>) -> Option<Response> + Send + Sync;

type Accepted = (std::net::TcpStream, SocketAddr);

enum Never {}

/// Threads that serve, and the way to them. They end when this is dropped.
pub struct Threads {
    hand_over: Vec<mpsc::UnboundedSender<Accepted>>,
    /// Closed once the last thread has answered its last request: nothing is ever sent.
    running: mpsc::Receiver<Never>,
}

impl Threads {
    /// Starts `count` threads that serve until the shutdown is triggered and their requests are answered.
    /// Handlers find the peer's address as `ConnectInfo<SocketAddr>`.
    ///
    /// # Errors
    /// Where a thread cannot be started.
    pub fn start(count: NonZeroUsize, answers: &Answers, shutdown: &Shutdown) -> io::Result<Threads> {
        let (runs, running) = mpsc::channel(1);
        let mut threads = Threads { hand_over: Vec::new(), running };
        for number in 0..count.get() {
            let (hand_over, connections) = mpsc::unbounded_channel();
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            let (answers, shutdown, runs) = (answers.clone(), shutdown.clone(), runs.clone());
            let serve = move || runtime.block_on(serve(connections, answers, shutdown, runs));
            std::thread::Builder::new().name(format!("serve-{number}")).spawn(serve)?;
            threads.hand_over.push(hand_over);
        }
        Ok(threads)
    }

    /// Hands over whoever connects, to each thread in its turn, until the future is dropped.
    ///
    /// # Errors
    /// Where a connection cannot be released from this runtime.
    pub async fn accept(&self, mut listener: TcpListener) -> io::Result<()> {
        for hand_over in self.hand_over.iter().cycle() {
            let (stream, peer) = axum::serve::Listener::accept(&mut listener).await;
            // What is written is meant to go: the last lines of a stream are not to wait for the first's
            // receipt.
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%error, "a connection keeps its small writes back");
            }
            // A thread that is gone has shut down, and so will this.
            let _ = hand_over.send((stream.into_std()?, peer));
        }
        Ok(())
    }

    /// Returns once the last request is answered, after the shutdown.
    pub async fn drained(&mut self) {
        while self.running.recv().await.is_some() {}
    }
}

/// Serves until the shutdown is triggered and the last request is answered, which drops `runs`.
async fn serve(
    mut connections: mpsc::UnboundedReceiver<Accepted>,
    answers: Answers,
    shutdown: Shutdown,
    runs: mpsc::Sender<Never>,
) {
    let open = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            accepted = connections.recv() => accepted,
            () = shutdown.triggered() => None,
        };
        let Some((stream, peer)) = accepted else { break };
        match TcpStream::from_std(stream) {
            Ok(stream) => {
                let connection = open.watch(connection(stream, peer, answers.clone()));
                tokio::spawn(async move {
                    if let Err(error) = connection.await {
                        tracing::trace!(%error, "a connection failed");
                    }
                });
            }
            Err(error) => tracing::warn!(%error, "a connection could not be taken over"),
        }
    }
    open.shutdown().await;
    drop(runs);
    // What was begun here may be at work for another thread's request, or for the process.
    while connections.recv().await.is_some() {}
}

fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    answers: Answers,
) -> impl GracefulConnection<Output = hyper::Result<()>> + Send {
    let service = service_fn(move |request: hyper::Request<Incoming>| match (answers.at_once)(&request) {
        Some(answer) => Either::Left(ready(Ok(answer))),
        None => {
            let mut request: Request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(peer));
            Either::Right(answers.router.clone().call(request))
        }
    });
    // An answer is small, and copying it together costs less than a write of two pieces.
    http1::Builder::new().writev(false).serve_connection(TokioIo::new(stream), service)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::response::IntoResponse as _;
    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::sync::Semaphore;

    use super::*;
    use crate::health::Readiness;
    use crate::shutdown::serve_on;

    async fn ask(stream: &mut TcpStream, path: &str) {
        let request = format!("GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
    }

    async fn answer(mut stream: TcpStream) -> String {
        let mut text = String::new();
        stream.read_to_string(&mut text).await.unwrap();
        text.rsplit("\r\n").next().unwrap().to_owned()
    }

    #[tokio::test]
    async fn each_is_answered_by_whom_it_is_for_and_what_is_under_way_is_finished() {
        let (arrived, gate) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
        let (here, opened) = (Arc::clone(&arrived), Arc::clone(&gate));
        let slow = get(async move || {
            here.add_permits(1);
            opened.acquire().await.expect("the gate stays").forget();
            "slow"
        });
        let peer = get(async |ConnectInfo(peer): ConnectInfo<SocketAddr>| peer.to_string());
        let router = Router::new().route("/peer", peer).route("/slow", slow);
        let at_once: Arc<AtOnce> =
            Arc::new(|request| (request.uri().path() == "/quick").then(|| "quick".into_response()));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (shutdown, readiness) = (Shutdown::manual(), Readiness::starting());
        let serving = tokio::spawn({
            let (shutdown, readiness) = (shutdown.clone(), readiness.clone());
            let answers = Answers { router, at_once };
            let threads = NonZeroUsize::new(2).unwrap();
            async move {
                serve_on(threads, listener, &answers, shutdown, readiness, Duration::from_secs(60)).await
            }
        });

        for _ in 0..2 {
            let mut stream = TcpStream::connect(address).await.unwrap();
            let own = stream.local_addr().unwrap().to_string();
            ask(&mut stream, "/peer").await;
            assert_eq!(answer(stream).await, own, "on either thread");
            let mut stream = TcpStream::connect(address).await.unwrap();
            ask(&mut stream, "/quick").await;
            assert_eq!(answer(stream).await, "quick");
        }

        let mut waiting = TcpStream::connect(address).await.unwrap();
        ask(&mut waiting, "/slow").await;
        arrived.acquire().await.unwrap().forget();
        shutdown.trigger();
        let answered = tokio::spawn(answer(waiting));
        gate.add_permits(1);
        assert_eq!(answered.await.unwrap(), "slow", "what was under way");
        let threads = serving.await.unwrap().unwrap();
        assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
        drop(threads);
    }
}
