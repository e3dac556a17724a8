//! The names of all keys of a deal: versioned, and tagged with the deal's name so that a cluster
//! keeps them together. No other file spells a key.

use tenant_runtime_core::ids::OrderId;
use uuid::Uuid;

/// 30 entries each at a million, 300 at ten millions; Redis keeps up to 512 flat by default.
const TICKET_HASHES: u16 = 1 << 15;

/// The keys of one deal.
#[derive(Debug, Clone)]
pub struct Keys {
    prefix: String,
}

impl Keys {
    #[must_use]
    pub fn new(deal: &str) -> Keys {
        Keys { prefix: format!("v2:{{{deal}}}:") }
    }

    fn named(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    /// String: the deal's clock, as `milliseconds milliseconds`: what Redis' clock showed when it was last
    /// read, and what time it was in the deal then.
    #[must_use]
    pub fn clock(&self) -> String {
        self.named("clock")
    }

    /// Hash: how far the waiting room has come. Fields `next` (arrivals so far), `accumulator`,
    /// `opened` and `closed` (milliseconds), `entrants` (arrivals before the doors opened),
    /// `frontier`, `tokens` (thousandths of an admission), `ticked` (milliseconds), `reserved`
    /// (called and not yet come), `admitted`, `absent` (called and never come in time).
    #[must_use]
    pub fn room(&self) -> String {
        self.named("room")
    }

    /// Hash: shopper (16 bytes) -> twice the order of arrival, and one more once it was claimed. The
    /// shoppers are spread over `TICKET_HASHES` such hashes, each small enough for Redis to keep it
    /// as one flat list: that is what makes a waiting shopper cheap.
    #[must_use]
    pub fn tickets(&self, shopper: Uuid) -> String {
        let bytes = shopper.as_bytes();
        // The last bytes of an id are random in every version of it.
        let hash = u16::from_be_bytes([bytes[14], bytes[15]]) % TICKET_HASHES;
        self.named(&format!("tickets:{hash:04x}"))
    }

    /// Sorted set: shopper (16 bytes) by the expiry of the pass (milliseconds). A member whose
    /// expiry has passed is not inside, whether it has been removed yet or not.
    #[must_use]
    pub fn passes(&self) -> String {
        self.named("passes")
    }

    /// Sorted set: calls still open, `first number:how many:milliseconds` by first number.
    #[must_use]
    pub fn calls(&self) -> String {
        self.named("calls")
    }

    /// Hash: first number of a call -> how many of it have not come yet.
    #[must_use]
    pub fn absentees(&self) -> String {
        self.named("absentees")
    }

    /// Sorted set: shoppers (16 bytes) who came too late for their call, or with an invitation, and
    /// wait for a free place, by when they last asked (milliseconds).
    #[must_use]
    pub fn late(&self) -> String {
        self.named("late")
    }

    /// Set: the numbers of the invitations that have let somebody in.
    #[must_use]
    pub fn guests(&self) -> String {
        self.named("guests")
    }

    /// Set: the numbers, from 0, of the guests who came in ahead of the line and whom it has not reached.
    #[must_use]
    pub fn ahead(&self) -> String {
        self.named("ahead")
    }

    /// Hash: pod -> who of the next numbers has not asked that pod for a long time, as
    /// `milliseconds first-byte bits`: a bit a number, from the lowest up, one for the silent.
    #[must_use]
    pub fn silent(&self) -> String {
        self.named("silent")
    }

    /// Sorted set: whoever was inside and has left, `shopper (16 bytes)` and order of arrival, by when
    /// (milliseconds); for as long as a pass that they were given may last.
    #[must_use]
    pub fn gone(&self) -> String {
        self.named("gone")
    }

    /// Hash: the settings in force: `generation`, `paused` (0 or 1), `per_second`, `inside_max`,
    /// `closed` (1 once the sale was closed before its time), `json` (all of them).
    #[must_use]
    pub fn settings(&self) -> String {
        self.named("settings")
    }

    /// String, set by sealing: no hold, payment, refund or admission can begin any more.
    #[must_use]
    pub fn sealed(&self) -> String {
        self.named("sealed")
    }

    /// Hash: the pieces of a product: `total`, `left`, `held`, `sold`; `left + held + sold = total`.
    #[must_use]
    pub fn stock(&self, product: Uuid) -> String {
        self.named(&format!("stock:{product}"))
    }

    /// Hash: order (16 bytes) -> the order as it was made, which no step changes: `created until facts`,
    /// two times in milliseconds and JSON. One hash for all, so that a call writes all of its holds at once.
    #[must_use]
    pub fn orders(&self) -> String {
        self.named("orders")
    }

    /// Hash: what became of an order; none while it is only held. By state: `state`, `ref` and `announced`
    /// (JSON), `until` as when it was made, `proof`, `since`, `receipt` (JSON), `reason`, `at`, `stray`
    /// (money turned up for a released order).
    #[must_use]
    pub fn order(&self, order: OrderId) -> String {
        self.named(&format!("order:{order}"))
    }

    /// Sorted set: orders (16 bytes) by when recovery must look at them (milliseconds).
    #[must_use]
    pub fn due(&self) -> String {
        self.named("due")
    }

    /// Hash: shopper (16 bytes) -> the shopper's purchases in this deal, an entry for each order that was
    /// ever made, as `purchases.lua` lays them out.
    #[must_use]
    pub fn buyers(&self) -> String {
        self.named("buyers")
    }

    /// Hash: the deal's sums. `sequence` (events so far), `exported` (events that the ledger has) and
    /// `digest` (the chain over those), `open_holds`, `open_refunds`, `sold`, `gross`, `refunds`.
    #[must_use]
    pub fn books(&self) -> String {
        self.named("books")
    }

    /// Stream: the events that the ledger does not have yet; an entry's id is `<sequence>-0`, its one
    /// field `e` the event as JSON.
    #[must_use]
    pub fn events(&self) -> String {
        self.named("events")
    }
}
