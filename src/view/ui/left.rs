//! The panel on the left: views, layers, the time of day, what the search finds.

use bevy::ecs::system::SystemParam;
use bevy::prelude::*;
use bevy_egui::egui;

use super::{UiState, theme};
use crate::nav::Eye;
use crate::twin::EntityKey;
use crate::view::entities::{Cast, Label};
use crate::view::live::{FeedHealth, FeedLink, LiveTwin};
use crate::view::navigate::{FlyTo, Home, north_up};
use crate::view::pick::Choose;
use crate::view::scene::{Layers, SceneClock, Views};
use crate::view::sky::{Daylight, SkySettings};
use crate::view::space::{EcefPose, MainEye};

#[derive(SystemParam)]
pub struct Data<'w, 's> {
    views: Res<'w, Views>,
    layers: ResMut<'w, Layers>,
    home: Res<'w, Home>,
    eye: Res<'w, MainEye>,
    sky: ResMut<'w, SkySettings>,
    clock: ResMut<'w, SceneClock>,
    daylight: Res<'w, Daylight>,
    live: Res<'w, LiveTwin>,
    link: Res<'w, FeedLink>,
    cast: Res<'w, Cast>,
    poses: Query<'w, 's, &'static EcefPose>,
    labels: Query<'w, 's, &'static Label>,
    fly_to: MessageWriter<'w, FlyTo>,
    choose: MessageWriter<'w, Choose>,
}

/// Results of a search shown at once.
const MAX_RESULTS: usize = 30;

pub fn draw(root: &mut egui::Ui, state: &mut UiState, data: &mut Data) {
    egui::Panel::left("left").frame(theme::panel_frame()).exact_size(248.0).show_separator_line(false).show(
        root,
        |ui| {
            egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                if state.search.trim().is_empty() {
                    views(ui, data);
                    layers(ui, data);
                    light(ui, data);
                    feed(ui, data);
                } else {
                    results(ui, state, data);
                }
            });
        },
    );
}

fn wide_button(ui: &mut egui::Ui, text: &str, key: Option<String>) -> egui::Response {
    let width = ui.available_width();
    let mut button = egui::Button::new(text).min_size(egui::vec2(width, 28.0)).truncate();
    if let Some(key) = key {
        button = button.shortcut_text(egui::RichText::new(key).color(theme::TEXT_WEAK));
    } else {
        button = button.shortcut_text("");
    }
    ui.add(button)
}

fn views(ui: &mut egui::Ui, data: &mut Data) {
    theme::section(ui, "Views");
    let mut go = None;
    for view in &data.views.0 {
        if wide_button(ui, &view.title, view.key.map(|k| k.to_string())).clicked() {
            go = Some(view.eye);
        }
    }
    match data.home.0 {
        Some(home) => ui.columns(2, |columns| {
            if wide_button(&mut columns[0], "Home", Some("H".into())).clicked() {
                go = Some(home);
            }
            if wide_button(&mut columns[1], "North up", Some("N".into())).clicked() {
                go = Some(north_up(&data.eye));
            }
        }),
        None => {
            if wide_button(ui, "North up", Some("N".into())).clicked() {
                go = Some(north_up(&data.eye));
            }
        }
    }
    if let Some(eye) = go {
        data.fly_to.write(FlyTo(eye));
    }
}

fn layers(ui: &mut egui::Ui, data: &mut Data) {
    if data.layers.0.is_empty() {
        return;
    }
    theme::section(ui, "Layers");
    let mut states: Vec<(usize, bool)> = data.layers.0.iter().map(|l| l.visible).enumerate().collect();
    for (index, visible) in &mut states {
        let title = data.layers.0[*index].title.clone();
        ui.checkbox(visible, title);
    }
    // Written only when changed: change detection wakes the layers' users.
    if states.iter().any(|(index, visible)| data.layers.0[*index].visible != *visible) {
        for (index, visible) in states {
            data.layers.0[index].visible = visible;
        }
    }
}

fn light(ui: &mut egui::Ui, data: &mut Data) {
    theme::section(ui, "Time of day");
    // By the sun at the place that one looks at: 12 is when it stands highest.
    let lon_hours = data.eye.geodetic().lon_deg() / 15.0;
    let day_start = ((data.sky.unix_secs / 3600.0 + lon_hours) / 24.0).floor() * 24.0;
    let mut hour = data.sky.unix_secs / 3600.0 + lon_hours - day_start;
    let before = hour;
    ui.spacing_mut().slider_width = ui.available_width() - 68.0;
    let slider = egui::Slider::new(&mut hour, 0.0..=23.99)
        .custom_formatter(|h, _| format!("{:02}:{:02}", h as u32, ((h.fract() * 60.0) as u32).min(59)));
    ui.add(slider).on_hover_text("Local solar time");
    if (hour - before).abs() > 1e-6 {
        data.sky.unix_secs = (day_start + hour - lon_hours) * 3600.0;
        data.clock.follows_now = false;
    }
    let elevation = data.daylight.sun_elevation_rad.to_degrees();
    let text = match elevation {
        e if e > 0.0 => format!("sun {e:.0}° above the horizon"),
        e if e > -18.0 => format!("twilight, sun {:.0}° below", -e),
        _ => "night".to_string(),
    };
    ui.label(egui::RichText::new(text).small().color(theme::TEXT_WEAK));
}

fn feed(ui: &mut egui::Ui, data: &mut Data) {
    if data.link.health() == FeedHealth::None {
        return;
    }
    theme::section(ui, "Feed");
    match data.link.health() {
        FeedHealth::Live => theme::state(ui, theme::GOOD, "live"),
        FeedHealth::Lost => theme::state(ui, theme::BAD, "lost, trying again"),
        _ if data.link.last_failure.is_some() => theme::state(ui, theme::BAD, "can't be reached, trying again"),
        _ => theme::state(ui, theme::WARN, "connecting"),
    }
    theme::row(ui, "entities", data.live.twin.len().to_string());
    if let (Some(failure), true) = (&data.link.last_failure, data.link.health() != FeedHealth::Live) {
        ui.label(egui::RichText::new(failure).small().color(theme::TEXT_WEAK));
    }
    if let Some(stats) = data.link.stats() {
        theme::row(ui, "updates", format!("{:.0} /s", stats.updates_per_sec));
        if let Some(secs) = stats.round_trip_secs {
            theme::row(ui, "round trip", format!("{:.0} ms", secs * 1e3));
        }
        theme::row(ui, "shown behind", format!("{:.1} s", data.live.clock.delay_secs()));
        theme::row(ui, "late / twice", format!("{} / {}", stats.late, stats.duplicates));
        let lost = stats.dropped + stats.missed + stats.bad_messages;
        let color = if lost == 0 { theme::TEXT } else { theme::WARN };
        theme::row(ui, "dropped", egui::RichText::new(lost.to_string()).color(color));
    }
}

/// Something that a search found.
enum Found {
    View(Eye),
    Entity(EntityKey),
}

impl Data<'_, '_> {
    fn find(&self, text: &str) -> Vec<(String, String, Found)> {
        let wanted = text.trim().to_lowercase();
        let views = self
            .views
            .0
            .iter()
            .filter(|view| view.title.to_lowercase().contains(&wanted))
            .map(|view| (view.title.clone(), "view".to_string(), Found::View(view.eye)));
        let entities = self.live.twin.entities().filter_map(|(key, entity)| {
            let label = self.cast.entity(key).and_then(|e| self.labels.get(e).ok()).map_or("", |l| l.text.as_str());
            let class = entity.class().unwrap_or("entity");
            let hit = [entity.id(), class, label].iter().any(|text| text.to_lowercase().contains(&wanted));
            let title = if label.is_empty() { entity.id() } else { label };
            hit.then(|| (title.to_string(), class.to_string(), Found::Entity(key)))
        });
        views.chain(entities).take(MAX_RESULTS).collect()
    }

    fn go(&mut self, found: &Found) {
        match found {
            Found::View(eye) => {
                self.fly_to.write(FlyTo(*eye));
            }
            Found::Entity(key) => {
                self.choose.write(Choose(Some(*key)));
                let pose = self.cast.entity(*key).and_then(|entity| self.poses.get(entity).ok());
                if let Some(pose) = pose {
                    self.fly_to.write(FlyTo(near(&self.eye, pose.pos_ecef, 60.0)));
                }
            }
        }
    }

    /// The moment that sky and light show.
    pub fn unix_secs(&self) -> f64 {
        self.sky.unix_secs
    }

    pub fn fly(&mut self, eye: Eye) {
        self.fly_to.write(FlyTo(eye));
    }

    /// Goes to what stands first in the results.
    pub fn go_to_first(&mut self, text: &str) {
        if let Some((_, _, found)) = self.find(text).into_iter().next() {
            self.go(&found);
        }
    }
}

/// A pose from which something is well seen: from the side where the eye is now, 30 degrees above.
pub fn near(eye: &Eye, target_ecef: glam::DVec3, distance_m: f64) -> Eye {
    let target = crate::geo::wgs84::geodetic_from_ecef(target_ecef);
    let level = crate::geo::enu_basis(target);
    let away = level.transpose() * (eye.pos_ecef - target_ecef);
    let azimuth = if away.truncate().length() > 1.0 { away.x.atan2(away.y) } else { std::f64::consts::PI };
    let elevation = 30f64.to_radians();
    let offset = level.x_axis * (azimuth.sin() * elevation.cos())
        + level.y_axis * (azimuth.cos() * elevation.cos())
        + level.z_axis * elevation.sin();
    let at = crate::geo::wgs84::geodetic_from_ecef(target_ecef + offset * distance_m);
    Eye { fov_y_rad: eye.fov_y_rad, ..Eye::looking_at(at, target) }
}

fn results(ui: &mut egui::Ui, state: &mut UiState, data: &mut Data) {
    let found = data.find(&state.search);
    theme::section(ui, if found.len() < MAX_RESULTS { "Found" } else { "Found (the first)" });
    if found.is_empty() {
        ui.label(egui::RichText::new("No view and no entity is called that.").color(theme::TEXT_WEAK));
    }
    let mut go = None;
    for (index, (title, kind, _)) in found.iter().enumerate() {
        if wide_button(ui, title, Some(kind.clone())).clicked() {
            go = Some(index);
        }
    }
    if let Some(index) = go {
        data.go(&found[index].2);
    }
}
