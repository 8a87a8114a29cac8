//! `data:` URIs (RFC 2397): bytes written into the text itself.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Writers differ in whether they pad.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Whether the URI holds its bytes itself.
pub fn is_data_uri(uri: &str) -> bool {
    uri.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("data:"))
}

/// The bytes of a `data:` URI; `None` if it is none or is malformed. The media type is not looked at.
pub fn decode_data_uri(uri: &str) -> Option<Vec<u8>> {
    if !is_data_uri(uri) {
        return None;
    }
    let (header, data) = uri.get(5..)?.split_once(',')?;
    if header.to_ascii_lowercase().ends_with(";base64") {
        let plain: std::borrow::Cow<[u8]> = percent_encoding::percent_decode_str(data).into();
        BASE64.decode(&*plain).ok()
    } else {
        Some(percent_encoding::percent_decode_str(data).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_and_percent_encoded_data_give_their_bytes() {
        assert_eq!(
            decode_data_uri("data:application/octet-stream;base64,AAEC/w==").as_deref(),
            Some(&[0, 1, 2, 255][..])
        );
        assert_eq!(decode_data_uri("DATA:;base64,AAEC%2Fw").as_deref(), Some(&[0, 1, 2, 255][..]));
        assert_eq!(decode_data_uri("data:,a%20b").as_deref(), Some(&b"a b"[..]));
    }

    #[test]
    fn what_is_no_data_uri_gives_nothing() {
        for uri in ["", "data", "data:no-comma", "box.bin", "data:;base64,*", "dat\u{e4}:,"] {
            assert_eq!(decode_data_uri(uri), None, "{uri}");
        }
    }
}
