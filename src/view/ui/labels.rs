//! Labels of live entities: a small plate over each, nearer ones first, never one over another.

use bevy::ecs::system::SystemParam;
use bevy::prelude::*;
use bevy_egui::egui::{self, Align2, Color32, CornerRadius, FontId, Rect, Stroke, StrokeKind};

use super::theme;
use crate::view::entities::{Label, LiveEntity};
use crate::view::pick::{ChosenWhat, Selected};
use crate::view::space::{EcefPose, EyeCamera, MainEye, Origin};

#[derive(SystemParam)]
pub struct Data<'w, 's> {
    eye: Res<'w, MainEye>,
    origin: Res<'w, Origin>,
    selected: Res<'w, Selected>,
    cameras: Query<'w, 's, (&'static Camera, &'static GlobalTransform), With<EyeCamera>>,
    labels: Query<'w, 's, (&'static LiveEntity, &'static Label, &'static EcefPose, &'static InheritedVisibility)>,
}

/// Labels on screen at once; past that, only the nearest.
const MAX_LABELS: usize = 200;

pub fn draw(ctx: &egui::Context, data: &Data) {
    let Ok((camera, camera_transform)) = data.cameras.single() else { return };
    let mut near: Vec<(f64, bool, &LiveEntity, &Label, &EcefPose)> = data
        .labels
        .iter()
        .filter(|(_, label, _, visible)| visible.get() && !label.text.is_empty())
        .filter_map(|(live, label, pose, _)| {
            let chosen =
                data.selected.0.as_ref().is_some_and(|c| matches!(c.what, ChosenWhat::Entity(k, _) if k == live.key));
            let distance = pose.pos_ecef.distance(data.eye.pos_ecef);
            (chosen || distance < label.within_m).then_some((distance, chosen, live, label, pose))
        })
        .collect();
    near.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.total_cmp(&b.0)));
    near.truncate(MAX_LABELS);

    let painter = ctx.layer_painter(egui::LayerId::background());
    let pixels_per_point = ctx.zoom_factor();
    let mut taken: Vec<Rect> = Vec::new();
    for (distance, chosen, live, label, pose) in near {
        let at = data
            .origin
            .render_from_point(pose.pos_ecef + pose.ecef_from_local * glam::DVec3::Y * f64::from(label.height_m));
        let Ok(on_screen) = camera.world_to_viewport(camera_transform, at) else { continue };
        let anchor = egui::pos2(on_screen.x, on_screen.y) / pixels_per_point;
        let color = if live.stale { theme::TEXT_WEAK } else { theme::TEXT };
        let fade = (1.5 - 1.5 * distance / label.within_m).clamp(0.25, 1.0) as f32;
        let fade = if chosen { 1.0 } else { fade };
        let galley = painter.layout_no_wrap(label.text.clone(), FontId::proportional(12.0), color.gamma_multiply(fade));
        let plate =
            Align2::CENTER_BOTTOM.anchor_size(anchor - egui::vec2(0.0, 7.0), galley.size() + egui::vec2(12.0, 6.0));
        if !chosen && taken.iter().any(|other| other.intersects(plate)) {
            continue;
        }
        taken.push(plate);
        let edge = if chosen { theme::ACCENT } else { Color32::from_white_alpha(26).gamma_multiply(fade) };
        let fill = theme::PANEL.gamma_multiply(0.82 * fade);
        painter.line_segment([plate.center_bottom(), anchor], Stroke::new(1.0, edge));
        painter.rect(plate, CornerRadius::same(4), fill, Stroke::new(1.0, edge), StrokeKind::Inside);
        painter.galley(plate.min + egui::vec2(6.0, 3.0), galley, color);
    }
}
