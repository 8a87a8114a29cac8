//! CityJSONSeq: a line with the header, then a CityJSONFeature on each line, with vertices of its own.

use std::io::{self, BufRead, Read};

use super::appearance::Appearance;
use super::document::{Members, text};
use super::{CityJsonError, Header, Setting, each_family, expect_type, sample, utf8};
use crate::format::city::{Family, Report};
use crate::format::issue::{Issue, Severity};

/// The longest line, bytes; a feature of ten million vertices.
const MAX_LINE_BYTES: u64 = 512 << 20;

/// Reads a sequence feature by feature.
pub struct CityJsonSeq<R: BufRead> {
    source: R,
    /// The line that was read last, counted from 1.
    line: u64,
    buffer: Vec<u8>,
    setting: Setting,
    /// The line of the settings.
    setting_line: u64,
    /// The buffer's line is still to be read for its objects: a first line that has any, or one that was read ahead.
    holds_unread: bool,
    sample: Vec<glam::DVec3>,
}

impl<R: BufRead> CityJsonSeq<R> {
    /// Reads the first line. A file that is one feature (over any number of lines) or one CityJSON object is read too.
    ///
    /// # Errors
    /// When the source fails, or the first line is no JSON text of type `CityJSON` or `CityJSONFeature`.
    pub fn new(mut source: R, report: &mut Report) -> Result<Self, CityJsonError> {
        let mut buffer = Vec::new();
        let mut line = 0;
        while buffer.trim_ascii().is_empty() && next_line(&mut source, &mut buffer, &mut line)? {}
        let mut members = Members::parse(utf8(&buffer)?, report);
        // What is spread over many lines is one document; whether it is whole shows at its end.
        if matches!(members, Err(CityJsonError::Json { ended: true, .. })) && !buffer.trim_ascii().is_empty() {
            let left = MAX_LINE_BYTES.saturating_sub(buffer.len() as u64);
            let mut rest = source.by_ref().take(left + 1);
            let count = rest.read_to_end(&mut buffer).map_err(|e| failed(line, &e))?;
            if count as u64 > left {
                return Err(too_long());
            }
            members = Members::parse(utf8(&buffer)?, report);
        }
        let members = members?;
        expect_type(&members, &["CityJSON", "CityJSONFeature"])?;
        if text(members.kind).as_deref() == Some("CityJSONFeature") {
            report.push(Issue::warning(
                format!("line {line}"),
                "the sequence begins without the line that names its transform and reference system",
            ));
        }
        let mut own = Report::default();
        let is_header = members.objects.is_empty() && text(members.kind).as_deref() == Some("CityJSON");
        if is_header && members.transform.is_none() {
            own.warning("there is no transform; the features' vertices are taken as coordinates", || {
                "/transform".to_string()
            });
        }
        let setting = Setting::read(&members, &mut own);
        report.extend_under(own, &format!("line {line}"));
        let holds_unread = !members.objects.is_empty();
        let mut sample = sample(&members, &setting.header.transform);
        sample.truncate(1000);
        Ok(Self { source, line, buffer, setting, setting_line: line, holds_unread, sample })
    }

    pub fn header(&self) -> &Header {
        &self.setting.header
    }

    /// Some positions of the first line that has any; reads that line.
    ///
    /// # Errors
    /// When the source fails.
    pub fn sample_positions(&mut self) -> Result<&[glam::DVec3], CityJsonError> {
        if self.sample.is_empty() && !self.holds_unread && self.advance()? {
            let mut unheard = Report::default();
            if let Ok(members) = utf8(&self.buffer).and_then(|text| Members::parse(text, &mut unheard)) {
                self.sample = sample(&members, &self.setting.header.transform);
            }
            self.holds_unread = true;
        }
        Ok(&self.sample)
    }

    /// Calls back with each object of the first level and its parts. A line that can't be read is told and passed over.
    ///
    /// # Errors
    /// When the source fails, or a line is too long; what came before was given.
    pub fn for_each_family(
        &mut self,
        report: &mut Report,
        each: &mut dyn FnMut(Family, &mut Report),
    ) -> Result<(), CityJsonError> {
        let first = self.line == self.setting_line;
        let mut goes_on = !std::mem::take(&mut self.holds_unread) || self.read_line(first, report, each);
        while goes_on && self.advance()? {
            goes_on = self.read_line(false, report, each);
        }
        Ok(())
    }

    /// The next line that is not blank; false at the end.
    fn advance(&mut self) -> Result<bool, CityJsonError> {
        while next_line(&mut self.source, &mut self.buffer, &mut self.line)? {
            if !self.buffer.trim_ascii().is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// False if nothing that follows can be read. `first`: of the line that the settings are from.
    fn read_line(&mut self, first: bool, report: &mut Report, each: &mut dyn FnMut(Family, &mut Report)) -> bool {
        let prefix = format!("line {}", self.line);
        let mut own = Report::default();
        let members = utf8(self.buffer.trim_ascii()).and_then(|text| {
            let members = Members::parse(text, &mut own)?;
            expect_type(&members, &["CityJSONFeature", "CityJSON"])?;
            Ok(members)
        });
        let mut goes_on = true;
        match members {
            Ok(members) => {
                let is_header = text(members.kind).as_deref() == Some("CityJSON");
                if is_header && !first {
                    goes_on = self.setting.replace(&members, &mut own);
                } else if !is_header {
                    tell_feature(&members, &mut own);
                }
                let Setting { header, appearance: shared, templates } = &mut self.setting;
                let appearance =
                    members.appearance.filter(|_| !is_header).map(|raw| Appearance::read(Some(raw), &mut own));
                let appearance = appearance.as_ref().unwrap_or(shared);
                if goes_on {
                    each_family(&members, header.transform, appearance, templates, &mut own, each);
                }
            }
            Err(error) => own.tell(Severity::Error, "the line can't be read; it is left out", |at| {
                let got = match error {
                    CityJsonError::Json { reason, .. } => reason,
                    CityJsonError::Type { got, .. } => format!("an object of type {got}"),
                    other => other.to_string(),
                };
                at.path("").expected_got("a CityJSONFeature", got)
            }),
        }
        report.extend_under(own, &prefix);
        goes_on
    }
}

impl Setting {
    /// Takes over from the header of another sequence, which was appended to this one. False if it can't.
    fn replace(&mut self, members: &Members<'_>, report: &mut Report) -> bool {
        let mut new = Setting::read(members, report);
        let system = self.header.reference_system.clone();
        if new.header.reference_system.is_some() && new.header.reference_system != system {
            let message = "another header names another reference system; what follows is left out";
            report.error(message, || "/metadata/referenceSystem".to_string());
            return false;
        }
        new.header.reference_system = system;
        *self = new;
        true
    }
}

/// What is wrong with a feature as a whole.
fn tell_feature(members: &Members<'_>, report: &mut Report) {
    if members.transform.is_some() {
        report.warning("a feature's own transform is not used; the first line's is", || "/transform".to_string());
    }
    match text(members.id) {
        Some(id) if members.objects.iter().any(|(key, _)| *key == id) => {}
        id => report.tell(Severity::Error, "the feature's id is none of its objects", |at| {
            at.path("/id")
                .expected_got("the key of a city object", id.map_or("none".to_string(), |id| format!("{id:?}")))
        }),
    }
    if !members.has_vertices {
        report.error("a member that every feature needs is not there", || "/vertices".to_string());
    }
}

/// Reads a line into `buffer`; false at the end of the source.
fn next_line(source: &mut impl BufRead, buffer: &mut Vec<u8>, line: &mut u64) -> Result<bool, CityJsonError> {
    buffer.clear();
    *line += 1;
    let count = source.take(MAX_LINE_BYTES + 1).read_until(b'\n', buffer).map_err(|e| failed(*line, &e))?;
    if buffer.len() as u64 > MAX_LINE_BYTES {
        return Err(too_long());
    }
    Ok(count > 0)
}

fn too_long() -> CityJsonError {
    CityJsonError::TooLarge { what: "a line", limit: MAX_LINE_BYTES }
}

fn failed(line: u64, error: &io::Error) -> CityJsonError {
    CityJsonError::Source { line, reason: error.to_string() }
}
