//! Points come out as laspy reads them; damaged files give what is whole in them and say the rest.

use std::io::Cursor;

use glam::DVec3;
use proptest::prelude::*;

use super::test_files::{TestFile, read_all};
use super::*;

fn line(n: i32) -> Vec<[i32; 3]> {
    (0..n).map(|i| [i * 3, i * 7 % 500, 40_000 + i * i % 90]).collect()
}

fn told(issues: Issues) -> Vec<String> {
    issues.into_vec().iter().map(ToString::to_string).collect()
}

#[test]
fn real_files_give_the_points_that_laspy_reads() {
    let Some(data) = crate::test_support::shared_data() else { return };
    let folder = data.join("08_pc_bim_gltf/pointclouds/laspy");
    let truth = include_str!("../../../../tests/cases/cloud/points.csv");
    let mut open: Option<(String, Vec<RawPoint>)> = None;
    for row in truth.lines().skip(1) {
        let fields: Vec<&str> = row.split(',').collect();
        let number = |k: usize| fields[k].parse::<f64>().unwrap();
        if open.as_ref().is_none_or(|(name, _)| name != fields[0]) {
            let (points, issues) = read_all(std::fs::read(folder.join(fields[0])).unwrap());
            assert_eq!(points.len(), number(1) as usize, "{}: {:?}", fields[0], told(issues));
            open = Some((fields[0].to_owned(), points));
        }
        let point = open.as_ref().unwrap().1[number(2) as usize];
        assert!(point.at.abs_diff_eq(DVec3::new(number(3), number(4), number(5)), 1e-6), "{row}: {point:?}");
        let got = [point.intensity, point.class.into(), point.return_number.into(), point.return_count.into()];
        let [red, green, blue] = point.rgb;
        let got = [got[0], got[1], got[2], got[3], red, green, blue].map(f64::from);
        assert_eq!(got, [6, 7, 8, 9, 10, 11, 12].map(number), "{row}");
    }
}

#[test]
fn all_formats_read_the_same_plain_and_packed() {
    for format in [0, 1, 2, 3, 6, 7, 8] {
        let file = TestFile::of(format, &line(250));
        let ((plain, issues), (packed, packed_issues)) = (read_all(file.plain()), read_all(file.packed()));
        assert!(issues.is_empty() && packed_issues.is_empty(), "format {format}");
        assert_eq!((plain.len(), plain == packed), (250, true), "format {format}");
        let point = plain[7];
        assert!(point.at.abs_diff_eq(DVec3::new(0.21, 0.49, 400.49), 1e-9));
        assert_eq!((point.class, point.return_number, point.return_count, point.intensity), (2, 1, 2, 107));
    }
}

#[test]
fn a_plain_file_that_is_cut_off_gives_what_it_holds() {
    let mut bytes = TestFile::of(3, &line(100)).plain();
    bytes.truncate(bytes.len() - 34 * 10 - 5);
    let (points, issues) = read_all(bytes);
    assert_eq!(points.len(), 89);
    let expected = "error: the file is cut off: it has fewer points than its header says (expected 100, got 89)";
    assert_eq!(told(issues), [expected]);
}

#[test]
fn packed_files_that_are_cut_off_give_the_points_before() {
    for format in [3, 7] {
        let mut bytes = TestFile::of(format, &line(1000)).packed();
        let whole = read_all(bytes.clone()).0;
        bytes.truncate(bytes.len() * 2 / 3);
        let (points, issues) = read_all(bytes);
        assert!(points.len() >= 400 && points.len() < 800, "format {format}: {} points", points.len());
        // The last point of run-on packing may be half read.
        assert_eq!(points[..points.len() - 1], whole[..points.len() - 1], "format {format}");
        let told = told(issues);
        assert!(told[0].contains("table of chunks can't be used"), "{told:?}");
        assert!(told[1].contains("points from here on can't be unpacked"), "{told:?}");
    }
}

#[test]
fn a_damaged_chunk_costs_its_own_points_only() {
    let file = TestFile::of(7, &line(500));
    let bytes = file.packed();
    let whole = read_all(bytes.clone()).0;
    let mut hurt = bytes.clone();
    // The count of layers' bytes of the second chunk, which begins after the first: made absurd.
    let second = second_chunk(&bytes);
    hurt[second + 36 + 4..second + 36 + 8].fill(0xFF);
    let (points, issues) = read_all(hurt);
    assert_eq!(points.len(), 400);
    assert_eq!((&points[..100], &points[100..]), (&whole[..100], &whole[200..]));
    let told = told(issues);
    assert!(told[0].starts_with("error: at point 100: 100 points from here on can't be unpacked"), "{told:?}");
}

/// Where the second chunk begins, by the sizes in the first.
fn second_chunk(bytes: &[u8]) -> usize {
    let start = u32::from_le_bytes(bytes[96..100].try_into().unwrap()) as usize + 8;
    let sizes = bytes[start + 40..].chunks_exact(4).take(10);
    start + 80 + sizes.map(|s| u32::from_le_bytes(s.try_into().unwrap()) as usize).sum::<usize>()
}

#[test]
fn counts_that_lie_are_told() {
    let mut more = TestFile::of(2, &line(50)).plain();
    more[107..111].copy_from_slice(&4_000_000_000_u32.to_le_bytes());
    let (points, issues) = read_all(more);
    assert_eq!((points.len(), issues.has_errors()), (50, true));
    let mut fewer = TestFile::of(2, &line(50)).plain();
    fewer[107..111].copy_from_slice(&20_u32.to_le_bytes());
    let (points, issues) = read_all(fewer);
    assert_eq!(points.len(), 20);
    let expected =
        "warning: there are bytes of more points than the header says; they are not read (expected 20, got 50)";
    assert_eq!(told(issues), [expected]);
    let mut packed = TestFile::of(2, &line(250)).packed();
    packed[107..111].copy_from_slice(&900_u32.to_le_bytes());
    let (points, issues) = read_all(packed);
    assert!(points.len() >= 250 && points.len() <= 300 && issues.has_errors(), "{}", points.len());
}

#[test]
fn what_is_no_cloud_is_refused_in_words() {
    let good = TestFile::of(0, &line(3)).plain();
    let with = |at: usize, byte: u8| {
        let mut bytes = good.clone();
        bytes[at] = byte;
        bytes
    };
    let mut nan = good.clone();
    nan[131..139].copy_from_slice(&f64::NAN.to_le_bytes());
    let mut unpacked = TestFile::of(0, &line(3)).plain();
    unpacked[104] |= 128;
    let cases = [
        (b"LASX".to_vec(), "not a LAS file"),
        (good[..200].to_vec(), "the file is cut off: the header needs 227 bytes, there are 200"),
        (with(25, 9), "unknown LAS version: expected 1.0 to 1.4, got 1.9"),
        (with(104, 11), "unknown point format: expected 0 to 10, got 11"),
        (with(105, 19), "point records are too short for format 0: expected at least 20 bytes, got 19"),
        (with(99, 1), "the file is cut off: what comes before the points needs"),
        (nan, "scale or offset of coordinates is no usable number"),
        (unpacked, "packed points can't be read: the record that says how they are packed is missing"),
    ];
    for (bytes, expected) in cases {
        let error = LasReader::open(Cursor::new(bytes), &mut Issues::default()).err().unwrap().to_string();
        assert!(error.starts_with(expected), "{error}");
    }
}

#[test]
fn records_that_leave_the_file_are_told() {
    let mut file = TestFile::of(0, &line(3));
    file.vlrs.push(("LASF_Projection", 2112, b"GEOGCS[]".to_vec()));
    let mut bytes = file.plain();
    bytes[227 + 20..227 + 22].copy_from_slice(&60_000_u16.to_le_bytes());
    let (points, issues) = read_all(bytes);
    assert_eq!((points.len(), told(issues).len()), (3, 2));
}

proptest! {
    #[test]
    fn files_with_flipped_bytes_neither_panic_nor_run_on(
        packed: bool,
        format in prop::sample::select(vec![0_u8, 3, 6, 7]),
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<prop::sample::Index>(),
    ) {
        let file = TestFile::of(format, &line(150));
        let mut bytes = if packed { file.packed() } else { file.plain() };
        for (at, value) in flips {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        bytes.truncate(cut.index(bytes.len()).max(bytes.len() / 2));
        let mut issues = Issues::default();
        if let Ok(mut reader) = LasReader::open(Cursor::new(bytes), &mut issues) {
            let (mut batch, mut rounds) = (Vec::new(), 0);
            while reader.read_batch(&mut batch, &mut issues) && rounds < 200 {
                rounds += 1;
            }
        }
    }
}
