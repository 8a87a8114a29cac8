//! What buildings of each quarter are made of: palettes, facades, roofs, years. Colours are linear RGB.

use super::districts::District;
use crate::bake::det::Rng;
use crate::bake::mesh::{Rgb, hex, scale};
use crate::world::building::{Look, Roof};

/// How a quarter builds.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    pub walls: &'static [u32],
    pub roofs: &'static [u32],
    pub flat_roofs: &'static [u32],
    /// Share of pitched roofs.
    pub pitched: f64,
    /// Rise of a pitched roof by its span.
    pub pitch: f64,
    pub floors: (i64, i64),
    pub floor_m: (f64, f64),
    pub years: (i64, i64),
    /// Share of facades with bands of glass instead of windows.
    pub bands: f64,
    pub shutters: f64,
    pub balconies: f64,
}

const OLD_WALLS: [u32; 14] = [
    0xf2eadb, 0xe8d3a8, 0xe3b98a, 0xd99f7c, 0xe9c9b4, 0xd8e0df, 0xbfd0d6, 0xf4f0e6, 0xe6d9c0, 0xcfa07a, 0xe2b7a6,
    0xd9c47f, 0xf0e4c8, 0xc98f6f,
];
const OLD_ROOFS: [u32; 8] = [0xa85a3c, 0xb0603e, 0x9c5238, 0xb86c48, 0xa4644a, 0x8e4c38, 0xb57350, 0xa0563a];
const GRID_WALLS: [u32; 14] = [
    0xeadfc8, 0xe0cfae, 0xd9c7a8, 0xefe7d8, 0xcdbb9c, 0xe6d2b8, 0xdcd3c3, 0xd2bfa6, 0xe9dcc6, 0xc8b091, 0xe3d9cc,
    0xd9cbb0, 0xf0e9dc, 0xcfc4b2,
];
const GRID_ROOFS: [u32; 8] = [0x9c6450, 0x8a5c4c, 0xa5694f, 0x6a6664, 0x77706b, 0x946050, 0x5f6063, 0xa97054];
const BLOCK_WALLS: [u32; 14] = [
    0xe9e6df, 0xdcd8cc, 0xd3cbbd, 0xc9b7a2, 0xe4d6bf, 0xb98d70, 0xcfd3d0, 0xd9c2a6, 0xa9a69e, 0xe8dcc8, 0xc4a88c,
    0xdedad2, 0xbfb5a4, 0xd0a98a,
];
const BLOCK_FLATS: [u32; 8] = [0xa8a298, 0xb8b1a4, 0x8f8b85, 0xc6bfb0, 0x9b7f6c, 0x98948d, 0xb0a08c, 0xa69e92];
const SLAB_WALLS: [u32; 10] =
    [0xe6e4de, 0xd8d9d6, 0xcfd6d8, 0xe2dacb, 0xd6cfc4, 0xc9cfca, 0xdcd2c0, 0xbfc4c6, 0xeae7e0, 0xd3c4ae];
const SLAB_FLATS: [u32; 6] = [0x9fa09c, 0x8c8f8e, 0xb0b0aa, 0x7f8a78, 0x96938c, 0xa3a59f];
const ROW_WALLS: [u32; 12] = [
    0xb3725a, 0xa5664f, 0xc08468, 0xe8dfd0, 0xd6c4aa, 0x9c5f4b, 0xede7dc, 0xbd8f72, 0xcbb79c, 0xaa6e58, 0xdccdb6,
    0xb98068,
];
const SLATE: [u32; 7] = [0x565c64, 0x626871, 0x4d535b, 0x6d7178, 0x5b6069, 0x747679, 0x505862];
const ROW_TILES: [u32; 7] = [0x8e4f3c, 0x9a5842, 0x7f4838, 0xa0634a, 0x8a5545, 0x935040, 0x7a4a3c];
const GARDEN_WALLS: [u32; 12] = [
    0xf3efe6, 0xeae2d2, 0xe4d5bc, 0xf0e8da, 0xdfe2de, 0xe9d3bd, 0xf5f2ec, 0xd9d5ca, 0xe8dfc9, 0xd9bfa4, 0xece6d6,
    0xe2d8c8,
];
const GARDEN_ROOFS: [u32; 10] =
    [0xa4694f, 0x935a46, 0x7b5a4c, 0x6a5f59, 0x5c5a5a, 0xb0785a, 0x8a6350, 0x9a705a, 0x70645c, 0xad6a4c];
const VILLA_ROOFS: [u32; 7] = [0xb9805f, 0xa9725a, 0xc4906c, 0x9d6a52, 0xb27a60, 0x8d7a6c, 0xc09a7c];
const WHITE_FLATS: [u32; 6] = [0xd8d4ca, 0xcac6bc, 0xe2ded5, 0xbcb8af, 0xd0cbc0, 0xc4beb2];
const HALL_WALLS: [u32; 10] =
    [0xc9ccc9, 0xaeb6b8, 0xd6d1c4, 0x9fa8a6, 0x8d9aa0, 0xbfae93, 0x6f8aa0, 0xa65f4a, 0xdadcd8, 0x7f9a86];
const HALL_ROOFS: [u32; 10] =
    [0xb9bcba, 0x9ea4a5, 0xcac7bf, 0x8c9494, 0xd6d6d0, 0x8298a8, 0xa9745f, 0xc2c4c0, 0x7d8b84, 0xe0dfd8];
const VILLAGE_WALLS: [u32; 8] = [0xf4f0e6, 0xf0e9da, 0xe8ddc6, 0xf6f3ec, 0xe2cfae, 0xd9c4a0, 0xefe4d0, 0xe9e2d4];
const TOWER_FLATS: [u32; 5] = [0x8f9294, 0x7c8083, 0xa3a4a2, 0x6f7376, 0xb2b1ac];
const TRIM: [u32; 7] = [0xf4f1ea, 0xe8e4da, 0x6a6f6b, 0x8b5a44, 0x47565a, 0xd9cfbd, 0x4f6152];
pub const GLASS: [u32; 4] = [0x2b363d, 0x303b40, 0x263138, 0x38434a];
pub const TOWER_GLASS: [u32; 8] = [0x3c4d57, 0x47606b, 0x34434c, 0x50666c, 0x3a5560, 0x586b70, 0x2f4350, 0x5d6a66];
pub const TOWER_TONES: [u32; 9] =
    [0xdfdcd5, 0xb9bab6, 0xe9e6df, 0x7d817f, 0xcbb79c, 0xa8b0b2, 0x5f666a, 0xd2c3ab, 0xc2c7c9];

/// How this quarter builds; `quarter` shifts palettes so that neighbouring quarters differ.
pub fn of(district: District, quarter: usize) -> Style {
    let base = Style {
        walls: &BLOCK_WALLS,
        roofs: &GRID_ROOFS,
        flat_roofs: &BLOCK_FLATS,
        pitched: 0.2,
        pitch: 0.24,
        floors: (5, 7),
        floor_m: (3.0, 3.3),
        years: (1955, 2018),
        bands: 0.2,
        shutters: 0.15,
        balconies: 0.6,
    };
    match district {
        District::OldTown => Style {
            walls: &OLD_WALLS,
            roofs: &OLD_ROOFS,
            pitched: 0.95,
            pitch: 0.26,
            floors: (3, 5),
            floor_m: (2.8, 3.1),
            years: (1680, 1890),
            bands: 0.0,
            shutters: 0.55,
            balconies: 0.35,
            ..base
        },
        District::Grid => Style {
            walls: &GRID_WALLS,
            roofs: &GRID_ROOFS,
            pitched: 0.74,
            pitch: 0.25,
            floors: (5, 7),
            floor_m: (3.3, 3.7),
            years: (1872, 1935),
            bands: 0.06,
            shutters: 0.3,
            balconies: 0.55,
            ..base
        },
        District::Core => Style { flat_roofs: &TOWER_FLATS, pitched: 0.0, floors: (7, 11), bands: 0.5, ..base },
        District::Slabs | District::Campus | District::Hospital => Style {
            walls: &SLAB_WALLS,
            flat_roofs: &SLAB_FLATS,
            pitched: 0.0,
            floors: (5, 11),
            years: (1958, 1992),
            bands: 0.25,
            ..base
        },
        District::Hotels => Style {
            walls: &GARDEN_WALLS,
            flat_roofs: &WHITE_FLATS,
            pitched: 0.0,
            floors: (7, 14),
            years: (1968, 2021),
            bands: 0.3,
            balconies: 0.95,
            ..base
        },
        District::Rows => Style {
            walls: if quarter.is_multiple_of(2) { &ROW_WALLS } else { &GRID_WALLS },
            roofs: if quarter % 3 == 1 { &SLATE } else { &ROW_TILES },
            pitched: 1.0,
            pitch: 0.34,
            floors: (2, 3),
            floor_m: (2.7, 2.9),
            years: (1898, 1968),
            bands: 0.0,
            shutters: 0.2,
            balconies: 0.0,
            ..base
        },
        District::Villas => Style {
            walls: &GARDEN_WALLS,
            roofs: &VILLA_ROOFS,
            flat_roofs: &WHITE_FLATS,
            pitched: 0.6,
            pitch: 0.2,
            floors: (1, 2),
            floor_m: (3.0, 3.3),
            years: (1960, 2022),
            bands: 0.25,
            ..base
        },
        District::Village => Style {
            walls: &VILLAGE_WALLS,
            roofs: &OLD_ROOFS,
            pitched: 0.97,
            pitch: 0.25,
            floors: (1, 3),
            floor_m: (2.7, 3.0),
            years: (1750, 1970),
            bands: 0.0,
            shutters: 0.6,
            balconies: 0.1,
            ..base
        },
        District::Industry | District::Commerce => Style {
            walls: &HALL_WALLS,
            roofs: &HALL_ROOFS,
            flat_roofs: &HALL_ROOFS,
            pitched: 0.5,
            pitch: 0.10,
            floors: (1, 1),
            floor_m: (7.0, 11.0),
            years: (1962, 2022),
            ..base
        },
        District::Garden | District::Fields | District::Allotments => Style {
            walls: &GARDEN_WALLS,
            roofs: &GARDEN_ROOFS,
            pitched: 0.86,
            pitch: 0.27,
            floors: (1, 2),
            floor_m: (2.75, 3.0),
            years: (1928, 2019),
            bands: 0.03,
            shutters: 0.4,
            balconies: 0.0,
            ..base
        },
        _ => base,
    }
}

impl Style {
    pub fn wall(&self, rng: &mut Rng) -> Rgb {
        scale(hex(rng.pick(self.walls)), rng.range(0.9, 1.04) as f32)
    }

    pub fn roof_tone(&self, rng: &mut Rng, pitched: bool) -> Rgb {
        let tone = rng.pick(if pitched { self.roofs } else { self.flat_roofs });
        scale(hex(tone), rng.range(0.84, 1.1) as f32)
    }

    pub fn trim(&self, rng: &mut Rng) -> Rgb {
        hex(rng.pick(&TRIM))
    }

    /// A roof over a span of so many metres; `shared` roofs stand between neighbours and have a ridge along the street.
    pub fn roof(&self, rng: &mut Rng, span_m: f64, shared: bool) -> Roof {
        if !rng.chance(self.pitched) {
            return Roof::Flat;
        }
        let rise = (span_m * self.pitch * rng.range(0.85, 1.15)).clamp(1.2, 5.5);
        if shared || rng.chance(0.45) { Roof::Gabled(rise) } else { Roof::Hipped(rise) }
    }

    pub fn look(&self, rng: &mut Rng) -> Look {
        if rng.chance(self.bands) {
            return Look::Bands;
        }
        let width_m = rng.range(0.9, 1.5);
        Look::Windows {
            bay_m: width_m + rng.range(1.5, 2.3),
            width_m,
            height_m: rng.range(1.3, 2.0),
            shutters: rng.chance(self.shutters),
            balconies: if rng.chance(self.balconies) { rng.int(1, 4) as u8 } else { 0 },
        }
    }
}
