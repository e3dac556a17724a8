//! Where pictures are kept: in an S3-compatible store, or, where there is none, in a directory. Which
//! of the two is said by what is set; both at once is an error.

use std::path::PathBuf;

use secrecy::SecretString;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use url::Url;

use super::Scalar;

#[derive(Debug, Clone)]
pub enum StorageConfig {
    /// On a volume, which only one machine writes to.
    Directory(PathBuf),
    S3(S3Config),
}

/// An S3-compatible object store.
#[derive(Debug, Clone)]
pub struct S3Config {
    /// Left out for AWS itself.
    pub endpoint: Option<Url>,
    pub region: String,
    pub bucket: String,
    pub access_key: String,
    pub secret_key: SecretString,
    /// The bucket in the path instead of the host name, as most servers other than AWS want it.
    pub force_path_style: bool,
}

/// Both ways, as they are written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    directory: Option<PathBuf>,
    endpoint: Option<Url>,
    region: Option<String>,
    bucket: Option<String>,
    access_key: Option<Scalar>,
    secret_key: Option<Scalar>,
    force_path_style: Option<bool>,
}

impl<'de> Deserialize<'de> for StorageConfig {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<StorageConfig, D::Error> {
        let Written { directory, endpoint, region, bucket, access_key, secret_key, force_path_style } =
            Written::deserialize(from)?;
        if let Some(directory) = directory {
            let is_s3 = endpoint.is_some()
                || region.is_some()
                || bucket.is_some()
                || access_key.is_some()
                || secret_key.is_some()
                || force_path_style.is_some();
            if is_s3 {
                return Err(D::Error::custom(
                    "pictures are kept either in BIDD_STORAGE__DIRECTORY or in S3: unset the directory or all else",
                ));
            }
            return Ok(StorageConfig::Directory(directory));
        }
        let missing = D::Error::missing_field;
        Ok(StorageConfig::S3(S3Config {
            endpoint,
            region: region.ok_or_else(|| missing("region"))?,
            bucket: bucket.ok_or_else(|| missing("bucket"))?,
            access_key: access_key.ok_or_else(|| missing("access_key"))?.into_text(),
            secret_key: secret_key.ok_or_else(|| missing("secret_key"))?.into_text().into(),
            force_path_style: force_path_style.unwrap_or(false),
        }))
    }
}
