//! CityJSON and CityJSONSeq to features; see [`super::city`] for how.

use std::io::BufRead;

use super::CrsFactory;
use super::city::{CityError, Convention, Converter, Options};
use crate::bake::model::Feature;
use crate::format::city::Report;
use crate::format::cityjson::{CityJson, CityJsonSeq};
use crate::format::issue::Issues;

/// Reads a CityJSON file. Findings have JSON pointers for paths, which hold the object's id.
///
/// # Errors
/// When the bytes are no CityJSON, or the reference system is not known.
pub fn read(
    bytes: &[u8],
    options: &Options<'_>,
    crs: &CrsFactory<'_>,
    sink: &mut dyn FnMut(Feature),
) -> Result<Issues, CityError> {
    let mut report = Report::default();
    let mut file = CityJson::from_bytes(bytes, &mut report)?;
    if file.object_count() == 0 {
        return Ok(report.finish());
    }
    let sample = file.sample_positions();
    let named = file.header().reference_system.as_deref();
    let mut converter = Converter::new(options, named, Convention::LongitudeFirst, &sample, crs, &mut report)?;
    file.for_each_family(&mut report, &mut |family, report| converter.family(&family, report, sink));
    converter.finish(&mut report);
    Ok(report.finish())
}

/// Reads a CityJSON text sequence, a line at a time. Paths of findings begin with the line.
///
/// # Errors
/// When the source fails, its first line is none of a sequence, or the reference system is not known.
pub fn read_sequence(
    source: impl BufRead,
    options: &Options<'_>,
    crs: &CrsFactory<'_>,
    sink: &mut dyn FnMut(Feature),
) -> Result<Issues, CityError> {
    let mut report = Report::default();
    let mut sequence = CityJsonSeq::new(source, &mut report)?;
    let sample = sequence.sample_positions()?.to_vec();
    let named = sequence.header().reference_system.clone();
    let convention = Convention::LongitudeFirst;
    let mut converter = Converter::new(options, named.as_deref(), convention, &sample, crs, &mut report)?;
    sequence.for_each_family(&mut report, &mut |family, report| converter.family(&family, report, sink))?;
    converter.finish(&mut report);
    Ok(report.finish())
}
