//! Guests by link: a company lets people of its choice into its deal ahead of the line. A link is a
//! signed number; the books only know how many were made and which were withdrawn, and the deal itself
//! which were used.

use std::collections::BTreeSet;

use axum::extract::State;
use axum::http::StatusCode;
use control_plane_core::rental::Rental as Life;
use control_plane_telemetry::problem::{Json, Path};
use control_plane_token::TokenError;
use crds::LinkRange;
use crds::bounds::GUEST_LINKS_MAX;
use jiff::Timestamp;
use sea_orm::{ActiveModelTrait as _, DatabaseTransaction, IntoActiveModel as _, Set};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::audit::{self, Deed};
use crate::error::ApiError;
use crate::http::auth::CompanyOwner;
use crate::jobs;
use crate::rentals::entity::Model;
use crate::rentals::wire::RentalPath;
use crate::rentals::{UNKNOWN, store};
use crate::state::AppState;

/// How many links one request may make.
const LINKS_MAX: u32 = 200;
/// How many links one request may name to withdraw them.
const NAMED_MAX: usize = 50;

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
    let (rental, deal) = lock_live(&tx, &owner, path, now).await?.ok_or(ApiError::Conflict {
        code: "deal_not_live",
        detail: "예정됐거나 진행 중인 타임딜만 초대 링크를 만들 수 있어요.",
    })?;
    let closes_at = rental.closes_at.timestamp();
    let before = rental.links().made;
    let made = before + asked.count;
    if made > GUEST_LINKS_MAX {
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

/// The rental, locked, and the name of its deal where that is on or yet to come.
async fn lock_live(
    tx: &DatabaseTransaction,
    owner: &CompanyOwner,
    path: RentalPath,
    now: Timestamp,
) -> Result<Option<(Model, String)>, ApiError> {
    let rental = store::lock(tx, path.r).await?.filter(|rental| rental.company_id == owner.id());
    let rental = rental.ok_or(UNKNOWN)?;
    Ok(match rental.life().map_err(ApiError::internal)? {
        Life::Scheduled { deal, .. } | Life::Running { deal, .. } if now < rental.closes_at.timestamp() => {
            Some((rental, deal))
        }
        _ => None,
    })
}

/// Either links by name, or all of them.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct GuestLinkWithdrawal {
    /// Links as they were made, 50 at the most.
    #[schema(max_items = 50)]
    pub links: Vec<String>,
    /// Every link that was made until now and that nobody has used.
    pub all: bool,
}

/// What became of the links that were named.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WithdrawnGuestLinks {
    /// How many were good until now.
    pub withdrawn: u32,
    /// How many had let somebody in before: that guest keeps the place.
    pub used: u32,
}

/// Withdraws links for guests. The deal hears of it a moment later; whoever came in before stays.
#[utoipa::path(
    post,
    path = "/companies/{c}/rentals/{r}/guests/withdrawals",
    tag = "rentals",
    operation_id = "withdraw_guest_links",
    params(RentalPath),
    request_body = GuestLinkWithdrawal,
    responses((status = 200, body = WithdrawnGuestLinks))
)]
pub async fn withdraw(
    State(state): State<AppState>,
    owner: CompanyOwner,
    Path(path): Path<RentalPath>,
    Json(asked): Json<GuestLinkWithdrawal>,
) -> Result<Json<WithdrawnGuestLinks>, ApiError> {
    let is_clear = asked.all == asked.links.is_empty();
    if !is_clear || asked.links.len() > NAMED_MAX {
        return Err(ApiError::field(
            "links",
            "guest_links_invalid",
            "거둘 초대 링크를 1개에서 50개까지 적어 주세요.",
        ));
    }
    let now = state.clock.now();
    let tx = state.db.begin().await?;
    let (rental, deal) = lock_live(&tx, &owner, path, now).await?.ok_or(ApiError::Conflict {
        code: "deal_not_live",
        detail: "예정됐거나 진행 중인 타임딜의 초대 링크만 거둘 수 있어요.",
    })?;
    let mut links = rental.links();
    let numbers = if asked.all { links.unused() } else { numbers(&state, &deal, &asked.links, now)? };
    let came_to = links.withdraw(&numbers);
    let withdrawn = u32::try_from(came_to.withdrawn.len()).map_err(ApiError::internal)?;
    let answer = WithdrawnGuestLinks { withdrawn, used: came_to.used };
    if withdrawn == 0 {
        return Ok(Json(answer));
    }
    let deed = Deed {
        actor: Some(owner.user),
        company: Some(owner.id()),
        action: "deal.guests_withdrawn",
        subject: &rental.id.to_string(),
        detail: &in_words(&LinkRange::all_of(&came_to.withdrawn)),
    };
    audit::record(&tx, &state.entropy, deed, now).await?;
    jobs::enqueue(&tx, jobs::Kind::Deal, rental.id.0, now).await?;
    let mut row = rental.into_active_model();
    let ranges = serde_json::to_string(&LinkRange::all_of(&links.withdrawn)).map_err(ApiError::internal)?;
    row.guests_withdrawn = Set(Some(ranges));
    row.update(&tx).await?;
    tx.commit().await?;
    state.work.notify_one();
    Ok(Json(answer))
}

/// The numbers of links that this deal's company was given.
fn numbers(
    state: &AppState,
    deal: &str,
    links: &[String],
    now: Timestamp,
) -> Result<BTreeSet<u32>, ApiError> {
    let verifier = state.tokens.guests_of(deal).map_err(ApiError::internal)?;
    let number = |(index, link): (usize, &String)| {
        let token = link.trim().rsplit('/').next().unwrap_or_default();
        verifier.verify(token, now).map(|link| link.number).map_err(|_| {
            let place = index + 1;
            ApiError::field(
                "links",
                "guest_link_unknown",
                &format!(
                    "{place}번째는 이 타임딜의 초대 링크가 아니에요. 주소를 끝까지 복사했는지 확인해 주세요."
                ),
            )
        })
    };
    links.iter().enumerate().map(number).collect()
}

/// For the log: `3, 5 to 9`.
fn in_words(ranges: &[LinkRange]) -> String {
    let word = |range: &LinkRange| match (range.first, range.last) {
        (first, last) if first == last => first.to_string(),
        (first, last) => format!("{first} to {last}"),
    };
    ranges.iter().map(word).collect::<Vec<_>>().join(", ")
}
