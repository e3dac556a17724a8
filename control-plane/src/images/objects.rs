//! The object store: any server that speaks S3, or a directory.

use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{
    Credentials, Region, RequestChecksumCalculation, ResponseChecksumValidation, SharedCredentialsProvider,
};
use aws_sdk_s3::error::{DisplayErrorContext, SdkError};
use aws_sdk_s3::primitives::ByteStream;
use axum::body::Bytes;
use secrecy::ExposeSecret as _;

use super::directory::Directory;
use crate::config::{S3Config, StorageConfig};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(15);

/// Where objects are kept, as configured.
#[derive(Clone)]
pub enum ObjectStore {
    Bucket(Bucket),
    Directory(Directory),
}

/// One bucket of an S3 server.
#[derive(Clone)]
pub struct Bucket {
    client: Client,
    bucket: String,
}

#[derive(Debug, thiserror::Error)]
#[error("the object store failed: {0}")]
pub struct ObjectStoreError(String);

impl ObjectStore {
    #[must_use]
    pub fn new(config: &StorageConfig) -> ObjectStore {
        match config {
            StorageConfig::S3(config) => ObjectStore::Bucket(Bucket::new(config)),
            StorageConfig::Directory(path) => ObjectStore::Directory(Directory::new(path)),
        }
    }

    /// Stores an object, or replaces it.
    ///
    /// # Errors
    /// Where the store does not take it.
    pub async fn put(&self, key: &str, content_type: &str, content: Bytes) -> Result<(), ObjectStoreError> {
        match self {
            ObjectStore::Bucket(bucket) => bucket.put(key, content_type, content).await,
            ObjectStore::Directory(directory) => {
                directory.put(key, content).await.map_err(|error| ObjectStoreError(error.to_string()))
            }
        }
    }

    /// An object's content, or `None` where there is no such object.
    ///
    /// # Errors
    /// Where the store does not answer.
    pub async fn get(&self, key: &str) -> Result<Option<Bytes>, ObjectStoreError> {
        match self {
            ObjectStore::Bucket(bucket) => bucket.get(key).await,
            ObjectStore::Directory(directory) => {
                directory.get(key).await.map_err(|error| ObjectStoreError(error.to_string()))
            }
        }
    }
}

impl Bucket {
    fn new(config: &S3Config) -> Bucket {
        let credentials = Credentials::new(
            &config.access_key,
            config.secret_key.expose_secret(),
            None,
            None,
            "configuration",
        );
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .operation_attempt_timeout(ATTEMPT_TIMEOUT)
            .build();
        let mut builder = aws_sdk_s3::Config::builder()
            .behavior_version_latest()
            .region(Region::new(config.region.clone()))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .timeout_config(timeouts)
            .force_path_style(config.force_path_style)
            // Servers other than AWS do not all know the newer checksums.
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired);
        if let Some(endpoint) = &config.endpoint {
            builder = builder.endpoint_url(endpoint.as_str());
        }
        Bucket { client: Client::from_conf(builder.build()), bucket: config.bucket.clone() }
    }

    async fn put(&self, key: &str, content_type: &str, content: Bytes) -> Result<(), ObjectStoreError> {
        let put = self.client.put_object().bucket(&self.bucket).key(key).content_type(content_type);
        put.body(ByteStream::from(content)).send().await.map_err(failed)?;
        Ok(())
    }

    async fn get(&self, key: &str) -> Result<Option<Bytes>, ObjectStoreError> {
        match self.client.get_object().bucket(&self.bucket).key(key).send().await {
            Ok(object) => {
                let content =
                    object.body.collect().await.map_err(|error| ObjectStoreError(error.to_string()))?;
                Ok(Some(content.into_bytes()))
            }
            Err(error) if error.as_service_error().is_some_and(|error| error.is_no_such_key()) => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }
}

fn failed<E: std::error::Error + 'static, R: std::fmt::Debug + 'static>(
    error: SdkError<E, R>,
) -> ObjectStoreError {
    ObjectStoreError(DisplayErrorContext(&error).to_string())
}
