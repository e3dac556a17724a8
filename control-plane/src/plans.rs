//! Plans: how large a crowd a slot is made for, and what it costs.

use axum::extract::State;
use control_plane_telemetry::problem::Json;
use sea_orm::QueryOrder as _;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, DbErr};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::error::ApiError;
use crate::state::AppState;

pub mod entity {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "plans")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub code: String,
        pub name: String,
        pub description: String,
        pub expected_shoppers: i32,
        pub admissions_per_second: i32,
        pub inside_max: i32,
        /// Won.
        pub fee_per_hour: i64,
        /// The order in which they are shown.
        pub rank: i32,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list))
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    pub code: String,
    pub name: String,
    pub description: String,
    /// How large a crowd the plan is made for.
    pub expected_shoppers: i32,
    /// How many shoppers are let in each second.
    pub admissions_per_second: i32,
    /// How many shoppers are inside at once.
    pub inside_max: i32,
    /// Won for each hour that the doors are open.
    pub fee_per_hour: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Plans {
    pub items: Vec<Plan>,
}

/// The plans, smallest first.
#[utoipa::path(
    get, path = "/plans", operation_id = "list_plans", tag = "rentals", security(()),
    responses((status = 200, body = Plans))
)]
async fn list(State(state): State<AppState>) -> Result<Json<Plans>, ApiError> {
    let items = all(state.db.read()).await?.into_iter().map(|plan| Plan {
        code: plan.code,
        name: plan.name,
        description: plan.description,
        expected_shoppers: plan.expected_shoppers,
        admissions_per_second: plan.admissions_per_second,
        inside_max: plan.inside_max,
        fee_per_hour: plan.fee_per_hour,
    });
    Ok(Json(Plans { items: items.collect() }))
}

/// # Errors
/// Where the database fails.
pub async fn all(db: &impl ConnectionTrait) -> Result<Vec<entity::Model>, DbErr> {
    entity::Entity::find().order_by_asc(entity::Column::Rank).all(db).await
}

/// # Errors
/// Where the database fails.
pub async fn find(db: &impl ConnectionTrait, code: &str) -> Result<Option<entity::Model>, DbErr> {
    entity::Entity::find_by_id(code.to_owned()).one(db).await
}
