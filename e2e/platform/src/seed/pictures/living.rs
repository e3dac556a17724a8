//! The home store's products.

use super::canvas::{Canvas, Fill, Tone, barrel, leaf, outline, oval, polygon, rect, rounded};

const WALL: Tone = Tone(0xdc_e2_dc);
const TABLE: Tone = Tone(0xcf_b9_9b);
const INK: Tone = Tone(0x2d_33_36);
const OAK: Tone = Tone(0xc7_9a_66);
const LINEN: Tone = Tone(0xf2_ec_e2);
const SAGE: Tone = Tone(0x8f_a6_93);
const CLAY: Tone = Tone(0xc9_7f_63);

fn scene(wall: Tone) -> Canvas {
    let mut canvas = Canvas::scene(wall, TABLE, 870.0);
    canvas.fill(barrel(250.0, 150.0, 700.0, 720.0, 350.0, 0.0), Fill::Veil(Tone(0xff_ff_ff), 80));
    canvas.fill(rect(0.0, 870.0, 1200.0, 5.0), Fill::Veil(INK, 20));
    canvas
}

pub fn mood_lamp() -> Canvas {
    let mut canvas = scene(Tone(0xc9_c4_ce));
    canvas.fill(oval(600.0, 440.0, 520.0, 520.0), Fill::Glow(Tone(0xff_e9_b8), 210));
    canvas.shadow(600.0, 990.0, 190.0, 36.0);
    canvas.fill(rounded(583.0, 560.0, 34.0, 400.0, 8.0), Fill::Round(OAK));
    canvas.fill(barrel(440.0, 938.0, 320.0, 58.0, 26.0, 14.0), Fill::Round(OAK.lit(-8)));
    let shade = outline(|path| {
        path.move_to(600.0, 236.0);
        path.cubic_to(820.0, 236.0, 884.0, 420.0, 884.0, 586.0);
        path.quad_to(600.0, 630.0, 316.0, 586.0);
        path.cubic_to(316.0, 420.0, 380.0, 236.0, 600.0, 236.0);
        path.close();
    });
    canvas.fill(shade.clone(), Fill::Down(Tone(0xff_f7_e4), Tone(0xff_dd_97)));
    canvas.within(&shade, |canvas| {
        canvas.fill(oval(600.0, 560.0, 260.0, 170.0), Fill::Glow(Tone(0xff_ff_ff), 220));
        for x in [400.0, 480.0, 560.0, 640.0, 720.0, 800.0] {
            let fold = outline(|path| {
                path.move_to(600.0 + (x - 600.0) * 0.2, 236.0);
                path.quad_to(x, 330.0, 600.0 + (x - 600.0) * 1.3, 620.0);
            });
            canvas.line(fold, Tone(0xf3_cf_8f), 3.0);
        }
    });
    canvas.fill(oval(600.0, 238.0, 26.0, 14.0), Fill::Flat(OAK.lit(-12)));
    canvas.line(
        outline(|p| {
            p.move_to(690.0, 590.0);
            p.line_to(690.0, 716.0);
        }),
        INK.lit(30),
        4.0,
    );
    canvas.fill(oval(690.0, 726.0, 13.0, 16.0), Fill::Flat(OAK));
    // A book to read by it.
    canvas.shadow(916.0, 1030.0, 150.0, 26.0);
    canvas.fill(rounded(796.0, 990.0, 268.0, 44.0, 6.0), Fill::Down(SAGE, SAGE.lit(-20)));
    canvas.fill(rounded(806.0, 998.0, 258.0, 26.0, 4.0), Fill::Flat(LINEN));
    canvas
}

fn folded(canvas: &mut Canvas, x: f32, y: f32, width: f32, tone: Tone) {
    canvas.fill(rounded(x, y, width, 104.0, 46.0), Fill::Down(tone.lit(14), tone.lit(-8)));
    canvas.fill(rounded(x + 30.0, y + 46.0, width - 60.0, 8.0, 4.0), Fill::Veil(INK, 34));
    canvas.fill(rounded(x + width - 96.0, y + 4.0, 40.0, 96.0, 10.0), Fill::Veil(Tone(0xff_ff_ff), 44));
    canvas.fill(rounded(x + 22.0, y + 12.0, width - 190.0, 12.0, 6.0), Fill::Veil(Tone(0xff_ff_ff), 60));
}

pub fn towels() -> Canvas {
    let mut canvas = scene(WALL);
    canvas.shadow(600.0, 994.0, 350.0, 44.0);
    let stack = [
        (262.0, 892.0, 676.0, SAGE),
        (276.0, 790.0, 648.0, LINEN),
        (268.0, 688.0, 664.0, CLAY),
        (284.0, 586.0, 632.0, LINEN.lit(-6)),
        (278.0, 484.0, 644.0, SAGE.lit(24)),
    ];
    for (x, y, width, tone) in stack {
        folded(&mut canvas, x, y, width, tone);
    }
    // One rolled, on top, with a sprig.
    canvas.fill(rounded(394.0, 366.0, 412.0, 124.0, 62.0), Fill::Down(LINEN.lit(30), LINEN.lit(-8)));
    for (radius, alpha) in [(54.0, 40), (38.0, 46), (22.0, 52)] {
        canvas.fill(oval(746.0, 428.0, radius, radius), Fill::Veil(INK, alpha / 2));
        canvas.fill(oval(746.0, 428.0, radius - 7.0, radius - 7.0), Fill::Flat(LINEN));
    }
    canvas.line(
        outline(|p| {
            p.move_to(430.0, 372.0);
            p.quad_to(520.0, 300.0, 640.0, 286.0);
        }),
        Tone(0x5f_77_63),
        7.0,
    );
    for (stem, tip) in [
        ((470.0, 342.0), (452.0, 262.0)),
        ((520.0, 318.0), (524.0, 236.0)),
        ((570.0, 302.0), (596.0, 226.0)),
        ((500.0, 328.0), (570.0, 366.0)),
        ((556.0, 306.0), (634.0, 338.0)),
        ((630.0, 288.0), (706.0, 268.0)),
    ] {
        canvas.fill(leaf(stem, tip, 30.0), Fill::Flat(Tone(0x6f_8a_74)));
    }
    canvas
}

pub fn side_table() -> Canvas {
    let mut canvas = scene(Tone(0xe4_da_cf));
    canvas.shadow(600.0, 1050.0, 330.0, 40.0);
    for (top, bottom) in [(420.0, 352.0), (756.0, 826.0)] {
        let leg = polygon(&[(top, 640.0), (top + 34.0, 640.0), (bottom + 24.0, 1052.0), (bottom, 1052.0)]);
        canvas.fill(leg, Fill::Round(OAK.lit(-14)));
    }
    let back = polygon(&[(588.0, 640.0), (616.0, 640.0), (612.0, 1010.0), (592.0, 1010.0)]);
    canvas.fill(back, Fill::Round(OAK.lit(-28)));
    canvas.fill(rounded(392.0, 846.0, 420.0, 24.0, 10.0), Fill::Down(OAK, OAK.lit(-20)));
    canvas.fill(rounded(372.0, 604.0, 460.0, 62.0, 8.0), Fill::Down(OAK.lit(-6), OAK.lit(-20)));
    canvas.fill(rounded(560.0, 624.0, 80.0, 16.0, 8.0), Fill::Flat(INK));
    canvas.fill(rounded(290.0, 560.0, 620.0, 50.0, 25.0), Fill::Down(OAK.lit(22), OAK));
    for (x, width) in [(340.0, 210.0), (590.0, 130.0), (760.0, 96.0)] {
        canvas.fill(rounded(x, 578.0, width, 5.0, 2.0), Fill::Veil(Tone(0x8a_5f_36), 70));
    }
    // A vase with a branch, and two books below.
    let vase = outline(|path| {
        path.move_to(436.0, 380.0);
        path.line_to(504.0, 380.0);
        path.cubic_to(500.0, 430.0, 560.0, 450.0, 560.0, 506.0);
        path.cubic_to(560.0, 546.0, 530.0, 562.0, 506.0, 562.0);
        path.line_to(434.0, 562.0);
        path.cubic_to(410.0, 562.0, 380.0, 546.0, 380.0, 506.0);
        path.cubic_to(380.0, 450.0, 440.0, 430.0, 436.0, 380.0);
        path.close();
    });
    canvas.line(
        outline(|p| {
            p.move_to(470.0, 400.0);
            p.quad_to(470.0, 260.0, 560.0, 160.0);
        }),
        Tone(0x6a_5a_48),
        7.0,
    );
    for (stem, tip) in [
        ((472.0, 330.0), (398.0, 272.0)),
        ((478.0, 296.0), (556.0, 290.0)),
        ((494.0, 250.0), (424.0, 182.0)),
        ((512.0, 222.0), (602.0, 224.0)),
        ((556.0, 166.0), (604.0, 96.0)),
    ] {
        canvas.fill(leaf(stem, tip, 40.0), Fill::Flat(SAGE.lit(-12)));
    }
    canvas.fill(vase, Fill::Round(LINEN.lit(-4)));
    canvas.fill(rounded(650.0, 522.0, 196.0, 38.0, 5.0), Fill::Round(CLAY));
    canvas.fill(rounded(662.0, 486.0, 172.0, 36.0, 5.0), Fill::Round(LINEN.lit(-10)));
    canvas.fill(rounded(470.0, 806.0, 220.0, 40.0, 5.0), Fill::Round(SAGE));
    canvas
}

fn mug(canvas: &mut Canvas, x: f32, base: f32, tone: Tone, dip: Tone) {
    canvas.shadow(x, base - 6.0, 180.0, 34.0);
    let handle = outline(|path| {
        path.move_to(x + 150.0, base - 268.0);
        path.cubic_to(x + 292.0, base - 288.0, x + 286.0, base - 76.0, x + 140.0, base - 92.0);
    });
    canvas.line(handle.clone(), tone.lit(-18), 42.0);
    canvas.line(handle, tone.lit(-8), 30.0);
    let body = barrel(x - 170.0, base - 350.0, 340.0, 350.0, 6.0, 76.0);
    canvas.fill(body.clone(), Fill::Round(tone));
    canvas.within(&body, |canvas| {
        let glaze = outline(|path| {
            path.move_to(x - 172.0, base - 150.0);
            path.cubic_to(x - 90.0, base - 110.0, x - 40.0, base - 190.0, x + 40.0, base - 150.0);
            path.cubic_to(x + 100.0, base - 120.0, x + 130.0, base - 170.0, x + 172.0, base - 146.0);
            path.line_to(x + 172.0, base);
            path.line_to(x - 172.0, base);
            path.close();
        });
        canvas.fill(glaze, Fill::Round(dip));
    });
    canvas.fill(oval(x, base - 350.0, 170.0, 36.0), Fill::Flat(tone.lit(26)));
    canvas.fill(oval(x, base - 346.0, 150.0, 27.0), Fill::Down(Tone(0x4a_2f_22), Tone(0x6b_44_2f)));
    canvas.gleam(x - 132.0, base - 306.0, 18.0, 130.0, 80);
}

pub fn mugs() -> Canvas {
    let mut canvas = scene(Tone(0xe6_d8_cc));
    mug(&mut canvas, 726.0, 930.0, LINEN, SAGE);
    mug(&mut canvas, 434.0, 1010.0, Tone(0xef_e0_d0), CLAY);
    for (x, bend) in [(410.0, 30.0), (470.0, -30.0)] {
        let steam = outline(|path| {
            path.move_to(x, 600.0);
            path.cubic_to(x + bend, 550.0, x - bend, 500.0, x, 440.0);
        });
        canvas.line(steam, Tone(0xff_fc_f8), 9.0);
    }
    canvas
}
