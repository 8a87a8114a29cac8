// Tiles, models and live entities: the standard material with what one instance may differ in, carried by its mesh tag
// (src/view/look.rs packs it): cross-fade by dithering and a tint.

#import bevy_pbr::{
    pbr_fragment::pbr_input_from_standard_material,
    pbr_functions::alpha_discard,
    mesh_functions::get_tag,
}

#import bevy_pbr::mesh_view_bindings::view
#ifdef SURFACE_CLASS
#import mirante::grain
#import bevy_pbr::mesh_view_bindings::globals
#endif

#ifdef PREPASS_PIPELINE
#import bevy_pbr::{
    prepass_io::{VertexOutput, FragmentOutput},
    pbr_deferred_functions::deferred_output,
}
#else
#import bevy_pbr::{
    forward_io::{VertexOutput, FragmentOutput},
    pbr_functions::{apply_pbr_lighting, main_pass_post_lighting_processing},
    pbr_types::STANDARD_MATERIAL_FLAGS_UNLIT_BIT,
    mesh_types::MESH_FLAGS_SHADOW_RECEIVER_BIT,
}
#endif

#ifdef SURFACE_CLASS
// Of white paper right below a street lamp, cd/m2 (150 lx: a bright square).
const LAMP_LUMINANCE: f32 = 48.0;
#endif
// Lit things keep to this part of the brightest that the screen can show, times their luminance, cd/m2: in a dark night the
// exposure shows unlit ground, and lamps and windows would be white patches, while an eye adapts to each place of a view.
const BRIGHTEST: f32 = 1.0 / 11.0;

// Interleaved gradient noise (Jimenez 2014): an even spread of thresholds without a pattern that the eye follows.
fn threshold(pixel: vec2<f32>) -> f32 {
    return fract(52.9829189 * fract(dot(floor(pixel), vec2(0.06711056, 0.00583715))));
}

@fragment
fn fragment(in: VertexOutput, @builtin(front_facing) is_front: bool) -> FragmentOutput {
#ifdef POINTS
    if dot(in.uv, in.uv) > 1.0 {
        discard;
    }
#endif
    let tag = get_tag(in.instance_index);

    // Bits 0 to 7: how much is faded away; bit 8: the going one of a pair, which keeps just the pixels that the coming
    // one leaves, so that together they always cover.
    let faded = f32(tag & 255u) / 255.0;
    if faded > 0.0 {
        let t = threshold(in.position.xy);
        let going = (tag & 256u) != 0u;
        if select(t >= 1.0 - faded, t < faded, going) {
            discard;
        }
    }

    var pbr_input = pbr_input_from_standard_material(in, is_front);
    // Bits 9 to 31: tint, 7 bits red, 8 green, 8 blue, linear and stored inverted so that 0 is white.
    let tint = vec3(
        1.0 - f32((tag >> 25u) & 127u) / 127.0,
        1.0 - f32((tag >> 17u) & 255u) / 255.0,
        1.0 - f32((tag >> 9u) & 255u) / 255.0,
    );
    pbr_input.material.base_color = vec4(pbr_input.material.base_color.rgb * tint, pbr_input.material.base_color.a);
    pbr_input.material.base_color = alpha_discard(pbr_input.material, pbr_input.material.base_color);

#ifdef PREPASS_PIPELINE
    return deferred_output(in, pbr_input);
#else
    if (pbr_input.material.flags & STANDARD_MATERIAL_FLAGS_UNLIT_BIT) != 0u {
        // Unlit pictures of the world (photogrammetry, scans) bring the shading of their day along, but not its
        // brightness: they get the light that falls on open level ground now, so that they are dark at night.
        pbr_input.world_normal = vec3(0.0, 1.0, 0.0);
        pbr_input.N = pbr_input.world_normal;
        pbr_input.material.metallic = 0.0;
        pbr_input.material.perceptual_roughness = 1.0;
        pbr_input.material.reflectance = vec3(0.0);
        pbr_input.flags &= ~MESH_FLAGS_SHADOW_RECEIVER_BIT;
    }
#ifdef SURFACE_CLASS
    let kind = u32(in.uv_b.x * 255.0 + 0.5);
    let across = dpdx(in.world_position.xyz);
    let down = dpdy(in.world_position.xyz);
    let g = grain::grain(kind, in.world_position.xyz, pbr_input.N, across, down, globals.time);
    let base = pbr_input.material.base_color.rgb * g.tone;
    pbr_input.material.base_color = vec4(base, pbr_input.material.base_color.a);
    pbr_input.material.perceptual_roughness = g.roughness;
    pbr_input.material.reflectance = vec3(g.reflectance);
    pbr_input.material.metallic = g.metallic;
    pbr_input.N = g.normal;
    // Street lamps: what falls on the surface, as light that it sends back. By day the exposure makes it vanish.
    let lamp = in.uv_b.y * in.uv_b.y * LAMP_LUMINANCE;
    let glow = g.glow + base * vec3(1.0, 0.72, 0.42) * lamp;
    pbr_input.material.emissive = vec4(pbr_input.material.emissive.rgb + glow, 1.0);
#endif
    let adapted = 1.0 / (1.0 + view.exposure / BRIGHTEST);
    pbr_input.material.emissive = vec4(pbr_input.material.emissive.rgb * adapted, pbr_input.material.emissive.a);
    var out: FragmentOutput;
    out.color = apply_pbr_lighting(pbr_input);
    out.color = main_pass_post_lighting_processing(pbr_input, out.color);
    return out;
#endif
}
