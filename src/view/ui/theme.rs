//! The look of the panels: dark and quiet, so that the world and what is wrong in it stand out.
//!
//! One family (Inter), one type scale (12, 14, 17, 22 points before the UI scale), one accent colour for what can be
//! acted on or is chosen. Red, amber and green are kept for states.

use bevy_egui::egui::{
    self, Color32, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Margin, Stroke, TextStyle,
};
use std::sync::Arc;

pub const ACCENT: Color32 = Color32::from_rgb(0x5a, 0xc8, 0xe8);
pub const ACCENT_DIM: Color32 = Color32::from_rgb(0x1c, 0x4a, 0x5a);
pub const TEXT: Color32 = Color32::from_rgb(0xe6, 0xea, 0xee);
pub const TEXT_WEAK: Color32 = Color32::from_rgb(0x93, 0x9f, 0xab);
pub const PANEL: Color32 = Color32::from_rgb(0x12, 0x17, 0x1d);
pub const RAISED: Color32 = Color32::from_rgb(0x1c, 0x23, 0x2b);
pub const HOVER: Color32 = Color32::from_rgb(0x27, 0x31, 0x3c);
pub const LINE: Color32 = Color32::from_rgb(0x29, 0x32, 0x3c);
pub const GOOD: Color32 = Color32::from_rgb(0x5f, 0xc9, 0x8b);
pub const WARN: Color32 = Color32::from_rgb(0xf0, 0xb4, 0x4c);
pub const BAD: Color32 = Color32::from_rgb(0xf0, 0x6a, 0x5d);

const STRONG: &str = "strong";

/// Semibold text of the type scale.
pub fn strong(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name(STRONG.into()))
}

/// Fonts and style; once for a context.
pub fn install(ctx: &egui::Context) {
    let mut fonts = FontDefinitions::default();
    let regular = FontData::from_static(include_bytes!("../../../assets/fonts/Inter-Regular.otf"));
    let semibold = FontData::from_static(include_bytes!("../../../assets/fonts/Inter-SemiBold.otf"));
    fonts.font_data.insert("inter".into(), Arc::new(regular));
    fonts.font_data.insert("inter-semibold".into(), Arc::new(semibold));
    // The built-in fonts stay behind as fallback: they bring symbols and more scripts.
    let proportional = fonts.families.entry(FontFamily::Proportional).or_default();
    proportional.insert(0, "inter".into());
    let mut strong = proportional.clone();
    strong[0] = "inter-semibold".into();
    fonts.families.insert(FontFamily::Name(STRONG.into()), strong);
    ctx.set_fonts(fonts);
    ctx.set_theme(egui::Theme::Dark);
    ctx.all_styles_mut(style);
}

fn style(style: &mut egui::Style) {
    let family = FontFamily::Proportional;
    style.text_styles = [
        (TextStyle::Small, FontId::new(12.0, family.clone())),
        (TextStyle::Body, FontId::new(14.0, family.clone())),
        (TextStyle::Button, FontId::new(14.0, family.clone())),
        (TextStyle::Heading, FontId::new(17.0, FontFamily::Name(STRONG.into()))),
        (TextStyle::Monospace, FontId::new(13.0, FontFamily::Monospace)),
    ]
    .into();
    style.spacing.item_spacing = egui::vec2(8.0, 6.0);
    // A scroll bar has a place of its own: units must not disappear under it.
    style.spacing.scroll.floating_allocated_width = 10.0;
    style.spacing.button_padding = egui::vec2(10.0, 5.0);
    style.spacing.interact_size.y = 26.0;
    style.interaction.selectable_labels = false;

    let visuals = &mut style.visuals;
    *visuals = egui::Visuals::dark();
    visuals.override_text_color = Some(TEXT);
    visuals.weak_text_color = Some(TEXT_WEAK);
    visuals.panel_fill = PANEL;
    visuals.window_fill = PANEL;
    visuals.window_stroke = Stroke::new(1.0, LINE);
    visuals.extreme_bg_color = Color32::from_rgb(0x0b, 0x0f, 0x13);
    visuals.faint_bg_color = RAISED;
    visuals.hyperlink_color = ACCENT;
    visuals.selection.bg_fill = ACCENT_DIM;
    visuals.selection.stroke = Stroke::new(1.0, ACCENT);
    visuals.warn_fg_color = WARN;
    visuals.error_fg_color = BAD;
    visuals.window_corner_radius = CornerRadius::same(8);
    visuals.menu_corner_radius = CornerRadius::same(6);
    let radius = CornerRadius::same(5);
    for (widget, fill, text) in [
        (&mut visuals.widgets.noninteractive, PANEL, TEXT),
        (&mut visuals.widgets.inactive, RAISED, TEXT),
        (&mut visuals.widgets.hovered, HOVER, Color32::WHITE),
        (&mut visuals.widgets.active, ACCENT_DIM, Color32::WHITE),
        (&mut visuals.widgets.open, HOVER, TEXT),
    ] {
        widget.bg_fill = fill;
        widget.weak_bg_fill = fill;
        widget.bg_stroke = Stroke::NONE;
        widget.fg_stroke = Stroke::new(1.0, text);
        widget.corner_radius = radius;
        widget.expansion = 0.0;
    }
    visuals.widgets.noninteractive.bg_stroke = Stroke::new(1.0, LINE);
    visuals.widgets.hovered.bg_stroke = Stroke::new(1.0, LINE);
}

/// The frame of a side or bar panel.
pub fn panel_frame() -> egui::Frame {
    egui::Frame::new().fill(PANEL.gamma_multiply(0.94)).inner_margin(Margin::symmetric(14, 10))
}

/// A small caps-like heading over a group.
pub fn section(ui: &mut egui::Ui, title: &str) {
    ui.add_space(10.0);
    ui.label(egui::RichText::new(title.to_uppercase()).font(strong(11.5)).color(TEXT_WEAK).extra_letter_spacing(0.8));
    ui.add_space(2.0);
}

/// Name on the left in weak colour, value on the right.
pub fn row(ui: &mut egui::Ui, name: &str, value: impl Into<egui::WidgetText>) {
    ui.horizontal(|ui| {
        ui.add(egui::Label::new(egui::RichText::new(name).color(TEXT_WEAK)).truncate());
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            ui.add(egui::Label::new(value).truncate().selectable(true));
        });
    });
}

/// A dot in the colour of a state, with its word.
pub fn state(ui: &mut egui::Ui, color: Color32, text: &str) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        let (rect, _) = ui.allocate_exact_size(egui::vec2(9.0, 9.0), egui::Sense::hover());
        ui.painter().circle_filled(rect.center(), 4.0, color);
        ui.label(text);
    });
}
