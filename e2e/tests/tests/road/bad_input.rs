//! What people and programs send by mistake or on purpose: each is refused with a code, in Korean,
//! and changes nothing.

use anyhow::{Context as _, Result, ensure};
use e2e_platform::client::Ask;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::stage::{SHOP, Stage, Visitor};

#[tokio::test(flavor = "multi_thread")]
async fn wrong_windows_numbers_and_strangers_are_refused() -> Result<()> {
    let stage = Stage::set().await?;
    let mut stranger = stage.visitor("bidd", "1003").await?;
    refused(&mut stranger, "/api/v1/companies", application("123-45-67890"), 422, "business_number_invalid")
        .await?;
    refused(&mut stranger, "/api/v1/companies", application("000-00-00000"), 422, "business_number_invalid")
        .await?;

    let owner = stage.owner().await?;
    let rentals = format!("/api/v1/companies/{}/rentals", owner.id);
    let mut company = stage.visitor("bidd", SHOP.owner).await?;
    let now = stage.now()?;
    let hour = SignedDuration::from_hours(1);
    for (opens, closes, code) in [
        (now - hour * 2, now - hour, "window_past"),
        (now + hour * 2, now + hour, "window_order"),
        (now + hour, now + hour * 24 * 30, "window_too_long"),
    ] {
        refused(&mut company, &rentals, booking(opens, closes), 422, code).await?;
    }
    company.post(&rentals, booking(now + hour, now + hour * 2)).await?;
    refused(&mut company, &rentals, booking(now + hour, now + hour * 2), 422, "window_taken").await?;
    let listed = company.get(&rentals).await?;
    ensure!(
        listed["items"].as_array().is_some_and(|items| items.len() == 1),
        "refusals left traces: {listed}"
    );

    // Another company's papers are nobody's business.
    let answer = stranger.web.ask(&mut stranger.jar, &Ask::get(stranger.origin.join(&rentals)?)).await?;
    ensure!(matches!(answer.status.as_u16(), 403 | 404), "a stranger saw {}", answer.status);
    stage.harness.close().await
}

fn application(number: &str) -> Value {
    json!({
        "name": "없는 가게", "slug": "nowhere", "businessNumber": number, "representative": "박지민",
        "mailOrderNumber": "제2025-서울종로-0202호", "contactEmail": "a@b.example", "contactPhone": "02-720-0202",
    })
}

fn booking(opens: Timestamp, closes: Timestamp) -> Value {
    json!({"title": "시험", "plan": "light", "opensAt": opens, "closesAt": closes, "category": "living"})
}

/// Posts, and expects a problem whose code, or one of whose fields' codes, is `code`, said in Korean.
async fn refused(who: &mut Visitor, path: &str, body: Value, status: u16, code: &str) -> Result<()> {
    let ask = Ask::post(who.origin.join(path)?, body.clone()).keyed(uuid::Uuid::new_v4().to_string());
    let answer = who.web.ask(&mut who.jar, &ask).await?;
    let problem: Value = answer.json().context("no problem document")?;
    ensure!(answer.status.as_u16() == status, "{body} gave {}: {problem}", answer.status);
    let fields = problem["errors"].as_array().cloned().unwrap_or_default();
    let said = fields.iter().chain([&problem]).find(|said| said["code"] == json!(code));
    let said = said.with_context(|| format!("{body} gave {problem}, not {code}"))?;
    let detail = said["detail"].as_str().unwrap_or_default();
    ensure!(detail.chars().any(|letter| ('가'..='힣').contains(&letter)), "not Korean: {detail:?}");
    Ok(())
}
