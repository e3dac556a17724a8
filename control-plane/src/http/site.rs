//! The two portals, told apart by the host name of the request.

use axum::extract::FromRequestParts;
use axum::http::header::HOST;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use control_plane_telemetry::problem::Problem;
use control_plane_token::Audience;

use crate::config::PublicConfig;
use crate::state::AppState;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Site {
    /// The companies' portal.
    Bidd,
    /// The storefront.
    Ddib,
}

impl Site {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Site::Bidd => "bidd",
            Site::Ddib => "ddib",
        }
    }

    /// For whom this portal's sessions are meant.
    #[must_use]
    pub fn audience(self) -> Audience {
        match self {
            Site::Bidd => Audience::Bidd,
            Site::Ddib => Audience::Ddib,
        }
    }

    /// The portal that a request was sent to, or `None` for any other host.
    #[must_use]
    pub fn of(headers: &HeaderMap, public: &PublicConfig) -> Option<Site> {
        let host = host(headers)?;
        [Site::Bidd, Site::Ddib].into_iter().find(|site| host.eq_ignore_ascii_case(&public.host(*site)))
    }
}

/// The host that a request was sent to, without a port. The edge says so in `X-Forwarded-Host`, which it
/// overwrites, and leaves `Host` alone where it can.
pub(super) fn host(headers: &HeaderMap) -> Option<&str> {
    let host = headers.get("x-forwarded-host").or_else(|| headers.get(HOST))?.to_str().ok()?;
    Some(host.rsplit_once(':').map_or(host, |(name, _port)| name))
}

impl FromRequestParts<AppState> for Site {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        Site::of(&parts.headers, &state.config.public).ok_or_else(|| {
            Problem::new(
                StatusCode::MISDIRECTED_REQUEST,
                "host_unknown",
                "이 주소에서는 열 수 없는 페이지예요.",
            )
        })
    }
}
