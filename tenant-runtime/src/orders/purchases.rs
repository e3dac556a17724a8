//! What a shopper has bought or holds, as bytes: one entry behind the other, of the shape that
//! `redis/purchases.lua` describes. Steps write them, and read all of it; here an entry is made, and the
//! orders are read.

use tenant_runtime_core::ids::{OrderId, ProductId};
use uuid::Uuid;

const PURCHASE_BYTES: usize = 68;
const ORDER_AT: usize = 32;

/// Enough of a digest that nobody finds two contents for one.
pub type Digest = [u8; 16];

#[must_use]
pub fn digest(content: &[u8]) -> Digest {
    let mut digest = Digest::default();
    digest.copy_from_slice(&blake3::hash(content).as_bytes()[..16]);
    digest
}

/// The entry of a new order. `request` is the digest of its idempotency key, `fingerprint` that of what
/// was asked for.
pub(super) fn entry(
    request: &Digest,
    fingerprint: &Digest,
    order: OrderId,
    product: ProductId,
    pieces: u32,
) -> Vec<u8> {
    [&request[..], fingerprint, order.as_bytes(), product.as_bytes(), &pieces.to_be_bytes()].concat()
}

/// The orders of a shopper with these purchases, oldest first; `None` where these are no purchases.
pub(super) fn orders(purchases: &[u8]) -> Option<Vec<OrderId>> {
    let (entries, rest) = purchases.as_chunks::<PURCHASE_BYTES>();
    let order =
        |entry: &[u8; PURCHASE_BYTES]| Uuid::from_slice(&entry[ORDER_AT..ORDER_AT + 16]).map(OrderId).ok();
    if rest.is_empty() { entries.iter().map(order).collect() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_read_from_entries_and_from_nothing_else() {
        let [first, second] = [1, 2].map(|n| OrderId(Uuid::from_u128(n)));
        let product = ProductId(Uuid::from_u128(9));
        let purchases = [first, second]
            .map(|order| entry(&digest(b"key"), &digest(b"what"), order, product, 70_000))
            .concat();
        assert_eq!(orders(&purchases), Some(vec![first, second]));
        assert_eq!(&purchases[64..68], [0, 1, 17, 112], "pieces, most significant byte first");
        assert_eq!(orders(b""), Some(vec![]));
        assert_eq!(orders(&purchases[1..]), None);
    }
}
