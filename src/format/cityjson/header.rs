//! What a CityJSON object says of itself: version, transform, reference system.

use std::collections::BTreeMap;

use glam::DVec3;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::document::{Members, Numbers, excerpt, reason, text};
use crate::format::city::Report;
use crate::format::issue::Issue;

/// The versions that are read; a file of another one is read like the newest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    V1_0,
    V1_1,
    V2_0,
}

/// From the integers in the file to coordinates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Transform {
    pub scale: DVec3,
    pub translate: DVec3,
}

impl Transform {
    pub const IDENTITY: Self = Self { scale: DVec3::ONE, translate: DVec3::ZERO };

    pub fn apply(&self, p: [f64; 3]) -> DVec3 {
        DVec3::from_array(p) * self.scale + self.translate
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Header {
    pub version: Version,
    pub transform: Transform,
    /// As the file names it: `https://www.opengis.net/def/crs/EPSG/0/7415`, `urn:ogc:def:crs:EPSG::7415`.
    pub reference_system: Option<String>,
    /// Least and greatest coordinates as the file claims them.
    pub geographical_extent: Option<(DVec3, DVec3)>,
    pub title: Option<String>,
    /// Names of the extensions that the file uses, sorted.
    pub extensions: Vec<String>,
}

impl Header {
    pub(super) fn read(members: &Members<'_>, report: &mut Report) -> Self {
        let version = read_version(members.version, report);
        let metadata = members.metadata.map(|raw| read_metadata(raw, report)).unwrap_or_default();
        Self {
            version,
            transform: read_transform(members, version, report),
            reference_system: text(metadata.reference_system),
            geographical_extent: metadata.geographical_extent.and_then(|raw| {
                let Numbers::<6>(e) = serde_json::from_str(raw.get()).ok()?;
                let extent = (DVec3::new(e[0], e[1], e[2]), DVec3::new(e[3], e[4], e[5]));
                if !(extent.0.is_finite() && extent.1.is_finite()) {
                    report.warning("the extent is not six numbers", || "/metadata/geographicalExtent".to_string());
                    return None;
                }
                Some(extent)
            }),
            title: text(metadata.title),
            extensions: read_extensions(members.extensions),
        }
    }
}

fn read_version(raw: Option<&RawValue>, report: &mut Report) -> Version {
    let newest = Version::V2_0;
    let Some(raw) = raw else {
        report.push(Issue::warning("/version", "the file does not say which version it has; it is read as 2.0"));
        return newest;
    };
    // Some writers give a number, some a patch version.
    let version = text(Some(raw)).unwrap_or_else(|| raw.get().to_string());
    let mut parts = version.split('.');
    match (parts.next(), parts.next()) {
        (Some("2"), Some("0")) => Version::V2_0,
        (Some("1"), Some("1")) => Version::V1_1,
        (Some("1"), Some("0")) => {
            report
                .push(Issue::info("/version", "CityJSON 1.0 is read as well as its rules allow; cjio upgrades files"));
            Version::V1_0
        }
        _ => {
            report.push(
                Issue::warning("/version", "the version is not known; the file is read as 2.0")
                    .expected_got("1.0, 1.1 or 2.0", excerpt(raw)),
            );
            newest
        }
    }
}

#[derive(Deserialize)]
struct RawTransform {
    scale: Numbers<3>,
    translate: Numbers<3>,
}

fn read_transform(members: &Members<'_>, version: Version, report: &mut Report) -> Transform {
    let Some(raw) = members.transform else {
        if version > Version::V1_0 && !members.vertices.is_empty() {
            report.push(
                Issue::warning("/transform", "there is no transform; the vertices are taken as coordinates")
                    .expected_got("an object with scale and translate", "nothing"),
            );
        }
        return Transform::IDENTITY;
    };
    let transform = serde_json::from_str::<RawTransform>(raw.get())
        .ok()
        .map(|t| Transform { scale: DVec3::from_array(t.scale.0), translate: DVec3::from_array(t.translate.0) });
    match transform {
        Some(t) if t.scale.is_finite() && t.translate.is_finite() && t.scale.min_element() > 0.0 => t,
        _ => {
            report.push(
                Issue::error("/transform", "the transform is not usable, so that no position is known")
                    .expected_got("scale and translate of three numbers each, scale above 0", excerpt(raw)),
            );
            // What would be drawn without it lies anywhere.
            Transform { scale: DVec3::NAN, translate: DVec3::NAN }
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(expecting = "an object")]
struct RawMetadata<'a> {
    #[serde(borrow, default, rename = "referenceSystem")]
    reference_system: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "geographicalExtent")]
    geographical_extent: Option<&'a RawValue>,
    #[serde(borrow, default)]
    title: Option<&'a RawValue>,
}

fn read_metadata<'a>(raw: &'a RawValue, report: &mut Report) -> RawMetadata<'a> {
    serde_json::from_str(raw.get()).unwrap_or_else(|e| {
        report.push(Issue::error("/metadata", format!("the metadata can't be read: {}", reason(&e))));
        RawMetadata::default()
    })
}

fn read_extensions(raw: Option<&RawValue>) -> Vec<String> {
    let extensions = raw.and_then(|raw| serde_json::from_str::<BTreeMap<String, &RawValue>>(raw.get()).ok());
    extensions.unwrap_or_default().into_keys().collect()
}
