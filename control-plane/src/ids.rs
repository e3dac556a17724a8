//! Identifiers, each its own type, so that a user can never be taken for a company.

use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Defines identifiers over a UUID. They are made by [`crate::entropy::Entropy::id`], so that they
/// sort by the time of their making.
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
            DeriveValueType,
        )]
        #[serde(transparent)]
        #[schema(value_type = Uuid)]
        pub struct $name(pub Uuid);

        impl sea_orm::TryFromU64 for $name {
            /// Rows with these keys are never numbered by the database.
            fn try_from_u64(_: u64) -> Result<Self, sea_orm::DbErr> {
                Err(sea_orm::DbErr::ConvertFromU64(stringify!($name)))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                $name(id)
            }
        }
    )*};
}

ids! {
    /// A person, at the portal and the storefront alike.
    UserId,
    /// A company, from its application on.
    CompanyId,
    /// A picture in the object store.
    ImageId,
    /// An address in a shopper's address book.
    AddressId,
    /// Refresh tokens that stem from one signing-in.
    FamilyId,
    /// An entry of the audit log.
    AuditId,
    /// A slot that a company rents, from its booking on.
    RentalId,
    /// A payment of a rental's fee.
    FeeId,
    /// What a rental sells.
    ProductId,
    /// A shopper's order, as the deal's runtime named it.
    OrderId,
    /// A refund that somebody asked for.
    RefundId,
}
