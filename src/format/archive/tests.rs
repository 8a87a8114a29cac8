//! Tests of the archive reader. Archives are written with the `zip` crate, by 3d-tiles-tools, or spoiled by hand.

use std::io::{Cursor, Write};

use proptest::prelude::*;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::*;

const MAX: u64 = 1 << 20;
const CUBE: &[u8] = include_bytes!("../../../tests/cases/tilesets/cube.3tz");
const ZSTD: &[u8] = include_bytes!("../../../tests/cases/tilesets/zstd.3tz");

fn archive_of(entries: &[(&str, &[u8], CompressionMethod)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for &(name, content, method) in entries {
        writer.start_file(name, SimpleFileOptions::default().compression_method(method)).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn small() -> Vec<u8> {
    let text = "tile ".repeat(100);
    archive_of(&[
        ("tileset.json", b"{}", CompressionMethod::Stored),
        ("a/b.glb", text.as_bytes(), CompressionMethod::Deflated),
        ("empty", b"", CompressionMethod::Stored),
    ])
}

fn open(bytes: &[u8]) -> Archive<&[u8]> {
    Archive::open(bytes).unwrap().0
}

fn told(bytes: &[u8]) -> Vec<String> {
    Archive::open(bytes).unwrap().1.iter().map(|issue| issue.message.clone()).collect()
}

/// Where a byte string stands.
fn find(bytes: &[u8], what: &[u8]) -> usize {
    bytes.windows(what.len()).position(|window| window == what).unwrap()
}

fn central(bytes: &[u8]) -> usize {
    find(bytes, b"PK\x01\x02")
}

#[test]
fn stored_and_deflated_entries_are_read() {
    let bytes = small();
    let archive = open(&bytes);
    assert_eq!(archive.read("tileset.json", MAX).unwrap(), b"{}");
    assert_eq!(archive.read("a/b.glb", MAX).unwrap(), "tile ".repeat(100).as_bytes());
    assert_eq!(archive.read("empty", MAX).unwrap(), b"");
    assert!(told(&bytes).is_empty());
}

#[test]
fn zstd_entries_are_read() {
    let archive = open(ZSTD);
    assert!(archive.read("tileset.json", MAX).unwrap().starts_with(b"{\"asset\""));
    assert!(archive.read("content/one.glb", MAX).unwrap().starts_with(b"glTF"));
}

#[test]
fn archive_of_3d_tiles_tools_and_its_index_are_right() {
    let (archive, issues) = Archive::open(CUBE).unwrap();
    assert!(issues.is_empty());
    assert!(archive.read("content/one.glb", MAX).unwrap().starts_with(b"glTF"));
    assert!(archive.check_index().unwrap().is_empty());
}

#[test]
fn absent_index_is_told() {
    let issues = open(ZSTD).check_index().unwrap().into_vec();
    assert_eq!(issues[0].message, "archive has no 3TZ index; some viewers need it");
}

#[test]
fn lying_index_is_told_and_does_no_harm() {
    let index = open(CUBE).read(INDEX_NAME, MAX).unwrap();
    let mut lying = index.clone();
    lying[0] ^= 1;
    let (tileset, glb) =
        (open(CUBE).read("tileset.json", MAX).unwrap(), open(CUBE).read("content/one.glb", MAX).unwrap());
    let stored = CompressionMethod::Stored;
    let bytes = archive_of(&[
        ("content/one.glb", &glb, stored),
        ("tileset.json", &tileset, stored),
        (INDEX_NAME, &lying, stored),
    ]);
    let archive = open(&bytes);
    let told = archive.check_index().unwrap();
    assert!(told.iter().any(|issue| issue.message.contains("no or a wrong record for 1 of 2 entries")), "{told:?}");
    assert_eq!(archive.read("tileset.json", MAX).unwrap(), tileset);
}

#[test]
fn absent_entries_are_not_found() {
    let bytes = small();
    for name in ["x", "", "a", "a/", "../tileset.json", "/tileset.json"] {
        assert!(matches!(open(&bytes).read(name, MAX), Err(ArchiveError::NotFound { .. })), "{name}");
    }
}

#[test]
fn odd_names_are_brought_into_form() {
    let stored = CompressionMethod::Stored;
    let bytes = archive_of(&[("./tileset.json", b"{}", stored), (r"a\b.glb", b"x", stored)]);
    assert_eq!(open(&bytes).read("tileset.json", MAX).unwrap(), b"{}");
    assert_eq!(open(&bytes).read("a/b.glb", MAX).unwrap(), b"x");
}

#[test]
fn absent_tileset_is_told() {
    let bytes = archive_of(&[("city/tileset.json", b"{}", CompressionMethod::Stored)]);
    assert_eq!(told(&bytes), ["archive has no tileset.json at its top"]);
}

#[test]
fn comment_at_the_end_is_no_trouble() {
    let mut bytes = small();
    let end = bytes.len();
    bytes.extend(b"a comment with PK\x05\x06 in it");
    bytes[end - 2..end].copy_from_slice(&29_u16.to_le_bytes());
    let comment_len = (bytes.len() - end) as u16;
    bytes[end - 2..end].copy_from_slice(&comment_len.to_le_bytes());
    assert_eq!(open(&bytes).directory().len(), 3);
}

#[test]
fn entry_over_the_callers_limit_is_refused() {
    let bytes = small();
    assert!(matches!(open(&bytes).read("a/b.glb", 499), Err(ArchiveError::TooLarge { max: 499, got: 500, .. })));
}

#[test]
fn zip_bomb_is_refused_before_it_unpacks() {
    let bytes = {
        let mut bytes = archive_of(&[("tileset.json", &vec![0; 1 << 20], CompressionMethod::Deflated)]);
        let at = central(&bytes);
        bytes[at + 24..at + 28].copy_from_slice(&(3_u32 << 30).to_le_bytes());
        bytes
    };
    let error = open(&bytes).read("tileset.json", u64::MAX).unwrap_err().to_string();
    assert!(error.contains("zip bomb"), "{error}");
}

#[test]
fn entry_that_unpacks_to_more_than_it_says_is_refused() {
    let mut bytes = small();
    let at = find(&bytes, b"a/b.glb") + 8;
    let at = at + find(&bytes[at..], b"a/b.glb") - 46;
    bytes[at + 24..at + 28].copy_from_slice(&100_u32.to_le_bytes());
    let error = open(&bytes).read("a/b.glb", MAX).unwrap_err().to_string();
    assert!(error.contains("expected 100 bytes, got 101"), "{error}");
}

#[test]
fn wrong_checksum_is_told() {
    let mut bytes = small();
    let at = find(&bytes, b"{}");
    bytes[at] = b'[';
    let error = open(&bytes).read("tileset.json", MAX).unwrap_err().to_string();
    assert!(error.contains("wrong checksum"), "{error}");
}

#[test]
fn overlapping_entries_are_told_and_refused() {
    let mut bytes = small();
    let at = central(&bytes);
    // The first entry claims to reach into the second.
    for field in [20, 24] {
        bytes[at + field..at + field + 4].copy_from_slice(&40_u32.to_le_bytes());
    }
    assert_eq!(told(&bytes), ["1 archive entries overlap others and are not read"]);
    assert!(open(&bytes).read("tileset.json", MAX).is_err());
    assert!(open(&bytes).read("a/b.glb", MAX).is_ok());
}

#[test]
fn encrypted_and_unknown_methods_are_refused() {
    for (field, value, word) in [(8, 1, "encrypted"), (10, 12, "unknown method")] {
        let mut bytes = small();
        let at = central(&bytes) + field;
        bytes[at] = value;
        let error = open(&bytes).read("tileset.json", MAX).unwrap_err().to_string();
        assert!(error.contains(word), "{error}");
    }
}

#[test]
fn zip64_fields_are_read() {
    let entry_name = b"tileset.json";
    let mut bytes = Vec::new();
    let mut crc = flate2::Crc::new();
    crc.update(b"{}");
    let crc = crc.sum().to_le_bytes();
    let two = 2_u64.to_le_bytes();
    bytes.extend(b"PK\x03\x04\x2d\0\0\0\0\0\0\0\0\0");
    bytes.extend(crc);
    bytes.extend([0xff; 8]);
    bytes.extend([12, 0, 20, 0]);
    bytes.extend(entry_name);
    bytes.extend([1, 0, 16, 0]);
    bytes.extend(two);
    bytes.extend(two);
    bytes.extend(b"{}");
    let directory = bytes.len() as u64;
    bytes.extend(b"PK\x01\x02\x2d\0\x2d\0\0\0\0\0\0\0\0\0");
    bytes.extend(crc);
    bytes.extend([0xff; 8]);
    bytes.extend([12, 0, 28, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    bytes.extend([0xff; 4]);
    bytes.extend(entry_name);
    bytes.extend([1, 0, 24, 0]);
    bytes.extend(two);
    bytes.extend(two);
    bytes.extend(0_u64.to_le_bytes());
    let end64 = bytes.len() as u64;
    bytes.extend(b"PK\x06\x06");
    bytes.extend(44_u64.to_le_bytes());
    bytes.extend([0x2d, 0, 0x2d, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    bytes.extend(1_u64.to_le_bytes());
    bytes.extend(1_u64.to_le_bytes());
    bytes.extend((end64 - directory).to_le_bytes());
    bytes.extend(directory.to_le_bytes());
    bytes.extend(b"PK\x06\x07\0\0\0\0");
    bytes.extend(end64.to_le_bytes());
    bytes.extend([1, 0, 0, 0]);
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    bytes.extend([0xff; 12]);
    bytes.extend([0, 0]);
    assert_eq!(open(&bytes).read("tileset.json", MAX).unwrap(), b"{}");
    assert!(told(&bytes).is_empty());
}

#[test]
fn what_is_no_archive_is_an_error() {
    for bytes in [&b""[..], b"PK", b"{}", &[0; 100]] {
        assert!(matches!(Archive::open(bytes), Err(ArchiveError::NotZip(_))));
    }
}

/// Opens and reads everything, whatever comes of it.
fn read_all(bytes: &[u8]) {
    let Ok((archive, _)) = Archive::open(bytes) else { return };
    let names: Vec<String> = archive.directory().iter().map(|(name, _)| name.into_owned()).collect();
    for name in names {
        if let Ok(content) = archive.read(&name, MAX) {
            assert!(content.len() as u64 <= MAX);
        }
    }
    let _ = archive.check_index();
}

#[test]
fn archives_cut_off_anywhere_do_not_panic() {
    for bytes in [&small()[..], CUBE, ZSTD] {
        (0..bytes.len()).for_each(|len| read_all(&bytes[..len]));
    }
}

proptest! {
    #[test]
    fn archives_with_flipped_bytes_do_not_panic(
        which in 0_usize..3,
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut bytes = [&small()[..], CUBE, ZSTD][which].to_vec();
        for (at, value) in flips {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        read_all(&bytes);
    }
}
