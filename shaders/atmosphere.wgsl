// The air between the eye and everything: sky where nothing was drawn, haze in front of what was.
//
// One pass over the picture after the opaque geometry. It marches the same sums as src/optics/atmosphere.rs (Hillaire
// 2020) with the tables made there: single scattering along the ray, all further orders from the small table.
// Units: kilometres, cd/m² times the view's exposure. Directions are in render space.

#import bevy_core_pipeline::fullscreen_vertex_shader::FullscreenVertexOutput
#import bevy_render::view::View

struct Air {
    // Away from the Earth's middle at the eye; .w: height of the eye above the ellipsoid, km.
    up_height: vec4<f32>,
    // Towards the sun; .w: aerosol density relative to the clear reference air.
    sun_aerosol: vec4<f32>,
    // Illuminance of the sun above the air, lux; .w: cosine of the sun's angular radius.
    sun_light: vec4<f32>,
    // Towards the moon; .w: illuminance of the moon above the air, lux.
    moon: vec4<f32>,
    // Light of the night sky itself (airglow, town glow), cd/m²; .w: brightness of the stars, cd/m².
    night: vec4<f32>,
    // Rows of the rotation from render space to the stars' frame; .w unused.
    stars_from_render_0: vec4<f32>,
    stars_from_render_1: vec4<f32>,
    stars_from_render_2: vec4<f32>,
}

@group(0) @binding(0) var<uniform> view: View;
@group(0) @binding(1) var<uniform> air: Air;
@group(0) @binding(2) var scene_color: texture_2d<f32>;
@group(0) @binding(3) var scene_depth: texture_2d<f32>;
@group(0) @binding(4) var transmittance_table: texture_2d<f32>;
@group(0) @binding(5) var multiple_table: texture_2d<f32>;
@group(0) @binding(6) var table_sampler: sampler;

const PI: f32 = 3.14159265;
const GROUND_RADIUS: f32 = 6371.0;
const TOP_RADIUS: f32 = 6471.0;
const HORIZON_MAX: f32 = 1133.18136;  // sqrt(TOP² - GROUND²)
const RAYLEIGH: vec3<f32> = vec3<f32>(7.02e-3, 13.81e-3, 32.15e-3);
const OZONE: vec3<f32> = vec3<f32>(2.63e-3, 1.67e-3, 0.0);
const MIE_SCATTERING: f32 = 3.996e-3;
const MIE_ABSORPTION: f32 = 0.444e-3;
const MIE_G: f32 = 0.8;

fn from_unit(x: f32, n: f32) -> f32 {
    return 0.5 / n + clamp(x, 0.0, 1.0) * (1.0 - 1.0 / n);
}

fn light_through_air(radius: f32, cos_zenith: f32) -> vec3<f32> {
    let ratio = GROUND_RADIUS / max(radius, GROUND_RADIUS);
    let horizon_cos = -sqrt(max(1.0 - ratio * ratio, 0.0));
    let visible = smoothstep(-0.005, 0.005, cos_zenith - horizon_cos);
    if visible <= 0.0 {
        return vec3(0.0);
    }
    let horizon = sqrt(max(radius * radius - GROUND_RADIUS * GROUND_RADIUS, 0.0));
    let b = radius * cos_zenith;
    let to_top = max(-b + sqrt(max(b * b - radius * radius + TOP_RADIUS * TOP_RADIUS, 0.0)), 0.0);
    let shortest = TOP_RADIUS - radius;
    let longest = horizon + HORIZON_MAX;
    let uv = vec2(
        from_unit((to_top - shortest) / max(longest - shortest, 1e-4), 256.0),
        from_unit(horizon / HORIZON_MAX, 64.0),
    );
    return textureSampleLevel(transmittance_table, table_sampler, uv, 0.0).rgb * visible;
}

fn multiple_light(radius: f32, cos_sun: f32) -> vec3<f32> {
    let height = sqrt(clamp((radius - GROUND_RADIUS) / (TOP_RADIUS - GROUND_RADIUS), 0.0, 1.0));
    let uv = vec2(from_unit(0.5 + 0.5 * cos_sun, 32.0), from_unit(height, 16.0));
    return textureSampleLevel(multiple_table, table_sampler, uv, 0.0).rgb;
}

fn rayleigh_phase(c: f32) -> f32 {
    return 3.0 / (16.0 * PI) * (1.0 + c * c);
}

fn mie_phase(c: f32) -> f32 {
    let g = MIE_G;
    let k = 3.0 / (8.0 * PI) * (1.0 - g * g) / (2.0 + g * g);
    return k * (1.0 + c * c) / pow(max(1.0 + g * g - 2.0 * g * c, 1e-4), 1.5);
}

struct Marched {
    light: vec3<f32>,
    through: vec3<f32>,
}

// Light scattered into a ray of `length` km, and what of the light at its end comes through.
fn march(height: f32, cos_zenith: f32, cos_sun: f32, cos_between: f32, length: f32, steps: i32, quadratic: bool) -> Marched {
    let radius = GROUND_RADIUS + height;
    let phase_r = rayleigh_phase(cos_between);
    let phase_m = mie_phase(cos_between);
    var light = vec3(0.0);
    var through = vec3(1.0);
    var before = 0.0;
    for (var i = 0; i < steps; i++) {
        let s = f32(i + 1) / f32(steps);
        let end = length * select(s, s * s, quadratic);
        let dt = end - before;
        let t = 0.5 * (end + before);
        before = end;
        // The height along the ray without the loss of a difference of two large squares.
        let rise = t * (t + 2.0 * radius * cos_zenith);
        let r = sqrt(max(radius * radius + rise, 1.0));
        let h = max(height + rise / (r + radius), 0.0);
        let cos_sun_there = (radius * cos_sun + t * cos_between) / r;
        let rayleigh = RAYLEIGH * exp(-h / 8.0);
        let mie_density = air.sun_aerosol.w * exp(-h / 1.2);
        let mie = MIE_SCATTERING * mie_density;
        let ozone = OZONE * max(1.0 - abs(h - 25.0) / 15.0, 0.0);
        let extinction = rayleigh + ozone + vec3(mie + MIE_ABSORPTION * mie_density);
        let step = exp(-extinction * dt);
        let sun = light_through_air(GROUND_RADIUS + h, cos_sun_there);
        let once = (rayleigh * phase_r + vec3(mie * phase_m)) * sun;
        let more = (rayleigh + vec3(mie)) * multiple_light(GROUND_RADIUS + h, cos_sun_there);
        light += through * (once + more) * (1.0 - step) / max(extinction, vec3(1e-7));
        through *= step;
    }
    return Marched(light, through);
}

fn hash31(p: vec3<f32>) -> f32 {
    var q = fract(p * vec3(0.1031, 0.1030, 0.0973));
    q += dot(q, q.yxz + 33.33);
    return fract((q.x + q.y) * q.z);
}

// A plausible field of stars, fixed in the sky's own frame so that it turns with the hours; not a catalogue.
fn stars(dir: vec3<f32>) -> f32 {
    let d = vec3(
        dot(air.stars_from_render_0.xyz, dir),
        dot(air.stars_from_render_1.xyz, dir),
        dot(air.stars_from_render_2.xyz, dir),
    );
    let scaled = d * 140.0;
    let cell = floor(scaled);
    let chance = hash31(cell);
    if chance < 0.985 {
        return 0.0;
    }
    let middle = cell + 0.5 + 0.6 * (vec3(hash31(cell + 7.1), hash31(cell + 3.7), hash31(cell + 11.3)) - 0.5);
    let away = length(scaled - middle * (length(scaled) / length(middle)));
    let magnitude = pow(hash31(cell + 1.9), 6.0);
    return smoothstep(0.16, 0.0, away) * (0.06 + magnitude);
}

@fragment
fn fragment(in: FullscreenVertexOutput) -> @location(0) vec4<f32> {
    let pixel = vec2<i32>(in.position.xy);
    let color = textureLoad(scene_color, pixel, 0);
    let depth = textureLoad(scene_depth, pixel, 0).r;

    let ndc = vec2(in.uv.x * 2.0 - 1.0, 1.0 - in.uv.y * 2.0);
    let view_ray = vec3((ndc.x + view.clip_from_view[2][0]) / view.clip_from_view[0][0],
                        (ndc.y + view.clip_from_view[2][1]) / view.clip_from_view[1][1], -1.0);
    let ray_length = length(view_ray);
    let dir = normalize((view.world_from_view * vec4(view_ray, 0.0)).xyz);

    let up = air.up_height.xyz;
    let height = max(air.up_height.w, 0.0005);
    let sun_dir = air.sun_aerosol.xyz;
    let cos_zenith = dot(dir, up);
    let cos_sun = dot(sun_dir, up);
    let cos_between = dot(dir, sun_dir);

    // The part of the ray that lies in the air.
    let radius = GROUND_RADIUS + height;
    var start = 0.0;
    let b = radius * cos_zenith;
    // By the sine, from a cross product: the difference of two large squares would be off by kilometres from space.
    let across = cross(dir, up);
    let to_top = TOP_RADIUS * TOP_RADIUS - radius * radius * dot(across, across);
    var end_of_air = 0.0;
    if to_top > 0.0 {
        end_of_air = max(-b + sqrt(to_top), 0.0);
        if height > TOP_RADIUS - GROUND_RADIUS {
            start = max(-b - sqrt(to_top), 0.0);
        }
    }

    if depth > 0.0 {
        let near = view.clip_from_view[3][2];
        let distance = min(near / depth * ray_length * 0.001, end_of_air);
        if distance <= start {
            return color;
        }
        let r0 = sqrt(max(radius * radius + start * start + 2.0 * radius * start * cos_zenith, 1.0));
        let h0 = select(height, r0 - GROUND_RADIUS, start > 0.0);
        let cz = select(cos_zenith, (radius * cos_zenith + start) / r0, start > 0.0);
        let cs = select(cos_sun, (radius * cos_sun + start * cos_between) / r0, start > 0.0);
        let marched = march(h0, cz, cs, cos_between, distance - start, 6, false);
        let light = marched.light * air.sun_light.rgb + air.night.rgb * (1.0 - marched.through);
        return vec4(color.rgb * marched.through + light * view.exposure, color.a);
    }

    if end_of_air <= start {
        let star_light = vec3(stars(dir)) * air.night.w;
        return vec4(star_light * view.exposure, 1.0);
    }
    let r0 = sqrt(max(radius * radius + start * start + 2.0 * radius * start * cos_zenith, 1.0));
    let h0 = select(height, r0 - GROUND_RADIUS, start > 0.0);
    let cz = select(cos_zenith, (radius * cos_zenith + start) / r0, start > 0.0);
    let cs = select(cos_sun, (radius * cos_sun + start * cos_between) / r0, start > 0.0);
    // Below the horizon with nothing drawn: the ground stops the ray.
    var length_in_air = end_of_air - start;
    var through_to_space = true;
    let rg = GROUND_RADIUS + h0;
    let bg = rg * cz;
    let to_ground = bg * bg - rg * rg + GROUND_RADIUS * GROUND_RADIUS;
    if cz < 0.0 && to_ground > 0.0 {
        length_in_air = max(-bg - sqrt(to_ground), 0.0);
        through_to_space = false;
    }
    let marched = march(h0, cz, cs, cos_between, length_in_air, 20, true);
    var light = marched.light * air.sun_light.rgb + air.night.rgb;
    if through_to_space {
        // The disk with limb darkening; its edge is softened over a few pixels' width.
        let cos_radius = air.sun_light.w;
        let inside = smoothstep(cos_radius - 6e-6, cos_radius + 2e-6, cos_between);
        if inside > 0.0 {
            let solid_angle = 2.0 * PI * (1.0 - cos_radius);
            let center = clamp((cos_between - cos_radius) / (1.0 - cos_radius), 0.0, 1.0);
            let limb = 0.45 + 0.55 * sqrt(center);
            light += marched.through * air.sun_light.rgb / solid_angle * limb * inside;
        }
        let cos_moon = dot(dir, air.moon.xyz);
        let moon_inside = smoothstep(0.999986, 0.99999, cos_moon);
        if moon_inside > 0.0 {
            light += marched.through * air.moon.w / 6.4e-5 * moon_inside;
        }
        light += marched.through * stars(dir) * air.night.w;
    }
    // Half floats end at 65504: the sun's disk must stay finite.
    return vec4(min(light * view.exposure, vec3(400.0)), 1.0);
}
