//! The hash chain over the deal's events, followed in memory. Events never change, so a link once
//! computed holds for ever; a process that comes late starts from the link that was written down
//! when the ledger acknowledged it.

use std::collections::HashMap;
use std::sync::Mutex;

use control_plane_core::ledger::{BATCH_MAX, Entry, Head};
use redis::streams::StreamRangeReply;

use crate::redis::StoreError;
use crate::state::Runtime;

pub(super) struct Chain(Mutex<Head>);

/// How far events have come, and how many of them the ledger has, with the link over those.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Marks {
    pub sequence: u64,
    pub exported: Head,
}

impl Chain {
    pub(super) fn new(deal: &str) -> Chain {
        Chain(Mutex::new(Head::genesis(deal)))
    }

    fn known(&self) -> Head {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    fn learn(&self, head: &Head) {
        let mut known = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if head.count > known.count {
            *known = head.clone();
        }
    }
}

/// The marks in the deal's books.
pub(super) fn marks(deal: &str, books: &HashMap<String, String>) -> Result<Marks, StoreError> {
    let number = |field: &str| match books.get(field) {
        None => Ok(0),
        Some(text) => text
            .parse::<u64>()
            .map_err(|error| StoreError::Unexpected { step: "books", what: format!("{field}: {error}") }),
    };
    let exported = match (number("exported")?, books.get("digest")) {
        (0, _) => Head::genesis(deal),
        (count, Some(digest)) => Head { count, digest: digest.clone() },
        (_, None) => {
            return Err(StoreError::Unexpected { step: "books", what: "exported without a digest".into() });
        }
    };
    Ok(Marks { sequence: number("sequence")?, exported })
}

/// Reads the deal's books.
pub(super) async fn books(runtime: &Runtime) -> Result<HashMap<String, String>, StoreError> {
    runtime.store.read(redis::cmd("HGETALL").arg(runtime.keys.books())).await
}

/// Up to a batch of events after `head`, in order.
pub(super) async fn entries_after(runtime: &Runtime, head: &Head) -> Result<Vec<Entry>, StoreError> {
    let reply: StreamRangeReply = runtime
        .store
        .read(
            redis::cmd("XRANGE")
                .arg(runtime.keys.events())
                .arg(format!("{}-0", head.count + 1))
                .arg("+")
                .arg("COUNT")
                .arg(BATCH_MAX),
        )
        .await?;
    let broken = |id: &str| StoreError::Unexpected { step: "events", what: format!("event {id}") };
    reply
        .ids
        .iter()
        .map(|stored| {
            let sequence = stored.id.split_once('-').and_then(|(sequence, _)| sequence.parse().ok());
            match (sequence, stored.get("e")) {
                (Some(sequence), Some(event)) => Ok(Entry { sequence, event }),
                _ => Err(broken(&stored.id)),
            }
        })
        .collect()
}

/// The link after `entries`, which must follow `head` without a gap.
pub(super) fn fold(head: &Head, entries: &[Entry]) -> Result<Head, StoreError> {
    entries.iter().try_fold(head.clone(), |head, entry| {
        head.push(entry).ok_or_else(|| StoreError::Unexpected {
            step: "events",
            what: format!("event {} follows event {}", entry.sequence, head.count),
        })
    })
}

/// The chain over all events up to `marks.sequence`, whether the ledger has them or not.
pub(super) async fn head(runtime: &Runtime, marks: &Marks) -> Result<Head, StoreError> {
    let chain = &runtime.till.chain;
    chain.learn(&marks.exported);
    let mut head = chain.known();
    while head.count < marks.sequence {
        let entries = entries_after(runtime, &head).await?;
        if entries.first().is_none_or(|entry| entry.sequence != head.count + 1) {
            // Another process exported them and they were dropped meanwhile: start from its link.
            let exported = self::marks(&runtime.config.deal, &books(runtime).await?)?.exported;
            if exported.count <= head.count {
                return Err(StoreError::Unexpected {
                    step: "events",
                    what: format!("event {} is missing", head.count + 1),
                });
            }
            chain.learn(&exported);
            head = exported;
            continue;
        }
        head = fold(&head, &entries)?;
        chain.learn(&head);
    }
    Ok(head)
}
