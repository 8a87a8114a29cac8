//! Panels over the world: views and layers on the left, what is chosen on the right, where one is at the bottom.
//!
//! Panels only read state and send messages; nothing of the world depends on them.

mod help;
mod inspector;
mod labels;
mod left;
mod performance;
mod status;
pub mod theme;
mod top;

use bevy::prelude::*;
use bevy_egui::egui::{self, LayerId, UiBuilder};
use bevy_egui::{EguiContexts, EguiPlugin, EguiPrimaryContextPass};

use super::{InputFocus, ViewSet};

/// What of the panels is open, and how large they are.
#[derive(Resource, Debug, Clone, PartialEq)]
pub struct UiState {
    pub panels: bool,
    /// The panel on the left; `None`: where there is room for it.
    pub left: Option<bool>,
    pub help: bool,
    /// The list of what was found wrong with the data.
    pub issues: bool,
    pub performance: bool,
    pub search: String,
    /// Factor on all sizes: 1 at a desk, 2 to read it from three metres.
    pub scale: f32,
}

impl Default for UiState {
    fn default() -> Self {
        Self {
            panels: true,
            left: None,
            help: false,
            issues: false,
            performance: false,
            search: String::new(),
            scale: 1.0,
        }
    }
}

/// What goes on beside the view and is worth a line: the demo's world is being made, for instance. Asked at every frame.
#[derive(Resource)]
pub struct Notice(Box<dyn Fn() -> Option<String> + Send + Sync>);

impl Notice {
    pub fn new(line: impl Fn() -> Option<String> + Send + Sync + 'static) -> Self {
        Self(Box::new(line))
    }

    fn line(&self) -> Option<String> {
        (self.0)()
    }
}

/// Below this width of the window, in points, the world has it for itself until a panel is asked for.
const NARROW_PT: f32 = 820.0;

impl UiState {
    fn shows_left(&self, width_pt: f32) -> bool {
        self.left.unwrap_or(width_pt >= NARROW_PT) || !self.search.trim().is_empty()
    }
}

/// A root for panels over the whole picture.
fn root(ctx: &egui::Context) -> egui::Ui {
    egui::Ui::new(
        ctx.clone(),
        "mirante".into(),
        UiBuilder::new().layer_id(LayerId::background()).max_rect(ctx.viewport_rect()),
    )
}

/// Whether the fonts are there: egui loads them at the start of the pass after the one that set them.
#[derive(Resource, Default, PartialEq, Eq, Clone, Copy)]
enum Fonts {
    #[default]
    Missing,
    Set,
    Ready,
}

fn fonts_are_ready(fonts: Res<Fonts>) -> bool {
    *fonts == Fonts::Ready
}

fn install(mut contexts: EguiContexts, state: Res<UiState>, mut fonts: ResMut<Fonts>, mut scale: Local<f32>) -> Result {
    let ctx = contexts.ctx_mut()?;
    match *fonts {
        Fonts::Missing => {
            theme::install(ctx);
            *fonts = Fonts::Set;
        }
        Fonts::Set => *fonts = Fonts::Ready,
        Fonts::Ready => {}
    }
    if *scale != state.scale {
        *scale = state.scale;
        ctx.set_zoom_factor(state.scale);
    }
    Ok(())
}

/// Labels lie behind the panels.
fn draw_labels(mut contexts: EguiContexts, labels: labels::Data) -> Result {
    labels::draw(contexts.ctx_mut()?, &labels);
    Ok(())
}

/// The part of the window that no panel covers, in points.
#[derive(Resource, Default)]
struct WorldRect(Option<egui::Rect>);

/// All panels in the order in which they take space: top, bottom, sides.
#[expect(clippy::too_many_arguments, reason = "every panel has its own view of the world")]
fn draw(
    mut contexts: EguiContexts,
    mut state: ResMut<UiState>,
    mut left: left::Data,
    top: top::Data,
    mut inspector: inspector::Data,
    status: status::Data,
    performance: performance::Data,
    mut world: ResMut<WorldRect>,
) -> Result {
    let ctx = contexts.ctx_mut()?.clone();
    world.0 = None;
    if !state.panels {
        return Ok(());
    }
    let mut root = root(&ctx);
    top::draw(&mut root, &mut state, &top, &mut left);
    status::draw(&mut root, &mut state, &status);
    if state.shows_left(ctx.viewport_rect().width()) {
        left::draw(&mut root, &mut state, &mut left);
    }
    if let Some(eye) = inspector::draw(&mut root, &mut inspector) {
        left.fly(eye);
    }
    world.0 = Some(root.available_rect_before_wrap());
    if state.help {
        help::draw(&ctx, &mut state);
    }
    if state.issues {
        status::draw_issues(&ctx, &mut state, &status);
    }
    if state.performance {
        performance::draw(&ctx, &performance);
    }
    Ok(())
}

/// Tells the world whether the panels want the mouse or the keys.
fn focus(mut contexts: EguiContexts, world: Res<WorldRect>, mut focus: ResMut<InputFocus>) -> Result {
    let ctx = contexts.ctx_mut()?;
    // Panels lie in egui's background, of which it says that nothing is there.
    let at = ctx.pointer_latest_pos();
    let on_panel = world.0.zip(at).is_some_and(|(world, at)| !world.contains(at));
    focus.pointer = on_panel || ctx.egui_wants_pointer_input() || ctx.is_pointer_over_egui();
    focus.keyboard = ctx.egui_wants_keyboard_input();
    Ok(())
}

fn shortcuts(keys: Res<ButtonInput<KeyCode>>, focus: Res<InputFocus>, mut state: ResMut<UiState>) {
    if keys.just_pressed(KeyCode::Escape) {
        state.search.clear();
        state.help = false;
        state.issues = false;
    }
    if keys.just_pressed(KeyCode::F1) {
        state.panels = !state.panels;
    }
    if keys.just_pressed(KeyCode::F2) {
        state.help = !state.help;
    }
    if keys.just_pressed(KeyCode::F3) {
        state.performance = !state.performance;
    }
    if focus.keyboard {
        return;
    }
    let control = keys.any_pressed([KeyCode::ControlLeft, KeyCode::ControlRight]);
    if control && keys.just_pressed(KeyCode::Equal) {
        state.scale = (state.scale + 0.25).min(3.0);
    }
    if control && keys.just_pressed(KeyCode::Minus) {
        state.scale = (state.scale - 0.25).max(0.75);
    }
}

pub fn plugin(app: &mut App) {
    app.add_plugins(EguiPlugin::default())
        .init_resource::<UiState>()
        .init_resource::<performance::History>()
        .init_resource::<Fonts>()
        .init_resource::<WorldRect>()
        .add_systems(
            EguiPrimaryContextPass,
            (install, (draw_labels, draw).chain().run_if(fonts_are_ready), focus).chain(),
        )
        .add_systems(Update, (shortcuts, performance::record).chain().in_set(ViewSet::Scene));
}
