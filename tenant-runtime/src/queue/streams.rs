//! How many event streams a process holds open, and how many of them are one shopper's.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use uuid::Uuid;

use crate::error::ApiError;

/// How many a process holds open.
const STREAMS_MAX: usize = 20_000;
/// So many are kept for those who were promised one and have not opened it yet.
const STREAMS_RESERVED: usize = 1_000;
/// How many one shopper may have. Over HTTP/1.1 a browser has six connections to a host for all its
/// tabs; were all of them streams, nothing could be asked any more.
const STREAMS_PER_SHOPPER_MAX: u8 = 3;
/// What is refused may be asked for again after so many seconds.
const RETRY_SECONDS: u32 = 5;

/// The streams that are open.
#[derive(Default)]
pub struct Streams {
    open: AtomicUsize,
    of_shoppers: Mutex<HashMap<Uuid, u8>>,
}

impl Streams {
    /// Whether somebody more may be told to open one.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.open.load(Relaxed) < STREAMS_MAX - STREAMS_RESERVED
    }

    /// Counts a stream of this shopper, until what is returned is dropped.
    ///
    /// # Errors
    /// Where the process, or the shopper, has too many.
    pub fn open(self: &Arc<Self>, shopper: Uuid) -> Result<OpenStream, ApiError> {
        let mut of_shoppers = self.of_shoppers.lock().unwrap_or_else(PoisonError::into_inner);
        let own = of_shoppers.get(&shopper).copied().unwrap_or(0);
        if own >= STREAMS_PER_SHOPPER_MAX || self.open.load(Relaxed) >= STREAMS_MAX {
            return Err(ApiError::TooManyRequests { retry_seconds: RETRY_SECONDS });
        }
        of_shoppers.insert(shopper, own + 1);
        self.open.fetch_add(1, Relaxed);
        Ok(OpenStream { streams: Arc::clone(self), shopper })
    }

    fn close(&self, shopper: Uuid) {
        let mut of_shoppers = self.of_shoppers.lock().unwrap_or_else(PoisonError::into_inner);
        match of_shoppers.get_mut(&shopper) {
            Some(own) if *own > 1 => *own -= 1,
            _ => {
                of_shoppers.remove(&shopper);
            }
        }
        self.open.fetch_sub(1, Relaxed);
    }
}

/// One open stream.
pub struct OpenStream {
    streams: Arc<Streams>,
    shopper: Uuid,
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        self.streams.close(self.shopper);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_shopper_has_three_and_the_process_has_an_end() {
        let streams = Arc::new(Streams::default());
        let one = Uuid::from_u128(1);
        let mut own: Vec<OpenStream> = (0..3).map(|_| streams.open(one).unwrap()).collect();
        assert!(streams.open(one).is_err());
        own.pop();
        own.push(streams.open(one).unwrap());
        assert!(streams.open(one).is_err());

        let others: Vec<OpenStream> = (2..).map_while(|n| streams.open(Uuid::from_u128(n)).ok()).collect();
        assert_eq!(own.len() + others.len(), STREAMS_MAX);
        assert!(!streams.has_room());
        drop((own, others));
        assert!(streams.has_room() && streams.of_shoppers.lock().unwrap().is_empty());
    }
}
