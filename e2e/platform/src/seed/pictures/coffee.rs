//! The roaster's products.

use super::canvas::{Canvas, Fill, Tone, barrel, leaf, outline, oval, polygon, rect, rounded};

const WALL: Tone = Tone(0xe9_d9_c4);
const TABLE: Tone = Tone(0xc9_a8_82);
const KRAFT: Tone = Tone(0xb8_8a_5c);
const ESPRESSO: Tone = Tone(0x3a_25_1a);
const CREAM: Tone = Tone(0xf7_ee_df);
const GREEN: Tone = Tone(0x4f_6b_55);
const CLAY: Tone = Tone(0xc8_6b_45);

fn scene() -> Canvas {
    let mut canvas = Canvas::scene(WALL, TABLE, 850.0);
    canvas.fill(oval(600.0, 520.0, 410.0, 410.0), Fill::Veil(Tone(0xff_ff_ff), 70));
    canvas.fill(rect(0.0, 850.0, 1200.0, 5.0), Fill::Veil(ESPRESSO, 22));
    canvas
}

fn bean(canvas: &mut Canvas, x: f32, y: f32, size: f32) {
    canvas.shadow(x - 12.0, y + size * 0.62, size, size * 0.4);
    canvas.fill(oval(x, y, size, size * 0.68), Fill::Down(ESPRESSO.lit(16), ESPRESSO));
    let crease = outline(|path| {
        path.move_to(x - size * 0.8, y + size * 0.1);
        path.cubic_to(
            x - size * 0.2,
            y - size * 0.3,
            x + size * 0.2,
            y + size * 0.3,
            x + size * 0.8,
            y - size * 0.1,
        );
    });
    canvas.line(crease, ESPRESSO.lit(-35), size * 0.12);
}

pub fn bag() -> Canvas {
    let mut canvas = scene();
    canvas.shadow(600.0, 985.0, 270.0, 44.0);
    let body = outline(|path| {
        path.move_to(392.0, 300.0);
        path.line_to(808.0, 300.0);
        path.cubic_to(806.0, 520.0, 836.0, 760.0, 842.0, 975.0);
        path.quad_to(600.0, 1004.0, 358.0, 975.0);
        path.cubic_to(364.0, 760.0, 394.0, 520.0, 392.0, 300.0);
        path.close();
    });
    canvas.fill(body.clone(), Fill::Round(KRAFT));
    canvas.within(&body, |canvas| {
        canvas.fill(
            polygon(&[(392.0, 300.0), (452.0, 300.0), (420.0, 990.0), (350.0, 990.0)]),
            Fill::Veil(ESPRESSO, 26),
        );
        canvas.fill(
            polygon(&[(808.0, 300.0), (752.0, 300.0), (786.0, 990.0), (850.0, 990.0)]),
            Fill::Veil(ESPRESSO, 42),
        );
    });
    canvas.fill(rounded(384.0, 218.0, 432.0, 96.0, 10.0), Fill::Round(KRAFT.lit(-10)));
    canvas.fill(rect(384.0, 262.0, 432.0, 6.0), Fill::Veil(ESPRESSO, 50));
    canvas.fill(rounded(360.0, 240.0, 26.0, 52.0, 8.0), Fill::Flat(GREEN));
    canvas.fill(rounded(814.0, 240.0, 26.0, 52.0, 8.0), Fill::Flat(GREEN.lit(-18)));
    canvas.fill(rounded(452.0, 450.0, 296.0, 386.0, 14.0), Fill::Flat(CREAM));
    canvas.fill(oval(600.0, 572.0, 82.0, 82.0), Fill::Flat(CLAY));
    canvas.fill(leaf((566.0, 626.0), (638.0, 520.0), 62.0), Fill::Flat(CREAM));
    canvas.line(
        outline(|p| {
            p.move_to(572.0, 620.0);
            p.line_to(632.0, 530.0);
        }),
        CLAY,
        6.0,
    );
    canvas.fill(rounded(508.0, 696.0, 184.0, 16.0, 8.0), Fill::Flat(ESPRESSO));
    canvas.fill(rounded(534.0, 734.0, 132.0, 10.0, 5.0), Fill::Veil(ESPRESSO, 130));
    canvas.fill(rounded(556.0, 764.0, 88.0, 10.0, 5.0), Fill::Veil(ESPRESSO, 90));
    for (x, y, size) in
        [(268.0, 1010.0, 38.0), (330.0, 1066.0, 34.0), (930.0, 1030.0, 40.0), (868.0, 1090.0, 32.0)]
    {
        bean(&mut canvas, x, y, size);
    }
    canvas
}

fn bottle(canvas: &mut Canvas, x: f32, base: f32, label: Tone) {
    canvas.shadow(x, base - 8.0, 120.0, 30.0);
    let body = outline(|path| {
        path.move_to(x - 44.0, base - 620.0);
        path.line_to(x + 44.0, base - 620.0);
        path.line_to(x + 44.0, base - 520.0);
        path.cubic_to(x + 44.0, base - 450.0, x + 118.0, base - 450.0, x + 118.0, base - 360.0);
        path.line_to(x + 118.0, base - 34.0);
        path.quad_to(x + 118.0, base, x + 84.0, base);
        path.line_to(x - 84.0, base);
        path.quad_to(x - 118.0, base, x - 118.0, base - 34.0);
        path.line_to(x - 118.0, base - 360.0);
        path.cubic_to(x - 118.0, base - 450.0, x - 44.0, base - 450.0, x - 44.0, base - 520.0);
        path.close();
    });
    canvas.fill(body.clone(), Fill::Round(ESPRESSO.lit(10)));
    canvas.within(&body, |canvas| {
        canvas.fill(rect(x - 120.0, base - 640.0, 240.0, 150.0), Fill::Veil(Tone(0xf4_e6_d2), 70));
        canvas.fill(rect(x - 120.0, base - 318.0, 240.0, 224.0), Fill::Round(label));
        canvas.fill(rect(x - 120.0, base - 318.0, 240.0, 8.0), Fill::Veil(ESPRESSO, 60));
    });
    canvas.fill(oval(x, base - 232.0, 40.0, 40.0), Fill::Flat(ESPRESSO));
    canvas.fill(oval(x, base - 232.0, 16.0, 28.0), Fill::Flat(label));
    canvas.fill(rounded(x - 54.0, base - 164.0, 108.0, 10.0, 5.0), Fill::Flat(ESPRESSO));
    canvas.fill(rounded(x - 34.0, base - 138.0, 68.0, 8.0, 4.0), Fill::Veil(ESPRESSO, 130));
    canvas.fill(rounded(x - 54.0, base - 668.0, 108.0, 62.0, 12.0), Fill::Round(Tone(0x24_24_26)));
    canvas.gleam(x - 94.0, base - 340.0, 16.0, 290.0, 70);
}

pub fn cold_brew() -> Canvas {
    let mut canvas = scene();
    bottle(&mut canvas, 474.0, 962.0, CREAM);
    bottle(&mut canvas, 704.0, 992.0, Tone(0xe6_b4_6a));
    // A glass with ice.
    canvas.shadow(938.0, 1012.0, 96.0, 26.0);
    let glass = polygon(&[(852.0, 760.0), (1024.0, 760.0), (1004.0, 1020.0), (872.0, 1020.0)]);
    canvas.fill(glass.clone(), Fill::Veil(Tone(0xff_ff_ff), 90));
    canvas.within(&glass, |canvas| {
        canvas.fill(rect(840.0, 812.0, 200.0, 220.0), Fill::Down(ESPRESSO.lit(28), ESPRESSO));
        for (x, y) in [(868.0, 792.0), (938.0, 806.0), (900.0, 858.0)] {
            canvas.fill(rounded(x, y, 66.0, 62.0, 12.0), Fill::Veil(Tone(0xff_ff_ff), 96));
        }
    });
    canvas.gleam(872.0, 790.0, 12.0, 190.0, 90);
    canvas
}

pub fn dripper() -> Canvas {
    let mut canvas = scene();
    canvas.shadow(600.0, 1000.0, 240.0, 42.0);
    let server = outline(|path| {
        path.move_to(486.0, 620.0);
        path.line_to(714.0, 620.0);
        path.cubic_to(724.0, 700.0, 828.0, 760.0, 828.0, 880.0);
        path.cubic_to(828.0, 972.0, 784.0, 1004.0, 720.0, 1004.0);
        path.line_to(480.0, 1004.0);
        path.cubic_to(416.0, 1004.0, 372.0, 972.0, 372.0, 880.0);
        path.cubic_to(372.0, 760.0, 476.0, 700.0, 486.0, 620.0);
        path.close();
    });
    let handle = outline(|path| {
        path.move_to(806.0, 800.0);
        path.cubic_to(930.0, 760.0, 950.0, 940.0, 812.0, 944.0);
    });
    canvas.line(handle, ESPRESSO, 26.0);
    canvas.fill(server.clone(), Fill::Veil(Tone(0xff_ff_ff), 120));
    canvas.within(&server, |canvas| {
        canvas.fill(rect(360.0, 830.0, 480.0, 190.0), Fill::Down(Tone(0x6b_3d_22), ESPRESSO));
        canvas.fill(oval(600.0, 830.0, 226.0, 20.0), Fill::Flat(Tone(0x84_50_2f)));
    });
    canvas.gleam(418.0, 800.0, 16.0, 150.0, 120);
    canvas.fill(rounded(474.0, 596.0, 252.0, 34.0, 10.0), Fill::Round(KRAFT));
    // The cone, its paper and the stand.
    let paper = polygon(&[(376.0, 262.0), (824.0, 262.0), (650.0, 560.0), (550.0, 560.0)]);
    canvas.fill(paper, Fill::Round(CREAM));
    canvas.fill(oval(600.0, 262.0, 224.0, 22.0), Fill::Flat(CREAM.lit(-12)));
    canvas.fill(oval(600.0, 268.0, 196.0, 15.0), Fill::Flat(ESPRESSO));
    let cone = polygon(&[(404.0, 340.0), (796.0, 340.0), (652.0, 572.0), (548.0, 572.0)]);
    canvas.fill(cone.clone(), Fill::Round(CLAY));
    canvas.within(&cone, |canvas| {
        for x in [470.0, 545.0, 620.0, 695.0] {
            let rib = polygon(&[
                (x, 330.0),
                (x + 20.0, 330.0),
                (604.0 + (x - 600.0) * 0.2, 580.0),
                (598.0 + (x - 600.0) * 0.2, 580.0),
            ]);
            canvas.fill(rib, Fill::Veil(Tone(0xff_ff_ff), 34));
        }
    });
    canvas.fill(rounded(386.0, 322.0, 428.0, 34.0, 17.0), Fill::Round(CLAY.lit(8)));
    canvas.fill(rounded(500.0, 566.0, 200.0, 30.0, 12.0), Fill::Round(CLAY.lit(-8)));
    for (x, bend, y) in [(560.0, 34.0, 226.0), (640.0, -34.0, 208.0)] {
        let steam = outline(|path| {
            path.move_to(x, y);
            path.cubic_to(x + bend, y - 40.0, x - bend, y - 90.0, x, y - 130.0);
        });
        canvas.line(steam, Tone(0xff_fa_f2), 10.0);
    }
    bean(&mut canvas, 262.0, 1030.0, 36.0);
    bean(&mut canvas, 322.0, 1082.0, 30.0);
    canvas
}

pub fn drip_bags() -> Canvas {
    let mut canvas = scene();
    canvas.shadow(520.0, 986.0, 280.0, 44.0);
    // The box, open at the top, with sachets standing in it.
    for (index, tone) in [GREEN, CLAY, Tone(0xe6_b4_6a), CREAM, GREEN.lit(20)].into_iter().enumerate() {
        let x = 316.0 + [0.0, 78.0, 156.0, 234.0, 312.0][index];
        let y = [430.0, 396.0, 420.0, 388.0, 426.0][index];
        canvas.fill(rounded(x, y, 104.0, 320.0, 8.0), Fill::Round(tone));
        canvas.fill(rect(x, y + 22.0, 104.0, 4.0), Fill::Veil(ESPRESSO, 50));
    }
    canvas.fill(barrel(280.0, 590.0, 500.0, 398.0, 4.0, 10.0), Fill::Down(Tone(0x5b_3a_28), ESPRESSO));
    canvas.fill(rect(280.0, 590.0, 500.0, 16.0), Fill::Veil(Tone(0xff_ff_ff), 34));
    canvas.fill(
        polygon(&[(780.0, 592.0), (846.0, 560.0), (846.0, 946.0), (780.0, 988.0)]),
        Fill::Flat(ESPRESSO.lit(-22)),
    );
    canvas.fill(oval(530.0, 762.0, 96.0, 96.0), Fill::Flat(CREAM));
    canvas.fill(leaf((490.0, 826.0), (576.0, 700.0), 72.0), Fill::Flat(CLAY));
    canvas.line(
        outline(|p| {
            p.move_to(496.0, 818.0);
            p.line_to(568.0, 712.0);
        }),
        CREAM,
        6.0,
    );
    canvas.fill(rounded(440.0, 894.0, 180.0, 14.0, 7.0), Fill::Flat(CREAM));
    // One sachet on the table.
    canvas.shadow(940.0, 1040.0, 120.0, 24.0);
    canvas.fill(
        polygon(&[(838.0, 902.0), (1010.0, 876.0), (1046.0, 1030.0), (868.0, 1060.0)]),
        Fill::Down(CLAY.lit(10), CLAY),
    );
    canvas.fill(
        polygon(&[(842.0, 920.0), (1014.0, 894.0), (1017.0, 906.0), (845.0, 932.0)]),
        Fill::Veil(CREAM, 150),
    );
    canvas.fill(oval(948.0, 976.0, 30.0, 30.0), Fill::Flat(CREAM));
    bean(&mut canvas, 226.0, 1056.0, 34.0);
    canvas
}
