//! Guests by link: a company lets people of its choice into its deal ahead of the line. A link is a
//! signed number; the books only know how many were made, and the deal itself which were used.

use axum::extract::State;
use axum::http::StatusCode;
use control_plane_core::rental::Rental as Life;
use control_plane_telemetry::problem::{Json, Path};
use control_plane_token::TokenError;
use sea_orm::{ActiveModelTrait as _, IntoActiveModel as _, Set};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::audit::{self, Deed};
use crate::error::ApiError;
use crate::http::auth::CompanyOwner;
use crate::rentals::wire::RentalPath;
use crate::rentals::{UNKNOWN, store};
use crate::state::AppState;

/// How many links one request may make.
const LINKS_MAX: u32 = 200;
/// How many a deal may have.
const DEAL_LINKS_MAX: u32 = 1_000;

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewGuestLinks {
    /// How many to make: 1 to 200, and 1,000 for one deal.
    #[schema(minimum = 1, maximum = 200)]
    pub count: u32,
}

/// Links that nobody can be told again: they are kept nowhere.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GuestLinks {
    /// Each lets one shopper in once, until the deal closes.
    pub links: Vec<String>,
    /// How many the deal has now.
    pub made: u32,
}

/// Makes links for guests, who come into the deal ahead of the line.
#[utoipa::path(
    post,
    path = "/companies/{c}/rentals/{r}/guests",
    tag = "rentals",
    operation_id = "create_guest_links",
    params(RentalPath),
    request_body = NewGuestLinks,
    responses((status = 201, body = GuestLinks))
)]
pub async fn create(
    State(state): State<AppState>,
    owner: CompanyOwner,
    Path(path): Path<RentalPath>,
    Json(asked): Json<NewGuestLinks>,
) -> Result<(StatusCode, Json<GuestLinks>), ApiError> {
    if !(1..=LINKS_MAX).contains(&asked.count) {
        return Err(ApiError::field(
            "count",
            "guest_count_invalid",
            "한 번에 1개에서 200개까지 만들 수 있어요.",
        ));
    }
    let now = state.clock.now();
    let tx = state.db.begin().await?;
    let rental = store::lock(&tx, path.r).await?.filter(|rental| rental.company_id == owner.id());
    let rental = rental.ok_or(UNKNOWN)?;
    let closes_at = rental.closes_at.timestamp();
    let deal = match rental.life().map_err(ApiError::internal)? {
        Life::Scheduled { deal, .. } | Life::Running { deal, .. } if now < closes_at => deal,
        _ => {
            return Err(ApiError::Conflict {
                code: "deal_not_live",
                detail: "예정됐거나 진행 중인 타임딜만 초대 링크를 만들 수 있어요.",
            });
        }
    };
    let before = rental.guests_made();
    let made = before + asked.count;
    if made > DEAL_LINKS_MAX {
        return Err(ApiError::Conflict {
            code: "guest_links_exhausted",
            detail: "초대 링크는 타임딜마다 1,000개까지 만들 수 있어요.",
        });
    }
    let origin = state.config.public.deal_origin(&owner.company.slug);
    let link = |number| -> Result<String, TokenError> {
        let token = state.tokens.guest(&deal, number, closes_at)?;
        Ok(format!("{origin}/queue/guest/{token}"))
    };
    let links = (before + 1..=made).map(link).collect::<Result<_, _>>().map_err(ApiError::internal)?;
    let deed = Deed {
        actor: Some(owner.user),
        company: Some(owner.id()),
        action: "deal.guests_invited",
        subject: &rental.id.to_string(),
        detail: &format!("{} to {made}", before + 1),
    };
    audit::record(&tx, &state.entropy, deed, now).await?;
    let mut row = rental.into_active_model();
    row.guests = Set(i32::try_from(made).map_err(ApiError::internal)?);
    row.update(&tx).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(GuestLinks { links, made })))
}
