//! The worked example of `docs/ledger.md`, recomputed from that page.

use control_plane_core::ledger::{Entry, Head, OrderEvent};
use control_plane_core::settlement::Books;
use crds::Won;

const PAGE: &str = include_str!("../../../docs/ledger.md");
const DEAL: &str = "hanbit-20261124-1000";

/// The lines of the page's one block in that language.
fn block(language: &str) -> Vec<&'static str> {
    let (_, rest) = PAGE.split_once(&format!("```{language}\n")).expect("the page has such a block");
    let (block, _) = rest.split_once("\n```").expect("a block ends");
    block.lines().collect()
}

#[test]
fn the_chain_is_the_one_on_the_page() {
    assert!(PAGE.contains(&format!("The deal is called `{DEAL}`")));
    let mut head = Head::genesis(DEAL);
    let mut heads = vec![format!("{} {}", head.count, head.digest)];
    for (sequence, event) in (1..).zip(block("jsonl")) {
        head = head.push(&Entry { sequence, event: event.to_owned() }).expect("the next event");
        heads.push(format!("{} {}", head.count, head.digest));
    }
    assert_eq!(heads, block("text"));
    // So that page and code cannot drift away together.
    assert_eq!(head.digest, "61b4532174f6806da41239ba54e43863c26758f3dcde846192bc84cc5653c808");
}

#[test]
fn the_events_on_the_page_are_written_as_the_runtime_writes_them() {
    let mut books = Books::default();
    for text in block("jsonl") {
        let event: OrderEvent = serde_json::from_str(text).expect("an event");
        assert_eq!(serde_json::to_string(&event).expect("an event is plain data"), text);
        books.post(&event).expect("the events agree");
    }
    assert_eq!((books.gross, books.refunds, books.net()), (Won(35_700), Won(25_800), Won(9_900)));
    assert!(PAGE.contains("gross 35,700 won, refunds 25,800, net 9,900"));
}

#[test]
fn any_change_shows() {
    let fold = |deal: &str, events: &[&str]| {
        (1..).zip(events).fold(Head::genesis(deal), |head, (sequence, event)| {
            head.push(&Entry { sequence, event: (*event).to_owned() }).expect("the next event")
        })
    };
    let events = block("jsonl");
    let swapped = [events[1], events[0], events[2]];
    let changed = [events[0], &events[1].replace("9900", "9901"), events[2]];
    let spaced = [events[0], &events[1].replace(",\"amount\"", ", \"amount\""), events[2]];
    let right = fold(DEAL, &events);
    for (deal, events) in [
        ("hanbit-20261124-1001", events.as_slice()),
        (DEAL, &events[..2]),
        (DEAL, &swapped),
        (DEAL, &changed),
        (DEAL, &spaced),
    ] {
        assert_ne!(fold(deal, events).digest, right.digest);
    }
}
