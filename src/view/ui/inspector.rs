//! The panel on the right: what is chosen, its live values and metadata.

use bevy::ecs::system::SystemParam;
use bevy::prelude::*;
use bevy_egui::egui;

use super::{left::near, theme};
use crate::nav::Eye;
use crate::view::entities::{LiveEntity, entity_rows};
use crate::view::live::LiveTwin;
use crate::view::pick::{Chosen, ChosenWhat, Selected};
use crate::view::space::{EcefPose, MainEye};

#[derive(SystemParam)]
pub struct Data<'w, 's> {
    selected: ResMut<'w, Selected>,
    live: Res<'w, LiveTwin>,
    eye: Res<'w, MainEye>,
    entities: Query<'w, 's, (&'static EcefPose, &'static LiveEntity)>,
}

/// Gives where to fly, if that was asked for.
pub fn draw(root: &mut egui::Ui, data: &mut Data) -> Option<Eye> {
    let chosen = data.selected.0.clone()?;
    let mut close = false;
    let mut fly_to = None;
    egui::Panel::right("inspector")
        .frame(theme::panel_frame())
        .default_size(300.0)
        .size_range(220.0..=560.0)
        .show_separator_line(false)
        .show(root, |ui| {
            (close, fly_to) = header(ui, &chosen, data);
            egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| body(ui, &chosen, data));
        });
    if close {
        data.selected.0 = None;
    }
    fly_to
}

fn header(ui: &mut egui::Ui, chosen: &Chosen, data: &Data) -> (bool, Option<Eye>) {
    let (title, kind) = match chosen.what {
        ChosenWhat::Tile(_) | ChosenWhat::Place => (chosen.title.clone(), chosen.kind.clone()),
        ChosenWhat::Entity(key, _) => match data.live.twin.entity(key) {
            Some(entity) => (entity.id().to_string(), entity.class().unwrap_or("entity").to_string()),
            None => ("gone".to_string(), "entity".to_string()),
        },
    };
    let mut close = false;
    // The button has its place first, so that a long title ends before it.
    let row = egui::vec2(ui.available_width(), ui.spacing().interact_size.y);
    ui.allocate_ui_with_layout(row, egui::Layout::right_to_left(egui::Align::Center), |ui| {
        close = ui.button("×").on_hover_text("Close (Esc)").clicked();
        ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
            ui.add(egui::Label::new(egui::RichText::new(title).font(theme::strong(17.0))).truncate());
        });
    });
    ui.label(egui::RichText::new(kind).color(theme::TEXT_WEAK));
    ui.add_space(4.0);
    let mut fly_to = None;
    if ui.button("Fly to").clicked() {
        let (center, radius) = match chosen.what {
            ChosenWhat::Entity(_, entity) => {
                let at = data.entities.get(entity).map_or(chosen.center_ecef, |(pose, _)| pose.pos_ecef);
                (at, chosen.radius_m)
            }
            ChosenWhat::Tile(_) | ChosenWhat::Place => (chosen.center_ecef, chosen.radius_m),
        };
        fly_to = Some(near(&data.eye, center, (radius * 3.0).max(15.0)));
    }
    (close, fly_to)
}

fn body(ui: &mut egui::Ui, chosen: &Chosen, data: &Data) {
    if let ChosenWhat::Entity(key, entity) = chosen.what {
        theme::section(ui, "Live values");
        if data.entities.get(entity).is_ok_and(|(_, live)| live.stale) {
            theme::state(ui, theme::WARN, "no news from its source");
        }
        if let Some(entity) = data.live.twin.entity(key) {
            for (name, value) in entity_rows(&data.live.twin, entity, data.live.t_secs) {
                theme::row(ui, &name, value);
            }
            if let Some(age) = entity.age_secs(data.live.t_secs) {
                theme::row(ui, "heard of", format!("{:.1} s ago", age.max(0.0)));
            }
        }
    } else {
        theme::section(ui, "Properties");
        for (name, value) in &chosen.rows {
            theme::row(ui, name, value.as_str());
        }
    }
}
