//! The portal as a company's owner and the platform's admin use it, over HTTP. Every step looks
//! first whether it has been done, so that a seeding that was interrupted goes on.

use anyhow::{Context as _, bail};
use control_plane_telemetry::clock::Clock;
use jiff::Timestamp;
use reqwest::{Method, Url};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::data::{ADMIN, Company, PaymentProvider, Product};
use super::pictures::Picture;
use crate::client::{Ask, Jar, SignIn, Web};
use crate::reach::Reach;

/// A rental in one of these states is of no use any more.
const DEAD: [&str; 3] = ["expired", "missed", "cancelled"];

/// Somebody who is signed in at the portal.
pub struct Portal {
    web: Web,
    jar: Jar,
    origin: Url,
    kakao: Url,
}

/// A company that may rent.
pub struct Approved<'a> {
    portal: Portal,
    pub id: Uuid,
    company: &'a Company,
}

#[derive(Deserialize)]
struct Me {
    companies: Vec<Mine>,
}

#[derive(Deserialize)]
struct Mine {
    id: Uuid,
    slug: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CompanyView {
    state: String,
    merchant_configured: bool,
}

#[derive(Deserialize)]
struct Page<T> {
    items: Vec<T>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rental {
    pub id: Uuid,
    pub title: String,
    pub opens_at: Timestamp,
    pub closes_at: Timestamp,
    pub state: String,
    /// Once the control plane has written it.
    pub deal: Option<WrittenDeal>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct WrittenDeal {
    pub name: String,
}

#[derive(Deserialize)]
struct ProductView {
    name: String,
}

#[derive(Deserialize)]
struct Created {
    id: Uuid,
}

#[derive(Deserialize)]
struct Payment {
    mobile: Url,
}

/// What a company rents.
pub struct Wanted<'a> {
    pub title: &'a str,
    pub plan: &'a str,
    pub opens_at: Timestamp,
    pub closes_at: Timestamp,
}

impl Portal {
    /// # Errors
    /// Where signing in fails.
    pub async fn sign_in(reach: &Reach, person: &str) -> anyhow::Result<Portal> {
        let web = reach.web(8);
        let origin = reach.origin("bidd")?;
        let mut jar = Jar::default();
        SignIn { portal: &origin, person }.walk(&web, &mut jar).await?;
        Ok(Portal { web, jar, origin, kakao: reach.kakao().clone() })
    }

    /// The company, applied for and approved, with its merchant account known to both sides.
    ///
    /// # Errors
    /// Where a step is refused.
    pub async fn company<'a>(mut self, reach: &Reach, company: &'a Company) -> anyhow::Result<Approved<'a>> {
        let me: Me = self.get("/api/v1/me").await?;
        let id = match me.companies.iter().find(|mine| mine.slug == company.slug) {
            Some(mine) => mine.id,
            None => self.apply(company).await?,
        };
        let path = format!("/api/v1/companies/{id}");
        let view: CompanyView = self.get(&path).await?;
        if view.state == "applied" {
            let mut admin = Portal::sign_in(reach, ADMIN).await?;
            let approve = format!("/api/v1/admin/companies/{id}/approve");
            admin.send(&Ask::post(admin.at(&approve)?, json!({}))).await?;
        }
        if !view.merchant_configured {
            let (id, key) = (company.merchant_id, company.merchant_key);
            let (register, account) = match company.provider {
                PaymentProvider::KakaoPay => ("/_sim/merchants", json!({"cid": id, "key": key})),
                PaymentProvider::Toss => {
                    ("/_sim/toss/merchants", json!({"clientKey": id, "secretKey": key, "name": company.name}))
                }
            };
            self.send(&Ask::post(self.kakao.join(register)?, account)).await?;
            let account = json!({"provider": company.provider, "merchantId": id, "merchantKey": key});
            self.send(&Ask::with(Method::PUT, self.at(&format!("{path}/merchant"))?, account)).await?;
        }
        Ok(Approved { portal: self, id, company })
    }

    async fn apply(&mut self, company: &Company) -> anyhow::Result<Uuid> {
        let application = json!({
            "name": company.name,
            "slug": company.slug,
            "businessNumber": company.business_number,
            "representative": company.representative,
            "mailOrderNumber": company.mail_order_number,
            "contactEmail": company.email,
            "contactPhone": company.phone,
        });
        let ask = Ask::post(self.at("/api/v1/companies")?, application);
        let created: Created = self.web.json(&mut self.jar, &ask).await?;
        Ok(created.id)
    }

    async fn get<T: serde::de::DeserializeOwned>(&mut self, path: &str) -> anyhow::Result<T> {
        let ask = Ask::get(self.at(path)?);
        Ok(self.web.json(&mut self.jar, &ask).await?)
    }

    async fn send(&mut self, ask: &Ask) -> anyhow::Result<()> {
        self.web.ask(&mut self.jar, ask).await?.accepted()?;
        Ok(())
    }

    fn at(&self, path: &str) -> anyhow::Result<Url> {
        self.origin.join(path).with_context(|| format!("{path} is no path"))
    }
}

impl Approved<'_> {
    /// The rental of that title, booked and paid for; `wanted` says when, if there is none yet.
    ///
    /// # Errors
    /// Where a step is refused.
    pub async fn rental<'w>(
        &mut self,
        title: &str,
        wanted: impl Fn() -> Wanted<'w>,
    ) -> anyhow::Result<Rental> {
        let list = format!("/api/v1/companies/{}/rentals", self.id);
        let known: Page<Rental> = self.portal.get(&format!("{list}?limit=100")).await?;
        let alive = |rental: &Rental| rental.title == title && !DEAD.contains(&rental.state.as_str());
        let rental = match known.items.into_iter().find(alive) {
            Some(rental) => rental,
            None => {
                let Wanted { title, plan, opens_at, closes_at } = wanted();
                let booking = json!({
                    "title": title,
                    "plan": plan,
                    "opensAt": opens_at,
                    "closesAt": closes_at,
                    "category": self.company.category,
                });
                let ask = Ask::post(self.portal.at(&list)?, booking).keyed(Uuid::new_v4().to_string());
                self.portal.web.json(&mut self.portal.jar, &ask).await?
            }
        };
        if rental.state == "awaitingPayment" {
            self.pay(&rental).await?;
        }
        Ok(rental)
    }

    /// Pays the fee on the simulator's page, as the owner would on a phone.
    async fn pay(&mut self, rental: &Rental) -> anyhow::Result<()> {
        let portal = &mut self.portal;
        let path = format!("/api/v1/companies/{}/rentals/{}/payment", self.id, rental.id);
        let ask = Ask::post(portal.at(&path)?, json!({})).keyed(Uuid::new_v4().to_string());
        let payment: Payment = portal.web.json(&mut portal.jar, &ask).await?;
        let confirm = Ask::form(payment.mobile.join("authenticate")?, &[]);
        let approve = portal.web.ask(&mut portal.jar, &confirm).await?.location()?;
        portal.web.ask(&mut portal.jar, &Ask::get(approve)).await?.location()?;
        Ok(())
    }

    /// Registers the products that the rental does not have yet, with their pictures.
    ///
    /// # Errors
    /// Where a step is refused.
    pub async fn products(&mut self, rental: &Rental) -> anyhow::Result<()> {
        let list = format!("/api/v1/companies/{}/rentals/{}/products", self.id, rental.id);
        let known: Page<ProductView> = self.portal.get(&list).await?;
        for product in &self.company.products {
            if known.items.iter().all(|known| known.name != product.name) {
                self.product(&list, product).await?;
            }
        }
        Ok(())
    }

    /// Changes what may be changed of a deal that is scheduled or open.
    ///
    /// # Errors
    /// Where it is refused.
    pub async fn change_live(&mut self, rental: &Rental, change: serde_json::Value) -> anyhow::Result<()> {
        let path = format!("/api/v1/companies/{}/rentals/{}/live", self.id, rental.id);
        let ask = Ask::with(Method::PATCH, self.portal.at(&path)?, change);
        self.portal.send(&ask).await
    }

    async fn product(&mut self, list: &str, product: &Product) -> anyhow::Result<()> {
        let image = self.picture(product.picture).await?;
        let body = json!({
            "name": product.name,
            "description": product.description,
            "listPrice": product.list_price,
            "price": product.price,
            "stock": product.stock,
            "perShopperMax": product.per_shopper_max,
            "image": image,
        });
        let ask = Ask::post(self.portal.at(list)?, body);
        self.portal.send(&ask).await
    }

    /// Draws and uploads a picture.
    ///
    /// # Errors
    /// Where it is refused.
    pub async fn picture(&mut self, picture: Picture) -> anyhow::Result<Uuid> {
        let png = tokio::task::spawn_blocking(move || picture.png()).await??;
        let portal = &mut self.portal;
        let upload = portal.at(&format!("/api/v1/companies/{}/images", self.id))?;
        let upload = Ask { method: Method::POST, file: Some((png, "image/png")), ..Ask::get(upload) };
        let image: Created = portal.web.json(&mut portal.jar, &upload).await?;
        Ok(image.id)
    }

    /// Waits until the rental is one of these states.
    ///
    /// # Errors
    /// Where it takes longer than `patience`, by the clock.
    pub async fn until(
        &mut self,
        rental: &Rental,
        states: &[&str],
        clock: &Clock,
        patience: jiff::SignedDuration,
    ) -> anyhow::Result<Rental> {
        let path = format!("/api/v1/companies/{}/rentals/{}", self.id, rental.id);
        let until = clock.now() + patience;
        loop {
            let seen: Rental = self.portal.get(&path).await?;
            if states.contains(&seen.state.as_str()) {
                return Ok(seen);
            }
            if clock.now() > until {
                bail!("the rental {:?} stayed {}", seen.title, seen.state);
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    }
}
