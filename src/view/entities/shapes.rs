//! The built-in shapes of entities: plain bodies of the right size, for feeds that come without models.
//!
//! Local frame of Bevy's axes: x right, y up, front at -z; the origin on the ground below the middle. White, so that a
//! bound colour tints them.

use bevy::asset::RenderAssetUsages;
use bevy::mesh::{Indices, Mesh, PrimitiveTopology};
use bevy::prelude::*;

use crate::format::scene::Shape;

/// One box of a shape, in shares of the shape's length, width and height: middle (forward, right, up) and extent, and
/// how dark it is.
struct Block {
    middle: [f32; 3],
    extent: [f32; 3],
    shade: f32,
}

const fn block(middle: [f32; 3], extent: [f32; 3], shade: f32) -> Block {
    Block { middle, extent, shade }
}

const BODY: f32 = 1.0;
const GLASS: f32 = 0.06;
const TYRE: f32 = 0.02;

fn blocks(shape: Shape) -> &'static [Block] {
    match shape {
        Shape::None => &[],
        Shape::Box => const { &[block([0.0, 0.0, 0.5], [1.0, 1.0, 1.0], BODY)] },
        Shape::Car => {
            const {
                &[
                    block([0.0, 0.0, 0.36], [1.0, 0.98, 0.42], BODY),
                    block([-0.06, 0.0, 0.74], [0.52, 0.86, 0.34], GLASS),
                    block([-0.06, 0.0, 0.95], [0.44, 0.8, 0.1], BODY),
                    block([0.3, 0.0, 0.11], [0.16, 1.0, 0.22], TYRE),
                    block([-0.3, 0.0, 0.11], [0.16, 1.0, 0.22], TYRE),
                ]
            }
        }
        Shape::Truck => {
            const {
                &[
                    block([-0.12, 0.0, 0.62], [0.76, 1.0, 0.76], BODY),
                    block([0.4, 0.0, 0.46], [0.18, 0.96, 0.6], 0.55),
                    block([0.455, 0.0, 0.6], [0.08, 0.9, 0.2], GLASS),
                    block([0.0, 0.0, 0.14], [0.98, 0.8, 0.16], 0.05),
                    block([0.36, 0.0, 0.12], [0.08, 1.0, 0.24], TYRE),
                    block([-0.3, 0.0, 0.12], [0.22, 1.0, 0.24], TYRE),
                ]
            }
        }
        Shape::Bus | Shape::Tram | Shape::Train => {
            const {
                &[
                    block([0.0, 0.0, 0.34], [1.0, 1.0, 0.44], BODY),
                    block([0.0, 0.0, 0.7], [0.99, 0.97, 0.28], GLASS),
                    block([0.0, 0.0, 0.92], [1.0, 0.98, 0.16], BODY),
                    block([0.32, 0.0, 0.08], [0.1, 0.96, 0.16], TYRE),
                    block([-0.32, 0.0, 0.08], [0.1, 0.96, 0.16], TYRE),
                ]
            }
        }
        Shape::Bicycle => {
            const {
                &[
                    block([0.32, 0.0, 0.2], [0.34, 0.1, 0.4], TYRE),
                    block([-0.32, 0.0, 0.2], [0.34, 0.1, 0.4], TYRE),
                    block([-0.05, 0.0, 0.62], [0.24, 0.7, 0.44], BODY),
                    block([0.0, 0.0, 0.92], [0.14, 0.4, 0.14], 0.4),
                ]
            }
        }
        Shape::Person => {
            const {
                &[
                    block([0.0, 0.0, 0.25], [0.5, 0.6, 0.5], 0.15),
                    block([0.0, 0.0, 0.66], [0.6, 0.95, 0.34], BODY),
                    block([0.0, 0.0, 0.92], [0.5, 0.4, 0.15], 0.5),
                ]
            }
        }
        Shape::Vessel => {
            const {
                &[
                    block([-0.04, 0.0, 0.16], [0.88, 1.0, 0.32], 0.35),
                    block([0.43, 0.0, 0.2], [0.12, 0.55, 0.32], 0.35),
                    block([0.02, 0.0, 0.42], [0.68, 0.92, 0.2], BODY),
                    block([-0.4, 0.0, 0.56], [0.1, 0.9, 0.5], 0.9),
                    block([-0.46, 0.0, 0.72], [0.04, 0.3, 0.5], 0.3),
                ]
            }
        }
        Shape::Agv => {
            const {
                &[
                    block([0.0, 0.0, 0.56], [1.0, 1.0, 0.44], BODY),
                    block([0.0, 0.0, 0.84], [0.96, 0.7, 0.16], 0.3),
                    block([0.32, 0.0, 0.2], [0.16, 1.0, 0.4], TYRE),
                    block([-0.32, 0.0, 0.2], [0.16, 1.0, 0.4], TYRE),
                ]
            }
        }
        Shape::Crane => {
            const {
                &[
                    block([0.4, -0.16, 0.33], [0.05, 0.03, 0.66], BODY),
                    block([0.4, 0.16, 0.33], [0.05, 0.03, 0.66], BODY),
                    block([-0.4, -0.16, 0.33], [0.05, 0.03, 0.66], BODY),
                    block([-0.4, 0.16, 0.33], [0.05, 0.03, 0.66], BODY),
                    block([0.0, 0.1, 0.68], [0.12, 1.2, 0.05], BODY),
                    block([0.0, 0.0, 0.84], [0.06, 0.06, 0.32], BODY),
                    block([0.0, -0.2, 0.74], [0.3, 0.16, 0.08], 0.5),
                ]
            }
        }
        Shape::Drone => {
            const {
                &[
                    block([0.0, 0.0, 0.5], [0.4, 0.4, 0.7], BODY),
                    block([0.0, 0.0, 0.75], [1.0, 0.12, 0.2], TYRE),
                    block([0.0, 0.0, 0.75], [0.12, 1.0, 0.2], TYRE),
                ]
            }
        }
        Shape::Marker => {
            const { &[block([0.0, 0.0, 0.4], [0.08, 0.08, 0.8], BODY), block([0.0, 0.0, 0.9], [0.5, 0.5, 0.2], BODY)] }
        }
    }
}

/// The mesh of a shape of this length, width and height in metres, and its corners for ray casts. `None` draws nothing.
pub fn mesh(shape: Shape, [length, width, height]: [f64; 3]) -> Option<(Mesh, Vec<Vec3>)> {
    let blocks = blocks(shape);
    if blocks.is_empty() {
        return None;
    }
    let size = Vec3::new(width as f32, height as f32, length as f32);
    let (mut positions, mut normals, mut colors, mut corners) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for Block { middle: [forward, right, up], extent: [deep, wide, tall], shade } in blocks {
        let middle = Vec3::new(*right, *up, -forward) * size;
        let half = Vec3::new(*wide, *tall, *deep) * size * 0.5;
        for axis in 0..3 {
            for sign in [-1.0f32, 1.0] {
                let mut normal = Vec3::ZERO;
                normal[axis] = sign;
                let (mut u, mut v) = (Vec3::ZERO, Vec3::ZERO);
                u[(axis + 1) % 3] = 1.0;
                v[(axis + 2) % 3] = sign;
                let at = |a: f32, b: f32| middle + (normal + u * a + v * b) * half;
                for corner in [at(-1.0, -1.0), at(1.0, -1.0), at(1.0, 1.0), at(-1.0, -1.0), at(1.0, 1.0), at(-1.0, 1.0)]
                {
                    positions.push(corner.to_array());
                    normals.push(normal.to_array());
                    colors.push([*shade, *shade, *shade, 1.0]);
                    corners.push(corner);
                }
            }
        }
    }
    let count = positions.len() as u32;
    let mesh = Mesh::new(PrimitiveTopology::TriangleList, RenderAssetUsages::RENDER_WORLD)
        .with_inserted_attribute(Mesh::ATTRIBUTE_POSITION, positions)
        .with_inserted_attribute(Mesh::ATTRIBUTE_NORMAL, normals)
        .with_inserted_attribute(Mesh::ATTRIBUTE_COLOR, colors)
        .with_inserted_indices(Indices::U32((0..count).collect()));
    Some((mesh, corners))
}
