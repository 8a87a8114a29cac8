//! The bar at the bottom: where the eye is, how long a stretch on screen is, who made the data.

use bevy::ecs::system::SystemParam;
use bevy::prelude::*;
use bevy_egui::egui;

use super::{UiState, theme};
use crate::format::issue::Severity;
use crate::view::GroundBelow;
use crate::view::scene::Attribution;
use crate::view::space::MainEye;
use crate::view::stream::IssueLog;

#[derive(SystemParam)]
pub struct Data<'w> {
    eye: Res<'w, MainEye>,
    ground: Res<'w, GroundBelow>,
    attribution: Res<'w, Attribution>,
    issues: Res<'w, IssueLog>,
}

pub fn draw(root: &mut egui::Ui, state: &mut UiState, data: &Data) {
    let frame = theme::panel_frame().inner_margin(egui::Margin::symmetric(14, 5));
    egui::Panel::bottom("status").frame(frame).show_separator_line(false).show(root, |ui| {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 18.0;
            let at = data.eye.geodetic();
            let (heading, pitch, _) = data.eye.angles();
            let (east, north) = (at.lon_deg(), at.lat_deg());
            let text = format!(
                "{:.6}° {}   {:.6}° {}",
                north.abs(),
                if north < 0.0 { 'S' } else { 'N' },
                east.abs(),
                if east < 0.0 { 'W' } else { 'E' }
            );
            ui.label(egui::RichText::new(text).monospace()).on_hover_text("Latitude and longitude of the eye, WGS84");
            ui.label(egui::RichText::new(format!("{} WGS84", length(at.height_m))).monospace())
                .on_hover_text("Height of the eye above the WGS84 ellipsoid");
            ui.label(
                egui::RichText::new(format!("{} above ground", length(at.height_m - data.ground.height_m))).monospace(),
            );
            ui.label(
                egui::RichText::new(format!("{:03}° {}", heading.to_degrees().round() as i32 % 360, compass(heading)))
                    .monospace(),
            )
            .on_hover_text("Heading");
            ui.label(egui::RichText::new(format!("{:+.0}°", pitch.to_degrees())).monospace()).on_hover_text("Pitch");
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let problems = data.issues.list().iter().filter(|issue| issue.severity > Severity::Info).count();
                if problems > 0 {
                    let text = if problems == 1 { "1 issue".to_string() } else { format!("{problems} issues") };
                    let text = egui::RichText::new(text).color(theme::WARN);
                    if ui.add(egui::Button::new(text).small()).on_hover_text("What is wrong with the data").clicked() {
                        state.issues = !state.issues;
                    }
                }
                let credits = data.attribution.0.join(" · ");
                ui.add(egui::Label::new(egui::RichText::new(credits).small().color(theme::TEXT_WEAK)).truncate());
            });
        });
    });
}

/// Issues shown at once.
const MAX_ISSUES: usize = 200;

/// All that was found wrong, the newest first.
pub fn draw_issues(ctx: &egui::Context, state: &mut UiState, data: &Data) {
    let mut open = true;
    egui::Window::new(egui::RichText::new("Issues").font(theme::strong(15.0)))
        .open(&mut open)
        .collapsible(false)
        .anchor(egui::Align2::RIGHT_BOTTOM, [-12.0, -44.0])
        .default_width(560.0)
        .frame(theme::panel_frame().corner_radius(8.0))
        .show(ctx, |ui| {
            let height = (ctx.viewport_rect().height() - 180.0).max(120.0);
            egui::ScrollArea::vertical().max_height(height).show(ui, |ui| {
                for issue in data.issues.list().iter().rev().take(MAX_ISSUES) {
                    let color = match issue.severity {
                        Severity::Error => theme::BAD,
                        Severity::Warning => theme::WARN,
                        Severity::Info => theme::TEXT_WEAK,
                    };
                    ui.label(egui::RichText::new(issue.to_string()).small().color(color));
                }
                let more = data.issues.list().len().saturating_sub(MAX_ISSUES) + data.issues.dropped();
                if more > 0 {
                    ui.label(egui::RichText::new(format!("and {more} more")).small().color(theme::TEXT_WEAK));
                }
            });
        });
    state.issues = open;
}

/// Metres below ten kilometres, kilometres above.
fn length(metres: f64) -> String {
    match metres.abs() {
        m if m < 100.0 => format!("{metres:.1} m"),
        m if m < 10_000.0 => format!("{metres:.0} m"),
        m if m < 1.0e6 => format!("{:.1} km", metres / 1e3),
        _ => format!("{:.0} km", metres / 1e3),
    }
}

fn compass(heading_rad: f64) -> &'static str {
    const NAMES: [&str; 8] = ["N", "NE", "E", "SE", "S", "SW", "W", "NW"];
    NAMES[((heading_rad.to_degrees() / 45.0).round() as usize) % 8]
}
