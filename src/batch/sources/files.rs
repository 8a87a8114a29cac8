//! Finding and opening the files of a job.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Component, Path, PathBuf};

use crate::bake::job::{Kind, kind_of};
use crate::format::scene::Glob;

/// No file may unpack to more than this.
const MAX_UNPACKED: u64 = 64 << 30;

/// Files and folders that a pattern is held against, in all.
const MAX_LOOKED_AT: usize = 1_000_000;

/// The files that a path or pattern names, sorted. `*` and `?` stand for parts of the names of files and folders.
pub fn find(folder: &Path, pattern: &str) -> Vec<PathBuf> {
    let path = folder.join(pattern);
    if path.is_file() {
        return vec![path];
    }
    let mut found = vec![PathBuf::new()];
    let mut looked_at = 0;
    for part in path.components() {
        found = match part {
            Component::Normal(name) if name.to_string_lossy().contains(['*', '?']) => {
                let Ok(glob) = Glob::parse(&name.to_string_lossy()) else { return Vec::new() };
                found.iter().flat_map(|folder| fitting(folder, &glob, &mut looked_at)).collect()
            }
            other => found.into_iter().map(|path| path.join(other)).collect(),
        };
    }
    found.retain(|path| path.is_file());
    found.sort();
    found
}

/// What lies in a folder under a name that fits.
fn fitting(folder: &Path, glob: &Glob, looked_at: &mut usize) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let left = MAX_LOOKED_AT.saturating_sub(*looked_at);
    entries
        .take(left)
        .filter_map(|entry| Some(entry.ok()?.path()))
        .inspect(|_| *looked_at += 1)
        .filter(|path| path.file_name().is_some_and(|name| glob.matches(&name.to_string_lossy())))
        .collect()
}

/// What a file is: by its name, else by how it begins.
pub fn kind(path: &Path) -> Option<Kind> {
    let name = path.file_name()?.to_string_lossy();
    kind_of(&name).or_else(|| {
        let mut head = [0; 4096];
        let mut reader = open(path).ok()?;
        let length = reader.read(&mut head).ok()?;
        let text = String::from_utf8_lossy(&head[..length]);
        let says = |word: &str| text.contains(word);
        match name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase().as_str() {
            "json" | "gz" if says("CityJSONFeature") => Some(Kind::Cityjsonseq),
            "json" | "gz" if says("\"CityJSON\"") || says("\"CityObjects\"") => Some(Kind::Cityjson),
            "json" | "gz" if says("FeatureCollection") || says("\"Feature\"") => Some(Kind::Geojson),
            "xml" | "gz" if says("CityModel") => Some(Kind::Citygml),
            "xml" | "gz" if says("<net") => Some(Kind::Sumo),
            "xml" | "gz" if says("<osm") => Some(Kind::Osm),
            _ => None,
        }
    })
}

/// A file's bytes, unpacked where it is gzip.
pub fn open(path: &Path) -> io::Result<Box<dyn BufRead>> {
    let mut reader = BufReader::with_capacity(1 << 16, File::open(path)?);
    if reader.fill_buf()?.starts_with(&[0x1F, 0x8B]) {
        let unpacked = flate2::bufread::MultiGzDecoder::new(reader).take(MAX_UNPACKED);
        return Ok(Box::new(BufReader::with_capacity(1 << 16, unpacked)));
    }
    Ok(Box::new(reader))
}

/// A file that another one names: only in that one's folder or below it, as sources come from strangers.
pub fn beside(folder: &Path, uri: &str) -> Option<PathBuf> {
    let decoded = percent_encoding::percent_decode_str(uri).decode_utf8().ok()?.replace('\\', "/");
    let relative = Path::new(&decoded);
    let plain = relative.components().all(|c| matches!(c, Component::Normal(_) | Component::CurDir));
    let path = folder.join(relative);
    (plain && path.is_file()).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_stand_for_parts_of_the_names_of_files_and_folders() {
        let root = tempfile::tempdir().unwrap();
        for path in ["udx/bldg/1_bldg.gml", "udx/dem/2_dem.gml", "udx/dem/notes.txt", "udx/3.gml"] {
            let path = root.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        let names = |pattern: &str| -> Vec<String> {
            let found = find(root.path(), pattern);
            found.iter().map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect()
        };
        assert_eq!(names("udx/*/*.gml"), ["1_bldg.gml", "2_dem.gml"]);
        assert_eq!(names("u?x/dem/*"), ["2_dem.gml", "notes.txt"]);
        assert_eq!(names("udx/*.gml"), ["3.gml"]);
        assert!(names("no*/*.gml").is_empty());
    }
}
