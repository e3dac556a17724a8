//! Rows of users, their identities and their refresh tokens.

pub mod user {
    use sea_orm::entity::prelude::*;

    use crate::ids::UserId;
    use crate::time::Micros;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "users")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: UserId,
        pub name: String,
        pub created_at: Micros,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod external {
    //! Somebody at a provider of identities.

    use sea_orm::entity::prelude::*;

    use crate::ids::UserId;
    use crate::time::Micros;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "identities")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub provider: String,
        /// The provider's own id of the person; nothing else there is guaranteed to stay.
        #[sea_orm(primary_key, auto_increment = false)]
        pub subject: String,
        pub user_id: UserId,
        pub created_at: Micros,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod refresh_token {
    use sea_orm::entity::prelude::*;

    use crate::ids::{FamilyId, UserId};
    use crate::time::Micros;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "refresh_tokens")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub token_hash: String,
        pub family: FamilyId,
        pub user_id: UserId,
        pub audience: String,
        pub created_at: Micros,
        pub expires_at: Micros,
        /// When it was exchanged for its successor.
        pub used_at: Option<Micros>,
        pub revoked_at: Option<Micros>,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
