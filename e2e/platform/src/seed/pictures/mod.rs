//! The pictures of the demo's products: flat still lifes, drawn here, so that the project needs
//! nobody's photographs. A drawing is a function of nothing; the same bytes come out every time.
#![expect(clippy::float_arithmetic, reason = "coordinates of a drawing, not money")]

mod beauty;
mod canvas;
mod coffee;
mod living;

use self::canvas::Canvas;

/// The side of a picture in pixels.
pub const SIDE: u32 = 1200;

/// What is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Picture {
    CoffeeBag,
    ColdBrew,
    Dripper,
    DripBags,
    MoodLamp,
    Towels,
    SideTable,
    Mugs,
    CreamJar,
    Serum,
    HandCreams,
    LipBalms,
}

impl Picture {
    pub const ALL: [Picture; 12] = [
        Picture::CoffeeBag,
        Picture::ColdBrew,
        Picture::Dripper,
        Picture::DripBags,
        Picture::MoodLamp,
        Picture::Towels,
        Picture::SideTable,
        Picture::Mugs,
        Picture::CreamJar,
        Picture::Serum,
        Picture::HandCreams,
        Picture::LipBalms,
    ];

    /// The picture as a PNG of [`SIDE`] by [`SIDE`] pixels. Takes a tenth of a second: not for an
    /// asynchronous thread.
    ///
    /// # Errors
    /// Where the encoder fails.
    pub fn png(self) -> anyhow::Result<Vec<u8>> {
        let canvas: Canvas = match self {
            Picture::CoffeeBag => coffee::bag(),
            Picture::ColdBrew => coffee::cold_brew(),
            Picture::Dripper => coffee::dripper(),
            Picture::DripBags => coffee::drip_bags(),
            Picture::MoodLamp => living::mood_lamp(),
            Picture::Towels => living::towels(),
            Picture::SideTable => living::side_table(),
            Picture::Mugs => living::mugs(),
            Picture::CreamJar => beauty::cream_jar(),
            Picture::Serum => beauty::serum(),
            Picture::HandCreams => beauty::hand_creams(),
            Picture::LipBalms => beauty::lip_balms(),
        };
        canvas.png()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_picture_is_a_square_png_and_none_is_another() {
        let mut seen = std::collections::HashSet::new();
        for picture in Picture::ALL {
            let png = picture.png().unwrap();
            assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n", "{picture:?}");
            assert_eq!(png[16..20], SIDE.to_be_bytes(), "{picture:?}");
            assert_eq!(png[20..24], SIDE.to_be_bytes(), "{picture:?}");
            assert!(seen.insert(blake3::hash(&png)), "{picture:?} looks like another");
        }
    }
}
