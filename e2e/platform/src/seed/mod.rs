//! The demo that a first start sets up: three companies, a dozen products with their pictures, a
//! deal that opens in a minute, one tomorrow and one that is over. All of it goes through the front
//! door: the same API, signing in and payment pages that people use. What has been done is not done
//! again, so an interrupted seeding goes on at the next start.

pub mod data;
mod history;
mod payments;
pub mod pictures;
pub mod portal;

use anyhow::Context as _;
use control_plane::AppState;
use control_plane_telemetry::clock::Clock;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

pub use self::data::{ADMIN, OWNERS};
use self::data::{HANBIT, MOA};
use self::portal::{Portal, Rental, Wanted};
use crate::files;
use crate::reach::Reach;
use crate::screen::{Screen, korea};
use crate::state::{Layout, Settings};

const LIVE_IN: SignedDuration = SignedDuration::from_secs(60);
const LIVE_FOR: SignedDuration = SignedDuration::from_mins(10);
/// The control plane writes a deal once it has been paid for.
const DEAL_WITHIN: SignedDuration = SignedDuration::from_secs(30);

/// `seed.json`.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Progress {
    /// The first start: what the demo's days are counted from.
    begun_at: Timestamp,
    /// Set once everything is there.
    seeded_at: Option<Timestamp>,
}

/// Sets up what is missing and says what opens when.
///
/// # Errors
/// Where a step is refused or fails.
pub async fn run(
    layout: &Layout,
    settings: &Settings,
    state: &AppState,
    clock: &Clock,
    screen: &Screen,
) -> anyhow::Result<()> {
    let now = clock.now();
    let known = files::read_json(&layout.seed())?;
    let progress: Progress = known.unwrap_or(Progress { begun_at: now, seeded_at: None });
    if progress.seeded_at.is_some() {
        return Ok(());
    }
    files::write_json(&layout.seed(), &progress)?;
    let reach = settings.reach()?;
    screen.line("first start: setting up the demo");
    let live = live(&reach, clock, now).await.context("the deal that opens in a minute")?;
    announce(screen, settings, HANBIT.slug, &live);
    let tomorrow = tomorrow(&reach, progress.begun_at).await.context("the deal of tomorrow")?;
    announce(screen, settings, MOA.slug, &tomorrow);
    history::seed(settings, state, clock, progress.begun_at).await.context("the deal of yesterday")?;
    screen.plain(&format!("  {}\n    is over; its books are in the portal", history::TITLE));
    files::write_json(&layout.seed(), &Progress { seeded_at: Some(clock.now()), ..progress })?;
    screen.line("the demo is set up");
    Ok(())
}

async fn live(reach: &Reach, clock: &Clock, now: Timestamp) -> anyhow::Result<Rental> {
    let mut company = Portal::sign_in(reach, HANBIT.owner).await?.company(reach, &HANBIT).await?;
    let title = "갓 볶은 원두, 오늘만 이 가격";
    // The calendar knows no fractions of a second.
    let opens_at = Timestamp::from_second(now.as_second() + 1)? + LIVE_IN;
    let rental = company
        .rental(title, || Wanted { title, plan: "standard", opens_at, closes_at: opens_at + LIVE_FOR })
        .await?;
    company.products(&rental).await?;
    company.until(&rental, &["scheduled", "running", "completed"], clock, DEAL_WITHIN).await
}

async fn tomorrow(reach: &Reach, begun: Timestamp) -> anyhow::Result<Rental> {
    let mut company = Portal::sign_in(reach, MOA.owner).await?.company(reach, &MOA).await?;
    let title = "모아리빙 가을 집들이";
    let opens_at = ten_tomorrow(begun)?;
    let rental = company
        .rental(title, || Wanted {
            title,
            plan: "light",
            opens_at,
            closes_at: opens_at + SignedDuration::from_hours(2),
        })
        .await?;
    company.products(&rental).await?;
    Ok(rental)
}

/// Ten in the morning of the next day, Korea's time.
fn ten_tomorrow(now: Timestamp) -> anyhow::Result<Timestamp> {
    let tomorrow = now.to_zoned(korea()).date().tomorrow()?;
    Ok(tomorrow.at(10, 0, 0, 0).to_zoned(korea())?.timestamp())
}

fn announce(screen: &Screen, settings: &Settings, slug: &str, rental: &Rental) {
    let url = settings.public_url(&format!("{slug}.ddib"));
    screen.deal(&rental.title, rental.opens_at, rental.closes_at, &url);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tomorrow_is_korea_s_tomorrow() {
        for (now, expected) in [
            ("2026-11-23T14:59:59Z", "2026-11-24T01:00:00Z"),
            ("2026-11-23T15:00:00Z", "2026-11-25T01:00:00Z"),
            ("2026-12-31T03:00:00Z", "2027-01-01T01:00:00Z"),
        ] {
            assert_eq!(ten_tomorrow(now.parse().unwrap()).unwrap(), expected.parse().unwrap(), "{now}");
        }
    }
}
