// Plain ground with a graticule: lines of longitude and latitude whose spacing follows the distance.
//
// The vertex UV is longitude and latitude in degrees relative to an anchor near the eye, so that f32 is exact there;
// `offset` tells, for each decimal spacing, where the anchor lies between two lines.

#import bevy_pbr::{
    pbr_fragment::pbr_input_from_standard_material,
    forward_io::{VertexOutput, FragmentOutput},
    pbr_functions::{apply_pbr_lighting, main_pass_post_lighting_processing},
}

struct Graticule {
    // xy: the anchor's place between two lines, 0..1, for spacings of 10^-5 (index 0) to 10^1 degrees (index 6).
    offset: array<vec4<f32>, 7>,
    // rgb: what the colour becomes on a line; a: how strong.
    line: vec4<f32>,
}

@group(#{MATERIAL_BIND_GROUP}) @binding(100) var<uniform> graticule: Graticule;

// How much of a pixel the lines of one spacing cover.
fn lines(degrees: vec2<f32>, per_pixel: vec2<f32>, level: i32, width_px: f32) -> f32 {
    let spacing = pow(10.0, f32(level - 5));
    let place = degrees / spacing + graticule.offset[level].xy;
    let away = abs(fract(place + 0.5) - 0.5) * spacing / max(per_pixel, vec2(1e-9));
    let cover = clamp(vec2(width_px) - away + 0.5, vec2(0.0), vec2(1.0));
    return max(cover.x, cover.y);
}

@fragment
fn fragment(in: VertexOutput, @builtin(front_facing) is_front: bool) -> FragmentOutput {
    var pbr_input = pbr_input_from_standard_material(in, is_front);
    let degrees = in.uv;
    let per_pixel = fwidth(degrees);
    // The spacing at which lines lie about 90 pixels apart.
    let wanted = clamp(log(max(max(per_pixel.x, per_pixel.y), 1e-9) * 90.0) / log(10.0) + 5.0, 0.0, 5.999);
    let level = i32(floor(wanted));
    let fade = 1.0 - fract(wanted);
    let fine = lines(degrees, per_pixel, level, 0.6) * fade * 0.45;
    let coarse = lines(degrees, per_pixel, level + 1, 0.9);
    let strength = max(fine, coarse) * graticule.line.a;
    pbr_input.material.base_color = vec4(mix(pbr_input.material.base_color.rgb, graticule.line.rgb, strength), 1.0);
    var out: FragmentOutput;
    out.color = apply_pbr_lighting(pbr_input);
    out.color = main_pass_post_lighting_processing(pbr_input, out.color);
    return out;
}
