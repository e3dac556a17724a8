//! Free ports on the loopback interface, chosen outside the range from which the kernel takes the
//! ports of outgoing connections: one that is written down must still be free after a crowd has
//! opened thousands of connections.

use std::net::{Ipv4Addr, TcpListener};
use std::ops::Range;

use rand::RngExt as _;

/// Below Linux' default `ip_local_port_range` (32768 to 60999).
const RANGE: Range<u16> = 20_000..32_000;
const ATTEMPTS_MAX: u32 = 200;

#[derive(Debug, thiserror::Error)]
pub enum PortError {
    #[error("no free port found between {} and {} on 127.0.0.1: stop something that listens there", RANGE.start, RANGE.end)]
    NoneFree,
    #[error(
        "port {port} ({purpose}) is taken by another program: stop it (`ss -ltnp 'sport = :{port}'` shows which){advice}"
    )]
    Taken { port: u16, purpose: &'static str, advice: &'static str },
    #[error("port {port} ({purpose}) cannot be listened on: {source}")]
    Refused { port: u16, purpose: &'static str, source: std::io::Error },
}

/// Chooses ports, no port twice.
#[derive(Default)]
pub struct Chooser {
    given: Vec<u16>,
}

impl Chooser {
    /// # Errors
    /// Where none is free.
    pub fn next(&mut self) -> Result<u16, PortError> {
        let mut rng = rand::rng();
        for _ in 0..ATTEMPTS_MAX {
            let port = rng.random_range(RANGE);
            if !self.given.contains(&port) && TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
                self.given.push(port);
                return Ok(port);
            }
        }
        Err(PortError::NoneFree)
    }
}

/// Listens on a port of the loopback interface.
///
/// # Errors
/// Where it is taken or refused, saying what to do.
pub async fn listen(
    port: u16,
    purpose: &'static str,
    advice: &'static str,
) -> Result<tokio::net::TcpListener, PortError> {
    tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(|source| match source.kind() {
        std::io::ErrorKind::AddrInUse => PortError::Taken { port, purpose, advice },
        _ => PortError::Refused { port, purpose, source },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_taken_port_is_named_with_what_to_do() {
        let mut free = Chooser::default();
        let port = free.next().unwrap();
        assert_ne!(free.next().unwrap(), port);
        let _first = listen(port, "the edge", ", or choose another with --port").await.unwrap();
        let refused =
            listen(port, "the edge", ", or choose another with --port").await.unwrap_err().to_string();
        assert!(refused.contains(&port.to_string()) && refused.contains("--port"), "{refused}");
    }
}
