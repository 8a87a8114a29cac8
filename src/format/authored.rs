//! JSON files that people write (scenes, bake jobs): bytes to a value of the file's type and issues.
//!
//! The file is parsed to plain JSON (keys that stand twice are told), a walk over the schema of the type tells every misfit
//! by JSON pointer and takes it out, and what is left is deserialised; see `scene::walk`.

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::issue::{Issue, Issues};
use super::scene::{parse, walk};

pub use super::scene::schema_of;

/// Why bytes are no file of the type at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuthoredError {
    #[error("the file is too large (expected at most {max} bytes, got {got})")]
    TooLarge { max: usize, got: usize },
    #[error("the file is not JSON: {0}")]
    NotJson(String),
    #[error("the file can't be used: {0}")]
    Unusable(String),
}

/// Reads a file against the schema of its type.
///
/// # Errors
/// Where nothing usable is left.
pub fn read<T: DeserializeOwned + JsonSchema>(
    bytes: &[u8],
    schema: &Value,
    max_bytes: usize,
) -> Result<(T, Issues), AuthoredError> {
    if bytes.len() > max_bytes {
        return Err(AuthoredError::TooLarge { max: max_bytes, got: bytes.len() });
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let (value, twice) = parse::parse(bytes).map_err(|error| AuthoredError::NotJson(error.to_string()))?;
    let mut walk = walk::Walk::new(schema, twice);
    let value = walk.root(value).map_err(|issues| {
        AuthoredError::Unusable(issues.iter().map(Issue::to_string).collect::<Vec<_>>().join("; "))
    })?;
    let (issues, _) = walk.finish();
    let value = serde_json::from_value(value).map_err(|error| AuthoredError::Unusable(error.to_string()))?;
    Ok((value, issues))
}
