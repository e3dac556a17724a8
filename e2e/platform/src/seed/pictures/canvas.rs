//! What the drawings are drawn with: a scene with a wall and a table, solids with light from the
//! left, soft shadows.

use tiny_skia::{
    Color, FillRule, GradientStop, LineCap, LinearGradient, Mask, Paint, Path, PathBuilder, Pixmap, Point,
    RadialGradient, Rect, Shader, SpreadMode, Stroke, Transform,
};

use super::SIDE;

/// A colour as designers write it, opaque.
#[derive(Debug, Clone, Copy)]
pub struct Tone(pub u32);

impl Tone {
    /// Lighter by so many percent of the way to white, or darker where negative.
    pub fn lit(self, percent: i32) -> Tone {
        let channel = |shift: u32| {
            let value = i32::from(self.channel(shift));
            let goal = if percent < 0 { 0 } else { 255 };
            let moved = value + (goal - value) * percent.abs() / 100;
            u32::try_from(moved.clamp(0, 255)).unwrap_or_default() << shift
        };
        Tone(channel(16) | channel(8) | channel(0))
    }

    fn channel(self, shift: u32) -> u8 {
        u8::try_from((self.0 >> shift) & 0xff).unwrap_or(u8::MAX)
    }

    fn color(self, alpha: u8) -> Color {
        Color::from_rgba8(self.channel(16), self.channel(8), self.channel(0), alpha)
    }
}

/// How a shape is filled.
#[derive(Debug, Clone, Copy)]
pub enum Fill {
    Flat(Tone),
    /// See-through, 0 to 255.
    Veil(Tone, u8),
    /// From the top of the shape to its bottom.
    Down(Tone, Tone),
    /// A round body, lit from the left.
    Round(Tone),
    /// A glow from the middle outwards to nothing.
    Glow(Tone, u8),
}

pub struct Canvas {
    pixmap: Pixmap,
    mask: Option<Mask>,
}

impl Canvas {
    /// A wall that brightens to the top, and a table from `horizon` down.
    pub fn scene(wall: Tone, table: Tone, horizon: f32) -> Canvas {
        let pixmap = Pixmap::new(SIDE, SIDE).expect("the side of a picture is not zero");
        let mut canvas = Canvas { pixmap, mask: None };
        canvas.fill(rect(0.0, 0.0, 1200.0, 1200.0), Fill::Down(wall.lit(22), wall));
        canvas.fill(rect(0.0, horizon, 1200.0, 1200.0 - horizon), Fill::Down(table, table.lit(18)));
        canvas
    }

    pub fn fill(&mut self, shape: Path, fill: Fill) {
        let paint = Paint { shader: shader(fill, shape.bounds()), anti_alias: true, ..Paint::default() };
        self.pixmap.fill_path(&shape, &paint, FillRule::Winding, Transform::identity(), self.mask.as_ref());
    }

    pub fn line(&mut self, path: Path, tone: Tone, width: f32) {
        let paint =
            Paint { shader: Shader::SolidColor(tone.color(255)), anti_alias: true, ..Paint::default() };
        let stroke = Stroke { width, line_cap: LineCap::Round, ..Stroke::default() };
        self.pixmap.stroke_path(&path, &paint, &stroke, Transform::identity(), self.mask.as_ref());
    }

    /// A soft shadow on the table below something that stands there.
    pub fn shadow(&mut self, x: f32, y: f32, half_width: f32, half_height: f32) {
        for (grow, alpha) in [(1.0, 46), (0.62, 54)] {
            let shape = oval(x + 26.0, y, half_width * grow + 40.0, half_height * grow);
            let reach = half_width * grow + 40.0;
            let flat = Transform::from_row(
                1.0,
                0.0,
                0.0,
                half_height * grow / reach,
                0.0,
                y - y * half_height * grow / reach,
            );
            let shader = RadialGradient::new(
                Point::from_xy(x + 26.0, y),
                0.0,
                Point::from_xy(x + 26.0, y),
                reach,
                vec![
                    GradientStop::new(0.0, Tone(0x2b_22_1c).color(alpha)),
                    GradientStop::new(0.55, Tone(0x2b_22_1c).color(alpha / 2)),
                    GradientStop::new(1.0, Tone(0x2b_22_1c).color(0)),
                ],
                SpreadMode::Pad,
                flat,
            );
            let Some(shader) = shader else { continue };
            let paint = Paint { shader, anti_alias: true, ..Paint::default() };
            self.pixmap.fill_path(&shape, &paint, FillRule::Winding, Transform::identity(), None);
        }
    }

    /// Draws inside a shape only.
    pub fn within(&mut self, shape: &Path, draw: impl FnOnce(&mut Canvas)) {
        let mut mask = Mask::new(SIDE, SIDE).expect("the side of a picture is not zero");
        mask.fill_path(shape, FillRule::Winding, true, Transform::identity());
        let outer = self.mask.replace(mask);
        draw(self);
        self.mask = outer;
    }

    /// The gleam on a round body's left side.
    pub fn gleam(&mut self, x: f32, y: f32, width: f32, height: f32, alpha: u8) {
        self.fill(rounded(x, y, width, height, width / 2.0), Fill::Veil(Tone(0xff_ff_ff), alpha));
    }

    pub fn png(&self) -> anyhow::Result<Vec<u8>> {
        Ok(self.pixmap.encode_png()?)
    }
}

fn shader(fill: Fill, bounds: Rect) -> Shader<'static> {
    let vertical = (bounds.left(), bounds.top(), bounds.left(), bounds.bottom());
    let horizontal = (bounds.left(), bounds.top(), bounds.right(), bounds.top());
    match fill {
        Fill::Flat(tone) => Shader::SolidColor(tone.color(255)),
        Fill::Veil(tone, alpha) => Shader::SolidColor(tone.color(alpha)),
        Fill::Down(top, bottom) => along(vertical, &[(0.0, top), (1.0, bottom)]),
        Fill::Round(tone) => along(
            horizontal,
            &[
                (0.0, tone.lit(-8)),
                (0.24, tone.lit(12)),
                (0.42, tone.lit(4)),
                (0.74, tone.lit(-10)),
                (1.0, tone.lit(-24)),
            ],
        ),
        Fill::Glow(tone, alpha) => {
            let middle = Point::from_xy(
                f32::midpoint(bounds.left(), bounds.right()),
                f32::midpoint(bounds.top(), bounds.bottom()),
            );
            let stops = vec![
                GradientStop::new(0.0, tone.color(alpha)),
                GradientStop::new(0.5, tone.color(alpha / 3)),
                GradientStop::new(1.0, tone.color(0)),
            ];
            let reach = bounds.width() / 2.0;
            RadialGradient::new(middle, 0.0, middle, reach, stops, SpreadMode::Pad, Transform::identity())
                .unwrap_or(Shader::SolidColor(tone.color(0)))
        }
    }
}

fn along((x0, y0, x1, y1): (f32, f32, f32, f32), stops: &[(f32, Tone)]) -> Shader<'static> {
    let flat = Shader::SolidColor(stops[0].1.color(255));
    let stops = stops.iter().map(|&(at, tone)| GradientStop::new(at, tone.color(255))).collect();
    LinearGradient::new(
        Point::from_xy(x0, y0),
        Point::from_xy(x1, y1),
        stops,
        SpreadMode::Pad,
        Transform::identity(),
    )
    .unwrap_or(flat)
}

/// A finished outline; an empty one is a bug of the drawing.
pub fn outline(draw: impl FnOnce(&mut PathBuilder)) -> Path {
    let mut builder = PathBuilder::new();
    draw(&mut builder);
    builder.finish().expect("an outline has points")
}

pub fn rect(x: f32, y: f32, width: f32, height: f32) -> Path {
    PathBuilder::from_rect(Rect::from_xywh(x, y, width, height).expect("a rectangle has a size"))
}

pub fn oval(x: f32, y: f32, half_width: f32, half_height: f32) -> Path {
    let bounds = Rect::from_xywh(x - half_width, y - half_height, half_width * 2.0, half_height * 2.0);
    PathBuilder::from_oval(bounds.expect("an oval has a size")).expect("an oval has a size")
}

pub fn rounded(x: f32, y: f32, width: f32, height: f32, radius: f32) -> Path {
    barrel(x, y, width, height, radius, radius)
}

/// A rectangle whose upper and lower corners are rounded differently.
pub fn barrel(x: f32, y: f32, width: f32, height: f32, above: f32, below: f32) -> Path {
    // How far a cubic's handle reaches to look like a quarter of a circle.
    const HANDLE: f32 = 0.552_3;
    let (right, bottom) = (x + width, y + height);
    let (a, b) = (above.min(width / 2.0), below.min(width / 2.0));
    let (ka, kb) = (a * (1.0 - HANDLE), b * (1.0 - HANDLE));
    outline(|path| {
        path.move_to(x + a, y);
        path.line_to(right - a, y);
        path.cubic_to(right - ka, y, right, y + ka, right, y + a);
        path.line_to(right, bottom - b);
        path.cubic_to(right, bottom - kb, right - kb, bottom, right - b, bottom);
        path.line_to(x + b, bottom);
        path.cubic_to(x + kb, bottom, x, bottom - kb, x, bottom - b);
        path.line_to(x, y + a);
        path.cubic_to(x, y + ka, x + ka, y, x + a, y);
        path.close();
    })
}

pub fn polygon(points: &[(f32, f32)]) -> Path {
    outline(|path| {
        for (index, &(x, y)) in points.iter().enumerate() {
            if index == 0 {
                path.move_to(x, y);
            } else {
                path.line_to(x, y);
            }
        }
        path.close();
    })
}

/// A leaf from its stem to its tip, as broad on either side as `breadth`.
pub fn leaf(stem: (f32, f32), tip: (f32, f32), breadth: f32) -> Path {
    let (dx, dy) = (tip.0 - stem.0, tip.1 - stem.1);
    let length = dx.hypot(dy);
    let (nx, ny) = (-dy / length * breadth, dx / length * breadth);
    let middle = (f32::midpoint(stem.0, tip.0), f32::midpoint(stem.1, tip.1));
    outline(|path| {
        path.move_to(stem.0, stem.1);
        path.quad_to(middle.0 + nx, middle.1 + ny, tip.0, tip.1);
        path.quad_to(middle.0 - nx, middle.1 - ny, stem.0, stem.1);
        path.close();
    })
}
