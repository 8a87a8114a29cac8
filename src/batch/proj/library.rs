//! Systems by PROJ.

use glam::DVec2;
use proj::Proj;

use super::register::Facts;
use crate::bake::source::crs::{CrsError, CrsName, Heights, Horizontal, NamedCrs, Plane, VerticalAxis};
use crate::format::issue::Issue;

const WGS84: &str = "EPSG:4326";

/// Makes a system by any name that PROJ knows.
///
/// # Errors
/// [`CrsError`] if the name is none, or of no system that has a horizontal part on the Earth.
pub fn named(text: &str, heights: Heights) -> Result<NamedCrs, CrsError> {
    let name = CrsName::parse(text)?;
    let unusable = |reason: String| CrsError::Unusable { name: name.to_string().chars().take(200).collect(), reason };
    let facts = facts(&name).map_err(unusable)?;
    let make = |from: &str, to: &str| Proj::new_known_crs(from, to, None).map_err(|error| unusable(error.to_string()));
    let plane = ProjPlane { to_wgs84: make(&facts.horizontal, WGS84)?, from_wgs84: make(WGS84, &facts.horizontal)? };
    let mut issues = Vec::new();
    plane.tell_of_shift(&facts, &mut issues);
    let vertical = VerticalAxis::choose(facts.vertical, heights, facts.vertical_name.as_deref(), &mut issues);
    Ok(NamedCrs::new(name.to_string(), Box::new(plane), vertical, facts.north_first, issues))
}

fn facts(name: &CrsName) -> Result<Facts, String> {
    // PROJ takes a bare proj string for an operation; with its type it is a system.
    let definition = match &name.horizontal {
        Horizontal::ProjString(text) if !text.contains("+type=crs") => format!("{text} +type=crs"),
        _ => name.to_string(),
    };
    let system = Proj::new(&definition).map_err(|error| error.to_string())?;
    let json = system.to_projjson(Some(false), None, None).map_err(|_| "it is no reference system".to_string())?;
    let json = serde_json::from_str(&json).map_err(|error| error.to_string())?;
    Facts::of(&json).ok_or_else(|| "it has no horizontal part on the Earth".to_string())
}

/// A horizontal system of PROJ, its axes put east (or longitude) first.
struct ProjPlane {
    to_wgs84: Proj,
    from_wgs84: Proj,
}

impl ProjPlane {
    /// Says which shift of datum is used and how good it is, by trying it in the middle of the system's area.
    fn tell_of_shift(&self, facts: &Facts, issues: &mut Vec<Issue>) {
        let Ok((Some(area), _)) = self.from_wgs84.area_of_use() else { return };
        let east = if area.east < area.west { area.east + 360.0 } else { area.east };
        let middle = DVec2::new((area.west + east) / 2.0, (area.south + area.north) / 2.0);
        if self.xy(middle).and_then(|xy| self.lon_lat_deg(xy)).is_none() {
            return;
        }
        let used = self.to_wgs84.proj_info();
        let description = used.description.unwrap_or_default();
        if description.contains("Ballpark") {
            let message = format!(
                "{}: how its datum lies to WGS84 is not known without grids; positions may be off by some hundred metres",
                facts.name
            );
            issues.push(Issue::warning("", message));
        } else if used.accuracy >= 3.0 {
            let message = format!("{}: the shift to WGS84 ({description}) is good to {} m", facts.name, used.accuracy);
            issues.push(Issue::info("", message));
        }
    }
}

impl Plane for ProjPlane {
    fn lon_lat_deg(&self, xy: DVec2) -> Option<DVec2> {
        let lon_lat = convert(&self.to_wgs84, xy)?;
        (lon_lat.x.abs() <= 540.0 && lon_lat.y.abs() <= 90.0).then_some(lon_lat)
    }

    fn xy(&self, lon_lat_deg: DVec2) -> Option<DVec2> {
        convert(&self.from_wgs84, lon_lat_deg)
    }
}

fn convert(operation: &Proj, p: DVec2) -> Option<DVec2> {
    if !p.is_finite() {
        return None;
    }
    let (x, y) = operation.convert((p.x, p.y)).ok()?;
    // PROJ says "no result" by infinity.
    Some(DVec2::new(x, y)).filter(|p| p.is_finite())
}
