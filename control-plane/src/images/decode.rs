//! What a company sends becomes a picture of ours: decoded within limits, turned upright, made
//! small enough for a screen and written anew, so that nothing of the original's metadata remains.

use std::io::Cursor;

use axum::body::Bytes;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::webp::WebPEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder as _, ImageError, ImageFormat, ImageReader, Limits};

/// The longer side afterwards, in pixels.
const SIDE_MAX: u32 = 1_280;
/// The longer side before: a telephone's camera makes about 8,000.
const SOURCE_SIDE_MAX: u32 = 12_000;
const SOURCE_PIXELS_MAX: u64 = 64_000_000;
const ALLOCATION_BYTES_MAX: u64 = 384 * 1024 * 1024;
const JPEG_QUALITY: u8 = 85;

/// A picture that is ready to be kept.
pub struct Decoded {
    pub content_type: &'static str,
    pub width: u32,
    pub height: u32,
    pub content: Bytes,
}

#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    #[error("not a PNG, JPEG or WebP picture")]
    Format,
    #[error("the picture has too many pixels")]
    TooManyPixels,
    #[error("the picture is broken")]
    Broken(#[source] ImageError),
    #[error("the picture could not be written")]
    Encode(#[source] ImageError),
}

/// Takes as long as a picture is large: to be called where blocking is allowed.
///
/// # Errors
/// Where it is no picture, a broken one, or one beyond the limits.
pub fn decode(source: &[u8]) -> Result<Decoded, DecodeError> {
    let picture = upright(source)?;
    let picture = if picture.width().max(picture.height()) > SIDE_MAX {
        picture.resize(SIDE_MAX, SIDE_MAX, FilterType::CatmullRom)
    } else {
        picture
    };
    let (width, height) = (picture.width(), picture.height());
    let mut content = Vec::new();
    // Photographs are smallest as JPEG, which knows no transparency; WebP here is lossless.
    let content_type = if has_transparency(&picture) {
        picture
            .to_rgba8()
            .write_with_encoder(WebPEncoder::new_lossless(&mut content))
            .map_err(DecodeError::Encode)?;
        "image/webp"
    } else {
        let encoder = JpegEncoder::new_with_quality(&mut content, JPEG_QUALITY);
        picture.to_rgb8().write_with_encoder(encoder).map_err(DecodeError::Encode)?;
        "image/jpeg"
    };
    Ok(Decoded { content_type, width, height, content: content.into() })
}

fn upright(source: &[u8]) -> Result<DynamicImage, DecodeError> {
    let format = image::guess_format(source).map_err(|_| DecodeError::Format)?;
    if !matches!(format, ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP) {
        return Err(DecodeError::Format);
    }
    let mut reader = ImageReader::with_format(Cursor::new(source), format);
    let mut limits = Limits::default();
    limits.max_image_width = Some(SOURCE_SIDE_MAX);
    limits.max_image_height = Some(SOURCE_SIDE_MAX);
    limits.max_alloc = Some(ALLOCATION_BYTES_MAX);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(broken)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > SOURCE_PIXELS_MAX {
        return Err(DecodeError::TooManyPixels);
    }
    let orientation = decoder.orientation().map_err(broken)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(broken)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

fn broken(error: ImageError) -> DecodeError {
    match error {
        ImageError::Limits(_) => DecodeError::TooManyPixels,
        error => DecodeError::Broken(error),
    }
}

fn has_transparency(picture: &DynamicImage) -> bool {
    picture.color().has_alpha() && picture.to_rgba8().pixels().any(|pixel| pixel.0[3] != u8::MAX)
}

#[cfg(test)]
mod tests {
    use image::{Rgba, RgbaImage};

    use super::*;

    fn png(width: u32, height: u32, alpha: u8) -> Vec<u8> {
        let picture = RgbaImage::from_pixel(width, height, Rgba([200, 100, 50, alpha]));
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn pictures_become_small_and_ours() {
        for (width, height, alpha, kind, expected) in [
            (1_600, 800, 255, "image/jpeg", (1_280, 640)),
            (300, 2_560, 255, "image/jpeg", (150, 1_280)),
            (40, 30, 128, "image/webp", (40, 30)),
        ] {
            let decoded = decode(&png(width, height, alpha)).unwrap();
            assert_eq!((decoded.content_type, (decoded.width, decoded.height)), (kind, expected));
            let again = image::load_from_memory(&decoded.content).unwrap();
            assert_eq!((again.width(), again.height()), expected);
        }
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        let png = png(20, 20, 255);
        assert!(matches!(decode(b""), Err(DecodeError::Format)));
        assert!(matches!(decode(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), Err(DecodeError::Format)));
        assert!(matches!(decode(b"GIF89a\x01\0\x01\0\0\0\0"), Err(DecodeError::Format)));
        assert!(matches!(decode(&png[..png.len() / 2]), Err(DecodeError::Broken(_))));
        // A small file that claims to be large: the header's width and height are bytes 16 to 24.
        let mut bomb = png;
        bomb[16..20].copy_from_slice(&60_000_u32.to_be_bytes());
        bomb[20..24].copy_from_slice(&60_000_u32.to_be_bytes());
        assert!(decode(&bomb).is_err());
    }
}
