//! Rows of companies, their members and their merchant accounts.

pub mod company {
    use sea_orm::entity::prelude::*;

    use crate::companies::State;
    use crate::http::page::Cursor;
    use crate::ids::{CompanyId, UserId};
    use crate::time::Micros;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "companies")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: CompanyId,
        pub name: String,
        pub slug: String,
        /// The slug while it is claimed: not by rejected applications.
        pub claimed_slug: Option<String>,
        /// The business number while it is claimed.
        pub claimed_number: Option<String>,
        /// Ten digits.
        pub business_number: String,
        pub representative: String,
        pub mail_order_number: String,
        pub contact_email: String,
        /// E.164.
        pub contact_phone: String,
        pub state: State,
        pub rejected_reason: Option<String>,
        pub applied_at: Micros,
        pub reviewed_at: Option<Micros>,
        pub reviewed_by: Option<UserId>,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {
        /// The one that it has chosen.
        #[sea_orm(
            has_one = "super::merchant::Entity",
            on_condition = r#"super::merchant::Column::Chosen.eq(true)"#
        )]
        Merchant,
    }

    impl Related<super::merchant::Entity> for Entity {
        fn to() -> RelationDef {
            Relation::Merchant.def()
        }
    }

    impl ActiveModelBehavior for ActiveModel {}

    impl Model {
        /// Its place in lists, which are sorted by the time of the application.
        #[must_use]
        pub fn place(&self) -> Cursor {
            Cursor { at: self.applied_at, id: self.id.0 }
        }
    }
}

pub mod member {
    use sea_orm::entity::prelude::*;

    use crate::companies::Role;
    use crate::ids::{CompanyId, UserId};
    use crate::time::Micros;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "company_members")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub company_id: CompanyId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub user_id: UserId,
        pub role: Role,
        pub created_at: Micros,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {
        #[sea_orm(
            belongs_to = "super::company::Entity",
            from = "Column::CompanyId",
            to = "super::company::Column::Id"
        )]
        Company,
    }

    impl Related<super::company::Entity> for Entity {
        fn to() -> RelationDef {
            Relation::Company.def()
        }
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod merchant {
    use sea_orm::entity::prelude::*;

    use crate::companies::Provider;
    use crate::ids::{CompanyId, UserId};
    use crate::time::Micros;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "merchant_accounts")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub company_id: CompanyId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub provider: Provider,
        pub merchant_id: String,
        pub sealed_key: String,
        /// Of one account of a company: the one that its next deals use. The others are kept for the
        /// refunds of what was paid through them.
        pub chosen: bool,
        pub updated_at: Micros,
        pub updated_by: UserId,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {
        #[sea_orm(
            belongs_to = "super::company::Entity",
            from = "Column::CompanyId",
            to = "super::company::Column::Id"
        )]
        Company,
    }

    impl Related<super::company::Entity> for Entity {
        fn to() -> RelationDef {
            Relation::Company.def()
        }
    }

    impl ActiveModelBehavior for ActiveModel {}
}
