//! Which coordinate system a LAS file says it has, as names that a [`CrsFactory`] may know, and in which unit heights are.
//!
//! Files say it by well-known text (OGC 01-009 or ISO 19162) or by GeoTIFF keys (OGC 19-008r4), often without a vertical
//! system. Whether heights are metres or feet is then taken from what is said of units, and at last from the horizontal
//! coordinates: surveys in feet have heights in feet. What was taken is told.
//!
//! Not done: GeoTIFF keys that define a projection by its parameters; then the job must name the system.

use glam::DVec3;

use super::las::{LasHeader, Vlr};
use crate::bake::source::{Crs, CrsFactory};
use crate::format::issue::{Issue, Issues};
use crate::geo::{Geodetic, wgs84};
use wkt::Node;

mod wkt;

#[cfg(test)]
pub(crate) mod tests;

/// US survey foot, metres.
const US_FOOT_M: f64 = 1200.0 / 3937.0;
const FOOT_M: f64 = 0.3048;

/// A coordinate system that a file claims.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// `EPSG:2994`, `EPSG:2991+6360`, or well-known text.
    pub name: String,
    /// Metres of one unit of height, if the file says it and the named system has no heights of its own.
    pub z_unit_m: Option<f64>,
}

/// In which unit heights are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ZUnit {
    /// As the file says, else as the horizontal coordinates.
    #[default]
    Auto,
    Metre,
    Foot,
    UsSurveyFoot,
}

/// A coordinate system with the scale of heights that comes before it.
pub struct Resolved {
    pub crs: Box<dyn Crs>,
    pub name: String,
    pub z_scale: f64,
}

impl Resolved {
    /// Longitude, latitude (degrees) and ellipsoidal height (metres).
    pub fn geodetic(&self, at: DVec3) -> Option<DVec3> {
        let geodetic = self.crs.geodetic(at * DVec3::new(1.0, 1.0, self.z_scale))?;
        (geodetic.is_finite() && geodetic.x.abs() <= 540.0 && geodetic.y.abs() <= 90.0).then_some(geodetic)
    }
}

/// What the file claims, the most trustworthy first.
pub fn claims(header: &LasHeader, vlrs: &[Vlr]) -> Vec<Claim> {
    let record = |id: u16| vlrs.iter().find(|vlr| vlr.user == "LASF_Projection" && vlr.id == id);
    let from_text = record(2112).map(|vlr| claims_of_wkt(&String::from_utf8_lossy(&vlr.data))).unwrap_or_default();
    let from_keys = record(34735).map(|vlr| claims_of_keys(&vlr.data)).unwrap_or_default();
    // The other kind is often left over from before a conversion, so it counts only where the announced one is missing.
    let (first, second) = if header.wkt { (from_text, from_keys) } else { (from_keys, from_text) };
    if first.is_empty() { second } else { first }
}

fn claims_of_wkt(text: &str) -> Vec<Claim> {
    let text = text.trim_matches(|c: char| c == '\0' || c.is_whitespace());
    let Some(root) = wkt::parse(text) else { return Vec::new() };
    let compound = matches!(root.keyword.as_str(), "COMPD_CS" | "COMPOUNDCRS");
    let vertical = root.find(&["VERT_CS", "VERTCS", "VERTCRS", "VERTICALCRS"]);
    let horizontal = if compound {
        root.find(&["PROJCS", "PROJCRS", "PROJECTEDCRS", "GEOGCS", "GEOGCRS", "GEODCRS", "GEOGRAPHICCRS"])
    } else {
        Some(&root)
    };
    let z_unit_m = vertical.and_then(Node::unit);
    let mut claims = Vec::new();
    let name = |name: String, z_unit_m: Option<f64>| Claim { name, z_unit_m };
    if compound && let Some(code) = root.epsg() {
        claims.push(name(format!("EPSG:{code}"), None));
    }
    if let Some(code) = horizontal.and_then(Node::epsg) {
        if let Some(height) = vertical.and_then(Node::epsg).map(|height| in_unit(height, z_unit_m)) {
            claims.push(name(format!("EPSG:{code}+{height}"), None));
        }
        claims.push(name(format!("EPSG:{code}"), z_unit_m));
    }
    claims.push(name(text.to_owned(), if compound { None } else { z_unit_m }));
    claims
}

/// Codes of the GeoTIFF key directory; `None` where a key is absent or says "user defined".
fn claims_of_keys(data: &[u8]) -> Vec<Claim> {
    let words: Vec<u16> = data.chunks_exact(2).map(|b| u16::from_le_bytes([b[0], b[1]])).collect();
    let entries = words.get(4..).unwrap_or_default();
    let key = |id: u16| {
        let entry = entries.chunks_exact(4).find(|entry| entry[0] == id && entry[1] == 0);
        entry.map(|entry| entry[3]).filter(|&value| value != 0 && value != 32_767)
    };
    // Projected system, else geographic one.
    let Some(code) = key(3072).or_else(|| key(2048)) else { return Vec::new() };
    let z_unit_m = key(4099).and_then(unit_of_code);
    let mut claims = Vec::new();
    // Codes up to 5033 were given to ellipsoids by GeoTIFF 1.0, those about 5100 are datums, not systems.
    let height = key(4096).filter(|&height| height >= 5600).map(|height| in_unit(height.into(), z_unit_m));
    if let Some(height) = height {
        claims.push(Claim { name: format!("EPSG:{code}+{height}"), z_unit_m: None });
    }
    claims.push(Claim { name: format!("EPSG:{code}"), z_unit_m });
    claims
}

/// NAVD88 has a code for each unit; files often have that of metres and say feet beside it.
fn in_unit(height: u32, unit_m: Option<f64>) -> u32 {
    match (height, unit_m) {
        (5703, Some(US_FOOT_M)) => 6360,
        (5703, Some(FOOT_M)) => 8228,
        _ => height,
    }
}

fn unit_of_code(code: u16) -> Option<f64> {
    match code {
        9001 => Some(1.0),
        9002 => Some(FOOT_M),
        9003 => Some(US_FOOT_M),
        _ => None,
    }
}

/// Makes the coordinate system of a file: the job's, if it names one, else the first claim that the factory knows.
///
/// `middle` is a point of the file.
///
/// # Errors
/// In words for the job's author.
pub fn resolve(
    claims: &[Claim],
    of_job: Option<&str>,
    z_unit: ZUnit,
    middle: DVec3,
    factory: &CrsFactory<'_>,
    issues: &mut Issues,
) -> Result<Resolved, String> {
    let (claim, crs) = match of_job {
        Some(name) => {
            let said = claims.iter().find(|claim| claim.name == name).or(claims.first());
            let z_unit_m = said.and_then(|claim| claim.z_unit_m);
            (Claim { name: name.to_owned(), z_unit_m }, factory(name)?)
        }
        None => first_known(claims, factory)?,
    };
    let z_scale = match z_unit {
        ZUnit::Metre => 1.0,
        ZUnit::Foot => FOOT_M,
        ZUnit::UsSurveyFoot => US_FOOT_M,
        ZUnit::Auto => auto_z_scale(&claim, crs.as_ref(), middle, issues),
    };
    let resolved = Resolved { crs, name: claim.name, z_scale };
    if resolved.geodetic(middle).is_none() {
        let name = short(&resolved.name);
        return Err(format!("the coordinates do not fit {name}: {middle} is not on Earth; is it another system?"));
    }
    Ok(resolved)
}

fn first_known(claims: &[Claim], factory: &CrsFactory<'_>) -> Result<(Claim, Box<dyn Crs>), String> {
    let mut reasons = Vec::new();
    for claim in claims {
        match factory(&claim.name) {
            Ok(crs) => return Ok((claim.clone(), crs)),
            Err(reason) => reasons.push(format!("{}: {reason}", short(&claim.name))),
        }
    }
    if reasons.is_empty() {
        return Err(
            "the file does not say its coordinate system; the job must name it (\"crs\": \"EPSG:…\")".to_owned()
        );
    }
    Err(format!(
        "no coordinate system of the file is known ({}); the job must name it (\"crs\": \"EPSG:…\", or a proj string)",
        reasons.join("; ")
    ))
}

/// What heights are multiplied by before the coordinate system gets them.
fn auto_z_scale(claim: &Claim, crs: &dyn Crs, middle: DVec3, issues: &mut Issues) -> f64 {
    let height = |z: f64| crs.geodetic(middle.with_z(z)).map(|geodetic| geodetic.z);
    let (Some(low), Some(high)) = (height(middle.z), height(middle.z + 1000.0)) else { return 1.0 };
    // A system with feet of its own, or one that names its heights.
    let passes_metres = ((high - low) / 1000.0 - 1.0).abs() < 0.01;
    if !passes_metres || claim.name.contains('+') {
        return 1.0;
    }
    if let Some(unit) = claim.z_unit_m {
        return unit;
    }
    let ecef = |x: f64| {
        let geodetic = crs.geodetic(middle.with_x(x))?;
        Some(wgs84::ecef_from_geodetic(Geodetic::from_degrees(geodetic.x, geodetic.y, geodetic.z)))
    };
    let unit_m = ecef(middle.x).zip(ecef(middle.x + 100.0)).map_or(1.0, |(a, b)| a.distance(b) / 100.0);
    // Projections stretch by some parts in a thousand.
    if (unit_m / FOOT_M - 1.0).abs() < 0.02 {
        let message =
            "the file does not say the unit of heights; they are taken as feet, like its horizontal coordinates";
        issues.push(Issue::info("", message));
        return FOOT_M;
    }
    1.0
}

/// A name for messages: well-known text is long.
fn short(name: &str) -> String {
    let mut chars = name.chars();
    let head: String = chars.by_ref().take(60).collect();
    if chars.next().is_some() { format!("{head}…") } else { head }
}
