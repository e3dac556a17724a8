//! A closed loop of raw HTTP/1.1 over kept-alive connections: cheap, so that the generator is not
//! what is measured.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// What one run came to.
#[derive(Debug, Clone, Copy, Default)]
pub struct Load {
    pub answered: u64,
    /// Answers that were not 2xx.
    pub refused: u64,
    pub seconds: f64,
}

impl Load {
    #[expect(clippy::float_arithmetic, reason = "a rate, not money")]
    pub fn per_second(&self) -> f64 {
        self.answered as f64 / self.seconds
    }
}

/// One answer: its status and its body, and the `Set-Cookie` values.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub cookies: Vec<String>,
    pub body: Vec<u8>,
}

/// A kept-alive connection.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub async fn open(address: SocketAddr) -> Result<Connection> {
        let stream = TcpStream::connect(address).await.with_context(|| format!("connecting to {address}"))?;
        stream.set_nodelay(true)?;
        Ok(Connection { stream, buffer: Vec::with_capacity(4096) })
    }

    /// Sends a whole request and reads the whole answer.
    pub async fn ask(&mut self, request: &[u8]) -> Result<Answer> {
        self.stream.write_all(request).await?;
        let head = loop {
            if let Some(end) = self.buffer.windows(4).position(|window| window == b"\r\n\r\n") {
                break end + 4;
            }
            self.fill().await?;
        };
        let text = std::str::from_utf8(&self.buffer[..head])?;
        let status = text.get(9..12).context("no status line")?.parse()?;
        let mut length = 0;
        let mut cookies = Vec::new();
        for line in text.lines().skip(1) {
            let Some((name, value)) = line.split_once(':') else { continue };
            // Without a copy of the name: what the generator costs, the server cannot use.
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse()?;
            } else if name.eq_ignore_ascii_case("set-cookie") {
                cookies.push(value.trim().to_owned());
            } else if name.eq_ignore_ascii_case("transfer-encoding") {
                bail!("a chunked answer where a length was expected");
            }
        }
        while self.buffer.len() < head + length {
            self.fill().await?;
        }
        let body = self.buffer[head..head + length].to_vec();
        self.buffer.drain(..head + length);
        Ok(Answer { status, cookies, body })
    }

    async fn fill(&mut self) -> Result<()> {
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            bail!("the server closed the connection");
        }
        Ok(())
    }
}

/// Keeps `connections` connections busy for `length`. `request(connection, n)` makes the bytes of a
/// connection's nth request.
pub async fn closed<F>(address: SocketAddr, connections: usize, length: Duration, request: F) -> Result<Load>
where
    F: Fn(usize, u64) -> Vec<u8> + Clone + Send + 'static,
{
    let started = Instant::now();
    let end = started + length;
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..connections {
        let request = request.clone();
        tasks.spawn(async move {
            let mut connection = Connection::open(address).await?;
            let mut load = Load::default();
            while Instant::now() < end {
                let answer = connection.ask(&request(number, load.answered)).await?;
                load.answered += 1;
                load.refused += u64::from(!(200..300).contains(&answer.status));
            }
            anyhow::Ok(load)
        });
    }
    let mut sum = Load::default();
    while let Some(load) = tasks.join_next().await {
        let load = load??;
        sum.answered += load.answered;
        sum.refused += load.refused;
    }
    sum.seconds = started.elapsed().as_secs_f64();
    Ok(sum)
}

/// The bytes of a request. `headers` are whole lines without their ends.
pub fn request(method: &str, path: &str, headers: &[&str], body: &str) -> Vec<u8> {
    let mut text = format!("{method} {path} HTTP/1.1\r\nHost: bench.ddib.localhost\r\n");
    for header in headers {
        text.push_str(header);
        text.push_str("\r\n");
    }
    if method != "GET" {
        text.push_str(&format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len()));
    }
    text.push_str("\r\n");
    text.push_str(body);
    text.into_bytes()
}
