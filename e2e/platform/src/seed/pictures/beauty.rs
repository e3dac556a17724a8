//! The cosmetics maker's products.

use super::canvas::{Canvas, Fill, Tone, barrel, leaf, outline, oval, polygon, rect, rounded};

const WALL: Tone = Tone(0xf0_d9_d2);
const TABLE: Tone = Tone(0xe3_bf_b3);
const INK: Tone = Tone(0x4a_33_36);
const GOLD: Tone = Tone(0xd0_a8_6a);
const MILK: Tone = Tone(0xfb_f6_f0);
const ROSE: Tone = Tone(0xd9_8c_86);
const MOSS: Tone = Tone(0x7f_97_78);
const LILAC: Tone = Tone(0xb6_a4_cc);

fn scene(wall: Tone, table: Tone) -> Canvas {
    let mut canvas = Canvas::scene(wall, table, 860.0);
    canvas.fill(oval(600.0, 500.0, 400.0, 400.0), Fill::Veil(Tone(0xff_ff_ff), 86));
    canvas.fill(rect(0.0, 860.0, 1200.0, 4.0), Fill::Veil(INK, 18));
    canvas
}

/// A low round plinth.
fn plinth(canvas: &mut Canvas, x: f32, y: f32, half: f32, tone: Tone) {
    canvas.shadow(x, y + 92.0, half, 40.0);
    let side = outline(|path| {
        path.move_to(x - half, y);
        path.line_to(x + half, y);
        path.line_to(x + half, y + 70.0);
        path.cubic_to(x + half, y + 116.0, x - half, y + 116.0, x - half, y + 70.0);
        path.close();
    });
    canvas.fill(side, Fill::Round(tone));
    canvas.fill(oval(x, y, half, 36.0), Fill::Flat(tone.lit(30)));
}

fn flower(canvas: &mut Canvas, x: f32, y: f32, size: f32, tone: Tone) {
    for (dx, dy) in [(0.0, -1.0), (0.95, -0.31), (0.59, 0.81), (-0.59, 0.81), (-0.95, -0.31)] {
        canvas.fill(
            oval(x + dx * size * 0.62, y + dy * size * 0.62, size * 0.52, size * 0.52),
            Fill::Flat(tone),
        );
    }
    canvas.fill(oval(x, y, size * 0.36, size * 0.36), Fill::Flat(Tone(0xf2_c9_5c)));
}

fn sprig(canvas: &mut Canvas, x: f32, y: f32, towards: f32) {
    let end = (x + towards * 190.0, y - 250.0);
    let stalk = outline(|path| {
        path.move_to(x, y);
        path.quad_to(x + towards * 40.0, y - 150.0, end.0, end.1);
    });
    canvas.line(stalk, MOSS.lit(-14), 7.0);
    for (up, side) in [(70.0, 1.0), (120.0, -1.0), (170.0, 1.0), (210.0, -1.0)] {
        let stem = (x + towards * (14.0 + up * 0.46), y - up);
        let tip = (stem.0 + towards * (46.0 + side * 34.0), stem.1 - 40.0 - side * 26.0);
        canvas.fill(leaf(stem, tip, 26.0), Fill::Flat(MOSS));
    }
}

pub fn cream_jar() -> Canvas {
    let mut canvas = scene(WALL, TABLE);
    sprig(&mut canvas, 300.0, 960.0, -0.5);
    plinth(&mut canvas, 600.0, 920.0, 360.0, Tone(0xe8_c8_bd));
    canvas.shadow(600.0, 916.0, 220.0, 26.0);
    canvas.fill(barrel(372.0, 612.0, 456.0, 306.0, 30.0, 74.0), Fill::Round(MILK));
    canvas.fill(rounded(392.0, 470.0, 416.0, 156.0, 18.0), Fill::Round(GOLD));
    for y in [500.0, 526.0, 552.0, 578.0] {
        canvas.fill(rect(392.0, y, 416.0, 5.0), Fill::Veil(INK, 26));
    }
    canvas.fill(oval(600.0, 474.0, 206.0, 20.0), Fill::Flat(GOLD.lit(36)));
    flower(&mut canvas, 600.0, 724.0, 50.0, ROSE);
    canvas.fill(rounded(506.0, 812.0, 188.0, 13.0, 6.0), Fill::Flat(INK));
    canvas.fill(rounded(542.0, 842.0, 116.0, 9.0, 4.0), Fill::Veil(INK, 120));
    canvas.gleam(404.0, 660.0, 20.0, 190.0, 150);
    canvas.shadow(952.0, 1074.0, 76.0, 20.0);
    flower(&mut canvas, 952.0, 1052.0, 56.0, Tone(0xfd_f3_ee));
    flower(&mut canvas, 1040.0, 1094.0, 38.0, ROSE.lit(30));
    canvas
}

pub fn serum() -> Canvas {
    let mut canvas = scene(Tone(0xdd_e6_da), Tone(0xc5_d3_be));
    sprig(&mut canvas, 860.0, 980.0, 0.6);
    sprig(&mut canvas, 800.0, 990.0, 0.2);
    canvas.shadow(580.0, 996.0, 200.0, 38.0);
    let glass = barrel(416.0, 500.0, 328.0, 496.0, 92.0, 44.0);
    canvas.fill(glass.clone(), Fill::Round(Tone(0xd9_9a_4e)));
    canvas.within(&glass, |canvas| {
        canvas.fill(rect(400.0, 500.0, 360.0, 70.0), Fill::Veil(Tone(0xff_ff_ff), 70));
        canvas.fill(rect(570.0, 500.0, 20.0, 400.0), Fill::Veil(Tone(0xff_ff_ff), 60));
        canvas.fill(rect(400.0, 690.0, 360.0, 226.0), Fill::Round(MILK));
    });
    canvas.fill(rounded(500.0, 408.0, 160.0, 106.0, 12.0), Fill::Round(Tone(0x3c_3a_38)));
    for x in [524.0, 552.0, 580.0, 608.0, 632.0] {
        canvas.fill(rect(x, 412.0, 5.0, 98.0), Fill::Veil(Tone(0xff_ff_ff), 26));
    }
    canvas.fill(barrel(536.0, 246.0, 88.0, 172.0, 44.0, 14.0), Fill::Round(Tone(0x55_50_4c)));
    canvas.fill(leaf((548.0, 822.0), (622.0, 714.0), 52.0), Fill::Flat(MOSS));
    canvas.line(
        outline(|p| {
            p.move_to(554.0, 814.0);
            p.line_to(614.0, 726.0);
        }),
        MILK,
        5.0,
    );
    canvas.fill(rounded(510.0, 852.0, 140.0, 12.0, 6.0), Fill::Flat(INK));
    canvas.fill(rounded(536.0, 880.0, 88.0, 8.0, 4.0), Fill::Veil(INK, 120));
    canvas.gleam(444.0, 580.0, 18.0, 350.0, 110);
    // A drop that has just fallen.
    canvas.shadow(300.0, 1056.0, 70.0, 14.0);
    canvas.fill(oval(300.0, 1046.0, 76.0, 24.0), Fill::Down(Tone(0xee_b8_6c), Tone(0xd9_9a_4e)));
    canvas.fill(oval(278.0, 1038.0, 22.0, 6.0), Fill::Veil(Tone(0xff_ff_ff), 170));
    canvas
}

fn tube(canvas: &mut Canvas, x: f32, base: f32, height: f32, tone: Tone) {
    canvas.shadow(x, base - 4.0, 110.0, 26.0);
    let top = base - height;
    let body = polygon(&[
        (x - 116.0, top + 40.0),
        (x + 116.0, top + 40.0),
        (x + 74.0, base - 86.0),
        (x - 74.0, base - 86.0),
    ]);
    canvas.fill(body, Fill::Round(tone));
    canvas.fill(rounded(x - 120.0, top, 240.0, 46.0, 6.0), Fill::Round(tone.lit(-10)));
    for step in [0.0, 34.0, 68.0, 102.0, 136.0, 170.0, 204.0] {
        canvas.fill(rect(x - 106.0 + step, top + 6.0, 5.0, 34.0), Fill::Veil(INK, 22));
    }
    canvas.fill(barrel(x - 70.0, base - 92.0, 140.0, 92.0, 8.0, 14.0), Fill::Round(MILK));
    flower(canvas, x, top + 178.0, 34.0, MILK);
    canvas.fill(rounded(x - 52.0, top + 256.0, 104.0, 11.0, 5.0), Fill::Flat(MILK));
    canvas.fill(rounded(x - 34.0, top + 284.0, 68.0, 8.0, 4.0), Fill::Veil(MILK, 150));
    canvas.gleam(x - 82.0, top + 74.0, 14.0, height - 250.0, 70);
}

pub fn hand_creams() -> Canvas {
    let mut canvas = scene(Tone(0xe6_dd_ea), Tone(0xd0_c2_d8));
    tube(&mut canvas, 352.0, 960.0, 590.0, MOSS);
    tube(&mut canvas, 848.0, 960.0, 590.0, LILAC);
    tube(&mut canvas, 600.0, 1010.0, 640.0, ROSE);
    for (x, y, size, tone) in
        [(216.0, 1060.0, 42.0, MILK), (986.0, 1070.0, 46.0, MILK), (1060.0, 1030.0, 30.0, ROSE.lit(40))]
    {
        canvas.shadow(x, y + size * 0.6, size, 14.0);
        flower(&mut canvas, x, y, size, tone);
    }
    canvas
}

fn stick(canvas: &mut Canvas, x: f32, base: f32, tone: Tone, raised: f32) {
    canvas.shadow(x, base - 4.0, 84.0, 24.0);
    let tip = outline(|path| {
        path.move_to(x - 56.0, base - 360.0);
        path.line_to(x - 56.0, base - 420.0 - raised);
        path.cubic_to(
            x - 56.0,
            base - 490.0 - raised,
            x + 56.0,
            base - 540.0 - raised,
            x + 56.0,
            base - 470.0 - raised,
        );
        path.line_to(x + 56.0, base - 360.0);
        path.close();
    });
    canvas.fill(tip, Fill::Round(tone));
    canvas.fill(rounded(x - 64.0, base - 400.0, 128.0, 130.0, 6.0), Fill::Round(GOLD));
    canvas.fill(rounded(x - 82.0, base - 280.0, 164.0, 280.0, 12.0), Fill::Round(MILK));
    canvas.fill(rect(x - 82.0, base - 250.0, 164.0, 6.0), Fill::Veil(GOLD, 200));
    flower(canvas, x, base - 140.0, 28.0, tone);
    canvas.gleam(x - 66.0, base - 232.0, 12.0, 190.0, 130);
}

pub fn lip_balms() -> Canvas {
    let mut canvas = scene(WALL, TABLE);
    plinth(&mut canvas, 600.0, 950.0, 410.0, Tone(0xea_cd_c3));
    stick(&mut canvas, 390.0, 950.0, Tone(0xe8_9a_86), 0.0);
    stick(&mut canvas, 600.0, 966.0, Tone(0xc9_5f_66), 70.0);
    stick(&mut canvas, 810.0, 950.0, Tone(0xa8_5a_70), 20.0);
    flower(&mut canvas, 226.0, 1120.0, 40.0, MILK);
    flower(&mut canvas, 992.0, 1128.0, 46.0, ROSE.lit(30));
    canvas
}
