//! The rows: asked for, claimed, finished.

use jiff::Timestamp;
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, Set,
};
use uuid::Uuid;

use super::Kind;
use super::entity::{ActiveModel, Column, Entity, Model};
use crate::db::insert_new;
use crate::time::Micros;

/// The longest error that is kept, in characters.
const ERROR_LENGTH_MAX: usize = 500;

/// Asks for a job at `due_at`. One that waits already is moved there; one that is being done is done
/// once more. Belongs into the transaction that makes it necessary.
///
/// # Errors
/// Where the database fails.
pub async fn enqueue<C: ConnectionTrait>(
    db: &C,
    kind: Kind,
    subject: Uuid,
    due_at: Timestamp,
) -> Result<(), DbErr> {
    let again = OnConflict::columns(KEY)
        .update_columns([Column::DueAt, Column::Attempts])
        .value(Column::Turn, Expr::col((Entity, Column::Turn)).add(1))
        .to_owned();
    Entity::insert(new(kind, subject, due_at)).on_conflict(again).exec_without_returning(db).await?;
    Ok(())
}

/// Asks for a job at `due_at`, unless it waits already or is being done; says whether it was asked for.
///
/// # Errors
/// Where the database fails.
pub async fn ensure<C: ConnectionTrait>(
    db: &C,
    kind: Kind,
    subject: Uuid,
    due_at: Timestamp,
) -> Result<bool, DbErr> {
    insert_new(db, new(kind, subject, due_at), &KEY).await
}

const KEY: [Column; 2] = [Column::Kind, Column::Subject];

fn new(kind: Kind, subject: Uuid, due_at: Timestamp) -> ActiveModel {
    ActiveModel {
        kind: Set(kind.code().to_owned()),
        subject: Set(subject),
        due_at: Set(due_at.into()),
        turn: Set(0),
        attempts: Set(0),
        lease: Set(None),
        leased_until: Set(None),
        last_error: Set(None),
    }
}

/// The jobs that are due and that nobody does, the longest due first.
pub async fn due<C: ConnectionTrait>(db: &C, now: Timestamp, limit: u64) -> Result<Vec<Model>, DbErr> {
    Entity::find()
        .filter(Column::DueAt.lte(Micros::from(now)))
        .filter(free(now))
        .order_by_asc(Column::DueAt)
        .limit(limit)
        .all(db)
        .await
}

/// Takes a job until `until`, or says that another was faster.
pub async fn claim<C: ConnectionTrait>(
    db: &C,
    job: &Model,
    lease: Uuid,
    now: Timestamp,
    until: Timestamp,
) -> Result<bool, DbErr> {
    let claimed = Entity::update_many()
        .col_expr(Column::Lease, Expr::value(lease))
        .col_expr(Column::LeasedUntil, Expr::value(Micros::from(until)))
        .filter(this(job))
        .filter(Column::Turn.eq(job.turn))
        .filter(Column::DueAt.eq(job.due_at))
        .filter(free(now))
        .exec(db)
        .await?;
    Ok(claimed.rows_affected == 1)
}

/// Ends a claimed job for good; where it was asked for again meanwhile, it stays.
pub async fn finish<C: ConnectionTrait>(db: &C, job: &Model, lease: Uuid) -> Result<(), DbErr> {
    let gone = Entity::delete_many()
        .filter(this(job))
        .filter(Column::Lease.eq(lease))
        .filter(Column::Turn.eq(job.turn))
        .exec(db)
        .await?;
    if gone.rows_affected == 0 {
        release(db, job, lease).await?;
    }
    Ok(())
}

/// Puts a claimed job off; where it was asked for again meanwhile, it is due as asked.
pub async fn put_off<C: ConnectionTrait>(
    db: &C,
    job: &Model,
    lease: Uuid,
    due_at: Timestamp,
    failure: Option<String>,
) -> Result<(), DbErr> {
    let attempts = if failure.is_some() { job.attempts.saturating_add(1) } else { 0 };
    let failure: Option<String> = failure.map(|text| text.chars().take(ERROR_LENGTH_MAX).collect());
    Entity::update_many()
        .col_expr(Column::DueAt, Expr::value(Micros::from(due_at)))
        .col_expr(Column::Attempts, Expr::value(attempts))
        .col_expr(Column::LastError, Expr::value(failure))
        .filter(this(job))
        .filter(Column::Lease.eq(lease))
        .filter(Column::Turn.eq(job.turn))
        .exec(db)
        .await?;
    release(db, job, lease).await
}

async fn release<C: ConnectionTrait>(db: &C, job: &Model, lease: Uuid) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::Lease, Expr::value(None::<Uuid>))
        .col_expr(Column::LeasedUntil, Expr::value(None::<i64>))
        .filter(this(job))
        .filter(Column::Lease.eq(lease))
        .exec(db)
        .await?;
    Ok(())
}

fn this(job: &Model) -> Condition {
    Condition::all().add(Column::Kind.eq(&job.kind)).add(Column::Subject.eq(job.subject))
}

fn free(now: Timestamp) -> Condition {
    Condition::any().add(Column::LeasedUntil.is_null()).add(Column::LeasedUntil.lte(Micros::from(now)))
}
