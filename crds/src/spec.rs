//! What a company ordered: the spec of a `TimeDeal`.

use jiff::Timestamp;
use kube::CustomResource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{TimeDealStatus, Won};

/// A rented slot: for the window, a runtime of its own sells the products of one company.
#[derive(Debug, Clone, PartialEq, CustomResource, Serialize, Deserialize, JsonSchema)]
#[kube(
    group = "bidd.io",
    version = "v1alpha1",
    kind = "TimeDeal",
    plural = "timedeals",
    singular = "timedeal",
    shortname = "td",
    category = "bidd",
    status = "TimeDealStatus",
    derive = "PartialEq"
)]
#[serde(rename_all = "camelCase")]
pub struct TimeDealSpec {
    /// The company that rents the slot.
    pub company: CompanyRef,
    /// What the deal is called on every screen.
    pub title: String,
    /// The host name under which shoppers reach the deal. Immutable.
    pub host: String,
    /// When the doors are open.
    pub window: Window,
    /// How long before `opensAt` the runtime must be up and warm, in seconds.
    #[serde(default = "defaults::warm_up_seconds")]
    pub warm_up_seconds: u32,
    /// What the company's plan allows.
    pub capacity: Capacity,
    /// How many replicas each role gets.
    #[serde(default)]
    pub roles: Roles,
    /// How the crowd is queued.
    #[serde(default)]
    pub waiting_room: WaitingRoom,
    /// What is for sale.
    pub products: Vec<Product>,
    /// Through whom the shoppers pay.
    pub payment: Payment,
    /// Whether refunded pieces go back on sale while the deal is open.
    #[serde(default)]
    pub restock_on_refund: bool,
    /// Admission is stopped; those inside may finish.
    #[serde(default)]
    pub paused: bool,
    /// `Plan` writes what would be done into the status and does nothing.
    #[serde(default)]
    pub mode: Mode,
    /// How long a completed deal stays as an object, in seconds.
    #[serde(default = "defaults::retention_seconds")]
    pub retention_seconds: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CompanyRef {
    pub id: uuid::Uuid,
    /// A DNS label: the first part of the deal's host name.
    pub slug: String,
    pub name: String,
}

/// A half-open window of time, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Window {
    /// The first instant at which the doors are open.
    pub opens_at: Timestamp,
    /// The first instant at which they are closed again.
    pub closes_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Capacity {
    /// The plan's code, for people.
    pub plan: String,
    pub expected_shoppers: u32,
    /// How many shoppers may be let in each second.
    pub admissions_per_second: u32,
    /// How many shoppers may be inside at once. Never exceeded.
    pub inside_max: u32,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Roles {
    #[serde(default)]
    pub queue: RoleSize,
    #[serde(default)]
    pub shop: RoleSize,
    #[serde(default)]
    pub payment: RoleSize,
}

/// Replicas of one role: `min` at rest, `warm` from warm-up until the doors close, `max` as the
/// autoscaler's reserve.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RoleSize {
    pub min: u32,
    pub warm: u32,
    pub max: u32,
}

impl Default for RoleSize {
    fn default() -> Self {
        RoleSize { min: 1, warm: 2, max: 4 }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct WaitingRoom {
    /// How those who came before the doors opened are ordered.
    pub prequeue: Prequeue,
    /// What a reload of the page does to one's place.
    pub on_refresh: OnRefresh,
    /// How long a pass lives without a renewal, in seconds.
    pub pass_seconds: u32,
    /// How long a called shopper may take to come in before the place goes to the next, in seconds.
    pub claim_seconds: u32,
}

impl Default for WaitingRoom {
    fn default() -> Self {
        WaitingRoom {
            prequeue: Prequeue::Draw,
            on_refresh: OnRefresh::Keep,
            pass_seconds: 300,
            claim_seconds: 30,
        }
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Prequeue {
    /// A provable draw among all who came before the doors opened.
    #[default]
    Draw,
    /// First come, first served.
    Fifo,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum OnRefresh {
    /// The place is kept.
    #[default]
    Keep,
    /// Back to the end of the queue.
    Requeue,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Product {
    pub id: uuid::Uuid,
    pub name: String,
    /// The price before the deal, in won.
    pub list_price: Won,
    /// The price in the deal, in won.
    pub price: Won,
    /// How many pieces are for sale.
    pub stock: u32,
    /// How many pieces one shopper may hold and have paid for, all in all.
    pub per_shopper_max: u32,
    /// Where the picture is, absolute; empty where there is none.
    #[serde(default)]
    pub image_url: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Payment {
    pub provider: PaymentProvider,
    /// The company's merchant id at the provider.
    pub merchant_id: String,
    /// The name of the secret that holds the company's sealed key.
    pub secret_ref: String,
    /// How long a hold lives, in seconds; it must outlive the provider's own 15 minutes.
    #[serde(default = "defaults::hold_seconds")]
    pub hold_seconds: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum PaymentProvider {
    KakaoPay,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Mode {
    #[default]
    Apply,
    Plan,
}

mod defaults {
    pub fn warm_up_seconds() -> u32 {
        600
    }
    pub fn retention_seconds() -> u32 {
        86_400
    }
    /// KakaoPay's 15 minutes and one to look the payment up.
    pub fn hold_seconds() -> u32 {
        960
    }
}
