//! What the four calls have in common on the wire: lenient integers, checked texts, amounts and times.

use std::fmt;

use jiff::Timestamp;
use jiff::tz::{self, TimeZone};
use serde::de::{self, DeserializeOwned, Deserializer, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use url::{Host, Url};

use super::error::PayError;
use crate::state::pay::{Amount, Method, Payment};

/// Reads a body. Like KakaoPay it ignores fields that it does not know.
pub fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, PayError> {
    serde_json::from_slice(body).map_err(|error| PayError::Unreadable(error.to_string()))
}

/// A whole number, which may also come as a string of digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Integer(pub i64);

impl<'de> Deserialize<'de> for Integer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Integer, D::Error> {
        struct Lenient;

        impl Visitor<'_> for Lenient {
            type Value = Integer;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number")
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Integer, E> {
                Ok(Integer(number))
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Integer, E> {
                i64::try_from(number).map(Integer).map_err(|_| E::custom("the number is too large"))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Integer, E> {
                text.parse().map(Integer).map_err(|_| E::custom("the text is not a whole number"))
            }
        }

        deserializer.deserialize_any(Lenient)
    }
}

/// Refuses an empty text and one of more than `characters_max` characters.
pub fn text(value: &str, characters_max: usize, refusal: &'static str) -> Result<(), PayError> {
    match value.is_empty() || value.chars().count() > characters_max {
        true => Err(PayError::OrderInfo(refusal)),
        false => Ok(()),
    }
}

pub fn optional_text(
    value: Option<&str>,
    characters_max: usize,
    refusal: &'static str,
) -> Result<(), PayError> {
    value.map_or(Ok(()), |value| text(value, characters_max, refusal))
}

/// Redirect URLs must be on a registered domain; here that is this machine, under any local name.
pub fn redirect_url(value: &str) -> Result<(), PayError> {
    text(value, 255, "a redirect url is missing or longer than 255 characters")?;
    let url = Url::parse(value).map_err(|_| PayError::OrderInfo("a redirect url is not absolute"))?;
    let local = match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    match local && matches!(url.scheme(), "http" | "https") {
        true => Ok(()),
        false => Err(PayError::Domain),
    }
}

/// KakaoPay writes Korean time without an offset.
pub fn korean_time(at: Timestamp) -> String {
    at.to_zoned(TimeZone::fixed(tz::offset(9))).strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

/// The six parts of an amount.
#[derive(Debug, Serialize)]
pub struct AmountBody {
    total: i64,
    tax_free: i64,
    vat: i64,
    point: i64,
    discount: i64,
    green_deposit: i64,
}

impl From<Amount> for AmountBody {
    fn from(amount: Amount) -> AmountBody {
        let Amount { total, tax_free, vat, green_deposit } = amount;
        AmountBody { total, tax_free, vat, point: 0, discount: 0, green_deposit }
    }
}

/// The fields that approve, order and cancel answer alike.
pub fn payment_body(payment: &Payment) -> Value {
    let order = &payment.order;
    let mut body = json!({
        "tid": payment.tid,
        "cid": order.cid,
        "partner_order_id": order.order,
        "partner_user_id": order.user,
        "item_name": order.item_name,
        "quantity": order.quantity,
        "amount": AmountBody::from(order.amount),
        "created_at": korean_time(order.created_at),
    });
    if let Some(code) = &order.item_code {
        body["item_code"] = json!(code);
    }
    if let Some(method) = payment.method() {
        body["payment_method_type"] = json!(method.name());
    }
    if let Some(approval) = payment.approval() {
        body["approved_at"] = json!(korean_time(approval.at));
    }
    body
}

/// The card that everyone here pays with.
pub fn card_info(payment: &Payment, approved_id: &str) -> Option<Value> {
    (payment.method() == Some(Method::Card)).then(|| {
        json!({
            "kakaopay_purchase_corp": "비씨카드",
            "kakaopay_purchase_corp_code": "104",
            "kakaopay_issuer_corp": "수협은행",
            "kakaopay_issuer_corp_code": "212",
            "bin": "621640",
            "card_type": "신용",
            "install_month": format!("{:02}", payment.order.install_month),
            "approved_id": approved_id.get(1..9).unwrap_or(approved_id),
            "card_mid": "1234567890",
            "interest_free_install": "N",
            "installment_type": "CARD_INSTALLMENT",
            "card_item_code": "0000000",
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_come_as_numbers_or_digits() {
        for (json, expected) in [
            ("1000", Some(1_000)),
            ("\"1000\"", Some(1_000)),
            ("-1", Some(-1)),
            ("1.5", None),
            ("\"1.5\"", None),
            ("\"\"", None),
            ("true", None),
            ("null", None),
            ("18446744073709551615", None),
        ] {
            assert_eq!(parse::<Integer>(json.as_bytes()).ok().map(|i| i.0), expected, "{json}");
        }
    }

    #[test]
    fn redirects_stay_on_this_machine() {
        let check = |url: &str, code: Option<i32>| {
            assert_eq!(redirect_url(url).err().map(|error| error.code()), code, "{url}");
        };
        check("http://shop.ddib.localhost:8080/payment/orders/1/approve", None);
        check("http://127.0.0.1:8080/approve?a=b", None);
        check("http://localhost/approve", None);
        check("https://shop.example/approve", Some(-799));
        check("javascript:alert(1)", Some(-799));
        check("/approve", Some(-726));
        check("", Some(-726));
        check(&format!("http://localhost/{}", "a".repeat(255)), Some(-726));
    }

    #[test]
    fn times_are_korean_and_without_an_offset() {
        assert_eq!(korean_time("2026-11-23T16:20:05Z".parse().unwrap()), "2026-11-24T01:20:05");
    }
}
