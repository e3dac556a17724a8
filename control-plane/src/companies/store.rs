//! Companies in the database. Queries for what a company owns start from its members or its id.

use jiff::Timestamp;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{
    Condition, ConnectionTrait, DatabaseTransaction, IntoActiveModel as _, QueryOrder as _, QuerySelect as _,
    SqlErr,
};

use super::entity::{company, member, merchant};
use super::fields::Application;
use super::{Role, State, UNKNOWN};
use crate::audit::{self, Deed};
use crate::db::Db;
use crate::entropy::Entropy;
use crate::error::ApiError;
use crate::http::page::Cursor;
use crate::identity;
use crate::ids::{CompanyId, UserId};

/// How many companies one person may have.
const COMPANIES_MAX: usize = 10;

/// A company and its merchant account, where it has one.
pub type WithMerchant = (company::Model, Option<merchant::Model>);

/// What an admin decides.
#[derive(Debug, Clone)]
pub enum Review {
    Approve,
    Reject { reason: String },
}

/// Stores an application: a new company with the applicant as its owner, or, where the applicant was
/// rejected with the same slug before, the same company once more.
///
/// # Errors
/// 422 where the slug or the business number is taken, 409 `too_many_companies`.
pub async fn apply(
    db: &Db,
    entropy: &Entropy,
    applicant: UserId,
    application: &Application,
    now: Timestamp,
) -> Result<company::Model, ApiError> {
    let txn = db.begin().await?;
    // Counted below: of one person's applications, one after the other.
    identity::store::lock(&txn, applicant).await?;
    refuse_taken(&txn, application).await?;
    let mine = of_user(&txn, applicant).await?;
    let again = mine.iter().find(|(company, role)| {
        *role == Role::Owner && company.state == State::Rejected && company.slug == application.slug
    });
    let company = match again {
        Some((rejected, _)) => {
            let row = application_row(rejected.id, application, now);
            row.update(&txn).await.map_err(taken_meanwhile)?
        }
        None if mine.len() >= COMPANIES_MAX => {
            return Err(ApiError::Conflict {
                code: "too_many_companies",
                detail: "한 사람이 등록할 수 있는 입점사는 10곳까지예요.",
            });
        }
        None => create(&txn, entropy, applicant, application, now).await?,
    };
    let deed = Deed {
        actor: Some(applicant),
        company: Some(company.id),
        action: "company.applied",
        subject: &company.slug,
        detail: &company.business_number,
    };
    audit::record(&txn, entropy, deed, now).await?;
    txn.commit().await?;
    Ok(company)
}

async fn create(
    txn: &DatabaseTransaction,
    entropy: &Entropy,
    applicant: UserId,
    application: &Application,
    now: Timestamp,
) -> Result<company::Model, ApiError> {
    let row = application_row(entropy.id(now), application, now);
    let company = row.insert(txn).await.map_err(taken_meanwhile)?;
    let owner = member::ActiveModel {
        company_id: Set(company.id),
        user_id: Set(applicant),
        role: Set(Role::Owner),
        created_at: Set(now.into()),
    };
    member::Entity::insert(owner).exec_without_returning(txn).await?;
    Ok(company)
}

fn application_row(id: CompanyId, application: &Application, now: Timestamp) -> company::ActiveModel {
    let number = application.business_number.digits();
    company::ActiveModel {
        id: Set(id),
        name: Set(application.name.clone()),
        slug: Set(application.slug.clone()),
        claimed_slug: Set(Some(application.slug.clone())),
        claimed_number: Set(Some(number.clone())),
        business_number: Set(number),
        representative: Set(application.representative.clone()),
        mail_order_number: Set(application.mail_order_number.clone()),
        contact_email: Set(application.contact_email.clone()),
        contact_phone: Set(application.contact_phone.clone()),
        state: Set(State::Applied),
        rejected_reason: Set(None),
        applied_at: Set(now.into()),
        reviewed_at: Set(None),
        reviewed_by: Set(None),
    }
}

async fn refuse_taken(txn: &DatabaseTransaction, application: &Application) -> Result<(), ApiError> {
    use company::Column;
    let number = application.business_number.digits();
    let claimed = company::Entity::find()
        .filter(
            Condition::any()
                .add(Column::ClaimedSlug.eq(&application.slug))
                .add(Column::ClaimedNumber.eq(&number)),
        )
        .all(txn)
        .await?;
    let slug = claimed.iter().any(|company| company.claimed_slug.as_deref() == Some(&application.slug));
    let number = claimed.iter().any(|company| company.claimed_number.as_deref() == Some(&number));
    let mut errors = Vec::new();
    if slug {
        errors.push(slug_taken());
    }
    if number {
        errors.push(number_taken());
    }
    if errors.is_empty() { Ok(()) } else { Err(ApiError::Invalid(errors)) }
}

fn number_taken() -> control_plane_telemetry::problem::FieldError {
    crate::error::field_error(
        "businessNumber",
        "business_number_taken",
        "이미 입점을 신청한 사업자등록번호예요.",
    )
}

fn slug_taken() -> control_plane_telemetry::problem::FieldError {
    crate::error::field_error("slug", "slug_taken", "이미 쓰고 있는 주소예요. 다른 주소를 골라 주세요.")
}

/// Another application was faster, on a database with several writers.
fn taken_meanwhile(error: DbErr) -> ApiError {
    match error.sql_err() {
        // Every database names what was violated after the column.
        Some(SqlErr::UniqueConstraintViolation(which)) if which.contains("claimed_number") => {
            ApiError::Invalid(vec![number_taken()])
        }
        Some(SqlErr::UniqueConstraintViolation(_)) => ApiError::Invalid(vec![slug_taken()]),
        _ => error.into(),
    }
}

/// Decides an application that waits.
///
/// # Errors
/// 404 where there is no such company, 409 `company_reviewed` where it was decided before.
pub async fn review(
    db: &Db,
    entropy: &Entropy,
    admin: UserId,
    id: CompanyId,
    review: &Review,
    now: Timestamp,
) -> Result<company::Model, ApiError> {
    let txn = db.begin().await?;
    let company = company::Entity::find_by_id(id).lock_exclusive().one(&txn).await?.ok_or(UNKNOWN)?;
    if company.state != State::Applied {
        return Err(ApiError::Conflict {
            code: "company_reviewed",
            detail: "이미 검토가 끝난 신청이에요. 목록을 새로 열어 확인해 주세요.",
        });
    }
    let slug = company.slug.clone();
    let mut row = company.into_active_model();
    row.reviewed_at = Set(Some(now.into()));
    row.reviewed_by = Set(Some(admin));
    let (action, detail) = match review {
        Review::Approve => {
            row.state = Set(State::Approved);
            ("company.approved", "")
        }
        Review::Reject { reason } => {
            row.state = Set(State::Rejected);
            row.rejected_reason = Set(Some(reason.clone()));
            row.claimed_slug = Set(None);
            row.claimed_number = Set(None);
            ("company.rejected", reason.as_str())
        }
    };
    let company = row.update(&txn).await?;
    let deed = Deed { actor: Some(admin), company: Some(id), action, subject: &slug, detail };
    audit::record(&txn, entropy, deed, now).await?;
    txn.commit().await?;
    tracing::info!(company = %id, action, "a company was reviewed");
    Ok(company)
}

/// The company and the user's role in it, or `None` where they do not belong to it.
///
/// # Errors
/// Where the database fails.
pub async fn membership(
    db: &impl ConnectionTrait,
    company: CompanyId,
    user: UserId,
) -> Result<Option<(company::Model, Role)>, DbErr> {
    let found =
        member::Entity::find_by_id((company, user)).find_also_related(company::Entity).one(db).await?;
    Ok(found.and_then(|(member, company)| Some((company?, member.role))))
}

/// The companies that a user belongs to, oldest first.
///
/// # Errors
/// Where the database fails.
pub async fn of_user(db: &impl ConnectionTrait, user: UserId) -> Result<Vec<(company::Model, Role)>, DbErr> {
    let found = member::Entity::find()
        .filter(member::Column::UserId.eq(user))
        .find_also_related(company::Entity)
        .order_by_asc(member::Column::CompanyId)
        .all(db)
        .await?;
    Ok(found.into_iter().filter_map(|(member, company)| Some((company?, member.role))).collect())
}

/// Companies by how long ago they applied, the longest first.
///
/// # Errors
/// Where the database fails.
pub async fn list(
    db: &impl ConnectionTrait,
    state: Option<State>,
    after: Option<Cursor>,
    limit: u64,
) -> Result<Vec<WithMerchant>, DbErr> {
    use company::Column;
    let mut query = company::Entity::find().find_also_related(merchant::Entity);
    if let Some(state) = state {
        query = query.filter(Column::State.eq(state));
    }
    if let Some(Cursor { at, id }) = after {
        query = query.filter(
            Condition::any()
                .add(Column::AppliedAt.gt(at))
                .add(Condition::all().add(Column::AppliedAt.eq(at)).add(Column::Id.gt(CompanyId(id)))),
        );
    }
    query.order_by_asc(Column::AppliedAt).order_by_asc(Column::Id).limit(limit).all(db).await
}

/// A company by its id, whoever asks: for the platform's own work.
///
/// # Errors
/// Where the database fails.
pub async fn by_id(db: &impl ConnectionTrait, id: CompanyId) -> Result<Option<company::Model>, DbErr> {
    company::Entity::find_by_id(id).one(db).await
}

/// A company by the slug that it holds: for the storefront.
///
/// # Errors
/// Where the database fails.
pub async fn by_slug(db: &impl ConnectionTrait, slug: &str) -> Result<Option<company::Model>, DbErr> {
    company::Entity::find().filter(company::Column::ClaimedSlug.eq(slug)).one(db).await
}

/// The merchant account that a company has chosen, where it has one.
///
/// # Errors
/// Where the database fails.
pub async fn chosen(db: &impl ConnectionTrait, company: CompanyId) -> Result<Option<merchant::Model>, DbErr> {
    let accounts = merchant::Entity::find().filter(merchant::Column::CompanyId.eq(company));
    accounts.filter(merchant::Column::Chosen.eq(true)).one(db).await
}
