//! A crowd that comes at one moment: a connection and a request each. One thread with an epoll of its own,
//! so that what is measured is the server, and not the tasks of a generator beside it.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};

/// Whoever has no answer by then never gets one.
const PATIENCE: Duration = Duration::from_secs(60);

/// Sends all requests at once, each over a connection that was opened before, and returns how long it took
/// until the last was answered with this status. The connections stay open until then, as browsers' do.
pub fn until_last(address: SocketAddr, requests: &[Vec<u8>], status: u16) -> Result<Duration> {
    let mut poll = Poll::new()?;
    let mut streams = Vec::with_capacity(requests.len());
    for number in 0..requests.len() {
        let stream = std::net::TcpStream::connect(address).context("connecting to the runtime")?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        let mut stream = TcpStream::from_std(stream);
        poll.registry().register(&mut stream, Token(number), Interest::READABLE)?;
        streams.push(stream);
    }
    let begun = Instant::now();
    for (stream, request) in streams.iter_mut().zip(requests) {
        stream.write_all(request)?;
    }
    let mut events = Events::with_capacity(1024);
    let mut is_answered = vec![false; requests.len()];
    let (mut waiting, mut last) = (requests.len(), Duration::ZERO);
    while waiting > 0 {
        ensure!(begun.elapsed() < PATIENCE, "{waiting} of {} were not answered", requests.len());
        match poll.poll(&mut events, Some(PATIENCE)) {
            Err(error) if error.kind() != ErrorKind::Interrupted => return Err(error.into()),
            Ok(()) | Err(_) => {}
        }
        for event in &events {
            let Token(number) = event.token();
            if has_answered(&mut streams[number], status)? && !is_answered[number] {
                is_answered[number] = true;
                waiting -= 1;
                last = begun.elapsed();
            }
        }
    }
    Ok(last)
}

/// Reads what has arrived, which is the beginning of an answer or nothing.
fn has_answered(stream: &mut TcpStream, status: u16) -> Result<bool> {
    let mut buffer = [0; 4096];
    match stream.read(&mut buffer) {
        Ok(0) => bail!("the server closed a connection"),
        Ok(read) => {
            let line = buffer[..read].split(|byte| *byte == b'\r').next().unwrap_or_default();
            let is_right = line.starts_with(format!("HTTP/1.1 {status} ").as_bytes());
            ensure!(is_right, "one was answered with {}", String::from_utf8_lossy(line));
            Ok(true)
        }
        Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
