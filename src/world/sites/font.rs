//! Block letters for what is painted on cranes, containers, ships and the ground: five by seven cells, as few quads as
//! their runs need.

use super::pen::{Face, Pen};
use crate::bake::mesh::Rgb;

/// Width of a letter with the gap behind it, in heights.
pub const PITCH: f64 = 6.0 / 7.0;

#[rustfmt::skip]
const GLYPHS: [(char, [u8; 7]); 38] = [
    ('0', [14, 17, 19, 21, 25, 17, 14]), ('1', [4, 12, 4, 4, 4, 4, 14]), ('2', [14, 17, 1, 6, 8, 16, 31]),
    ('3', [30, 1, 1, 14, 1, 1, 30]), ('4', [18, 18, 18, 31, 2, 2, 2]), ('5', [31, 16, 30, 1, 1, 17, 14]),
    ('6', [14, 16, 16, 30, 17, 17, 14]), ('7', [31, 1, 2, 4, 4, 4, 4]), ('8', [14, 17, 17, 14, 17, 17, 14]),
    ('9', [14, 17, 17, 15, 1, 1, 14]), ('A', [14, 17, 17, 31, 17, 17, 17]), ('B', [30, 17, 17, 30, 17, 17, 30]),
    ('C', [14, 17, 16, 16, 16, 17, 14]), ('D', [30, 17, 17, 17, 17, 17, 30]), ('E', [31, 16, 16, 30, 16, 16, 31]),
    ('F', [31, 16, 16, 30, 16, 16, 16]), ('G', [14, 17, 16, 23, 17, 17, 14]), ('H', [17, 17, 17, 31, 17, 17, 17]),
    ('I', [14, 4, 4, 4, 4, 4, 14]), ('J', [7, 2, 2, 2, 2, 18, 12]), ('K', [17, 18, 20, 24, 20, 18, 17]),
    ('L', [16, 16, 16, 16, 16, 16, 31]), ('M', [17, 27, 21, 21, 17, 17, 17]), ('N', [17, 25, 25, 21, 19, 19, 17]),
    ('O', [14, 17, 17, 17, 17, 17, 14]), ('P', [30, 17, 17, 30, 16, 16, 16]), ('Q', [14, 17, 17, 17, 21, 18, 13]),
    ('R', [30, 17, 17, 30, 20, 18, 17]), ('S', [15, 16, 16, 14, 1, 1, 30]), ('T', [31, 4, 4, 4, 4, 4, 4]),
    ('U', [17, 17, 17, 17, 17, 17, 14]), ('V', [17, 17, 17, 17, 10, 10, 4]), ('W', [17, 17, 17, 21, 21, 27, 17]),
    ('X', [17, 10, 10, 4, 10, 10, 17]), ('Y', [17, 17, 10, 4, 4, 4, 4]), ('Z', [31, 1, 2, 4, 8, 16, 31]),
    ('-', [0, 0, 0, 14, 0, 0, 0]), ('/', [1, 2, 2, 4, 8, 8, 16]),
];

/// The cells of a text as rectangles `[x0, y0, x1, y1]` for letters of height 1, from the left of its foot.
pub fn rects(text: &str) -> Vec<[f64; 4]> {
    let cell = 1.0 / 7.0;
    let mut out = Vec::new();
    for (place, letter) in text.chars().enumerate() {
        let Some((_, rows)) = GLYPHS.iter().find(|(c, _)| *c == letter) else { continue };
        let x = place as f64 * PITCH;
        // Upright runs first, where they are longer than the runs across.
        let mut left = *rows;
        for column in 0..5 {
            let bit = 16 >> column;
            let mut row = 0;
            while row < 7 {
                let run = (row..7).take_while(|&r| left[r] & bit != 0).count();
                if run >= 3 {
                    left[row..row + run].iter_mut().for_each(|r| *r &= !bit);
                    let x0 = x + column as f64 * cell;
                    out.push([x0, 1.0 - (row + run) as f64 * cell, x0 + cell, 1.0 - row as f64 * cell]);
                }
                row += run.max(1);
            }
        }
        for (row, bits) in left.iter().enumerate() {
            let mut column = 0;
            while column < 5 {
                let run = (column..5).take_while(|&c| bits & (16 >> c) != 0).count();
                if run > 0 {
                    let x0 = x + column as f64 * cell;
                    let y1 = 1.0 - row as f64 * cell;
                    out.push([x0, y1 - cell, x0 + run as f64 * cell, y1]);
                }
                column += run.max(1);
            }
        }
    }
    out
}

/// Width of a text of height 1.
pub fn width(text: &str) -> f64 {
    text.chars().count() as f64 * PITCH - 1.0 / 7.0
}

/// A text on a face, its middle at `x` and its foot at `y`.
pub fn write(pen: &mut Pen, f: &Face, (x, y): (f64, f64), height: f64, text: &str, c: Rgb) {
    let left = x - width(text) * height * 0.5;
    // Large letters are seen from far, where the depth buffer is coarser.
    let out = (height * 0.025).max(0.03);
    for [x0, y0, x1, y1] in rects(text) {
        pen.paint(f, [left + x0 * height, y + y0 * height, left + x1 * height, y + y1 * height], out, c);
    }
}
