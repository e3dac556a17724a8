//! The object store of the local platform: a real S3 interface on a loopback port, over files. The
//! control plane reaches it as it would reach a bucket in a cloud.

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use control_plane_telemetry::problem::Problem;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s_fs::FileSystem;
use tower::ServiceExt as _;

use crate::files;
use crate::state::{Layout, Settings};

/// The bucket of the platform's pictures.
pub const BUCKET: &str = "bidd-images";
/// Any region does; the signature of a request names it.
pub const REGION: &str = "ap-northeast-2";

/// The S3 interface over `<state>/s3`, its bucket created.
///
/// # Errors
/// Where the directory cannot be used.
pub fn router(layout: &Layout, settings: &Settings) -> anyhow::Result<Router> {
    // With files below, a directory is a bucket.
    files::create_dir(&layout.storage().join(BUCKET))?;
    let files = FileSystem::new(layout.storage())
        .map_err(|error| anyhow::anyhow!("{}: {error:?}", layout.storage().display()))?;
    let mut builder = S3ServiceBuilder::new(files);
    builder.set_auth(SimpleAuth::from_single(
        settings.storage_access_key.as_str(),
        settings.storage_secret_key.as_str(),
    ));
    let service = builder.build();
    Ok(Router::new().fallback(move |request: Request| answer(service.clone(), request)))
}

async fn answer(service: S3Service, request: Request) -> Response {
    match service.oneshot(request).await {
        Ok(response) => response.map(Body::new),
        Err(error) => {
            tracing::error!(?error, "the object store failed");
            Problem::internal().into_response()
        }
    }
}
