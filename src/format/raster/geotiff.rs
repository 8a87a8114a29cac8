//! GeoTIFF: heights and orthophotos, strips or tiles, read by windows so that a file may be larger than memory.
//!
//! TIFF 6.0 and BigTIFF by the crate `tiff` (deflate, LZW, PackBits, JPEG; horizontal and floating-point predictors),
//! OGC GeoTIFF 1.1 (19-008r4) for the place, GDAL's tag 42113 for voids. Overviews are passed over: coarser levels are
//! made from the first image. Not read: ground control points, rational polynomials, per-dataset masks, heights with a
//! scale or an offset in GDAL's metadata (an issue says so).

use glam::{DAffine2, DMat2, DVec2};
use std::io::{Read, Seek};
use tiff::ColorType;
use tiff::decoder::{ChunkType, Decoder, Limits};
use tiff::tags::Tag;

use super::geokeys::GeoKeys;
use super::{HEIGHTS_ON_EARTH_M, Raster, RasterContent, RasterError, RasterHead, Window, world_file};
use crate::format::issue::{Issue, Issues};
use patched::Patched;

mod chunk;
mod patched;

use chunk::{Bands, Chunk};

const FORMAT: &str = "GeoTIFF";

/// 1,048,576 posts a side.
const MAX_SIDE_PX: u32 = 1 << 20;
/// Unpacked bytes of one strip or tile. A file with one strip for all must be rewritten in tiles past this.
const MAX_CHUNK_BYTES: usize = 256 << 20;
/// Unpacked strips and tiles that are kept for the next window.
const CACHE_BYTES: usize = 64 << 20;

/// An open file.
pub struct GeoTiff<R: Read + Seek> {
    decoder: Decoder<Patched<R>>,
    head: RasterHead,
    layout: Layout,
    cache: Vec<(u32, Chunk)>,
}

/// How the values lie in the file.
#[derive(Debug, Clone)]
struct Layout {
    bands: Bands,
    chunk_px: (u32, u32),
    chunks_across: u32,
    /// Of one band where the bands are apart; else 0.
    chunks_per_plane: u32,
    /// Lengths of the packed chunks: 0 is a chunk that was never written.
    packed_bytes: Vec<u64>,
    void: Option<f64>,
    palette: Option<Vec<[u8; 3]>>,
}

impl<R: Read + Seek> GeoTiff<R> {
    /// Reads the directory of the first image.
    ///
    /// # Errors
    /// [`RasterError`] if it is no TIFF, is larger than the limits, or is of a kind that is not read.
    pub fn open(reader: R) -> Result<Self, RasterError> {
        let mut decoder = Decoder::new(Patched::new(reader).map_err(io)?).map_err(failed)?.with_limits(limits());
        let (width_px, height_px) = decoder.dimensions().map_err(failed)?;
        let side_px = width_px.max(height_px);
        if side_px > MAX_SIDE_PX {
            let (limit, got) = (u64::from(MAX_SIDE_PX), u64::from(side_px));
            return Err(RasterError::TooLarge { format: FORMAT, what: "a side in pixels", limit, got });
        }
        let mut issues = Issues::default();
        let layout = layout(&mut decoder, (width_px, height_px))?;
        let (map_from_post, crs) = place(&mut decoder, &mut issues)?;
        let content = if layout.palette.is_none() && layout.bands.may_be_heights() {
            RasterContent::Heights
        } else {
            RasterContent::Colors
        };
        let scaled = decoder.get_tag_ascii_string(Tag::Unknown(42_112)).is_ok_and(|xml| xml.contains("role=\"scale\""));
        if scaled && content == RasterContent::Heights {
            issues.push(Issue::warning("tag 42112", "values have a scale and an offset, which are not applied"));
        }
        let head = RasterHead { width_px, height_px, map_from_post, crs, content, issues };
        Ok(Self { decoder, head, layout, cache: Vec::new() })
    }

    /// Gives each post of a window to `put`, as the chunk that holds it and the place within the chunk.
    fn read(
        &mut self,
        window: Window,
        mut put: impl FnMut(usize, &Layout, &[Chunk], usize),
    ) -> Result<(), RasterError> {
        window.posts_within(&self.head)?;
        if window.width == 0 || window.height == 0 {
            return Ok(());
        }
        let (chunk_w, chunk_h) = self.layout.chunk_px;
        for chunk_row in window.row / chunk_h..=(window.row + window.height - 1) / chunk_h {
            for chunk_col in window.col / chunk_w..=(window.col + window.width - 1) / chunk_w {
                let planes = self.planes(chunk_row * self.layout.chunks_across + chunk_col)?;
                let left = (chunk_col * chunk_w).max(window.col);
                let right = ((chunk_col + 1) * chunk_w).min(window.col + window.width);
                let top = (chunk_row * chunk_h).max(window.row);
                let bottom = ((chunk_row + 1) * chunk_h).min(window.row + window.height);
                for row in top..bottom {
                    for col in left..right {
                        let to = (row - window.row) as usize * window.width as usize + (col - window.col) as usize;
                        let width = planes[0].width_px as usize;
                        let from = (row - chunk_row * chunk_h) as usize * width + (col - chunk_col * chunk_w) as usize;
                        put(to, &self.layout, &planes, from);
                    }
                }
            }
        }
        Ok(())
    }

    /// The chunk, or its bands where they are apart.
    fn planes(&mut self, index: u32) -> Result<Vec<Chunk>, RasterError> {
        let count = if self.layout.chunks_per_plane > 0 { u32::from(self.layout.bands.count.min(4)) } else { 1 };
        (0..count).map(|plane| self.chunk(index + plane * self.layout.chunks_per_plane)).collect()
    }

    fn chunk(&mut self, index: u32) -> Result<Chunk, RasterError> {
        if let Some(at) = self.cache.iter().position(|(i, _)| *i == index) {
            // The last one is the one used last.
            let entry = self.cache.remove(at);
            self.cache.push(entry.clone());
            return Ok(entry.1);
        }
        let (width_px, height_px) = self.decoder.chunk_data_dimensions(self.in_plane(index));
        let empty = self.layout.packed_bytes.get(index as usize).is_none_or(|&bytes| bytes == 0);
        let values = if empty { None } else { Some(self.decoder.read_chunk(index).map_err(failed)?) };
        let chunk = Chunk::new(width_px, height_px, values);
        self.cache.push((index, chunk.clone()));
        while self.cache.len() > 1 && self.cache.iter().map(|(_, c)| c.byte_size()).sum::<usize>() > CACHE_BYTES {
            self.cache.remove(0);
        }
        Ok(chunk)
    }

    fn in_plane(&self, index: u32) -> u32 {
        if self.layout.chunks_per_plane > 0 { index % self.layout.chunks_per_plane } else { index }
    }
}

impl<R: Read + Seek> Raster for GeoTiff<R> {
    fn head(&self) -> &RasterHead {
        &self.head
    }

    fn heights(&mut self, window: Window) -> Result<Vec<f32>, RasterError> {
        if self.layout.palette.is_some() || !self.layout.bands.may_be_heights() && self.layout.bands.count > 1 {
            return Err(RasterError::Content { expected: "heights", got: "colours" });
        }
        let mut heights = vec![f32::NAN; window.posts_within(&self.head)?];
        self.read(window, |to, layout, planes, from| {
            let step = if layout.chunks_per_plane > 0 { 1 } else { usize::from(layout.bands.count) };
            let height = planes[0].value(from * step).filter(|value| !layout.is_void(*value)).map(|value| value as f32);
            heights[to] = height.filter(|height_m| HEIGHTS_ON_EARTH_M.contains(height_m)).unwrap_or(f32::NAN);
        })?;
        Ok(heights)
    }

    fn colors(&mut self, window: Window) -> Result<Vec<[u8; 4]>, RasterError> {
        if !self.layout.bands.may_be_colors() {
            return Err(RasterError::Content { expected: "colours", got: "numbers of more than 16 bits" });
        }
        let mut colors = vec![[0; 4]; window.posts_within(&self.head)?];
        self.read(window, |to, layout, planes, from| colors[to] = layout.color(planes, from).unwrap_or([0; 4]))?;
        Ok(colors)
    }
}

impl Layout {
    fn is_void(&self, value: f64) -> bool {
        !value.is_finite() || self.void.is_some_and(|void| value == void || value as f32 == void as f32)
    }

    fn color(&self, planes: &[Chunk], from: usize) -> Option<[u8; 4]> {
        let bands = usize::from(self.bands.count);
        let sample = |band: usize| match self.chunks_per_plane {
            0 => planes.first()?.sample_8bit(from * bands + band),
            _ => planes.get(band)?.sample_8bit(from),
        };
        // A void is a pixel whose every band has the void's value.
        let is_void = |values: &[u8]| self.void.is_some_and(|v| values.iter().all(|&b| f64::from(b) == v));
        if let Some(palette) = &self.palette {
            let index = sample(0)?;
            let &[r, g, b] = palette.get(usize::from(index))?;
            return (!is_void(&[index])).then_some([r, g, b, 255]);
        }
        let [r, g, b] = if bands < 3 { [sample(0)?; 3] } else { [sample(0)?, sample(1)?, sample(2)?] };
        if is_void(&[r, g, b]) {
            return None;
        }
        let alpha = self.bands.alpha.map_or(Some(255), |band| sample(usize::from(band)))?;
        let [r, g, b] = if self.bands.is_ycbcr { chunk::rgb_of_ycbcr([r, g, b]) } else { [r, g, b] };
        Some([r, g, b, alpha])
    }
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.decoding_buffer_size = MAX_CHUNK_BYTES;
    limits.intermediate_buffer_size = MAX_CHUNK_BYTES;
    // Places and lengths of some hundred thousand tiles.
    limits.ifd_value_size = 64 << 20;
    limits
}

fn layout<R: Read + Seek>(decoder: &mut Decoder<Patched<R>>, size_px: (u32, u32)) -> Result<Layout, RasterError> {
    let palette = palette(decoder)?;
    let color = decoder.colortype().map_err(failed)?;
    let samples: u16 = decoder.find_tag_unsigned(Tag::SamplesPerPixel).map_err(failed)?.unwrap_or(1);
    let planar = decoder.find_tag_unsigned::<u16>(Tag::PlanarConfiguration).map_err(failed)? == Some(2);
    let formats: Vec<u16> = decoder.find_tag_unsigned_vec(Tag::SampleFormat).map_err(failed)?.unwrap_or_default();
    let bands = Bands::new(color, if planar { samples } else { color_bands(color) }, formats.first() == Some(&3))?;
    let (width, height) = decoder.chunk_dimensions();
    // A strip may claim more rows than the image has.
    let chunk_px = (width.max(1), height.clamp(1, size_px.1));
    if u64::from(chunk_px.0) * u64::from(chunk_px.1) * u64::from(bands.count) > MAX_CHUNK_BYTES as u64 {
        let got = u64::from(chunk_px.0) * u64::from(chunk_px.1) * u64::from(bands.count);
        let limit = MAX_CHUNK_BYTES as u64;
        return Err(RasterError::TooLarge { format: FORMAT, what: "a strip or tile in values", limit, got });
    }
    let lengths = match decoder.get_chunk_type() {
        ChunkType::Strip => Tag::StripByteCounts,
        ChunkType::Tile => Tag::TileByteCounts,
    };
    let packed_bytes: Vec<u64> = decoder.get_tag_u64_vec(lengths).map_err(failed)?;
    let chunks_across = size_px.0.div_ceil(chunk_px.0);
    let chunks_down = size_px.1.div_ceil(chunk_px.1);
    let per_plane = chunks_across.checked_mul(chunks_down).ok_or_else(|| malformed("too many tiles"))?;
    let planes = if planar { u32::from(samples) } else { 1 };
    if per_plane.checked_mul(planes).is_none_or(|count| (count as usize) > packed_bytes.len()) {
        return Err(malformed("there are fewer strips or tiles than the image's size asks for"));
    }
    let void = decoder.get_tag_ascii_string(Tag::GdalNodata).ok();
    Ok(Layout {
        bands,
        chunk_px,
        chunks_across,
        chunks_per_plane: if planar { per_plane } else { 0 },
        packed_bytes,
        void: void.and_then(|text| text.trim_matches(['\0', ' ', '\n']).parse().ok()),
        palette,
    })
}

fn color_bands(color: ColorType) -> u16 {
    color.num_samples()
}

/// The colours of a palette image: 3 × 2ⁿ numbers of 16 bits, all reds first.
fn palette<R: Read + Seek>(decoder: &mut Decoder<Patched<R>>) -> Result<Option<Vec<[u8; 3]>>, RasterError> {
    if !decoder.inner().is_palette() {
        return Ok(None);
    }
    let map = decoder.get_tag_u16_vec(Tag::ColorMap).map_err(failed)?;
    let count = map.len() / 3;
    if count == 0 || count > 256 {
        return Err(malformed("the palette has no colours or more than 256"));
    }
    let channel = |band: usize, i: usize| (map[band * count + i] >> 8) as u8;
    Ok(Some((0..count).map(|i| [channel(0, i), channel(1, i), channel(2, i)]).collect()))
}

/// From posts to map coordinates, and the name of the reference system.
fn place<R: Read + Seek>(
    decoder: &mut Decoder<Patched<R>>,
    issues: &mut Issues,
) -> Result<(DAffine2, Option<String>), RasterError> {
    let numbers = |decoder: &mut Decoder<Patched<R>>, tag| decoder.get_tag_f64_vec(tag).unwrap_or_default();
    let directory = decoder.get_tag_u16_vec(Tag::GeoKeyDirectoryTag).unwrap_or_default();
    let doubles = numbers(decoder, Tag::GeoDoubleParamsTag);
    let text = decoder.get_tag_ascii_string(Tag::GeoAsciiParamsTag).unwrap_or_default();
    let reference = GeoKeys::parse(&directory, &doubles, &text).reference(issues);

    let transformation = numbers(decoder, Tag::ModelTransformationTag);
    let tie = numbers(decoder, Tag::ModelTiepointTag);
    let scale = numbers(decoder, Tag::ModelPixelScaleTag);
    let map_from_raster = if let [a, b, _, d, e, f, _, h, ..] = transformation[..] {
        DAffine2 { matrix2: DMat2::from_cols(DVec2::new(a, e), DVec2::new(b, f)), translation: DVec2::new(d, h) }
    } else if let ([i, j, _, x, y, _, rest @ ..], [sx, sy, ..]) = (&tie[..], &scale[..]) {
        if !rest.is_empty() {
            issues.push(Issue::warning("tag 33922", "more than one tie point is given; only the first one is used"));
        }
        let matrix2 = DMat2::from_diagonal(DVec2::new(*sx, -*sy));
        DAffine2 { matrix2, translation: DVec2::new(*x, *y) - matrix2 * DVec2::new(*i, *j) }
    } else if tie.len() >= 18 {
        return Err(RasterError::Unsupported { format: FORMAT, what: "a place by ground control points".to_string() });
    } else {
        return Err(malformed("it has no place on the Earth (no tie point with scale, no transformation)"));
    };
    if !map_from_raster.is_finite() || !world_file::is_invertible(map_from_raster.matrix2) {
        return Err(malformed("its place is not usable: pixels have no size"));
    }
    // Raster space begins at the corner of the first pixel if pixels are areas, at its centre if they are points.
    let half = if reference.pixel_is_point { 0.0 } else { 0.5 };
    Ok((map_from_raster * DAffine2::from_translation(DVec2::splat(half)), reference.crs))
}

fn failed(error: tiff::TiffError) -> RasterError {
    match error {
        tiff::TiffError::UnsupportedError(what) => RasterError::Unsupported { format: FORMAT, what: what.to_string() },
        tiff::TiffError::IoError(error) => io(error),
        other => malformed(&other.to_string()),
    }
}

fn io(error: std::io::Error) -> RasterError {
    RasterError::Io(error.to_string())
}

fn malformed(message: &str) -> RasterError {
    RasterError::Malformed { format: FORMAT, message: message.to_string() }
}
