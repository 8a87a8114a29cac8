//! What mouse and keys do.

use bevy_egui::egui;

use super::{UiState, theme};

const CONTROLS: [(&str, &[(&str, &str)]); 3] = [
    (
        "Mouse",
        &[
            ("drag left", "pan: the point under the cursor stays under it"),
            ("drag right, or Ctrl and left", "orbit around the point under the cursor"),
            ("wheel", "zoom to the cursor"),
            ("click", "choose a building, an entity or a place"),
            ("double click", "come nearer"),
        ],
    ),
    (
        "Moving",
        &[
            ("W A S D", "forward, left, back, right"),
            ("E  Q", "up, down"),
            ("Shift", "five times as fast"),
            ("H", "home"),
            ("N", "north up"),
            ("1 to 9", "the scene's views"),
        ],
    ),
    (
        "Panels",
        &[
            ("Esc", "nothing chosen"),
            ("F1", "panels on and off"),
            ("F2", "this help"),
            ("F3", "performance"),
            ("Ctrl +  Ctrl -", "larger, smaller"),
        ],
    ),
];

pub fn draw(ctx: &egui::Context, state: &mut UiState) {
    let mut open = true;
    egui::Window::new(egui::RichText::new("Mouse and keys").font(theme::strong(15.0)))
        .open(&mut open)
        .collapsible(false)
        .resizable(false)
        .anchor(egui::Align2::CENTER_CENTER, [0.0, 0.0])
        .frame(theme::panel_frame().corner_radius(8.0))
        .show(ctx, |ui| {
            let height = (ctx.viewport_rect().height() - 150.0).max(120.0);
            egui::ScrollArea::vertical().max_height(height).show(ui, controls);
        });
    state.help = open;
}

fn controls(ui: &mut egui::Ui) {
    for (title, rows) in CONTROLS {
        theme::section(ui, title);
        egui::Grid::new(title).num_columns(2).spacing([24.0, 6.0]).min_col_width(120.0).show(ui, |ui| {
            for (keys, what) in rows {
                ui.label(egui::RichText::new(*keys).color(theme::ACCENT));
                ui.label(*what);
                ui.end_row();
            }
        });
    }
}
