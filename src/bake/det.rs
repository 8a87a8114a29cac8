//! Arithmetic that gives the same bits on every machine: random numbers, angles, noise.
//!
//! The standard library's sine, cosine and power go to the platform's libm, whose last bits differ. Everything here is
//! built from `+ - * /`, `sqrt`, `floor` and integer operations alone, which IEEE 754 defines exactly, so that the
//! generated files are equal byte for byte on Linux, Windows, macOS and in a browser. Angles are radians unless named.

use glam::DVec2;

/// SplitMix64 (Steele, Lea, Flood 2014): one u64 of state, full period, good enough for placing houses.
#[derive(Debug, Clone)]
pub struct Rng(u64);

impl Rng {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// An independent stream for the thing with this number, so that adding a thing does not shift all others.
    pub fn of(seed: u64, kind: u64, number: u64) -> Self {
        Self(mix(seed ^ mix(kind.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ mix(number))))
    }

    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.0)
    }

    /// In `0.0..1.0`.
    pub fn unit(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// In `low..high`.
    pub fn range(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// In `0..count`; 0 when `count` is 0.
    pub fn below(&mut self, count: usize) -> usize {
        if count == 0 { 0 } else { (self.next_u64() % count as u64) as usize }
    }

    /// In `low..=high`.
    pub fn int(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low).max(0) as usize + 1) as i64
    }

    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Sine and cosine of an angle in radians, |angle| below some thousand turns; error below 1e-15.
pub fn sin_cos(angle: f64) -> (f64, f64) {
    use std::f64::consts::FRAC_2_PI;
    // pi/2 in two parts (Cody and Waite), so that the remainder keeps its digits.
    const HIGH: f64 = 1.570_796_326_734_125_6;
    const LOW: f64 = 6.077_100_506_506_192e-11;
    let quarter = (angle * FRAC_2_PI + 0.5).floor();
    let r = (angle - quarter * HIGH) - quarter * LOW;
    let r2 = r * r;
    let (mut sine, mut cosine) = (1.0, 1.0);
    let mut k = 18.0;
    while k >= 2.0 {
        sine = 1.0 - sine * r2 / (k * (k + 1.0));
        cosine = 1.0 - cosine * r2 / ((k - 1.0) * k);
        k -= 2.0;
    }
    sine *= r;
    match (quarter as i64).rem_euclid(4) {
        0 => (sine, cosine),
        1 => (cosine, -sine),
        2 => (-sine, -cosine),
        _ => (-cosine, sine),
    }
}

pub fn sin(angle: f64) -> f64 {
    sin_cos(angle).0
}

/// The angle of `(x, y)` from the x axis, in `-pi..=pi`; 0 for the null vector.
pub fn atan2(y: f64, x: f64) -> f64 {
    use std::f64::consts::{FRAC_PI_2, PI};
    if x == 0.0 && y == 0.0 {
        return 0.0;
    }
    let swap = y.abs() > x.abs();
    let mut t = if swap { x / y } else { y / x };
    for _ in 0..3 {
        t /= 1.0 + (1.0 + t * t).sqrt();
    }
    let t2 = t * t;
    let mut series = 0.0;
    let mut k = 21.0;
    while k >= 1.0 {
        series = 1.0 / k - t2 * series;
        k -= 2.0;
    }
    let half = 8.0 * t * series;
    match (swap, y > 0.0, x < 0.0) {
        (true, true, _) => FRAC_PI_2 - half,
        (true, false, _) => -FRAC_PI_2 - half,
        (false, _, false) => half,
        (false, _, true) => half + if y >= 0.0 { PI } else { -PI },
    }
}

/// Compass heading in degrees, 0 = north, 90 = east, of a direction in east and north.
pub fn heading_deg(direction: DVec2) -> f64 {
    let degrees = atan2(direction.x, direction.y).to_degrees();
    if degrees < 0.0 { degrees + 360.0 } else { degrees }
}

/// A unit vector at this angle from east, counter-clockwise.
pub fn unit_vector(angle: f64) -> DVec2 {
    let (s, c) = sin_cos(angle);
    DVec2::new(c, s)
}

pub fn smoothstep(from: f64, to: f64, x: f64) -> f64 {
    let t = ((x - from) / (to - from)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

pub fn lerp(a: f64, b: f64, t: f64) -> f64 {
    a + (b - a) * t
}

/// Smooth value noise in -1..1 with features about one unit in size.
pub fn noise(seed: u64, p: DVec2) -> f64 {
    let cell = p.floor();
    let f = p - cell;
    let fade = f * f * f * (f * (f * 6.0 - 15.0) + 10.0);
    let at = |dx: f64, dy: f64| {
        let (x, y) = ((cell.x + dx) as i64, (cell.y + dy) as i64);
        let h = mix(seed ^ mix((x as u64).wrapping_mul(0x9E37_79B9) ^ mix(y as u64)));
        (h >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    };
    let bottom = lerp(at(0.0, 0.0), at(1.0, 0.0), fade.x);
    let top = lerp(at(0.0, 1.0), at(1.0, 1.0), fade.x);
    lerp(bottom, top, fade.y)
}

/// Noise of several octaves, each half as large and twice as fine; about -1..1.
pub fn fractal(seed: u64, mut p: DVec2, octaves: u32) -> f64 {
    let (mut sum, mut amplitude) = (0.0, 0.55);
    for octave in 0..octaves {
        sum += amplitude * noise(seed.wrapping_add(octave as u64), p);
        p *= 2.03;
        amplitude *= 0.5;
    }
    sum
}
