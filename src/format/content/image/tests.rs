use super::*;

const LIMITS: ImageLimits = ImageLimits { side_px: 64, bytes: 1 << 20, bc7: false };

fn case(name: &str) -> Vec<u8> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/gltf").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The picture of make.mjs: red to the right, green downwards, blue 96.
fn expected(x: usize, y: usize) -> [u8; 4] {
    let channel = |at: usize, last: usize| (255.0 * at as f64 / last as f64).round() as u8;
    [channel(x, 19), channel(y, 11), 96, 255]
}

/// The greatest difference of any channel of the first mip level.
fn worst(image: &TextureImage) -> u8 {
    assert_eq!((image.width_px, image.height_px, image.format), (20, 12, TextureFormat::Rgba8));
    let pixels = image.data.as_chunks::<4>().0;
    (0..240)
        .flat_map(|i| (0..4).map(move |c| (i, c)))
        .map(|(i, c)| pixels[i][c].abs_diff(expected(i % 20, i / 20)[c]))
        .max()
        .unwrap_or(0)
}

#[test]
fn png_and_lossless_webp_are_exact_and_jpeg_is_near() {
    for (name, tolerance) in [("colours.png", 0), ("colours.webp", 0), ("colours.jpg", 6)] {
        let image = decode(&case(name), &LIMITS).expect(name);
        assert_eq!(image.mip_count, 1, "{name}");
        assert!(worst(&image) <= tolerance, "{name}: {} off", worst(&image));
    }
}

#[test]
fn basis_universal_gives_the_reference_transcoders_pixels_and_all_mip_levels() {
    for (name, truth) in [
        ("colours_etc1s.ktx2", "colours_etc1s.png"),
        ("colours_uastc.ktx2", "colours_uastc.png"),
        ("colours_uastc_zstd.ktx2", "colours_uastc.png"),
    ] {
        let image = decode(&case(name), &LIMITS).expect(name);
        assert_eq!(image.mip_count, 5, "{name}");
        let pixels = 20 * 12 + 10 * 6 + 5 * 3 + 2 + 1;
        assert_eq!(image.data.len(), pixels * 4, "{name}");
        let truth = decode(&case(truth), &LIMITS).expect("the reference transcoder's picture");
        assert!(image.data.starts_with(&truth.data), "{name}: differs from the reference transcoder");
    }
}

#[test]
fn basis_universal_becomes_bc7_where_the_gpu_takes_it() {
    let image = decode(&case("colours_uastc_zstd.ktx2"), &ImageLimits { bc7: true, ..LIMITS }).expect("valid");
    assert_eq!(image.format, TextureFormat::Bc7);
    let blocks = 5 * 3 + 3 * 2 + 2 + 1 + 1;
    assert_eq!(image.data.len(), blocks * 16);
}

#[test]
fn images_over_the_limits_are_refused_before_their_pixels_are_made() {
    for name in ["colours.png", "colours.webp", "colours.jpg", "colours_etc1s.ktx2", "colours_uastc_zstd.ktx2"] {
        let small = ImageLimits { side_px: 19, ..LIMITS };
        assert!(matches!(decode(&case(name), &small), Err(ImageError::TooLarge { .. })), "{name}");
        let few = ImageLimits { bytes: 900, ..LIMITS };
        assert!(matches!(decode(&case(name), &few), Err(ImageError::TooLarge { .. })), "{name}");
    }
    let mut bomb = case("colours.png");
    bomb[16..24].copy_from_slice(&[0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff]);
    assert!(decode(&bomb, &ImageLimits { side_px: u32::MAX, ..LIMITS }).is_err());
}

#[test]
fn unknown_bytes_are_named() {
    assert!(matches!(decode(b"GIF89a..", &LIMITS), Err(ImageError::UnknownFormat(_))));
    assert!(matches!(decode(b"", &LIMITS), Err(ImageError::UnknownFormat(_))));
}

#[test]
fn damaged_images_never_panic() {
    for name in [
        "colours.png",
        "colours.webp",
        "colours.jpg",
        "colours_etc1s.ktx2",
        "colours_uastc.ktx2",
        "colours_uastc_zstd.ktx2",
    ] {
        let bytes = case(name);
        for cut in 0..bytes.len() {
            let _ = decode(&bytes[..cut], &LIMITS);
        }
        for at in 0..bytes.len() {
            for flip in [1, 0x80, 0xff] {
                let mut damaged = bytes.clone();
                damaged[at] ^= flip;
                for bc7 in [false, true] {
                    let _ = decode(&damaged, &ImageLimits { bc7, ..LIMITS });
                }
            }
        }
    }
}
