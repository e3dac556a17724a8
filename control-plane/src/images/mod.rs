//! Pictures of products: decoded and made smaller on the way in, kept in an S3 store or a directory, served for
//! ever under an address whose content never changes.

pub mod entity;
pub mod objects;
pub mod store;

mod decode;
mod directory;
mod get;
mod upload;

use std::sync::Arc;

use axum::body::Bytes;
use moka::future::Cache;
use tokio::sync::Semaphore;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt as _};
use utoipa_axum::routes;

pub use objects::ObjectStore;

use crate::config::{PublicConfig, StorageConfig};
use crate::http::site::Site;
use crate::ids::ImageId;
use crate::state::AppState;

/// The tag of these operations in the API's document.
const TAG: &str = "images";
/// Decoding a picture takes a core and many times its size in memory.
const DECODING_AT_ONCE: usize = 2;
const CACHE_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// The pictures: where they are kept, and those that were asked for lately.
pub struct Images {
    objects: ObjectStore,
    lately: Cache<ImageId, Picture>,
    decoding: Arc<Semaphore>,
}

/// A picture as it is served.
#[derive(Debug, Clone)]
pub struct Picture {
    content_type: String,
    content: Bytes,
}

impl Images {
    #[must_use]
    pub fn new(config: &StorageConfig) -> Images {
        let weigh = |_: &ImageId, picture: &Picture| u32::try_from(picture.content.len()).unwrap_or(u32::MAX);
        Images {
            objects: ObjectStore::new(config),
            lately: Cache::builder().max_capacity(CACHE_BYTES_MAX).weigher(weigh).build(),
            decoding: Arc::new(Semaphore::new(DECODING_AT_ONCE)),
        }
    }
}

/// Where anybody sees a picture: one address for all pages, so that it is cached once.
#[must_use]
pub fn url(public: &PublicConfig, id: ImageId) -> String {
    format!("{}/api/v1/images/{id}", public.origin(Site::Ddib))
}

fn key(id: ImageId) -> String {
    format!("images/{id}")
}

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(upload::upload).layer(upload::body_limit())).routes(routes!(get::get))
}
