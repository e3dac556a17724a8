//! KakaoPay's ready and approve, as far as a runtime asks for them, with a known time for each approval. It
//! keeps nothing: what it is asked to approve is what it says that it approved. One thread, so that it
//! costs next to nothing beside what is measured: the real one is on other machines.

use std::collections::{HashMap, VecDeque};
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::Result;
use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token};
use serde_json::{Value, json};
use tokio::net::TcpSocket;

/// How long an approval takes.
pub const APPROVAL: Duration = Duration::from_secs(1);

/// All connect at one moment; whoever finds no place in the backlog tries again a second later. As many may
/// wait to be accepted, if the machine allows for it (`net.core.somaxconn`).
const BACKLOG: u32 = 16_384;
const LISTENER: Token = Token(0);

struct Gateway {
    poll: Poll,
    listener: TcpListener,
    connections: HashMap<Token, Connection>,
    next: usize,
    tids: u64,
    /// Each takes as long, so they are due in their order.
    approvals: VecDeque<(Instant, Token, Vec<u8>)>,
}

struct Connection {
    stream: TcpStream,
    /// What has arrived of the next request.
    buffer: Vec<u8>,
}

/// Answers whoever connects, forever. Only within a runtime of tokio.
pub fn run(listen: SocketAddr) -> Result<()> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(listen)?;
    let mut listener = TcpListener::from_std(socket.listen(BACKLOG)?.into_std()?);
    let poll = Poll::new()?;
    poll.registry().register(&mut listener, LISTENER, Interest::READABLE)?;
    let (connections, approvals) = (HashMap::new(), VecDeque::new());
    let mut gateway = Gateway { poll, listener, connections, next: LISTENER.0 + 1, tids: 0, approvals };
    let mut events = Events::with_capacity(1024);
    loop {
        let wait = gateway.approvals.front().map(|(due, ..)| due.saturating_duration_since(Instant::now()));
        if let Err(error) = gateway.poll.poll(&mut events, wait)
            && error.kind() != ErrorKind::Interrupted
        {
            return Err(error.into());
        }
        for event in &events {
            match event.token() {
                LISTENER => gateway.accept()?,
                token => gateway.read(token),
            }
        }
        gateway.answer_approvals();
    }
}

impl Gateway {
    fn accept(&mut self) -> Result<()> {
        loop {
            let mut stream = match self.listener.accept() {
                Ok((stream, _)) => stream,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error.into()),
            };
            stream.set_nodelay(true)?;
            let token = Token(self.next);
            self.next += 1;
            self.poll.registry().register(&mut stream, token, Interest::READABLE)?;
            self.connections.insert(token, Connection { stream, buffer: Vec::new() });
        }
    }

    /// Takes what has arrived on a connection, which has one request under way at a time.
    fn read(&mut self, token: Token) {
        let Some(connection) = self.connections.get_mut(&token) else { return };
        if !connection.fill() {
            self.connections.remove(&token);
            return;
        }
        let Some((path, body)) = request(&connection.buffer) else { return };
        match path.rsplit('/').next() {
            Some("ready") => {
                self.tids += 1;
                let page = "http://127.0.0.1:1/pay";
                let begun = json!({
                    "tid": format!("T{:019}", self.tids),
                    "next_redirect_pc_url": page,
                    "next_redirect_mobile_url": page,
                    "next_redirect_app_url": page,
                });
                connection.buffer.clear();
                self.send(token, &answer(&begun));
            }
            Some("approve") => {
                let asked: Value = serde_json::from_slice(body).unwrap_or_default();
                let approved = json!({
                    "tid": asked["tid"],
                    "partner_order_id": asked["partner_order_id"],
                    "payment_method_type": "MONEY",
                    "amount": {"total": asked["total_amount"]},
                });
                connection.buffer.clear();
                self.approvals.push_back((Instant::now() + APPROVAL, token, answer(&approved)));
            }
            _ => {
                connection.buffer.clear();
                self.send(token, &answer(&json!("alive")));
            }
        }
    }

    fn answer_approvals(&mut self) {
        let now = Instant::now();
        while self.approvals.front().is_some_and(|(due, ..)| *due <= now) {
            if let Some((_, token, answer)) = self.approvals.pop_front() {
                self.send(token, &answer);
            }
        }
    }

    fn send(&mut self, token: Token, answer: &[u8]) {
        let Some(connection) = self.connections.get_mut(&token) else { return };
        if connection.stream.write_all(answer).is_err() {
            self.connections.remove(&token);
        }
    }
}

impl Connection {
    /// False once the other side has gone.
    fn fill(&mut self) -> bool {
        let mut buffer = [0; 4096];
        loop {
            match self.stream.read(&mut buffer) {
                Ok(0) => return false,
                Ok(read) => self.buffer.extend_from_slice(&buffer[..read]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return true,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return false,
            }
        }
    }
}

/// The path and the body of a request, once all of it is there.
fn request(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(&bytes[..end]).ok()?;
    let mut headers = head.lines().filter_map(|line| line.split_once(':'));
    let length = headers.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let length: usize = length.map_or(Some(0), |(_, value)| value.trim().parse().ok())?;
    Some((head.split(' ').nth(1)?, bytes.get(end..end + length)?))
}

fn answer(body: &Value) -> Vec<u8> {
    let body = body.to_string();
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json";
    format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}
