//! How people reach a platform and its Kakao from this machine, wherever it runs.

use std::net::{IpAddr, Ipv4Addr};

use anyhow::Context as _;
use reqwest::Url;

use crate::client::Web;
use crate::state::DOMAIN;

/// The edge of a platform, and the simulator that its people sign in with and pay at.
#[derive(Debug, Clone)]
pub struct Reach {
    edge_port: u16,
    kakao: Url,
}

impl Reach {
    /// # Errors
    /// Where `kakao` is no URL.
    pub fn new(edge_port: u16, kakao: &str) -> anyhow::Result<Reach> {
        let kakao = kakao.parse().with_context(|| format!("{kakao} is not the address of a simulator"))?;
        Ok(Reach { edge_port, kakao })
    }

    /// One of the hosts behind the edge, as a browser sees it: `bidd`, `ddib` or `<slug>.ddib`.
    ///
    /// # Errors
    /// Where `host` is no host's name.
    pub fn origin(&self, host: &str) -> anyhow::Result<Url> {
        let origin = format!("http://{host}.{DOMAIN}:{}", self.edge_port);
        origin.parse().with_context(|| format!("{host} is no host's name"))
    }

    /// The edge itself, for a crowd.
    #[must_use]
    pub fn edge_port(&self) -> u16 {
        self.edge_port
    }

    #[must_use]
    pub fn kakao(&self) -> &Url {
        &self.kakao
    }

    /// A client that knows the way, for so many requests at once.
    #[must_use]
    pub fn web(&self, connections: usize) -> Web {
        Web::new(IpAddr::V4(Ipv4Addr::LOCALHOST), connections)
    }
}
