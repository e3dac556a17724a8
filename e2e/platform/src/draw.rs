//! `bidd draw verify`: checks a draw from what the deal publishes, and computes anyone's number. It
//! trusts nothing but the arithmetic of `docs/draw.md`.

use std::fmt;
use std::net::Ipv4Addr;

use anyhow::{Context as _, Result};
use reqwest::Url;
use serde::Deserialize;
use tenant_runtime_core::draw::{self, Draw};

use crate::client::{Ask, Jar, Web};

/// What `GET /queue/status` says of the draw.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Published {
    deal: String,
    commitment: String,
    drawn: Option<Drawn>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Drawn {
    entrants: u64,
    seed: String,
    secret: String,
    accumulator: String,
}

/// A draw that was checked, and the numbers that were asked for.
#[derive(Debug, PartialEq, Eq)]
pub struct Verified {
    pub deal: String,
    pub commitment: String,
    pub seed: String,
    pub entrants: u64,
    /// Order of arrival and number, both from 1.
    pub numbers: Vec<(u64, u64)>,
}

/// Why a draw is not what was promised.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum DrawError {
    #[error("deal {deal} has not drawn yet, or lets in by order of arrival; its commitment is {commitment}")]
    NotDrawn { deal: String, commitment: String },
    #[error("the commitment is {published}, not {noted} as was noted before the doors opened")]
    OtherCommitment { published: String, noted: String },
    #[error("{field} is {value:?}, which is not 32 bytes in hex")]
    Malformed { field: &'static str, value: String },
    #[error("the secret hashes to {hash}, but {commitment} was committed to")]
    OtherSecret { hash: String, commitment: String },
    #[error("the seed that follows from secret, entrants and accumulator is {follows}, but {shown} was used")]
    OtherSeed { follows: String, shown: String },
    #[error("nobody was entrant {entrant}: there were {entrants}")]
    NoSuchEntrant { entrant: u64, entrants: u64 },
}

/// Fetches what the deal at `url` publishes, and checks it. `noted` is the commitment as someone wrote
/// it down before the doors opened; `entrants` are the orders of arrival, from 1, to compute.
///
/// # Errors
/// Where the deal does not answer, or the draw is not what was promised.
pub async fn verify(url: &str, noted: Option<&str>, entrants: &[u64]) -> Result<Verified> {
    let url = format!("{}/queue/status", url.trim_end_matches('/'));
    let url: Url = url.parse().with_context(|| format!("{url} is not an address"))?;
    let web = Web::new(Ipv4Addr::LOCALHOST.into(), 1);
    let asked = web.json(&mut Jar::default(), &Ask::get(url)).await;
    let published: Published = asked.context("asking the deal how it stands")?;
    Ok(check(published, noted, entrants)?)
}

/// # Errors
/// Where the draw is not what was promised.
pub fn check(published: Published, noted: Option<&str>, entrants: &[u64]) -> Result<Verified, DrawError> {
    let Published { deal, commitment, drawn } = published;
    if let Some(noted) = noted.filter(|noted| *noted != commitment) {
        return Err(DrawError::OtherCommitment { published: commitment, noted: noted.to_owned() });
    }
    let Some(drawn) = drawn else {
        return Err(DrawError::NotDrawn { deal, commitment });
    };
    let secret = bytes("secret", &drawn.secret)?;
    let hash = draw::commitment(&secret);
    if hash != commitment {
        return Err(DrawError::OtherSecret { hash, commitment });
    }
    let seed = draw::seed(&secret, drawn.entrants, &drawn.accumulator);
    let follows = hex::encode(seed);
    if follows != drawn.seed {
        return Err(DrawError::OtherSeed { follows, shown: drawn.seed });
    }
    let order = Draw::new(seed, drawn.entrants);
    let number = |&entrant: &u64| match entrant.checked_sub(1) {
        Some(index) if index < drawn.entrants => Ok((entrant, order.number(index) + 1)),
        _ => Err(DrawError::NoSuchEntrant { entrant, entrants: drawn.entrants }),
    };
    let numbers = entrants.iter().map(number).collect::<Result<_, _>>()?;
    Ok(Verified { deal, commitment, seed: follows, entrants: drawn.entrants, numbers })
}

fn bytes(field: &'static str, value: &str) -> Result<[u8; 32], DrawError> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(value, &mut bytes)
        .map_err(|_| DrawError::Malformed { field, value: value.to_owned() })?;
    Ok(bytes)
}

impl fmt::Display for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "deal        {}", self.deal)?;
        writeln!(f, "commitment  {}  the secret is the one committed to", self.commitment)?;
        writeln!(f, "seed        {}  follows from secret, entrants and accumulator", self.seed)?;
        write!(f, "entrants    {}", self.entrants)?;
        for (entrant, number) in &self.numbers {
            write!(f, "\nentrant     {entrant} drew number {number}")?;
        }
        Ok(())
    }
}
