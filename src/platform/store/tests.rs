//! Tests in a temporary folder. The user's own folders are not touched.

use super::*;

#[test]
fn written_files_read_back_and_leave_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/er/settings.json");
    write_atomic(&path, b"one").unwrap();
    write_atomic(&path, b"two").unwrap();
    assert_eq!(read_limited(&path, 3).unwrap().unwrap(), b"two");
    assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
}

#[test]
fn absent_files_are_none() {
    let folder = tempfile::tempdir().unwrap();
    assert!(read_limited(&folder.path().join("none"), 10).unwrap().is_none());
}

#[test]
fn large_files_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large");
    write_atomic(&path, &[0; 11]).unwrap();
    assert!(matches!(read_limited(&path, 10), Err(StoreError::TooLarge { max: 10, got: 11, .. })));
}

#[test]
fn failed_writes_leave_the_old_file_and_no_temporary() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("taken");
    std::fs::create_dir(&path).unwrap();
    assert!(write_atomic(&path, b"x").is_err());
    assert!(path.is_dir());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}
