//! Figures of the last seconds: frame times, tiles, memory, requests.

use bevy::ecs::system::SystemParam;
use bevy::prelude::*;
use bevy_egui::egui;
use std::collections::VecDeque;

use super::theme;
use crate::view::stream::{StreamStats, Uploads};

/// Times of the last frames, milliseconds.
#[derive(Resource, Default)]
pub struct History(VecDeque<f32>);

const FRAMES: usize = 240;

pub fn record(time: Res<Time<Real>>, mut history: ResMut<History>) {
    if history.0.len() >= FRAMES {
        history.0.pop_front();
    }
    history.0.push_back(time.delta_secs() * 1e3);
}

#[derive(SystemParam)]
pub struct Data<'w> {
    history: Res<'w, History>,
    stats: Res<'w, StreamStats>,
    uploads: Res<'w, Uploads>,
}

pub fn draw(ctx: &egui::Context, data: &Data) {
    egui::Window::new("Performance")
        .anchor(egui::Align2::LEFT_BOTTOM, [260.0, -44.0])
        .resizable(false)
        .collapsible(false)
        .frame(theme::panel_frame().corner_radius(8.0))
        .default_width(250.0)
        .constrain(true)
        .show(ctx, |ui| {
            graph(ui, &data.history);
            let mut sorted: Vec<f32> = data.history.0.iter().copied().collect();
            sorted.sort_by(f32::total_cmp);
            let at = |q: f32| sorted.get(((sorted.len().max(1) - 1) as f32 * q) as usize).copied().unwrap_or(0.0);
            theme::row(ui, "frame, median / p99", format!("{:.1} / {:.1} ms", at(0.5), at(0.99)));
            let counters = &data.stats.counters;
            theme::row(ui, "tiles drawn / held", format!("{} / {}", counters.drawn, counters.loaded));
            theme::row(ui, "visited / culled", format!("{} / {}", counters.visited, counters.culled));
            theme::row(ui, "in flight / waiting", format!("{} / {}", counters.in_flight, counters.waiting));
            theme::row(ui, "failed", counters.failed.to_string());
            theme::row(ui, "triangles", grouped(data.stats.triangles));
            theme::row(ui, "meshes", grouped(data.uploads.drawn_meshes()));
            theme::row(ui, "held", format!("{:.0} MB", counters.held_bytes as f64 / 1e6));
            let fetched = format!("{:.1} MB in {}", data.stats.fetched_bytes as f64 / 1e6, data.stats.requests);
            theme::row(ui, "fetched", fetched);
            if counters.sse_scale > 1.01 {
                theme::row(ui, "coarser by", format!("{:.1}", counters.sse_scale));
            }
        });
}

fn graph(ui: &mut egui::Ui, history: &History) {
    let (rect, _) = ui.allocate_exact_size(egui::vec2(ui.available_width(), 46.0), egui::Sense::hover());
    let painter = ui.painter();
    painter.rect_filled(rect, 4.0, theme::RAISED);
    let step = rect.width() / FRAMES as f32;
    for (index, ms) in history.0.iter().enumerate() {
        let height = (ms / 50.0).min(1.0) * rect.height();
        let x = rect.left() + (index as f32 + 0.5) * step;
        let color = match ms {
            m if *m < 17.5 => theme::GOOD,
            m if *m < 34.0 => theme::WARN,
            _ => theme::BAD,
        };
        painter.line_segment(
            [egui::pos2(x, rect.bottom()), egui::pos2(x, rect.bottom() - height)],
            egui::Stroke::new(step.max(1.0), color),
        );
    }
}

/// A number with its thousands set apart.
fn grouped(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push('\u{2009}');
        }
        out.push(digit);
    }
    out
}
