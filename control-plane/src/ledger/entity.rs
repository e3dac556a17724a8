//! Rows of `ledgers`, `order_events` and `orders`.

/// A deal's ledger.
pub mod ledger {
    use control_plane_core::ledger::Head;
    use sea_orm::entity::prelude::*;

    use crate::ids::{CompanyId, RentalId};
    use crate::time::Micros;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "ledgers")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub deal: String,
        /// None where no rental made the deal.
        pub rental_id: Option<RentalId>,
        /// Without a rental it may be one that is not known here.
        pub company_id: CompanyId,
        pub events: i64,
        pub digest: String,
        pub gross: i64,
        pub refunds: i64,
        pub sealed_token: String,
        pub written_at: Option<Micros>,
        pub closed_at: Option<Micros>,
        pub turn: i64,
        pub created_at: Micros,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}

    impl Model {
        #[must_use]
        pub fn head(&self) -> Head {
            Head { count: u64::try_from(self.events).unwrap_or(0), digest: self.digest.clone() }
        }
    }
}

/// An event, verbatim.
pub mod event {
    use sea_orm::entity::prelude::*;

    use crate::time::Micros;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "order_events")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub deal: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub sequence: i64,
        pub order_id: Uuid,
        #[sea_orm(column_type = "Text")]
        pub event: String,
        pub recorded_at: Micros,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// An order, as its events made it.
pub mod order {
    use control_plane_core::ledger::Delivery;
    use sea_orm::entity::prelude::*;

    use crate::companies::Provider;
    use crate::ids::{CompanyId, OrderId, UserId};
    use crate::time::Micros;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "orders")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: OrderId,
        pub deal: String,
        pub company_id: CompanyId,
        pub shopper_id: UserId,
        pub product_id: Uuid,
        pub product_name: String,
        pub quantity: i32,
        pub amount: i64,
        pub refunded: i64,
        pub payment_ref: String,
        pub method: String,
        pub state: State,
        pub paid_at: Micros,
        pub refunded_at: Option<Micros>,
        #[sea_orm(column_type = "Text")]
        pub delivery: String,
        /// Through whose gateway it was paid.
        pub provider: Provider,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}

    #[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
    #[sea_orm(rs_type = "String", db_type = "String(StringLen::N(20))")]
    pub enum State {
        #[sea_orm(string_value = "paid")]
        Paid,
        /// Somebody asked for the money, and it has not gone back yet.
        #[sea_orm(string_value = "refunding")]
        Refunding,
        #[sea_orm(string_value = "refunded")]
        Refunded,
        /// The gateway will not give it back: a person must look at it.
        #[sea_orm(string_value = "refundFailed")]
        RefundFailed,
    }

    impl Model {
        /// Where the parcel goes.
        ///
        /// # Errors
        /// Where the column is not what was written, which is a bug.
        pub fn delivery(&self) -> Result<Delivery, serde_json::Error> {
            serde_json::from_str(&self.delivery)
        }
    }
}

/// A refund that somebody asked for, or that a runtime reported.
pub mod refund {
    use sea_orm::entity::prelude::*;

    use crate::ids::{OrderId, RefundId, UserId};
    use crate::time::Micros;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "refunds")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: RefundId,
        #[sea_orm(unique)]
        pub order_id: OrderId,
        pub deal: String,
        pub asked_by: Option<UserId>,
        pub reason: String,
        pub state: State,
        pub amount: i64,
        pub after_settlement: bool,
        pub asked_at: Micros,
        pub done_at: Option<Micros>,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}

    #[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
    #[sea_orm(rs_type = "String", db_type = "String(StringLen::N(20))")]
    pub enum State {
        #[sea_orm(string_value = "asked")]
        Asked,
        #[sea_orm(string_value = "done")]
        Done,
        #[sea_orm(string_value = "failed")]
        Failed,
    }
}
