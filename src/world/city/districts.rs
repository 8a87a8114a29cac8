//! The parts of the city: where each character rules, and how it divides its land. Plan frame metres.

use glam::DVec2;

/// What a part of the city is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum District {
    /// Narrow irregular lanes around the castle's hill.
    OldTown,
    /// Towers on podiums.
    Core,
    /// The 19th century's regular blocks with cut corners and courts.
    Grid,
    /// Blocks of the 20th century, less regular, five to eight floors.
    Blocks,
    /// Slabs and point houses between lawns.
    Slabs,
    /// Rows of narrow houses with gardens behind.
    Rows,
    /// Houses with gardens along curved streets.
    Garden,
    /// Villas with pools, large lots.
    Villas,
    /// Hotels behind the beach.
    Hotels,
    /// Workshops, depots, halls.
    Industry,
    /// Large shops with car parks, offices beside the motorway.
    Commerce,
    Village,
    Campus,
    Hospital,
    Stadium,
    Cemetery,
    Park,
    Allotments,
    /// Beach, promenade and the green behind it.
    Waterfront,
    /// Fields, orchards, vineyards, with lanes.
    Fields,
    /// Woods, scrub, rock: nobody builds.
    Wild,
}

/// How land is divided.
#[derive(Debug, Clone, Copy)]
pub struct Pattern {
    /// Length along and depth across the prevailing direction of a block, metres.
    pub block: (f64, f64),
    /// Relative scatter of cuts.
    pub jitter: f64,
    /// How much streets bend: radians of swing in the prevailing direction.
    pub bend: f64,
    /// Whether the prevailing direction follows the contours of hillsides.
    pub contours: bool,
    /// Cosine of the sharpest angle at which streets meet.
    pub sharpest: f64,
}

impl District {
    /// None for land that streets do not divide.
    pub fn pattern(self) -> Option<Pattern> {
        let pattern = |length, depth, jitter, bend, contours, sharpest| {
            Some(Pattern { block: (length, depth), jitter, bend, contours, sharpest })
        };
        match self {
            Self::OldTown => pattern(62.0, 48.0, 0.16, 0.5, true, 0.62),
            Self::Core => pattern(104.0, 92.0, 0.05, 0.0, false, 0.5),
            Self::Grid => pattern(112.0, 92.0, 0.03, 0.0, false, 0.5),
            Self::Blocks => pattern(112.0, 78.0, 0.10, 0.10, false, 0.55),
            Self::Slabs => pattern(210.0, 165.0, 0.10, 0.16, false, 0.5),
            Self::Rows => pattern(122.0, 60.0, 0.07, 0.10, false, 0.5),
            Self::Garden => pattern(128.0, 64.0, 0.10, 0.62, true, 0.5),
            Self::Villas => pattern(150.0, 82.0, 0.14, 0.8, true, 0.5),
            Self::Hotels => pattern(130.0, 80.0, 0.08, 0.0, false, 0.5),
            Self::Industry => pattern(240.0, 165.0, 0.08, 0.05, false, 0.5),
            Self::Commerce => pattern(210.0, 150.0, 0.08, 0.08, false, 0.5),
            Self::Village => pattern(92.0, 60.0, 0.18, 0.5, true, 0.6),
            Self::Campus => pattern(230.0, 190.0, 0.1, 0.1, false, 0.5),
            Self::Fields => pattern(760.0, 520.0, 0.15, 0.5, true, 0.5),
            Self::Hospital | Self::Stadium | Self::Cemetery | Self::Park | Self::Allotments => None,
            Self::Waterfront | Self::Wild => None,
        }
    }

    /// Whether people live or work here.
    pub fn is_settled(self) -> bool {
        !matches!(self, Self::Fields | Self::Wild | Self::Waterfront)
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::OldTown => "old town",
            Self::Core => "core",
            Self::Grid => "grid",
            Self::Blocks => "blocks",
            Self::Slabs => "slabs",
            Self::Rows => "row houses",
            Self::Garden => "garden suburb",
            Self::Villas => "villas",
            Self::Hotels => "hotels",
            Self::Industry => "industry",
            Self::Commerce => "commerce",
            Self::Village => "village",
            Self::Campus => "campus",
            Self::Hospital => "hospital",
            Self::Stadium => "stadium",
            Self::Cemetery => "cemetery",
            Self::Park => "park",
            Self::Allotments => "allotments",
            Self::Waterfront => "waterfront",
            Self::Fields => "fields",
            Self::Wild => "wild",
        }
    }
}

/// A quarter: its middle, its character, how far it prevails over its neighbours, and its name.
pub struct Quarter {
    pub at: (f64, f64),
    pub district: District,
    /// Metres added to its reach.
    pub weight_m: f64,
    pub name: &'static str,
}

const fn quarter(x: f64, y: f64, district: District, weight_m: f64, name: &'static str) -> Quarter {
    Quarter { at: (x, y), district, weight_m, name }
}

/// The quarters; a place belongs to the one whose middle, less its weight, is nearest.
pub const QUARTERS: [Quarter; 88] = [
    quarter(250.0, -1150.0, District::Core, 190.0, "Centro"),
    quarter(560.0, -800.0, District::Core, 0.0, "Centro"),
    quarter(300.0, -1750.0, District::Grid, 60.0, "Baixa"),
    quarter(900.0, -2050.0, District::Grid, 120.0, "Baixa do Cais"),
    quarter(-350.0, -1950.0, District::Grid, 60.0, "Sao Paulo"),
    quarter(-1250.0, -1950.0, District::OldTown, 150.0, "Ribeira Velha"),
    quarter(-1300.0, -1350.0, District::OldTown, 190.0, "Castelo"),
    quarter(-1850.0, -1500.0, District::OldTown, 60.0, "Ribeira"),
    quarter(-700.0, -620.0, District::Grid, 120.0, "Principe"),
    quarter(-1500.0, -700.0, District::Blocks, 0.0, "Alcantara"),
    quarter(900.0, -250.0, District::Grid, 150.0, "Estefania"),
    quarter(100.0, -300.0, District::Grid, 150.0, "Avenidas"),
    quarter(1450.0, -900.0, District::Grid, 150.0, "Arroios"),
    quarter(1500.0, -1550.0, District::Grid, 150.0, "Alfandega"),
    quarter(1550.0, -2250.0, District::Blocks, 60.0, "Santos"),
    quarter(2600.0, -1600.0, District::Blocks, 100.0, "Xabregas"),
    quarter(2550.0, -750.0, District::Blocks, 50.0, "Beato"),
    quarter(2600.0, -150.0, District::Slabs, 0.0, "Olivais"),
    quarter(1700.0, 350.0, District::Blocks, 50.0, "Areeiro"),
    quarter(750.0, 500.0, District::Blocks, 100.0, "Campo Grande"),
    quarter(-200.0, 480.0, District::Park, -120.0, "Parque do Mirante"),
    quarter(-750.0, 400.0, District::Park, 160.0, "Parque do Mirante"),
    quarter(-1400.0, 380.0, District::Blocks, 0.0, "Benfica"),
    quarter(-2100.0, 150.0, District::Blocks, 0.0, "Campolide"),
    quarter(-2150.0, -350.0, District::Blocks, 0.0, "Cais Novo"),
    // West of the river.
    quarter(-3300.0, -1550.0, District::Core, -60.0, "Poente"),
    quarter(-2700.0, -1500.0, District::Grid, 60.0, "Gaia"),
    quarter(-2800.0, -2250.0, District::Blocks, 60.0, "Afurada"),
    quarter(-3800.0, -2150.0, District::Hotels, 30.0, "Areal"),
    quarter(-4700.0, -2200.0, District::Hotels, 30.0, "Praia Grande"),
    quarter(-4000.0, -1500.0, District::Blocks, 0.0, "Madalena"),
    quarter(-4950.0, -1550.0, District::Garden, 60.0, "Valadares"),
    quarter(-5200.0, -2200.0, District::Villas, 0.0, "Granja"),
    quarter(-3000.0, -900.0, District::Blocks, 0.0, "Candal"),
    quarter(-4000.0, -850.0, District::Rows, 80.0, "Vilar"),
    quarter(-4900.0, -850.0, District::Garden, 0.0, "Gulpilhares"),
    quarter(-3200.0, -250.0, District::Rows, 60.0, "Oliveira"),
    quarter(-4250.0, -150.0, District::Rows, 60.0, "Perosinho"),
    quarter(-3400.0, 600.0, District::Slabs, 60.0, "Quebrantoes"),
    quarter(-4400.0, 700.0, District::Garden, 0.0, "Serzedo"),
    quarter(-5000.0, 200.0, District::Villas, 0.0, "Encosta"),
    quarter(-2500.0, 1100.0, District::Allotments, -60.0, "Hortas da Ribeira"),
    quarter(-3300.0, 1450.0, District::Allotments, 0.0, "Hortas do Viaduto"),
    // North of the motorway.
    quarter(-1250.0, 1500.0, District::Rows, 60.0, "Carnide"),
    quarter(-2300.0, 1550.0, District::Garden, 0.0, "Ramada"),
    quarter(-250.0, 1650.0, District::Slabs, 60.0, "Telheiras"),
    quarter(-100.0, 1150.0, District::Blocks, 0.0, "Lumiar"),
    quarter(900.0, 1750.0, District::Campus, 0.0, "Cidade Universitaria"),
    quarter(1350.0, 1100.0, District::Slabs, 0.0, "Alvalade"),
    quarter(1900.0, 1700.0, District::Slabs, 0.0, "Charneca"),
    quarter(2750.0, 1800.0, District::Commerce, 60.0, "Porta Norte"),
    quarter(-1300.0, 2350.0, District::Garden, 0.0, "Canecas"),
    quarter(0.0, 2500.0, District::Garden, 60.0, "Odivelas"),
    quarter(1500.0, 2500.0, District::Garden, 60.0, "Loures"),
    quarter(3000.0, 2650.0, District::Garden, 0.0, "Frielas"),
    quarter(4100.0, 1800.0, District::Rows, 60.0, "Bobadela"),
    quarter(4100.0, 2600.0, District::Garden, 0.0, "Sacavem"),
    quarter(5700.0, 1850.0, District::Industry, 0.0, "Parque Norte"),
    quarter(6900.0, 2100.0, District::Garden, 0.0, "Alverca"),
    quarter(6200.0, 3000.0, District::Fields, 0.0, "Lezirias"),
    quarter(7600.0, 1400.0, District::Rows, 0.0, "Sobralinho"),
    // East.
    quarter(2500.0, 550.0, District::Slabs, 0.0, "Marvila"),
    quarter(2650.0, 1150.0, District::Blocks, 0.0, "Moscavide"),
    quarter(3500.0, 700.0, District::Industry, 60.0, "Cabo Ruivo"),
    quarter(4350.0, 1050.0, District::Industry, 120.0, "Parque da Fabrica"),
    quarter(5450.0, 850.0, District::Commerce, 60.0, "Nascente"),
    quarter(3700.0, -180.0, District::Rows, 60.0, "Pontinha"),
    quarter(4450.0, -200.0, District::Slabs, 0.0, "Vale Formoso"),
    quarter(3700.0, -700.0, District::Rows, 60.0, "Chelas"),
    quarter(3850.0, -1500.0, District::Blocks, 0.0, "Braco de Prata"),
    quarter(2700.0, -2400.0, District::Industry, 60.0, "Doca Seca"),
    quarter(3950.0, -2350.0, District::Industry, 120.0, "Terminal"),
    quarter(4900.0, -2200.0, District::Industry, 120.0, "Tanques"),
    quarter(5250.0, -1400.0, District::Rows, 60.0, "Matinha"),
    quarter(5500.0, -450.0, District::Garden, 0.0, "Portela"),
    quarter(5450.0, 50.0, District::Garden, 0.0, "Encarnacao"),
    quarter(5650.0, -2030.0, District::Hotels, -60.0, "Praia da Rocha"),
    quarter(6400.0, -1100.0, District::Garden, 60.0, "Oeiras"),
    quarter(6400.0, 0.0, District::Rows, 0.0, "Caxias"),
    quarter(7300.0, -1200.0, District::Villas, 60.0, "Farol"),
    quarter(7400.0, 200.0, District::Garden, 0.0, "Barcarena"),
    // The headlands and the western hill stay wild.
    quarter(-6080.0, -2500.0, District::Wild, 330.0, "Cabo"),
    quarter(-5900.0, -300.0, District::Wild, 60.0, "Monte"),
    quarter(-5560.0, 1300.0, District::Wild, 330.0, "Monte"),
    quarter(7400.0, -2600.0, District::Wild, 200.0, "Cabo do Farol"),
    // The western town.
    quarter(-7500.0, -1950.0, District::Blocks, 60.0, "Salgados"),
    quarter(-7300.0, -700.0, District::Garden, 260.0, "Atalaia"),
    quarter(-7400.0, 900.0, District::Rows, 60.0, "Monte Abraao"),
];

/// A single great use.
pub struct Special {
    pub at: DVec2,
    pub district: District,
    /// Wanted area.
    pub area_m2: f64,
    pub name: &'static str,
}

const fn special(x: f64, y: f64, district: District, area_m2: f64, name: &'static str) -> Special {
    Special { at: DVec2::new(x, y), district, area_m2, name }
}

/// Great uses, each on the land that holds its place once that is not much larger than wanted.
pub const SPECIALS: [Special; 33] = [
    special(-750.0, 420.0, District::Park, 450000.0, "Parque do Mirante"),
    special(-330.0, 500.0, District::Park, 450000.0, "Parque do Mirante"),
    special(-1150.0, 350.0, District::Park, 450000.0, "Parque do Mirante"),
    special(60.0, -1400.0, District::Park, 22000.0, "Jardim da Estacao"),
    special(1750.0, -350.0, District::Park, 45000.0, "Jardim do Oriente"),
    special(2500.0, -1850.0, District::Park, 90000.0, "Parque das Docas"),
    special(-3900.0, -1650.0, District::Park, 120000.0, "Parque Atlantico"),
    special(-2650.0, -350.0, District::Park, 110000.0, "Parque da Margem"),
    special(-2080.0, 300.0, District::Park, 90000.0, "Parque da Ponte"),
    special(5500.0, -1100.0, District::Park, 150000.0, "Parque Oriental"),
    special(-4700.0, -250.0, District::Park, 200000.0, "Mata de Perosinho"),
    special(700.0, 1250.0, District::Park, 90000.0, "Quinta das Conchas"),
    special(2480.0, 300.0, District::Park, 160000.0, "Parque da Bela Vista"),
    special(6700.0, 60.0, District::Park, 150000.0, "Lago do Oriente"),
    special(-7500.0, -400.0, District::Park, 120000.0, "Parque da Atalaia"),
    special(1280.0, 330.0, District::Hospital, 60000.0, "Hospital de Sao Jorge"),
    special(-3250.0, -750.0, District::Hospital, 60000.0, "Hospital de Gaia"),
    special(2750.0, -1250.0, District::Stadium, 95000.0, "Estadio do Oriente"),
    special(-3850.0, 450.0, District::Stadium, 95000.0, "Estadio da Ribeira"),
    special(-2050.0, 480.0, District::Cemetery, 70000.0, "Cemiterio dos Prazeres"),
    special(3600.0, 1150.0, District::Cemetery, 70000.0, "Cemiterio do Alto"),
    special(-4000.0, -100.0, District::Cemetery, 70000.0, "Cemiterio de Vilar"),
    special(6150.0, -500.0, District::Campus, 60000.0, "Instituto do Mar"),
    special(4650.0, 1850.0, District::Allotments, 60000.0, "Hortas da Bobadela"),
    special(60.0, -905.0, District::Park, 9000.0, "Praca da Estacao"),
    special(-120.0, -1300.0, District::Park, 7000.0, "Praca do Municipio"),
    special(-1330.0, -1420.0, District::Park, 16000.0, "Castelo"),
    special(500.0, -1950.0, District::Park, 9000.0, "Praca do Comercio"),
    special(-1500.0, -1850.0, District::Park, 4500.0, "Largo da Se"),
    special(1350.0, -600.0, District::Park, 9000.0, "Praca do Oriente"),
    special(-2700.0, -1450.0, District::Park, 9000.0, "Praca de Gaia"),
    special(950.0, 200.0, District::Park, 14000.0, "Jardim das Avenidas"),
    special(-3300.0, -1900.0, District::Park, 12000.0, "Jardim da Afurada"),
];

/// The quarter that a place belongs to.
pub fn quarter_of(p: DVec2) -> usize {
    let reach = |q: &Quarter| (p - DVec2::new(q.at.0, q.at.1)).length() - q.weight_m;
    let mut best = 0;
    for (k, quarter) in QUARTERS.iter().enumerate() {
        if reach(quarter) < reach(&QUARTERS[best]) {
            best = k;
        }
    }
    best
}
