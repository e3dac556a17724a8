//! Pictures: taken in, kept in the object store, served for ever.

use axum::body::Body;
use axum::http::Method;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use control_plane::http::site::Site;

use crate::companies::applied;
use crate::support::browser::{Answer, Browser};
use crate::support::platform;

const BOUNDARY: &str = "----boundary";

fn png(width: u32, height: u32) -> Vec<u8> {
    let picture = image::RgbImage::from_fn(width, height, |x, y| image::Rgb([x as u8, y as u8, 90]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

fn form(field: &str, content: &[u8]) -> Vec<u8> {
    let head = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"a.png\"\r\n\
         Content-Type: image/png\r\n\r\n"
    );
    [head.as_bytes(), content, format!("\r\n--{BOUNDARY}--\r\n").as_bytes()].concat()
}

async fn upload(browser: &mut Browser, company: &str, body: Vec<u8>) -> Answer {
    let request = browser
        .request(Method::POST, &format!("/api/v1/companies/{company}/images"))
        .header(CONTENT_TYPE, format!("multipart/form-data; boundary={BOUNDARY}"));
    browser.send(request.body(Body::from(body)).unwrap()).await
}

#[tokio::test]
async fn a_picture_is_taken_in_and_served() {
    let platform = platform().await;
    let (mut owner, company) = applied(&platform).await;
    let answer = upload(&mut owner, &company, form("file", &png(1_600, 900))).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let id = answer.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(answer.json()["url"], format!("http://ddib.localhost:8080/api/v1/images/{id}"));
    assert_eq!(platform.s3.keys(), [format!("images/{id}")]);

    let path = format!("/api/v1/images/{id}");
    let mut anybody = platform.browser(Site::Ddib);
    let picture = anybody.get(&path).await;
    assert_eq!(
        (picture.status.as_u16(), picture.headers[CONTENT_TYPE].as_bytes()),
        (200, &b"image/jpeg"[..])
    );
    assert_eq!(picture.headers[CACHE_CONTROL], "public, max-age=31536000, immutable");
    let decoded = image::load_from_memory(&picture.body).unwrap();
    assert_eq!((decoded.width(), decoded.height()), (1_280, 720));
    for _ in 0..3 {
        assert_eq!(anybody.get(&path).await.status, 200);
    }
    assert_eq!(platform.s3.gets(), 1, "asked for once, then from memory");
    let known = anybody.request(Method::GET, &path).header(IF_NONE_MATCH, &picture.headers[ETAG]);
    let answer = anybody.send(known.body(Body::empty()).unwrap()).await;
    assert_eq!((answer.status.as_u16(), answer.body.len()), (304, 0));
}

#[tokio::test]
async fn what_is_no_picture_is_refused() {
    let platform = platform().await;
    let (mut owner, company) = applied(&platform).await;
    let picture = png(30, 30);
    let field = |code: &str| vec![("file".to_owned(), code.to_owned())];
    for (content, code) in [
        (b"hello".to_vec(), "image_format_unknown"),
        (b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_vec(), "image_format_unknown"),
        (b"GIF89a\x01\0\x01\0\0\0\0".to_vec(), "image_format_unknown"),
        (picture[..picture.len() / 2].to_vec(), "image_broken"),
    ] {
        let answer = upload(&mut owner, &company, form("file", &content)).await;
        assert_eq!(answer.field_errors(), field(code));
    }
    let file_missing = (400, "file_missing".to_owned());
    assert_eq!(upload(&mut owner, &company, form("other", &picture)).await.problem(), file_missing);
    assert_eq!(upload(&mut owner, &company, form("file", b"")).await.problem(), file_missing);
    assert_eq!(upload(&mut owner, &company, b"nonsense".to_vec()).await.problem(), file_missing);
    let path = format!("/api/v1/companies/{company}/images");
    assert_eq!(owner.post(&path, &serde_json::json!({})).await.problem(), file_missing);
    for bytes in [5 * 1024 * 1024 + 1, 6 * 1024 * 1024] {
        let answer = upload(&mut owner, &company, form("file", &vec![0; bytes])).await;
        assert_eq!(answer.problem(), (413, "body_too_large".to_owned()), "{bytes}");
    }
    assert!(platform.s3.keys().is_empty(), "nothing was kept");
}

#[tokio::test]
async fn pictures_are_uploaded_to_ones_own_company() {
    let platform = platform().await;
    let (_, company) = applied(&platform).await;
    let mut rival = platform.signed_in(Site::Bidd, 77, "오대표").await;
    let answer = upload(&mut rival, &company, form("file", &png(30, 30))).await;
    assert_eq!(answer.problem(), (404, "company_unknown".to_owned()));
    for unknown in ["00000000-0000-0000-0000-000000000000", "x"] {
        assert_eq!(rival.get(&format!("/api/v1/images/{unknown}")).await.problem().0, 404);
    }
}

#[tokio::test]
async fn a_store_that_is_down_is_said_so_and_heals() {
    let platform = platform().await;
    let (mut owner, company) = applied(&platform).await;
    platform.s3.set_down(true);
    let answer = upload(&mut owner, &company, form("file", &png(30, 30))).await;
    assert_eq!(answer.problem(), (503, "storage_unavailable".to_owned()));
    platform.s3.set_down(false);
    let id = upload(&mut owner, &company, form("file", &png(30, 30))).await.json()["id"].clone();
    let path = format!("/api/v1/images/{}", id.as_str().unwrap());
    platform.s3.set_down(true);
    assert_eq!(owner.get(&path).await.problem(), (503, "storage_unavailable".to_owned()));
    platform.s3.set_down(false);
    assert_eq!(owner.get(&path).await.status, 200, "a failure is not remembered");
}
