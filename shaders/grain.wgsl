// What surfaces look like from near, beyond the colour of their vertices: grain, gloss and relief by class
// (`bake::mesh::Surface`), all computed, so that it costs neither memory nor loading.
//
// Positions are in the render frame. Its origin moves in steps of PERIOD_M along its own axes (`view::space`), and every
// pattern here repeats after PERIOD_M, so that nothing changes when it does. Patterns finer than two pixels fade out.

#define_import_path mirante::grain

const PERIOD_M: f32 = 512.0;

const PLAIN: u32 = 0u;
const ASPHALT: u32 = 1u;
const PAVING: u32 = 2u;
const CONCRETE: u32 = 3u;
const GRASS: u32 = 4u;
const SOIL: u32 = 5u;
const SAND: u32 = 6u;
const ROCK: u32 = 7u;
const FOLIAGE: u32 = 8u;
const PLASTER: u32 = 9u;
const BRICK: u32 = 10u;
const ROOF_TILES: u32 = 11u;
const METAL: u32 = 12u;
const PAINT: u32 = 13u;
const WOOD: u32 = 14u;
const SNOW: u32 = 15u;
const GRAVEL: u32 = 16u;
const CROP: u32 = 17u;
const WOODS: u32 = 18u;
const WATER: u32 = 19u;
const GLASS: u32 = 20u;
const WINDOWS: u32 = 21u;
// Of a lit room's window, cd/m2, and from bay to bay and floor to floor, metres.
const WINDOW_LUMINANCE: f32 = 12.0;
const BAY_M: f32 = 3.2;

struct Grain {
    // Multiplied with the base colour.
    tone: vec3<f32>,
    // Unit length.
    normal: vec3<f32>,
    roughness: f32,
    // Of the standard material: 0.5 is 4 % of the light at right angles.
    reflectance: f32,
    metallic: f32,
    // Light of its own, cd/m2.
    glow: vec3<f32>,
}

fn hash3(cell: vec3<i32>) -> f32 {
    // PCG-like mixing of integers (Jarzynski and Olano, JCGT 2020).
    var v = bitcast<vec3<u32>>(cell) * 1664525u + 1013904223u;
    v.x += v.y * v.z;
    v.y += v.z * v.x;
    v.z += v.x * v.y;
    v = v ^ (v >> vec3(16u));
    v.x += v.y * v.z;
    return f32(v.x >> 8u) / 16777216.0;
}

// Value noise in -1..1 with its gradient (per metre) in yzw. Cells are `size` metres wide, PERIOD_M / a power of two.
fn noise(p: vec3<f32>, size: f32) -> vec4<f32> {
    let q = p / size;
    let cell = floor(q);
    let f = q - cell;
    let mask = vec3(i32(PERIOD_M / size) - 1);
    let c = vec3<i32>(cell);
    let u = f * f * (3.0 - 2.0 * f);
    let du = 6.0 * f * (1.0 - f) / size;
    let n000 = hash3(c & mask);
    let n100 = hash3((c + vec3(1, 0, 0)) & mask);
    let n010 = hash3((c + vec3(0, 1, 0)) & mask);
    let n110 = hash3((c + vec3(1, 1, 0)) & mask);
    let n001 = hash3((c + vec3(0, 0, 1)) & mask);
    let n101 = hash3((c + vec3(1, 0, 1)) & mask);
    let n011 = hash3((c + vec3(0, 1, 1)) & mask);
    let n111 = hash3((c + vec3(1, 1, 1)) & mask);
    let x00 = mix(n000, n100, u.x);
    let x10 = mix(n010, n110, u.x);
    let x01 = mix(n001, n101, u.x);
    let x11 = mix(n011, n111, u.x);
    let y0 = mix(x00, x10, u.y);
    let y1 = mix(x01, x11, u.y);
    let dx = mix(mix(n100 - n000, n110 - n010, u.y), mix(n101 - n001, n111 - n011, u.y), u.z) * du.x;
    let dy = mix(x10 - x00, x11 - x01, u.z) * du.y;
    let dz = (y1 - y0) * du.z;
    return vec4(mix(y0, y1, u.z) * 2.0 - 1.0, vec3(dx, dy, dz) * 2.0);
}

// How much of a pattern of this size can be seen where a pixel is `pixel` metres wide.
fn seen(size: f32, pixel: f32) -> f32 {
    return 1.0 - smoothstep(0.2, 0.55, pixel / size);
}

fn bend(normal: vec3<f32>, gradient: vec3<f32>, height: f32) -> vec3<f32> {
    return normalize(normal - (gradient - normal * dot(gradient, normal)) * height);
}

// Distance to the nearest joint of a grid with this spacing, metres, and the cell.
fn joints(p: vec2<f32>, spacing: vec2<f32>) -> vec4<f32> {
    let cell = floor(p / spacing);
    let f = p - cell * spacing;
    let d = min(f, spacing - f);
    return vec4(min(d.x, d.y), cell, 0.0);
}

// `across` and `down` are the steps on the surface from pixel to pixel, metres.
fn grain(class_id: u32, p: vec3<f32>, n: vec3<f32>, across: vec3<f32>, down: vec3<f32>, time: f32) -> Grain {
    // How wide a pixel is; the mean of both axes, or everything would blur at grazing views.
    let pixel = sqrt(length(across) * length(down));
    var g = Grain(vec3(1.0), n, 0.88, 0.5, 0.0, vec3(0.0));
    if class_id == PLAIN {
        return g;
    }
    if class_id == GLASS {
        // Panes are never quite flat nor quite parallel.
        let warp = noise(p, 4.0);
        g.normal = bend(n, warp.yzw, 0.02 * seen(4.0, pixel));
        g.roughness = 0.06;
        g.reflectance = 0.75;
        return g;
    }
    if class_id == WATER {
        return water(p, n, pixel, time);
    }
    let fine = noise(p, 0.03125);
    let small = noise(p, 0.25);
    let wide = noise(p, 4.0);
    let broad = noise(p, 32.0);
    let s_fine = seen(0.03125, pixel);
    let s_small = seen(0.25, pixel);
    let s_wide = seen(4.0, pixel);
    let s_broad = seen(32.0, pixel);
    // Along walls: how far to the side, and how high.
    let side = normalize(vec3(n.z, 0.0, -n.x) + vec3(1e-4, 0.0, 0.0));
    let along = dot(p, side);
    // What repeats along a wall must be gone before its beat with the pixels shows.
    let pixel_along = max(pixel, abs(dot(across, side)) + abs(dot(down, side)));

    switch class_id {
        case 1u: { // asphalt
            let worn = 0.09 * wide.x * s_wide + 0.06 * broad.x * s_broad;
            let patch_edge = smoothstep(0.34, 0.36, noise(p, 8.0).x) * 0.10 * s_wide;
            let tone = 1.0 + 0.16 * fine.x * s_fine + 0.07 * small.x * s_small + worn - patch_edge;
            g.tone = vec3(tone, tone, tone * 1.01);
            g.normal = bend(n, fine.yzw, 0.004 * s_fine);
            g.roughness = 0.82 + 0.1 * wide.x;
            g.reflectance = 0.4;
        }
        case 2u: { // paving
            let j = joints(p.xz, vec2(0.5, 0.5));
            let slab = hash3(vec3<i32>(i32(j.y) & 1023, 7, i32(j.z) & 1023));
            let s = seen(0.5, pixel);
            let joint = (1.0 - smoothstep(0.004, 0.012 + pixel, j.x)) * seen(0.12, pixel);
            let tone = 1.0 + (slab - 0.5) * 0.11 * s + 0.05 * small.x * s_small + 0.07 * wide.x * s_wide
                + 0.05 * broad.x * s_broad - 0.35 * joint;
            g.tone = vec3(tone);
            g.normal = bend(n, fine.yzw, 0.002 * s_fine);
            g.roughness = 0.8;
        }
        case 3u: { // concrete
            let stain = smoothstep(0.15, 0.7, noise(p, 2.0).x) * 0.10 * seen(2.0, pixel);
            let j = joints(p.xz, vec2(8.0, 8.0));
            let level = step(0.7, n.y);
            let joint = level * (1.0 - smoothstep(0.01, 0.03 + pixel, j.x)) * seen(0.3, pixel);
            let tone = 1.0 + 0.05 * fine.x * s_fine + 0.06 * small.x * s_small + 0.08 * wide.x * s_wide
                + 0.07 * broad.x * s_broad - stain - 0.3 * joint;
            g.tone = vec3(tone, tone * 0.998, tone * 0.99);
            g.normal = bend(n, small.yzw, 0.006 * s_small);
            g.roughness = 0.85;
        }
        case 4u: { // grass
            let blades = 0.30 * fine.x * s_fine + 0.20 * small.x * s_small;
            let patches = 0.16 * wide.x * s_wide + 0.15 * broad.x * s_broad;
            let dry = smoothstep(-0.2, 0.8, noise(p, 16.0).x) * 0.5;
            g.tone = (1.0 + blades + patches) * mix(vec3(0.94, 1.02, 0.9), vec3(1.14, 1.02, 0.86), dry);
            g.normal = bend(n, fine.yzw * s_fine * 0.012 + small.yzw * s_small * 0.05, 1.0);
            g.roughness = 0.95;
            g.reflectance = 0.3;
        }
        case 5u, 6u: { // soil, sand
            let ripple = sin((p.x + 1.3 * wide.x) * 12.566) * seen(0.5, pixel) * select(0.03, 0.05, class_id == 6u);
            g.tone = vec3(1.0 + 0.14 * fine.x * s_fine + 0.12 * small.x * s_small + 0.1 * wide.x * s_wide
                + 0.08 * broad.x * s_broad + ripple);
            g.normal = bend(n, fine.yzw * s_fine * 0.006 + small.yzw * s_small * 0.03, 1.0);
            g.roughness = 0.95;
            g.reflectance = 0.3;
        }
        case 7u: { // rock
            let layer = sin(p.y * 3.1 + 2.0 * wide.x + broad.x * 3.0) * 0.07 * seen(1.0, pixel);
            g.tone = vec3(1.0 + 0.1 * fine.x * s_fine + 0.17 * small.x * s_small + 0.2 * wide.x * s_wide
                + 0.15 * broad.x * s_broad + layer) * mix(vec3(1.0), vec3(0.94, 1.0, 0.9), smoothstep(0.2, 0.8, broad.x));
            g.normal = bend(n, fine.yzw * s_fine * 0.01 + small.yzw * s_small * 0.06 + wide.yzw * s_wide * 0.9, 1.0);
            g.roughness = 0.9;
        }
        case 8u: { // foliage
            let leaf = noise(p, 0.125);
            let cluster = noise(p, 0.5);
            let s_leaf = seen(0.125, pixel);
            let s_cluster = seen(0.5, pixel);
            g.tone = (1.0 + 0.42 * leaf.x * s_leaf + 0.30 * cluster.x * s_cluster + 0.1 * wide.x * s_wide)
                * mix(vec3(1.0), vec3(1.12, 1.04, 0.8), smoothstep(0.1, 0.9, cluster.x) * s_cluster);
            g.normal = bend(n, leaf.yzw * s_leaf * 0.10 + cluster.yzw * s_cluster * 0.22, 1.0);
            g.roughness = 0.78;
            g.reflectance = 0.35;
        }
        case 9u: { // plaster
            let streak = noise(vec3(along * 4.0, p.y * 0.25, 0.0), 1.0).x * seen(0.25, pixel);
            g.tone = vec3(1.0 + 0.035 * fine.x * s_fine + 0.03 * small.x * s_small + 0.045 * wide.x * s_wide
                + 0.03 * streak + 0.03 * broad.x * s_broad);
            g.normal = bend(n, fine.yzw, 0.0015 * s_fine);
            g.roughness = 0.92;
        }
        case 10u: { // brick
            let row = floor(p.y / 0.078125);
            let at = vec2(along + 0.125 * (row - 2.0 * floor(row * 0.5)), p.y);
            let j = joints(at, vec2(0.25, 0.078125));
            let s = seen(0.078125, pixel_along);
            let one = hash3(vec3<i32>(i32(j.y) & 2047, i32(j.z) & 8191, 3));
            let mortar = (1.0 - smoothstep(0.004, 0.008 + pixel, j.x)) * s;
            let tone = vec3(1.0 + (one - 0.5) * 0.34 * s + 0.05 * fine.x * s_fine + 0.08 * wide.x * s_wide);
            g.tone = mix(tone, vec3(1.45, 1.5, 1.5), mortar * 0.6);
            g.roughness = 0.9;
        }
        case 11u: { // roof tiles: courses along the slope's contour lines
            let steep = max(length(n.xz), 0.05);
            let up_slope = p.y / steep;
            let s = seen(0.18, pixel_along);
            let course = up_slope / 0.25;
            let step_f = fract(course);
            let wave = cos(along / 0.25 * 6.2832);
            let one = hash3(vec3<i32>(i32(floor(along / 0.25)) & 2047, i32(floor(course)) & 4095, 5));
            let relief = wave * 0.12 + (step_f - 0.5) * 0.10 - 0.30 * smoothstep(0.88, 1.0, step_f);
            g.tone = vec3(1.0 + relief * s + (one - 0.5) * 0.22 * s + 0.10 * wide.x * s_wide + 0.06 * broad.x * s_broad)
                * mix(vec3(1.0), vec3(0.86, 0.92, 0.84), smoothstep(0.25, 0.85, noise(p, 2.0).x) * 0.6);
            g.normal = normalize(n + side * sin(along / 0.25 * 6.2832) * 0.28 * s);
            g.roughness = 0.82;
        }
        case 12u: { // metal
            // Ribs shine, so they need more pixels than a pattern of colours.
            let s = seen(0.11, pixel_along);
            let rib = sin(along / 0.25 * 6.2832);
            let upright = 1.0 - step(0.5, abs(n.y));
            let rust = smoothstep(0.45, 0.85, noise(p, 1.0).x + 0.3 * small.x) * 0.35 * seen(1.0, pixel);
            g.tone = mix(vec3(1.0 + 0.05 * wide.x * s_wide + 0.04 * small.x * s_small + 0.05 * rib * s * upright),
                vec3(0.78, 0.66, 0.56), rust * 0.5);
            g.normal = normalize(n + side * rib * 0.22 * s * upright);
            g.roughness = 0.5 + 0.25 * rust;
            g.metallic = 0.15;
        }
        case 13u: { // paint
            g.roughness = 0.22;
            g.reflectance = 0.6;
        }
        case 14u: { // wood
            let plank = floor(along / 0.125);
            let one = hash3(vec3<i32>(i32(plank) & 4095, 9, 1));
            let fibre = noise(vec3(along * 16.0, p.y, p.x + p.z), 1.0).x * seen(0.0625, pixel);
            g.tone = vec3(1.0 + (one - 0.5) * 0.25 * seen(0.125, pixel_along) + 0.12 * fibre);
            g.roughness = 0.8;
        }
        case 15u: { // snow
            g.tone = vec3(1.0 + 0.03 * small.x * s_small + 0.05 * wide.x * s_wide) * vec3(0.99, 1.0, 1.015);
            g.normal = bend(n, small.yzw * s_small * 0.03 + wide.yzw * s_wide * 0.3, 1.0);
            g.roughness = 0.6;
        }
        case 16u: { // gravel
            let stones = noise(p, 0.0625);
            let s = seen(0.0625, pixel);
            g.tone = vec3(1.0 + 0.34 * stones.x * s + 0.12 * small.x * s_small + 0.10 * wide.x * s_wide + 0.05 * broad.x * s_broad);
            g.normal = bend(n, stones.yzw, 0.02 * s);
            g.roughness = 0.95;
        }
        case 17u: { // crop: rows whose direction changes from plot to plot with the broad noise
            let plot = hash3(vec3<i32>(i32(floor(p.x / 256.0)) & 1, 2, i32(floor(p.z / 256.0)) & 1));
            let rows = select(p.x, p.z, plot > 0.5) + 0.4 * broad.x;
            g.tone = vec3(1.0 + 0.14 * sin(rows * 6.2832) * seen(1.0, pixel) + 0.14 * small.x * s_small
                + 0.08 * wide.x * s_wide + 0.06 * broad.x * s_broad);
            g.normal = bend(n, small.yzw, 0.05 * s_small);
            g.roughness = 0.95;
            g.reflectance = 0.3;
        }
        case 18u: { // woods
            let crown = noise(p, 8.0);
            let s = seen(8.0, pixel);
            g.tone = (1.0 + 0.30 * crown.x * s + 0.18 * wide.x * s_wide + 0.10 * broad.x * s_broad)
                * mix(vec3(0.95, 1.0, 0.92), vec3(1.1, 1.05, 0.85), smoothstep(0.0, 0.8, broad.x));
            g.normal = bend(n, crown.yzw * s * 2.6 + wide.yzw * s_wide * 0.7, 1.0);
            g.roughness = 0.9;
            g.reflectance = 0.3;
        }
        case 21u: { // walls of houses from far
            let at = vec2(along, p.y) / BAY_M;
            let f = abs(fract(at) - 0.5);
            let soft = max(vec2(pixel_along, pixel) / BAY_M, vec2(0.02));
            let inside = smoothstep(vec2(0.22) + soft * 0.5, vec2(0.22) - soft * 0.5, f * vec2(1.15, 0.82));
            let s = seen(BAY_M, max(pixel, pixel_along));
            let pane = inside.x * inside.y;
            g.tone = vec3(1.0 + 0.045 * wide.x * s_wide + 0.03 * broad.x * s_broad) * mix(1.0, mix(1.14, 0.50, pane), s);
            g.roughness = mix(0.9, 0.45, pane * s);
            // By twos of the size that a pixel tells apart, so that far houses keep single lights.
            let octave = max(log2(max(pixel, pixel_along) * 1.6 / BAY_M), 0.0);
            let share = mix(0.055, 0.17, s);
            let fine_lights = lights(p, exp2(floor(octave)), share);
            let coarse_lights = lights(p, exp2(floor(octave) + 1.0), share);
            g.glow = mix(fine_lights, coarse_lights, fract(octave)) * mix(1.1, pane, s) * WINDOW_LUMINANCE;
        }
        default: {}
    }
    g.tone = max(g.tone, vec3(0.25));
    return g;
}

// Lit windows of a wall, white being 1: cells of so many bays in space, a share of them lit, each in its own tone.
fn lights(p: vec3<f32>, bays: f32, share: f32) -> vec3<f32> {
    let size = min(BAY_M * bays, 51.2);
    let cells = i32(round(PERIOD_M / size));
    let cell = vec3<i32>(floor(p / size));
    let wrapped = ((cell % vec3(cells)) + vec3(cells)) % vec3(cells);
    let lot = hash3(wrapped + vec3(17, 5, 41));
    let tone = hash3(wrapped + vec3(3, 71, 13));
    let color = mix(vec3(1.0, 0.50, 0.18), vec3(1.0, 0.80, 0.55), tone) * (0.35 + 0.65 * hash3(wrapped + vec3(29, 2, 7)));
    return select(vec3(0.0), color, lot < share);
}

// Wind waves: three sizes of noise that drift; what is too fine for the pixel becomes roughness, so that glitter widens
// with the distance as it does at sea (Bruneton, Neyret, Holzschuch 2010).
fn water(p: vec3<f32>, n: vec3<f32>, pixel: f32, time: f32) -> Grain {
    var g = Grain(vec3(1.0), n, 0.08, 0.5, 0.0, vec3(0.0));
    var slope = vec3(0.0);
    var lost = 0.0;
    let sizes = array<f32, 4>(16.0, 4.0, 1.0, 0.25);
    let heights = array<f32, 4>(0.30, 0.085, 0.02, 0.0035);
    let drift = array<vec2<f32>, 4>(vec2(1.6, 0.7), vec2(-0.7, 1.3), vec2(0.8, 0.55), vec2(-0.4, -0.5));
    for (var i = 0; i < 4; i += 1) {
        let s = seen(sizes[i], pixel);
        let d = drift[i] * time;
        if s > 0.0 {
            let w = noise(vec3(p.x + d.x, p.y + time * sizes[i] * 0.15, p.z + d.y), sizes[i]);
            slope += w.yzw * heights[i] * s;
        }
        let steep = heights[i] / sizes[i] * 1.4;
        lost += steep * steep * (1.0 - s * s);
    }
    slope.y = 0.0;
    g.normal = normalize(n - slope);
    // Beckmann: roughness squared is the slopes' variance doubled; the material takes its square root.
    g.roughness = clamp(sqrt(sqrt(0.0016 + 2.0 * lost)), 0.09, 0.45);
    g.tone = vec3(1.0 + 0.10 * noise(p, 64.0).x * seen(64.0, pixel));
    return g;
}
