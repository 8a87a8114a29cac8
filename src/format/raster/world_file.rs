//! World files (`.pgw`, `.jgw`, `.wld`, `.tfw`): six numbers that place a picture, one a line.
//!
//! ESRI's order: x of a column, y of a column, x of a row, y of a row, then x and y of the **centre** of the upper left
//! pixel. The file names no reference system.

use glam::{DAffine2, DMat2, DVec2};

use super::RasterError;

const FORMAT: &str = "world file";

/// From posts to map coordinates.
///
/// # Errors
/// [`RasterError::Malformed`] unless there are six finite numbers that span a plane.
pub fn parse(text: &str) -> Result<DAffine2, RasterError> {
    let malformed = |message: String| RasterError::Malformed { format: FORMAT, message };
    let numbers: Vec<f64> = text
        .split_whitespace()
        .take(7)
        .map(|word| {
            // Some writers use the comma of their country.
            let number = word.replace(',', ".").parse::<f64>().ok().filter(|n| n.is_finite());
            number.ok_or_else(|| malformed(format!("expected a number, got {:?}", word.get(..40).unwrap_or(word))))
        })
        .collect::<Result<_, _>>()?;
    let [column_x, column_y, row_x, row_y, x, y] = numbers[..] else {
        return Err(malformed(format!("expected six numbers, got {}", numbers.len())));
    };
    let matrix2 = DMat2::from_cols(DVec2::new(column_x, column_y), DVec2::new(row_x, row_y));
    if !is_invertible(matrix2) {
        return Err(malformed("the pixel has no size".to_string()));
    }
    Ok(DAffine2 { matrix2, translation: DVec2::new(x, y) })
}

/// Whether pixels have a size that numbers can work with.
pub(super) fn is_invertible(matrix: DMat2) -> bool {
    let determinant = matrix.determinant().abs();
    determinant.is_finite() && determinant > 1e-24 && (1.0 / determinant).is_finite()
}
