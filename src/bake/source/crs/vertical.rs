//! What heights are measured in and from.

use glam::DVec2;

use super::name::{CrsName, Horizontal};
use super::undulation_m;
use crate::format::issue::Issue;

/// What heights are above.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vertical {
    /// The WGS84 ellipsoid.
    Ellipsoidal,
    /// The sea: a national levelling datum or a geoid. EGM96 stands for all of them.
    Orthometric,
}

/// What a job says of a source's heights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Heights {
    /// As the name of the reference system tells; above the sea, with a warning, where it tells nothing.
    #[default]
    AsNamed,
    Ellipsoidal,
    Orthometric,
}

/// The third axis of a system.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VerticalAxis {
    pub datum: Vertical,
    /// Of one unit upwards; negative for depths.
    pub metres_per_unit: f64,
}

impl VerticalAxis {
    pub const ELLIPSOIDAL_M: Self = Self { datum: Vertical::Ellipsoidal, metres_per_unit: 1.0 };
    pub const ORTHOMETRIC_M: Self = Self { datum: Vertical::Orthometric, metres_per_unit: 1.0 };

    /// The ellipsoidal height in metres of a height in this axis' unit and datum.
    pub fn ellipsoidal_height_m(&self, lon_lat_deg: DVec2, z: f64) -> f64 {
        let height_m = z * self.metres_per_unit;
        match self.datum {
            Vertical::Ellipsoidal => height_m,
            Vertical::Orthometric => height_m + undulation_m(lon_lat_deg),
        }
    }

    /// The axis that holds where `named` is what the system's name tells (`None`: nothing) and the job says `heights`.
    /// `datum_name`: of the named vertical datum, for the user.
    pub fn choose(
        named: Option<VerticalAxis>,
        heights: Heights,
        datum_name: Option<&str>,
        issues: &mut Vec<Issue>,
    ) -> VerticalAxis {
        let metres_per_unit = named.map_or(1.0, |axis| axis.metres_per_unit);
        let told = match heights {
            Heights::Ellipsoidal => return VerticalAxis { datum: Vertical::Ellipsoidal, metres_per_unit },
            Heights::Orthometric => Some(VerticalAxis { datum: Vertical::Orthometric, metres_per_unit }),
            Heights::AsNamed => named,
        };
        let Some(axis) = told else {
            let message = "the reference system tells nothing of heights; they are taken as metres above the sea \
                           (EGM96): name a vertical system, such as EPSG:28992+5709, or say which heights they are";
            issues.push(Issue::warning("", message));
            return VerticalAxis::ORTHOMETRIC_M;
        };
        if axis.datum == Vertical::Orthometric && !datum_name.is_some_and(|name| name.contains("EGM96")) {
            let datum = datum_name.unwrap_or("heights above the sea");
            let message = format!("{datum}: the geoid EGM96 stands in for this datum, which may err by about a metre");
            issues.push(Issue::info("", message));
        }
        axis
    }
}

/// What the codes of a name tell of heights, without a database.
pub(super) fn axis(name: &CrsName, heights: Heights, issues: &mut Vec<Issue>) -> VerticalAxis {
    if name.vertical.is_none()
        && let Horizontal::ProjString(text) = &name.horizontal
        && let Some(metres_per_unit) = proj_string_unit_m(text)
    {
        let named = Some(VerticalAxis { datum: Vertical::Orthometric, metres_per_unit });
        return VerticalAxis::choose(named, heights, None, issues);
    }
    let Some(code) = name.vertical else {
        let named = name.ellipsoidal_heights.then_some(VerticalAxis::ELLIPSOIDAL_M);
        return VerticalAxis::choose(named, heights, None, issues);
    };
    match known(code) {
        Some((datum_name, metres_per_unit)) => {
            let named = VerticalAxis { datum: Vertical::Orthometric, metres_per_unit };
            VerticalAxis::choose(Some(named), heights, Some(datum_name), issues)
        }
        None => {
            let datum_name = format!("the vertical system EPSG:{code}, taken as metres");
            VerticalAxis::choose(Some(VerticalAxis::ORTHOMETRIC_M), heights, Some(&datum_name), issues)
        }
    }
}

/// `+vunits` or `+vto_meter`, if the text has one.
fn proj_string_unit_m(text: &str) -> Option<f64> {
    let value = |key: &str| text.split_whitespace().find_map(|part| part.strip_prefix(key));
    match (value("+vto_meter="), value("+vunits=")) {
        (Some(number), _) => number.parse().ok().filter(|unit_m: &f64| unit_m.is_finite() && *unit_m > 0.0),
        (None, Some("m")) => Some(1.0),
        (None, Some("ft")) => Some(0.3048),
        (None, Some("us-ft")) => Some(1200.0 / 3937.0),
        _ => None,
    }
}

/// Vertical systems of the EPSG register that city models and terrain come in: name, metres a unit.
fn known(code: u32) -> Option<(&'static str, f64)> {
    const US_FOOT_M: f64 = 1200.0 / 3937.0;
    Some(match code {
        5773 => ("EGM96 height", 1.0),
        3855 => ("EGM2008 height", 1.0),
        5709 => ("NAP height (Amsterdam)", 1.0),
        5710 => ("Ostend height (TAW)", 1.0),
        5783 => ("DHHN92 height", 1.0),
        7837 => ("DHHN2016 height", 1.0),
        5720 => ("NGF-IGN69 height", 1.0),
        5701 => ("ODN height (Newlyn)", 1.0),
        5728 => ("LN02 height (Switzerland)", 1.0),
        5729 => ("LHN95 height (Switzerland)", 1.0),
        5778 => ("GHA height (Austria)", 1.0),
        5621 => ("EVRF2007 height", 1.0),
        5941 => ("NN2000 height (Norway)", 1.0),
        5613 => ("RH2000 height (Sweden)", 1.0),
        3900 => ("N2000 height (Finland)", 1.0),
        6695 => ("JGD2011 (vertical) height", 1.0),
        5703 => ("NAVD88 height", 1.0),
        6360 => ("NAVD88 height in US survey feet", US_FOOT_M),
        8228 => ("NAVD88 height in feet", 0.3048),
        5711 => ("AHD height (Australia)", 1.0),
        7839 => ("NZVD2016 height", 1.0),
        _ => return None,
    })
}
