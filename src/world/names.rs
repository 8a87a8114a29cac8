//! Names of streets, houses and firms.

use crate::bake::det::Rng;

const ROWS: [&str; 17] = [
    "Avenida Marginal",
    "Rua da Ribeira",
    "Rua dos Remadores",
    "Avenida do Porto",
    "Rua da Alfandega",
    "Rua do Sal",
    "Rua dos Cordoeiros",
    "Avenida da Liberdade",
    "Rua do Poco",
    "Rua das Oliveiras",
    "Rua do Moinho",
    "Avenida do Castelo",
    "Rua da Encosta",
    "Rua do Pinhal",
    "Rua da Boa Vista",
    "Rua dos Medronhos",
    "Caminho da Serra",
];
const COLUMNS: [&str; 12] = [
    "Travessa do Farol",
    "Rua da Misericordia",
    "Calcada do Mirante",
    "Rua dos Pescadores",
    "Travessa das Redes",
    "Rua do Forno",
    "Rua das Flores",
    "Travessa do Cais",
    "Rua Direita",
    "Rua da Fonte",
    "Beco do Leme",
    "Rua do Mercado",
];

/// The street in front of a block.
pub fn street(seed: u64, column: usize, row: usize) -> &'static str {
    let turn = (seed % 7) as usize;
    if (column + row).is_multiple_of(2) { ROWS[row % ROWS.len()] } else { COLUMNS[(column + turn) % COLUMNS.len()] }
}

pub fn tower(rng: &mut Rng) -> String {
    let first = ["Torre", "Edificio", "Centro"];
    let second = [
        "Atlantico",
        "Albatroz",
        "do Mar",
        "Horizonte",
        "Sextante",
        "Vela",
        "Ocidente",
        "Nortada",
        "Levante",
        "Ancora",
        "Gaivota",
        "Bussola",
        "Mare Alta",
        "Cabo",
        "Solar",
    ];
    format!("{} {}", rng.pick(&first), rng.pick(&second))
}

pub fn hotel(rng: &mut Rng) -> String {
    let second = ["Areal", "Baia", "Praia Grande", "Duna", "Mirante", "Bela Vista", "Enseada", "Maresia"];
    format!("Hotel {}", rng.pick(&second))
}

pub fn firm(rng: &mut Rng) -> String {
    let first = ["Armazens", "Oficinas", "Conservas", "Serralharia", "Frigorificos", "Transportes", "Cordoaria"];
    let second = ["Ribeiro", "do Sul", "Atlantica", "Neves", "Costa & Filhos", "do Cais", "Lusomar", "Barreto"];
    format!("{} {}", rng.pick(&first), rng.pick(&second))
}
