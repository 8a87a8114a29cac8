//! `data:` URIs (RFC 2397).

use std::borrow::Cow;

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use percent_encoding::percent_decode;

use super::UriError;

/// Base64 as found in the wild: padding or not.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// The content of a `data:` URI, decoded.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct DataUri {
    /// Lower case, without parameters; empty if the URI has none.
    pub media_type: String,
    pub bytes: Vec<u8>,
}

impl DataUri {
    /// Reads `data:[<media type>][;parameters][;base64],<data>`.
    ///
    /// # Errors
    /// When it does not begin with `data:`, has no comma, or is not the base64 it says.
    pub fn parse(text: &str) -> Result<DataUri, UriError> {
        let invalid =
            |reason: &str| UriError::Invalid { text: super::shorten(text), reason: format!("data: URI {reason}") };
        let rest = text.split_at_checked(5).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("data:"));
        let (_, rest) = rest.ok_or_else(|| invalid("does not begin with data:"))?;
        let (head, body) = rest.split_once(',').ok_or_else(|| invalid("has no comma"))?;
        let mut parts = head.split(';').map(str::trim);
        let media_type = parts.next().unwrap_or_default().to_ascii_lowercase();
        let is_base64 = parts.any(|part| part.eq_ignore_ascii_case("base64"));
        let mut bytes: Cow<'_, [u8]> = percent_decode(body.as_bytes()).into();
        if is_base64 {
            if bytes.iter().any(u8::is_ascii_whitespace) {
                bytes.to_mut().retain(|b| !b.is_ascii_whitespace());
            }
            let decoded = LENIENT.decode(&bytes).map_err(|e| invalid(&format!("is not base64: {e}")))?;
            return Ok(DataUri { media_type, bytes: decoded });
        }
        Ok(DataUri { media_type, bytes: bytes.into_owned() })
    }
}
