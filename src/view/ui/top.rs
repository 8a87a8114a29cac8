//! The bar at the top: whose twin this is, which moment it shows, how the feed does, search.

use bevy::ecs::system::SystemParam;
use bevy::prelude::*;
use bevy_egui::egui;

use super::{Notice, UiState};
use super::{left, theme};
use crate::view::live::{FeedHealth, FeedLink, LiveTwin};
use crate::view::scene::OpenScene;
use crate::view::stream::StreamStats;

#[derive(SystemParam)]
pub struct Data<'w> {
    open: Res<'w, OpenScene>,
    link: Res<'w, FeedLink>,
    live: Res<'w, LiveTwin>,
    stats: Res<'w, StreamStats>,
    notice: Option<Res<'w, Notice>>,
}

pub fn draw(root: &mut egui::Ui, state: &mut UiState, data: &Data, left: &mut left::Data) {
    let frame = theme::panel_frame().inner_margin(egui::Margin::symmetric(14, 7));
    egui::Panel::top("top").frame(frame).show_separator_line(false).show(root, |ui| {
        ui.horizontal_centered(|ui| {
            // What there is no room for is left out, the least important first.
            let width = ui.available_width();
            if ui.button("☰").on_hover_text("Views, layers, time of day, feed").clicked() {
                state.left = Some(!state.shows_left(width));
            }
            ui.label(egui::RichText::new("Mirante").font(theme::strong(17.0)).color(theme::ACCENT));
            if width > 620.0 {
                ui.label(egui::RichText::new(&data.open.scene.name).font(theme::strong(14.0)));
            }
            ui.add_space(14.0);
            feed(ui, data, width > 1000.0);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if ui.button("?").on_hover_text("Mouse and keys (F2)").clicked() {
                    state.help = !state.help;
                }
                let search = egui::TextEdit::singleline(&mut state.search)
                    .hint_text("Search")
                    .desired_width(if width > 1000.0 { 230.0 } else { 150.0 })
                    .margin(egui::Margin::symmetric(10, 5));
                let response = ui.add(search);
                if response.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter)) {
                    left.go_to_first(&state.search);
                }
                if width > 760.0 {
                    ui.add_space(10.0);
                    ui.label(egui::RichText::new(scene_time(left.unix_secs())).color(theme::TEXT_WEAK))
                        .on_hover_text("The moment that sky and light show, UTC");
                }
                if width > 1100.0 && !data.stats.settled {
                    ui.add_space(10.0);
                    let waiting = data.stats.counters.waiting.max(data.stats.counters.in_flight);
                    ui.label(egui::RichText::new(format!("{waiting} loading")).color(theme::TEXT_WEAK));
                    ui.add(egui::Spinner::new().size(13.0).color(theme::ACCENT));
                }
                if let Some(line) = data.notice.as_ref().and_then(|notice| notice.line()) {
                    ui.add_space(10.0);
                    let label = egui::Label::new(egui::RichText::new(&line).color(theme::ACCENT)).truncate();
                    ui.add(label).on_hover_text(line);
                }
            });
        });
    });
}

fn feed(ui: &mut egui::Ui, data: &Data, at_length: bool) {
    let name = shortened(data.link.feed_name().or(data.link.address()).unwrap_or("feed"));
    let hover = data.link.address().unwrap_or_default().to_string();
    let shown = ui.scope(|ui| match data.link.health() {
        FeedHealth::None => {
            ui.label(egui::RichText::new("no feed").color(theme::TEXT_WEAK));
        }
        FeedHealth::Connecting => match &data.link.last_failure {
            Some(_) => theme::state(ui, theme::BAD, &format!("{name}: can't be reached, trying again")),
            None => theme::state(ui, theme::WARN, &format!("{name}: connecting")),
        },
        FeedHealth::Lost => theme::state(ui, theme::BAD, &format!("{name}: lost, trying again")),
        FeedHealth::Live => {
            let rate = data.link.stats().map_or(0.0, |stats| stats.updates_per_sec);
            let text = if at_length {
                format!("{name}: {} entities, {rate:.0} updates/s", data.live.twin.len())
            } else {
                name.clone()
            };
            theme::state(ui, theme::GOOD, &text);
        }
    });
    if !hover.is_empty() {
        let failure =
            data.link.last_failure.as_deref().map(|f| format!("\nlast interruption: {f}")).unwrap_or_default();
        shown.response.on_hover_text(format!("{hover}{failure}"));
    }
}

/// A name that leaves room for the rest of the bar.
fn shortened(name: &str) -> String {
    const MOST: usize = 24;
    if name.chars().count() <= MOST {
        return name.to_string();
    }
    let start: String = name.chars().take(MOST - 1).collect();
    format!("{start}…")
}

fn scene_time(unix_secs: f64) -> String {
    jiff::Timestamp::from_second(unix_secs as i64)
        .map(|t| t.strftime("%Y-%m-%d %H:%M UTC").to_string())
        .unwrap_or_default()
}
