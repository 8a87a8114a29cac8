//! The window: Bevy's default plugins, the view, the panels.

use bevy::prelude::*;
use bevy::render::RenderPlugin;
use bevy::window::{MonitorSelection, PresentMode, PrimaryWindow, WindowMode, WindowResolution};

use super::camera::camera_bundle;
use super::scene::OpenScene;

/// How the window lies on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WindowFrame {
    pub size_px: UVec2,
    /// All of the screen that it opens on.
    pub fullscreen: bool,
}

/// Opens the window and runs until it is closed.
pub fn run(frame: WindowFrame, setup: impl FnOnce(&mut App)) -> AppExit {
    let mut app = App::new();
    let window = Window {
        title: "Mirante".into(),
        name: Some("mirante".into()),
        resolution: WindowResolution::new(frame.size_px.x, frame.size_px.y),
        mode: if frame.fullscreen {
            WindowMode::BorderlessFullscreen(MonitorSelection::Current)
        } else {
            WindowMode::Windowed
        },
        present_mode: PresentMode::AutoVsync,
        ..default()
    };
    app.add_plugins(
        DefaultPlugins
            .set(WindowPlugin { primary_window: Some(window), ..default() })
            // A pipeline that is not there yet would be a hole in the picture: better a short wait.
            .set(RenderPlugin { synchronous_pipeline_compilation: true, ..default() })
            .disable::<bevy::log::LogPlugin>(),
    );
    app.add_plugins((super::plugin, super::ui::plugin));
    app.add_systems(Startup, spawn_camera).add_systems(PostStartup, name_window);
    setup(&mut app);
    app.run()
}

fn spawn_camera(mut commands: Commands) {
    commands.spawn(camera_bundle());
}

fn name_window(open: Res<OpenScene>, mut windows: Query<&mut Window, With<PrimaryWindow>>) {
    for mut window in &mut windows {
        if !open.scene.name.is_empty() {
            window.title = format!("{} – Mirante", open.scene.name);
        }
    }
}
