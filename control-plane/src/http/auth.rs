//! Authority: extractors that answer who is asking and whether they may. A handler that takes one
//! of them cannot be reached without it.

use axum::RequestPartsExt as _;
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use axum_extra::extract::cookie::CookieJar;
use control_plane_token::Claims;
use uuid::Uuid;

use crate::companies::{self, Role, company};
use crate::error::ApiError;
use crate::http::cookies;
use crate::http::site::Site;
use crate::identity;
use crate::ids::{CompanyId, UserId};
use crate::state::AppState;

/// Somebody with a session at the portal that the request was sent to.
#[derive(Debug, Clone)]
pub struct SignedIn {
    pub user: UserId,
    /// What to call them.
    pub name: String,
    pub site: Site,
}

impl FromRequestParts<AppState> for SignedIn {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let site = Site::from_request_parts(parts, state).await?;
        let claims = session(parts, state, site).ok_or(ApiError::NotSignedIn)?;
        Ok(SignedIn { user: UserId(claims.sub), name: claims.name, site })
    }
}

fn session(parts: &Parts, state: &AppState, site: Site) -> Option<Claims> {
    let jar = CookieJar::from_headers(&parts.headers);
    let cookie = jar.get(cookies::session_name(site))?;
    match state.tokens.verify(site, cookie.value(), state.clock.now()) {
        Ok(claims) => Some(claims),
        Err(error) => {
            tracing::debug!(error = %error, "session refused");
            None
        }
    }
}

/// Somebody signed in at the portal `site`; a session of the other portal is worth nothing here.
async fn signed_in_at(parts: &mut Parts, state: &AppState, site: Site) -> Result<SignedIn, ApiError> {
    let signed_in = SignedIn::from_request_parts(parts, state).await?;
    if signed_in.site == site { Ok(signed_in) } else { Err(ApiError::NotSignedIn) }
}

/// Somebody signed in at the storefront.
#[derive(Debug, Clone)]
pub struct Shopper {
    pub user: UserId,
    pub name: String,
}

impl FromRequestParts<AppState> for Shopper {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let SignedIn { user, name, site: _ } = signed_in_at(parts, state, Site::Ddib).await?;
        Ok(Shopper { user, name })
    }
}

/// Somebody signed in at the portal, not necessarily with a company.
#[derive(Debug, Clone)]
pub struct PortalUser {
    pub user: UserId,
    pub name: String,
}

impl FromRequestParts<AppState> for PortalUser {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let SignedIn { user, name, site: _ } = signed_in_at(parts, state, Site::Bidd).await?;
        Ok(PortalUser { user, name })
    }
}

/// Somebody who belongs to the company that the path names as `{c}`. A company of others does not
/// exist for them.
#[derive(Debug, Clone)]
pub struct CompanyMember {
    pub user: UserId,
    pub company: company::Model,
    pub role: Role,
}

impl CompanyMember {
    #[must_use]
    pub fn id(&self) -> CompanyId {
        self.company.id
    }
}

impl FromRequestParts<AppState> for CompanyMember {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let PortalUser { user, name: _ } = PortalUser::from_request_parts(parts, state).await?;
        let id = path_param(parts, "c").await.and_then(|text| Uuid::try_parse(&text).ok());
        let id = id.ok_or(companies::UNKNOWN)?;
        let found = companies::store::membership(state.db.read(), CompanyId(id), user).await?;
        let (company, role) = found.ok_or(companies::UNKNOWN)?;
        Ok(CompanyMember { user, company, role })
    }
}

/// The owner of the company that the path names as `{c}`.
#[derive(Debug, Clone)]
pub struct CompanyOwner {
    pub user: UserId,
    pub company: company::Model,
}

impl CompanyOwner {
    #[must_use]
    pub fn id(&self) -> CompanyId {
        self.company.id
    }

    /// The company, where it has been approved.
    ///
    /// # Errors
    /// 409 `company_not_approved`.
    pub fn approved(&self) -> Result<&company::Model, ApiError> {
        if self.company.state == companies::State::Approved {
            return Ok(&self.company);
        }
        Err(ApiError::Conflict {
            code: "company_not_approved",
            detail: "입점 승인이 끝난 뒤에 할 수 있어요.",
        })
    }
}

impl FromRequestParts<AppState> for CompanyOwner {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let member = CompanyMember::from_request_parts(parts, state).await?;
        if member.role != Role::Owner {
            return Err(ApiError::Forbidden {
                code: "not_owner",
                detail: "대표 관리자만 할 수 있는 일이에요.",
            });
        }
        Ok(CompanyOwner { user: member.user, company: member.company })
    }
}

/// An admin of the platform, signed in at the portal.
#[derive(Debug, Clone)]
pub struct PlatformAdmin {
    pub user: UserId,
}

impl FromRequestParts<AppState> for PlatformAdmin {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let PortalUser { user, name: _ } = PortalUser::from_request_parts(parts, state).await?;
        if identity::store::is_admin(state.db.read(), user, &state.config.admins).await? {
            return Ok(PlatformAdmin { user });
        }
        Err(ApiError::Forbidden { code: "not_admin", detail: "플랫폼 관리자만 볼 수 있어요." })
    }
}

/// One parameter of the matched path.
pub(crate) async fn path_param(parts: &mut Parts, name: &str) -> Option<String> {
    let params = parts.extract::<RawPathParams>().await.ok()?;
    params.iter().find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
}
