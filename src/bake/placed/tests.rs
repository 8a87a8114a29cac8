//! Models as meshes: their colours, pictures and coarser versions.

use super::*;
use crate::bake::solid::PartFeatures;
use crate::batch::simplify::Meshoptimizer;
use crate::geo::Geodetic;

/// A square of two triangles, one metre a side.
fn square() -> SolidPart {
    SolidPart {
        positions_m: [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]].map(|[x, y]| DVec3::new(x, y, 0.0)).to_vec(),
        uv: vec![[0.0, 1.0], [1.0, 1.0], [1.0, 0.0], [0.0, 0.0]],
        triangles: vec![[0, 1, 2], [0, 2, 3]],
        features: PartFeatures::None,
        ..SolidPart::default()
    }
}

/// Four by four pixels: red above, blue below; the right half with this alpha.
fn picture(alpha: u8) -> SolidPicture {
    let texel = |k: u32| {
        let [r, b] = if k / 4 < 2 { [255, 0] } else { [0, 255] };
        [r, 0, b, if k % 4 < 2 { 255 } else { alpha }]
    };
    let image = TextureImage {
        width_px: 4,
        height_px: 4,
        mip_count: 1,
        format: TextureFormat::Rgba8,
        data: (0..16).flat_map(texel).collect(),
    };
    SolidPicture { wrap_u: Wrap::Repeat, wrap_v: Wrap::Repeat, content: PictureContent::Pixels(Arc::new(image)) }
}

fn solid(material: SolidMaterial, pictures: Vec<SolidPicture>) -> Solid {
    let mut solid = Solid::at(Geodetic::from_degrees(0.0, 0.0, 0.0));
    solid.parts.push(square());
    solid.materials.push(material);
    solid.pictures = pictures;
    solid
}

fn placed(solid: &Solid) -> PlacedModel {
    let mut issues = Issues::default();
    let model = PlacedModel::new(solid, &mut issues);
    assert!(issues.is_empty(), "{:?}", issues.into_vec());
    model
}

fn pictured(alpha: u8, mode: AlphaMode) -> PlacedModel {
    let material =
        SolidMaterial { base_color: [1.0; 4], base_color_picture: Some(0), alpha: mode, ..SolidMaterial::default() };
    placed(&solid(material, vec![picture(alpha)]))
}

#[test]
fn a_picture_stays_a_picture_near_by_and_becomes_colours_far_away() {
    let model = pictured(255, AlphaMode::Opaque);
    let near = model.at_detail(4, 0.0, &Meshoptimizer).mesh;
    assert_eq!((near.pictured.len(), near.pictured[0].triangles.len()), (1, 6));
    assert_eq!((near.pictured[0].picture.mime, near.pictured[0].picture.repeat), ("image/jpeg", false));
    let far = model.at_detail(1, 2.0, &Meshoptimizer).mesh;
    assert!(far.pictured.is_empty());
    // The lower triangle is more blue than red, the upper one more red than blue.
    let list = &far.triangles[Matter::Solid as usize];
    assert_eq!(list.len(), 6);
    assert!(list[0].color[2] > list[0].color[0] && list[3].color[0] > list[3].color[2], "{list:?}");
}

#[test]
fn what_is_cut_out_of_a_picture_stays_cut_out() {
    let cut = pictured(0, AlphaMode::Mask(0.25)).at_detail(4, 0.0, &Meshoptimizer).mesh;
    assert!(cut.pictured[0].picture.is_cut_out());
    let opaque = pictured(0, AlphaMode::Opaque).at_detail(4, 0.0, &Meshoptimizer).mesh;
    assert!(!opaque.pictured[0].picture.is_cut_out());
    let whole = pictured(255, AlphaMode::Mask(0.25)).at_detail(4, 0.0, &Meshoptimizer).mesh;
    assert!(!whole.pictured[0].picture.is_cut_out(), "nothing is cut out of it");
}

#[test]
fn materials_become_what_a_tile_can_hold() {
    let of = |material: SolidMaterial| placed(&solid(material, Vec::new())).at_detail(4, 0.0, &Meshoptimizer).mesh;
    let plain = of(SolidMaterial { base_color: [0.2, 0.4, 0.6, 1.0], ..SolidMaterial::default() });
    assert_eq!(plain.triangles[Matter::Solid as usize][0].color, [0.2, 0.4, 0.6]);
    let glass =
        of(SolidMaterial { base_color: [0.1, 0.2, 0.2, 0.3], alpha: AlphaMode::Blend, ..SolidMaterial::default() });
    assert_eq!(glass.triangles[Matter::Glass as usize].len(), 6);
    let car = of(SolidMaterial { metallic: 0.0, roughness: 0.2, ..SolidMaterial::default() });
    assert_eq!(car.triangles[Matter::Solid as usize][0].surface, Surface::Paint);
    let both = of(SolidMaterial { double_sided: true, ..SolidMaterial::default() });
    let normals: Vec<f32> = both.triangles[Matter::Solid as usize].iter().step_by(3).map(|v| v.normal.z).collect();
    assert_eq!(normals, [1.0, -1.0, 1.0, -1.0]);
}

#[test]
fn a_picture_that_can_t_be_read_is_told_and_its_surfaces_stay() {
    let broken = SolidPicture { content: PictureContent::Encoded(b"no picture".to_vec().into()), ..picture(255) };
    let material = SolidMaterial { base_color_picture: Some(0), ..SolidMaterial::default() };
    let mut issues = Issues::default();
    let model = PlacedModel::new(&solid(material, vec![broken]), &mut issues);
    assert!(issues.iter().next().is_some_and(|issue| issue.message.contains("plain colours")));
    assert_eq!(model.at_detail(4, 0.0, &Meshoptimizer).mesh.triangles[0].len(), 6);
}

#[test]
fn a_real_model_gets_fewer_triangles_from_detail_to_detail() {
    let Some(data) = crate::test_support::shared_data() else { return };
    let bytes = std::fs::read(data.join("08_pc_bim_gltf/gltf-khronos/CesiumMilkTruck.glb")).unwrap();
    let stand = crate::bake::source::stand::Stand::Site(crate::bake::source::stand::SitePlace {
        origin: Geodetic::from_degrees(0.0, 0.0, 0.0),
        orientation: crate::geo::HeadingPitchRoll::default(),
        scale: 1.0,
        up_axis: crate::format::content::UpAxis::Y,
    });
    let none = crate::format::content::decode::NoResources;
    let read = crate::bake::source::gltf::read(&bytes, &none, &stand, crate::format::content::UpAxis::Y).unwrap();
    let crate::bake::source::gltf::GltfRead::Solid(solid) = read else { panic!("it is in one file") };
    let model = PlacedModel::new(&solid, &mut Issues::default());
    let counts: Vec<(usize, f64)> = [4, 3, 2, 1]
        .map(|detail| {
            let most_m = crate::bake::land::SIMPLIFIED_M[detail as usize] * 0.2;
            let made = model.at_detail(detail, most_m, &Meshoptimizer);
            assert!(made.error_m <= most_m, "{detail}: {}", made.error_m);
            (lod::count(&made.mesh), made.error_m)
        })
        .to_vec();
    println!("{counts:?}");
    assert!(counts.windows(2).all(|pair| pair[1].0 < pair[0].0), "{counts:?}");
    assert!(counts[3].0 * 5 < counts[0].0, "{counts:?}");
}
