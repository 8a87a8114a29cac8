//! The air of the Earth: how much light passes through it and how much it scatters towards the eye.
//!
//! Source: S. Hillaire, "A Scalable and Production Ready Sky and Atmosphere Rendering Technique", EGSR 2020 (single
//! scattering marched along the ray, all further orders from a small table), with the spectra of E. Bruneton's
//! "Precomputed Atmospheric Scattering" (2017 edition). Two tables are made here once; `shaders/atmosphere.wgsl` reads
//! them and marches the same sums, so that what this module says about light on the ground is what the picture shows.
//!
//! # Frames and units
//! Kilometres; radii are measured from the Earth's middle, which is taken as a sphere here (the density falls by a factor
//! of e over 8 km, so the ellipsoid's 21 km of flattening matters for where "up" is, not for how thick the air is).
//! Zenith angles are given by their cosine. Luminance in cd/m² per lux of sun above the air, RGB linear (Rec. 709).
//!
//! It does not do clouds, refraction or polarisation.

use glam::DVec3;

/// Radius of the ground sphere, km.
pub const GROUND_RADIUS_KM: f64 = 6371.0;
/// Radius at which the air ends, km.
pub const TOP_RADIUS_KM: f64 = GROUND_RADIUS_KM + 100.0;
/// Illuminance of the sun above the air, lux (solar constant times luminous efficacy).
pub const SUN_ILLUMINANCE_LUX: f64 = 128_000.0;

/// Means over what each Rec. 709 primary sees (CIE 1931 by the fit of Wyman, Sloan and Shirley 2013, sunlight), not samples
/// at three wavelengths: ozone takes most at 600 nm, and a red that is sampled at 680 nm turns every twilight purple.
const RAYLEIGH_PER_KM: DVec3 = DVec3::new(7.02e-3, 13.81e-3, 32.15e-3);
const RAYLEIGH_HEIGHT_KM: f64 = 8.0;
const OZONE_ABSORPTION_PER_KM: DVec3 = DVec3::new(2.63e-3, 1.67e-3, 0.0);
const MIE_SCATTERING_PER_KM: f64 = 3.996e-3;
const MIE_ABSORPTION_PER_KM: f64 = 0.444e-3;
const MIE_HEIGHT_KM: f64 = 1.2;
/// Asymmetry of the Cornette-Shanks phase function.
pub const MIE_G: f64 = 0.8;
const GROUND_ALBEDO: f64 = 0.3;

/// Width and height of the transmittance table, texels.
pub const TRANSMITTANCE_SIZE: (usize, usize) = (256, 64);
/// Width and height of the multiple-scattering table, texels.
pub const MULTIPLE_SIZE: (usize, usize) = (32, 16);

/// What of the air a scene may choose.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Air {
    /// How far one sees at the ground, in km (Koschmieder: contrast 2 %). Clear days have 50 and more; 3 to 300.
    pub visibility_km: f64,
}

impl Default for Air {
    fn default() -> Self {
        Self { visibility_km: 90.0 }
    }
}

impl Air {
    /// Factor on the aerosol of the clear reference air, such that extinction at the ground in green light gives the
    /// visibility asked for.
    pub fn aerosol_factor(&self) -> f64 {
        let wanted_per_km = 3.912 / self.visibility_km.clamp(3.0, 300.0);
        ((wanted_per_km - RAYLEIGH_PER_KM.y) / (MIE_SCATTERING_PER_KM + MIE_ABSORPTION_PER_KM)).clamp(0.2, 300.0)
    }
}

/// Scattering and extinction at one height, per km.
struct Medium {
    rayleigh: DVec3,
    mie: f64,
    extinction: DVec3,
}

/// A table of RGB values with bilinear look-up, `(0,0)` to `(1,1)` over texel middles.
#[derive(Debug, Clone)]
pub struct Table {
    pub width: usize,
    pub height: usize,
    /// Row by row, RGB.
    pub texels: Vec<[f32; 3]>,
}

impl Table {
    fn sample(&self, u: f64, v: f64) -> DVec3 {
        let axis = |t: f64, n: usize| {
            let x = (t.clamp(0.0, 1.0) * n as f64 - 0.5).clamp(0.0, (n - 1) as f64);
            let low = (x as usize).min(n - 1);
            (low, (low + 1).min(n - 1), x - low as f64)
        };
        let (x0, x1, fx) = axis(u, self.width);
        let (y0, y1, fy) = axis(v, self.height);
        let at = |x: usize, y: usize| {
            let [r, g, b] = self.texels[y * self.width + x];
            DVec3::new(f64::from(r), f64::from(g), f64::from(b))
        };
        at(x0, y0).lerp(at(x1, y0), fx).lerp(at(x0, y1).lerp(at(x1, y1), fx), fy)
    }
}

/// The air with its tables.
#[derive(Debug, Clone)]
pub struct Atmosphere {
    pub air: Air,
    aerosol: f64,
    /// Transmittance to the top of the air, over (cosine of zenith angle, height) as [`transmittance_uv`] maps them.
    pub transmittance: Table,
    /// Light of the second and all further orders of scattering per lux of sun and unit of scattering, over
    /// (cosine of the sun's zenith angle, height).
    pub multiple: Table,
}

/// Table coordinates of a height and direction (Bruneton 2017, section 4.1: dense at the horizon).
pub fn transmittance_uv(radius_km: f64, cos_zenith: f64) -> (f64, f64) {
    let horizon_max = (TOP_RADIUS_KM.powi(2) - GROUND_RADIUS_KM.powi(2)).sqrt();
    let horizon = (radius_km.powi(2) - GROUND_RADIUS_KM.powi(2)).max(0.0).sqrt();
    let to_top = distance_to_sphere(radius_km, cos_zenith, TOP_RADIUS_KM).unwrap_or(0.0);
    let shortest = TOP_RADIUS_KM - radius_km;
    let longest = horizon + horizon_max;
    let x_mu = if longest > shortest { (to_top - shortest) / (longest - shortest) } else { 0.0 };
    (from_unit(x_mu, TRANSMITTANCE_SIZE.0), from_unit(horizon / horizon_max, TRANSMITTANCE_SIZE.1))
}

/// Maps 0..=1 to the span between the middles of the first and the last of `n` texels.
fn from_unit(x: f64, n: usize) -> f64 {
    0.5 / n as f64 + x.clamp(0.0, 1.0) * (1.0 - 1.0 / n as f64)
}

/// Distance along a ray to a sphere about the Earth's middle that it meets from inside, or going down from outside.
fn distance_to_sphere(radius_km: f64, cos_zenith: f64, sphere_km: f64) -> Option<f64> {
    let b = radius_km * cos_zenith;
    let discriminant = b * b - radius_km * radius_km + sphere_km * sphere_km;
    if discriminant < 0.0 {
        return None;
    }
    let root = discriminant.sqrt();
    let near = -b - root;
    let far = -b + root;
    if radius_km > sphere_km { (near > 0.0).then_some(near) } else { (far >= 0.0).then_some(far) }
}

impl Atmosphere {
    /// Makes both tables: some tens of milliseconds of CPU time.
    pub fn new(air: Air) -> Self {
        let empty = Table { width: 1, height: 1, texels: vec![[0.0; 3]] };
        let mut this = Self { air, aerosol: air.aerosol_factor(), transmittance: empty.clone(), multiple: empty };
        this.transmittance = this.make_transmittance();
        this.multiple = this.make_multiple();
        this
    }

    /// Aerosol density relative to the clear reference air; the shader takes it as a uniform.
    pub fn aerosol(&self) -> f64 {
        self.aerosol
    }

    fn medium(&self, height_km: f64) -> Medium {
        let h = height_km.max(0.0);
        let rayleigh = RAYLEIGH_PER_KM * (-h / RAYLEIGH_HEIGHT_KM).exp();
        let mie_density = self.aerosol * (-h / MIE_HEIGHT_KM).exp();
        let ozone = OZONE_ABSORPTION_PER_KM * (1.0 - (h - 25.0).abs() / 15.0).max(0.0);
        let mie = MIE_SCATTERING_PER_KM * mie_density;
        let extinction = rayleigh + ozone + DVec3::splat(mie + MIE_ABSORPTION_PER_KM * mie_density);
        Medium { rayleigh, mie, extinction }
    }

    fn make_transmittance(&self) -> Table {
        let (width, height) = TRANSMITTANCE_SIZE;
        let horizon_max = (TOP_RADIUS_KM.powi(2) - GROUND_RADIUS_KM.powi(2)).sqrt();
        let mut texels = Vec::with_capacity(width * height);
        for y in 0..height {
            let horizon = horizon_max * y as f64 / (height - 1) as f64;
            let radius = (horizon * horizon + GROUND_RADIUS_KM * GROUND_RADIUS_KM).sqrt();
            for x in 0..width {
                let shortest = TOP_RADIUS_KM - radius;
                let longest = horizon + horizon_max;
                let distance = shortest + (longest - shortest) * x as f64 / (width - 1) as f64;
                let cos_zenith = if distance <= 0.0 {
                    1.0
                } else {
                    ((horizon_max * horizon_max - horizon * horizon - distance * distance) / (2.0 * radius * distance))
                        .clamp(-1.0, 1.0)
                };
                let t = (-self.optical_depth(radius, cos_zenith, distance.max(0.0))).exp();
                texels.push([t.x as f32, t.y as f32, t.z as f32]);
            }
        }
        Table { width, height, texels }
    }

    fn optical_depth(&self, radius_km: f64, cos_zenith: f64, length_km: f64) -> DVec3 {
        const STEPS: usize = 40;
        let dt = length_km / STEPS as f64;
        (0..STEPS)
            .map(|i| {
                let t = (i as f64 + 0.5) * dt;
                let r = (radius_km * radius_km + t * t + 2.0 * radius_km * t * cos_zenith).sqrt();
                self.medium(r - GROUND_RADIUS_KM).extinction * dt
            })
            .sum()
    }

    /// How much light of a far source arrives at a point, per colour; 0 where the Earth is in the way.
    pub fn transmittance_to_space(&self, radius_km: f64, cos_zenith: f64) -> DVec3 {
        let horizon_cos = -(1.0 - (GROUND_RADIUS_KM / radius_km.max(GROUND_RADIUS_KM)).powi(2)).max(0.0).sqrt();
        // The sun is half a degree wide: it does not vanish at once.
        let visible = smoothstep(-0.005, 0.005, cos_zenith - horizon_cos);
        if visible == 0.0 {
            return DVec3::ZERO;
        }
        let (u, v) = transmittance_uv(radius_km, cos_zenith);
        self.transmittance.sample(u, v) * visible
    }

    fn make_multiple(&self) -> Table {
        let (width, height) = MULTIPLE_SIZE;
        let mut texels = Vec::with_capacity(width * height);
        for y in 0..height {
            let height_km = (TOP_RADIUS_KM - GROUND_RADIUS_KM) * (y as f64 / (height - 1) as f64).powi(2);
            for x in 0..width {
                let cos_sun = 2.0 * x as f64 / (width - 1) as f64 - 1.0;
                let l = self.multiple_at(GROUND_RADIUS_KM + height_km.clamp(0.01, 99.9), cos_sun);
                texels.push([l.x as f32, l.y as f32, l.z as f32]);
            }
        }
        Table { width, height, texels }
    }

    /// Equation 10 of the paper: second order over the sphere, and the geometric series of all further ones.
    fn multiple_at(&self, radius_km: f64, cos_sun: f64) -> DVec3 {
        const DIRECTIONS: usize = 48;
        let sun = DVec3::new((1.0 - cos_sun * cos_sun).max(0.0).sqrt(), 0.0, cos_sun);
        let mut second = DVec3::ZERO;
        let mut fraction = DVec3::ZERO;
        for i in 0..DIRECTIONS {
            // Fibonacci sphere: evenly spread directions without a table.
            let z = 1.0 - (2.0 * i as f64 + 1.0) / DIRECTIONS as f64;
            let phi = i as f64 * std::f64::consts::PI * (3.0 - 5f64.sqrt());
            let s = (1.0 - z * z).sqrt();
            let dir = DVec3::new(s * phi.cos(), s * phi.sin(), z);
            let (l, f) = self.march_isotropic(radius_km, dir, sun);
            second += l / DIRECTIONS as f64;
            fraction += f / DIRECTIONS as f64;
        }
        second / (DVec3::ONE - fraction.min(DVec3::splat(0.98)))
    }

    fn march_isotropic(&self, radius_km: f64, dir: DVec3, sun: DVec3) -> (DVec3, DVec3) {
        const STEPS: usize = 20;
        const ISOTROPIC: f64 = 1.0 / (4.0 * std::f64::consts::PI);
        let ground = if dir.z < 0.0 { distance_to_ground(radius_km, dir.z) } else { None };
        let length = ground.unwrap_or_else(|| distance_to_sphere(radius_km, dir.z, TOP_RADIUS_KM).unwrap_or(0.0));
        let dt = length / STEPS as f64;
        let (mut light, mut fraction, mut through) = (DVec3::ZERO, DVec3::ZERO, DVec3::ONE);
        for i in 0..STEPS {
            let p = DVec3::new(0.0, 0.0, radius_km) + dir * ((i as f64 + 0.3) * dt);
            let r = p.length();
            let medium = self.medium(r - GROUND_RADIUS_KM);
            let step = (-medium.extinction * dt).exp();
            let scattering = medium.rayleigh + DVec3::splat(medium.mie);
            let gathered = scattering * through * (DVec3::ONE - step) / medium.extinction.max(DVec3::splat(1e-9));
            light += gathered * self.transmittance_to_space(r, p.dot(sun) / r) * ISOTROPIC;
            fraction += gathered;
            through *= step;
        }
        if ground.is_some() {
            let p = DVec3::new(0.0, 0.0, radius_km) + dir * length;
            let cos = p.dot(sun) / p.length();
            let reflected = self.transmittance_to_space(GROUND_RADIUS_KM, cos) * cos.max(0.0);
            light += through * reflected * (GROUND_ALBEDO / std::f64::consts::PI);
        }
        (light, fraction)
    }

    /// Luminance of the sky in a direction, cd/m² per lux of sun above the air, without the sun's own disk.
    ///
    /// `cos_zenith` of the direction, `cos_sun` of the sun's zenith angle, `cos_between` of the angle between the two.
    pub fn sky(&self, height_km: f64, cos_zenith: f64, cos_sun: f64, cos_between: f64) -> DVec3 {
        const STEPS: usize = 16;
        let radius = GROUND_RADIUS_KM + height_km.clamp(0.001, 99.9);
        let ground = distance_to_ground(radius, cos_zenith);
        let length = ground.unwrap_or_else(|| distance_to_sphere(radius, cos_zenith, TOP_RADIUS_KM).unwrap_or(0.0));
        let (phase_r, phase_m) = (rayleigh_phase(cos_between), mie_phase(cos_between));
        let (mut light, mut through, mut before) = (DVec3::ZERO, DVec3::ONE, 0.0);
        for i in 0..STEPS {
            // Quadratic steps: most of what one sees lies near, where the air is thick.
            let end = length * ((i + 1) as f64 / STEPS as f64).powi(2);
            let (dt, t) = (end - before, 0.5 * (end + before));
            before = end;
            let r = (radius * radius + t * t + 2.0 * radius * t * cos_zenith).sqrt();
            let cos_sun_there = (radius * cos_sun + t * cos_between) / r;
            let medium = self.medium(r - GROUND_RADIUS_KM);
            let step = (-medium.extinction * dt).exp();
            let sun = self.transmittance_to_space(r, cos_sun_there);
            let once = (medium.rayleigh * phase_r + DVec3::splat(medium.mie * phase_m)) * sun;
            let more = (medium.rayleigh + DVec3::splat(medium.mie)) * self.multiple_light(r, cos_sun_there);
            light += through * (once + more) * (DVec3::ONE - step) / medium.extinction.max(DVec3::splat(1e-9));
            through *= step;
        }
        light
    }

    fn multiple_light(&self, radius_km: f64, cos_sun: f64) -> DVec3 {
        let (u, v) = multiple_uv(radius_km, cos_sun);
        self.multiple.sample(u, v)
    }

    /// Illuminance of the sky on level ground, lux per lux of sun above the air (no direct sunlight).
    pub fn sky_illuminance(&self, height_km: f64, cos_sun: f64) -> DVec3 {
        const RINGS: usize = 6;
        const SECTORS: usize = 8;
        let sin_sun = (1.0 - cos_sun * cos_sun).max(0.0).sqrt();
        let mut sum = DVec3::ZERO;
        for ring in 0..RINGS {
            // Equal steps in cos² of the zenith angle weigh each ring by its projected area.
            let cos_zenith = ((ring as f64 + 0.5) / RINGS as f64).sqrt();
            let sin_zenith = (1.0 - cos_zenith * cos_zenith).sqrt();
            for sector in 0..SECTORS {
                let azimuth = (sector as f64 + 0.5) / SECTORS as f64 * std::f64::consts::TAU;
                let cos_between = cos_zenith * cos_sun + sin_zenith * sin_sun * azimuth.cos();
                sum += self.sky(height_km, cos_zenith, cos_sun, cos_between);
            }
        }
        sum * (std::f64::consts::PI / (RINGS * SECTORS) as f64)
    }
}

/// Table coordinates of the multiple-scattering table.
pub fn multiple_uv(radius_km: f64, cos_sun: f64) -> (f64, f64) {
    let height = ((radius_km - GROUND_RADIUS_KM) / (TOP_RADIUS_KM - GROUND_RADIUS_KM)).clamp(0.0, 1.0).sqrt();
    (from_unit(0.5 + 0.5 * cos_sun, MULTIPLE_SIZE.0), from_unit(height, MULTIPLE_SIZE.1))
}

fn distance_to_ground(radius_km: f64, cos_zenith: f64) -> Option<f64> {
    if cos_zenith >= 0.0 {
        return None;
    }
    let b = radius_km * cos_zenith;
    let discriminant = b * b - radius_km * radius_km + GROUND_RADIUS_KM * GROUND_RADIUS_KM;
    (discriminant >= 0.0).then(|| (-b - discriminant.sqrt()).max(0.0))
}

/// Rayleigh phase function, per steradian.
pub fn rayleigh_phase(cos: f64) -> f64 {
    3.0 / (16.0 * std::f64::consts::PI) * (1.0 + cos * cos)
}

/// Cornette-Shanks phase function, per steradian.
pub fn mie_phase(cos: f64) -> f64 {
    let g = MIE_G;
    let k = 3.0 / (8.0 * std::f64::consts::PI) * (1.0 - g * g) / (2.0 + g * g);
    k * (1.0 + cos * cos) / (1.0 + g * g - 2.0 * g * cos).powf(1.5)
}

fn smoothstep(low: f64, high: f64, x: f64) -> f64 {
    let t = ((x - low) / (high - low)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clear() -> Atmosphere {
        Atmosphere::new(Air::default())
    }

    #[test]
    fn phase_functions_scatter_all_light_once() {
        for phase in [rayleigh_phase as fn(f64) -> f64, mie_phase] {
            let steps = 20_000;
            let sum: f64 = (0..steps)
                .map(|i| phase(-1.0 + (i as f64 + 0.5) * 2.0 / steps as f64) * 2.0 / steps as f64)
                .sum::<f64>()
                * std::f64::consts::TAU;
            assert!((sum - 1.0).abs() < 1e-3, "{sum}");
        }
    }

    #[test]
    fn noon_sun_reaches_the_ground_as_measured() {
        // Direct normal illuminance under a clear noon sky is 90 to 110 klx; the sky adds 10 to 25 klx.
        let air = clear();
        let direct = air.transmittance_to_space(GROUND_RADIUS_KM, 0.9) * SUN_ILLUMINANCE_LUX;
        assert!((85_000.0..115_000.0).contains(&direct.y), "{direct}");
        let sky = air.sky_illuminance(0.0, 0.9) * SUN_ILLUMINANCE_LUX;
        assert!((8_000.0..28_000.0).contains(&sky.y), "{sky}");
    }

    #[test]
    fn zenith_is_blue_by_day_and_low_sun_is_red() {
        let air = clear();
        let zenith = air.sky(0.0, 1.0, 0.7, 0.7);
        assert!(zenith.z > 1.8 * zenith.x, "{zenith}");
        let low = air.transmittance_to_space(GROUND_RADIUS_KM, 0.03);
        assert!(low.x > 3.0 * low.z, "{low}");
    }

    #[test]
    fn no_sunlight_below_the_horizon_but_twilight() {
        let air = clear();
        assert_eq!(air.transmittance_to_space(GROUND_RADIUS_KM, -0.1), DVec3::ZERO);
        let twilight = air.sky_illuminance(0.0, -0.07).y * SUN_ILLUMINANCE_LUX;
        assert!((0.5..300.0).contains(&twilight), "{twilight}");
    }

    #[test]
    fn haze_shortens_the_sight() {
        let hazy = Atmosphere::new(Air { visibility_km: 10.0 });
        assert!(hazy.aerosol() > 5.0 * clear().aerosol());
        assert!(hazy.medium(0.0).extinction.y > 0.35);
    }
}
