//! The least that a server can do: epoll, a read, a search for the end of the head, a write. No HTTP
//! library, no tasks, no timers; what remains is the kernel and the generator.

use std::collections::HashMap;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::sync::mpsc;

use anyhow::Result;
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token, Waker};

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 55\r\n\r\n\
    {\"state\":\"waiting\",\"position\":1234,\"pollAfterMs\":5000}\n";
/// As many as the bench machine has cores.
const THREADS: usize = 2;
const WAKE: Token = Token(0);

struct Worker {
    hand_over: mpsc::Sender<std::net::TcpStream>,
    waker: Waker,
}

/// Answers whoever connects, forever.
pub fn run(listen: SocketAddr) -> Result<()> {
    let listener = TcpListener::bind(listen)?;
    let workers = (0..THREADS).map(|_| spawn()).collect::<Result<Vec<_>>>()?;
    for (number, stream) in listener.incoming().enumerate() {
        let stream = stream?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        let worker = &workers[number % THREADS];
        if worker.hand_over.send(stream).is_ok() {
            worker.waker.wake()?;
        }
    }
    Ok(())
}

fn spawn() -> Result<Worker> {
    let poll = Poll::new()?;
    let waker = Waker::new(poll.registry(), WAKE)?;
    let (hand_over, handed) = mpsc::channel();
    std::thread::spawn(move || serve(poll, &handed));
    Ok(Worker { hand_over, waker })
}

fn serve(mut poll: Poll, handed: &mpsc::Receiver<std::net::TcpStream>) -> Result<()> {
    let mut events = Events::with_capacity(1024);
    let mut streams: HashMap<Token, TcpStream> = HashMap::new();
    let mut next = WAKE.0 + 1;
    loop {
        if let Err(error) = poll.poll(&mut events, None)
            && error.kind() != ErrorKind::Interrupted
        {
            return Err(error.into());
        }
        for event in &events {
            if event.token() == WAKE {
                for stream in handed.try_iter() {
                    let mut stream = TcpStream::from_std(stream);
                    poll.registry().register(&mut stream, Token(next), Interest::READABLE)?;
                    streams.insert(Token(next), stream);
                    next += 1;
                }
            } else if let Some(stream) = streams.get_mut(&event.token())
                && !answer(stream)
            {
                streams.remove(&event.token());
            }
        }
    }
}

/// Answers what has arrived; false once the other side has gone. The generator has one request under
/// way on a connection, and sends it in one piece.
fn answer(stream: &mut TcpStream) -> bool {
    let mut buffer = [0; 4096];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => return false,
            Ok(read) if buffer[..read].ends_with(b"\r\n\r\n") => {
                if stream.write_all(ANSWER).is_err() {
                    return false;
                }
            }
            Ok(_) => return false,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return true,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => return false,
        }
    }
}
