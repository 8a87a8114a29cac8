//! Point Cloud tiles (3D Tiles 1.0, "Point Cloud"): one part of points.
//!
//! Frame: positions are in the content frame (z up, no glTF rotation), moved by `RTC_CENTER`; they are re-centred on the
//! middle of their box in f64 before they become f32. Colours are sRGB in the file and linear in the content.
//! Points without normals are unlit. Attributes that `3DTILES_draco_point_compression` names come from the [`draco`]
//! cloud, all others from the feature table.

mod draco;

use std::sync::Arc;

use glam::{DAffine3, DVec3, Vec3};

use self::draco::Cloud;
use super::batch_table;
use super::decode::{ContentError, DecodeOptions, Decoded, Resources};
use super::feature_table::FeatureTable;
use super::oct;
use super::tile_header::{TileFormat, invalid, split};
use super::{AlphaMode, Content, FeatureIdSet, FeatureIds, Geometry, Material, Part, PropertyTable, Topology};
use crate::format::issue::{Issue, Issues};

const NAME: &str = "pnts";
/// Coordinates past this cannot be differenced in f32; no tile is that large.
const MAX_COORDINATE_M: f64 = 1e30;

/// What the tile says of its points; every list is empty or as long as `positions`.
struct Points {
    /// Content frame without `RTC_CENTER`, metres.
    positions: Vec<DVec3>,
    /// Unit length.
    normals: Vec<Vec3>,
    /// sRGB and alpha, 8 bits each.
    colors: Vec<[u8; 4]>,
    /// Feature of each point.
    batch_ids: Vec<u32>,
}

/// Reads a pnts tile. It stands alone: no other file is asked for.
///
/// # Errors
/// The header or the feature table is broken, points that it announces are not there, or it has more points than
/// `limits.vertices`.
pub fn read(bytes: &[u8], options: &DecodeOptions, _resources: &dyn Resources) -> Result<Decoded, ContentError> {
    let mut issues = Issues::default();
    let sections = split(TileFormat::Pnts, bytes, &mut issues)?;
    let features = FeatureTable::parse(TileFormat::Pnts, &sections, &mut issues)?;
    let count = features.count("POINTS_LENGTH")?;
    let count = count.ok_or_else(|| invalid(NAME, "feature table /POINTS_LENGTH is missing"))?;
    if count as usize > options.limits.vertices {
        return Err(ContentError::TooLarge { what: "the point cloud", limit: options.limits.vertices as u64 });
    }
    let cloud = Cloud::decode(&features, count, &options.limits)?;
    let source = Source { features: &features, cloud: cloud.as_ref(), count: count as usize };
    let mut points = source.points()?;
    let material = material(&features, &points)?;

    let feature_count = match (features.count("BATCH_LENGTH")?, points.batch_ids.iter().max()) {
        (Some(length), _) => length,
        (None, Some(max)) => max.saturating_add(1),
        (None, None) => count,
    };
    let batched = !points.batch_ids.is_empty();
    let feature_count = if batched { feature_count } else { count };
    let attribute = |id| cloud.as_ref()?.attribute(id);
    let table = batch_table::read(&sections, Some(feature_count), &attribute, &mut issues);
    let table = (batched || !table.properties.is_empty()).then_some(table);

    points.drop_unplaceable(&mut issues);
    let rtc_center = features.triple("RTC_CENTER")?.map_or(DVec3::ZERO, DVec3::from_array);
    let set = table.as_ref().map(|table| feature_set(&mut points, table, &mut issues));
    let mut content = Content { materials: vec![material], issues, ..Content::default() };
    content.parts.extend(part(points, set, rtc_center));
    content.tables.extend(table);
    Ok(Decoded::Content(content))
}

/// Where attributes of points come from.
struct Source<'a> {
    features: &'a FeatureTable<'a>,
    cloud: Option<&'a Cloud>,
    count: usize,
}

impl Source<'_> {
    fn points(&self) -> Result<Points, ContentError> {
        Ok(Points {
            positions: self.positions()?,
            normals: self.normals()?,
            colors: self.colors()?,
            batch_ids: self.batch_ids()?,
        })
    }

    fn positions(&self) -> Result<Vec<DVec3>, ContentError> {
        if let Some(positions) = self.floats("POSITION", 3)? {
            return Ok(positions
                .as_chunks()
                .0
                .iter()
                .map(|&[x, y, z]| DVec3::new(x.into(), y.into(), z.into()))
                .collect());
        }
        let quantized = self.features.shorts("POSITION_QUANTIZED", 3, self.count)?;
        let quantized =
            quantized.ok_or_else(|| invalid(NAME, "the feature table has neither POSITION nor POSITION_QUANTIZED"))?;
        let (offset, scale) = self.features.quantized_volume()?;
        let place = |chunk: &[u16; 3]| offset + scale * (DVec3::from_array(chunk.map(f64::from)) / 65535.0);
        Ok(quantized.as_chunks().0.iter().map(place).collect())
    }

    fn normals(&self) -> Result<Vec<Vec3>, ContentError> {
        if let Some(normals) = self.floats("NORMAL", 3)? {
            return Ok(normals.as_chunks().0.iter().map(|&n| Vec3::from_array(n).normalize_or(Vec3::Z)).collect());
        }
        let oct = self.features.bytes("NORMAL_OCT16P", 2, self.count)?;
        let normals = oct.as_deref().unwrap_or_default().as_chunks().0.iter();
        Ok(normals.map(|&pair| oct::from_u8(pair).as_vec3()).collect())
    }

    /// In the standard's order of precedence: RGBA, RGB, RGB565.
    fn colors(&self) -> Result<Vec<[u8; 4]>, ContentError> {
        if let Some(rgba) = self.bytes("RGBA", 4)? {
            return Ok(rgba.as_chunks().0.to_vec());
        }
        if let Some(rgb) = self.bytes("RGB", 3)? {
            return Ok(rgb.as_chunks().0.iter().map(|&[r, g, b]| [r, g, b, 255]).collect());
        }
        let rgb565 = self.features.shorts("RGB565", 1, self.count)?;
        Ok(rgb565.unwrap_or_default().into_iter().map(from_rgb565).collect())
    }

    fn batch_ids(&self) -> Result<Vec<u32>, ContentError> {
        match self.cloud.and_then(|cloud| cloud.semantic("BATCH_ID")) {
            Some(run) => Ok(run?.numbers.iter().map(|id| id.as_f64() as u32).collect()),
            None => Ok(self.features.batch_ids(self.count)?.unwrap_or_default()),
        }
    }

    fn floats(&self, semantic: &str, components: usize) -> Result<Option<Vec<f32>>, ContentError> {
        match self.cloud.and_then(|cloud| cloud.semantic(semantic)) {
            Some(run) => Ok(Some(run?.with_components(components, |number| number.as_f64() as f32))),
            None => self.features.floats(semantic, components, self.count),
        }
    }

    fn bytes(&self, semantic: &str, components: usize) -> Result<Option<Vec<u8>>, ContentError> {
        match self.cloud.and_then(|cloud| cloud.semantic(semantic)) {
            Some(run) => Ok(Some(run?.with_components(components, |number| number.as_f64() as u8))),
            None => Ok(self.features.bytes(semantic, components, self.count)?.map(|bytes| bytes.into_owned())),
        }
    }
}

impl Points {
    /// Leaves out points whose position is no number or beyond all measure.
    fn drop_unplaceable(&mut self, issues: &mut Issues) {
        let good = |p: &DVec3| p.is_finite() && p.abs().max_element() < MAX_COORDINATE_M;
        let keep: Vec<bool> = self.positions.iter().map(good).collect();
        let dropped = keep.iter().filter(|&&kept| !kept).count();
        if dropped == 0 {
            return;
        }
        let issue = Issue::warning("feature table /POSITION", "points without a finite position are left out");
        issues.push(issue.expected_got("finite numbers", format!("{dropped} points with others")));
        if self.batch_ids.is_empty() {
            // From here on a point's index is no longer its place in the file, so the ids must be told.
            self.batch_ids = (0..).take(keep.len()).collect();
        }
        retain(&mut self.positions, &keep);
        retain(&mut self.normals, &keep);
        retain(&mut self.colors, &keep);
        retain(&mut self.batch_ids, &keep);
    }
}

fn retain<T>(list: &mut Vec<T>, keep: &[bool]) {
    let mut kept = keep.iter();
    list.retain(|_| kept.next().copied().unwrap_or(false));
}

fn from_rgb565(packed: u16) -> [u8; 4] {
    let channel = |value: u16, greatest: u32| ((u32::from(value) * 255 + greatest / 2) / greatest) as u8;
    [channel(packed >> 11, 31), channel(packed >> 5 & 63, 63), channel(packed & 31, 31), 255]
}

fn feature_set(points: &mut Points, table: &PropertyTable, issues: &mut Issues) -> FeatureIdSet {
    let ids = std::mem::take(&mut points.batch_ids);
    if let Some(&max) = ids.iter().max()
        && max >= table.count
    {
        let issue = Issue::warning("feature table /BATCH_ID", "a batch id is beyond the count of features");
        issues.push(issue.expected_got(format!("ids below {}", table.count), max));
    }
    FeatureIdSet {
        label: String::new(),
        feature_count: table.count,
        null_feature_id: None,
        table: Some(0),
        ids: if ids.is_empty() { FeatureIds::Implicit } else { FeatureIds::Vertex(ids.into()) },
    }
}

fn material(features: &FeatureTable, points: &Points) -> Result<Material, ContentError> {
    let constant = if points.colors.is_empty() { features.constant_rgba()? } else { None };
    let translucent = constant.iter().chain(&points.colors).any(|color| color[3] < 255);
    Ok(Material {
        base_color: constant.map_or([1.0; 4], |color| linear(&srgb_table(), color)),
        metallic: 0.0,
        alpha: if translucent { AlphaMode::Blend } else { AlphaMode::Opaque },
        unlit: points.normals.is_empty(),
        ..Material::default()
    })
}

fn part(points: Points, set: Option<FeatureIdSet>, rtc_center: DVec3) -> Option<Part> {
    let first = *points.positions.first()?;
    let (lo, hi) = points.positions.iter().fold((first, first), |(lo, hi), &p| (lo.min(p), hi.max(p)));
    let middle = lo + (hi - lo) * 0.5;
    let table = srgb_table();
    let geometry = Geometry {
        topology: Topology::Points,
        positions: points.positions.iter().map(|&p| (p - middle).as_vec3()).collect(),
        normals: points.normals,
        colors: points.colors.iter().map(|&color| linear(&table, color)).collect(),
        ..Geometry::default()
    };
    Some(Part {
        name: String::new(),
        content_from_part: DAffine3::from_translation(rtc_center + middle),
        geometry: Arc::new(geometry),
        material: 0,
        instances: Vec::new(),
        feature_sets: set.into_iter().collect(),
    })
}

/// Linear intensity of every 8-bit sRGB value (IEC 61966-2-1).
fn srgb_table() -> [f32; 256] {
    std::array::from_fn(|value| {
        let encoded = value as f32 / 255.0;
        if encoded <= 0.04045 { encoded / 12.92 } else { ((encoded + 0.055) / 1.055).powf(2.4) }
    })
}

/// Linear RGBA, 0..=1.
fn linear(table: &[f32; 256], [r, g, b, a]: [u8; 4]) -> [f32; 4] {
    [table[usize::from(r)], table[usize::from(g)], table[usize::from(b)], f32::from(a) / 255.0]
}

#[cfg(test)]
mod tests;
