//! CityGML to features; see [`super::city`] for how.

use super::CrsFactory;
use super::city::{CityError, Convention, Converter, Options};
use crate::bake::model::Feature;
use crate::format::city::Report;
use crate::format::citygml::CityGml;
use crate::format::issue::Issues;

/// Reads a CityGML file. Findings have byte offsets for paths, and the object's `gml:id` where one object is meant.
///
/// # Errors
/// When the bytes are no CityGML 1.0 or 2.0, or the reference system is not known.
pub fn read(
    bytes: &[u8],
    options: &Options<'_>,
    crs: &CrsFactory<'_>,
    sink: &mut dyn FnMut(Feature),
) -> Result<Issues, CityError> {
    let mut report = Report::default();
    let file = CityGml::from_bytes(bytes, &mut report)?;
    let (named, sample) = (file.reference_system(), file.sample_positions());
    let mut converter = Converter::new(options, named, Convention::Authority, sample, crs, &mut report)?;
    file.for_each_family(&mut report, &mut |family, report| converter.family(&family, report, sink));
    converter.finish(&mut report);
    Ok(report.finish())
}
