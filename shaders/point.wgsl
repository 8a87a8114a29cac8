// The vertices of points (src/view/stream/prepare/points.rs packs them): each of a point's four vertices goes to its
// corner of a square that faces the eye. Fragments are those of every surface (tile.wgsl), cut to a disc.

#import bevy_pbr::{
    mesh_functions,
    forward_io::VertexOutput,
    mesh_view_bindings::view,
    view_transformations::position_world_to_clip,
}

struct Vertex {
    @builtin(instance_index) instance_index: u32,
    @location(0) position: vec3<f32>,
#ifdef VERTEX_NORMALS
    @location(1) normal: vec3<f32>,
#endif
    @location(5) color: vec4<f32>,
    @location(8) point: u32,
};

// Diameters on screen, pixels: never lost, never a wall in front of the eye.
const LEAST_PX: f32 = 2.0;
const MOST_PX: f32 = 24.0;

fn linear_from_srgb(c: vec3<f32>) -> vec3<f32> {
    return select(pow((c + 0.055) / 1.055, vec3(2.4)), c / 12.92, c <= vec3(0.04045));
}

@vertex
fn vertex(vertex: Vertex) -> VertexOutput {
    var out: VertexOutput;
    let world_from_local = mesh_functions::get_world_from_local(vertex.instance_index);
    out.world_position = mesh_functions::mesh_position_local_to_world(world_from_local, vec4(vertex.position, 1.0));
#ifdef VERTEX_NORMALS
    out.world_normal = mesh_functions::mesh_normal_local_to_world(vertex.normal, vertex.instance_index);
#else
    out.world_normal = vec3(0.0, 1.0, 0.0);
#endif
    let corner = vertex.point & 3u;
    let offset = vec2(
        select(-1.0, 1.0, corner == 1u || corner == 2u),
        select(-1.0, 1.0, corner >= 2u),
    );
    var clip = position_world_to_clip(out.world_position.xyz);
    let diameter_m = unpack2x16float(vertex.point).y;
    // Somewhat larger than the gaps, so that discs close them.
    let focal_px = view.clip_from_view[1][1] * 0.5 * view.viewport.w;
    let diameter_px = clamp(1.4 * diameter_m * focal_px / max(clip.w, 1e-6), LEAST_PX, MOST_PX);
    clip = vec4(clip.xy + offset * diameter_px / view.viewport.zw * clip.w, clip.zw);
    out.position = clip;
    out.uv = offset;
    out.color = vec4(linear_from_srgb(vertex.color.rgb), vertex.color.a);
#ifdef VERTEX_OUTPUT_INSTANCE_INDEX
    out.instance_index = vertex.instance_index;
#endif
    return out;
}
