//! Pictures without a window: the same app, drawn into an image.

use bevy::app::PluginGroupBuilder;
use bevy::asset::RenderAssetUsages;
use bevy::camera::RenderTarget;
use bevy::prelude::*;
use bevy::render::pipelined_rendering::PipelinedRenderingPlugin;
use bevy::render::render_resource::{Extent3d, PollType, TextureDimension, TextureFormat, TextureUsages};
use bevy::render::renderer::RenderDevice;
use bevy::render::settings::{Backends, WgpuSettings};
use bevy::render::view::screenshot::{Screenshot, ScreenshotCaptured};
use bevy::render::{Render, RenderApp, RenderPlugin, RenderSystems};
use bevy::time::TimeUpdateStrategy;
use bevy::window::ExitCondition;
use bevy::winit::WinitPlugin;
use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::camera::camera_bundle;
use super::look::SurfaceMaterial;
use super::space::EyeCamera;
use crate::platform::time::thread_cpu_secs;

/// Time between two frames without a window, seconds: fixed, so that the same commands give the same pictures.
pub const FRAME_SECS: f64 = 1.0 / 30.0;

/// An app that draws into an image, one frame a call.
pub struct Studio {
    app: App,
    target: Handle<Image>,
}

/// Why nothing can be drawn.
#[derive(Debug, thiserror::Error)]
pub enum StudioError {
    #[error(
        "no graphics driver was found: install a Vulkan driver (Debian and Ubuntu: mesa-vulkan-drivers, which also draws without a graphics card)"
    )]
    NoDriver,
}

/// Bevy's plugins without a window.
fn plugins() -> PluginGroupBuilder {
    DefaultPlugins
        .set(WindowPlugin { primary_window: None, exit_condition: ExitCondition::DontExit, ..default() })
        .set(RenderPlugin {
            synchronous_pipeline_compilation: true,
            // Without OpenGL, which would look for a desktop first and complain that there is none.
            render_creation: WgpuSettings { backends: Some(Backends::PRIMARY), ..default() }.into(),
            ..default()
        })
        .disable::<bevy::log::LogPlugin>()
        .disable::<PipelinedRenderingPlugin>()
        .disable::<WinitPlugin>()
}

impl Studio {
    /// Starts the app with a picture of this size, pixels; `setup` adds what is to be shown.
    ///
    /// # Errors
    /// When no graphics driver is there.
    pub fn new(size_px: UVec2, setup: impl FnOnce(&mut App)) -> Result<Self, StudioError> {
        let mut app = App::new();
        app.add_plugins(plugins());
        app.insert_resource(TimeUpdateStrategy::ManualDuration(Duration::from_secs_f64(FRAME_SECS)));
        app.add_plugins(super::plugin);
        let mut image = Image::new_uninit(
            Extent3d { width: size_px.x, height: size_px.y, depth_or_array_layers: 1 },
            TextureDimension::D2,
            TextureFormat::Rgba8UnormSrgb,
            RenderAssetUsages::RENDER_WORLD,
        );
        image.texture_descriptor.usage =
            TextureUsages::RENDER_ATTACHMENT | TextureUsages::COPY_SRC | TextureUsages::TEXTURE_BINDING;
        let target = app.world_mut().resource_mut::<Assets<Image>>().add(image);
        app.world_mut().spawn((camera_bundle(), RenderTarget::Image(target.clone().into())));
        setup(&mut app);
        app.finish();
        app.cleanup();
        let Some(render_app) = app.get_sub_app_mut(RenderApp) else { return Err(StudioError::NoDriver) };
        render_app.add_systems(Render, stop_water.in_set(RenderSystems::PrepareAssets));
        Ok(Self { app, target })
    }

    /// Draws of the last frame's main pass: one for each mesh with each material, however many copies of it.
    pub fn draw_calls(&mut self) -> u64 {
        let world = self.app.world_mut();
        let mut visible = world.query::<(&Mesh3d, Option<&MeshMaterial3d<SurfaceMaterial>>, &ViewVisibility)>();
        let draws: HashSet<_> = visible
            .iter(world)
            .filter(|(_, _, visibility)| visibility.get())
            .map(|(mesh, material, _)| (mesh.id(), material.map(|m| m.id())))
            .collect();
        draws.len() as u64
    }

    /// One frame; returns when the GPU has drawn it, with the CPU time that this thread spent on it, milliseconds
    /// (the software renderer's own threads and the waiting for it are not in it).
    pub fn frame(&mut self) -> f64 {
        let before = thread_cpu_secs();
        self.app.update();
        let spent_ms = (thread_cpu_secs() - before) * 1e3;
        self.wait();
        spent_ms
    }

    /// Whether frames are drawn. While files come in nobody looks: the app goes on, the GPU rests.
    pub fn set_drawing(&mut self, drawing: bool) {
        let world = self.app.world_mut();
        let mut cameras = world.query_filtered::<&mut Camera, With<EyeCamera>>();
        for mut camera in cameras.iter_mut(world) {
            if camera.is_active != drawing {
                camera.is_active = drawing;
            }
        }
    }

    fn wait(&self) {
        let device = self.app.sub_app(RenderApp).world().resource::<RenderDevice>();
        if let Err(error) = device.poll(PollType::wait_indefinitely()) {
            warn!("waiting for the GPU failed: {error}");
        }
    }

    pub fn world(&self) -> &World {
        self.app.world()
    }

    pub fn world_mut(&mut self) -> &mut World {
        self.app.world_mut()
    }

    /// The picture of the next frame; `None` if the GPU gave none within some frames.
    pub fn picture(&mut self) -> Option<image::RgbaImage> {
        let slot: Arc<Mutex<Option<Image>>> = Arc::default();
        let into = slot.clone();
        self.app.world_mut().spawn(Screenshot::image(self.target.clone())).observe(
            move |captured: On<ScreenshotCaptured>| {
                if let Ok(mut slot) = into.lock() {
                    *slot = Some(captured.image.clone());
                }
            },
        );
        for _ in 0..20 {
            self.frame();
            // The picture comes back from the GPU on another thread.
            std::thread::yield_now();
            let taken = slot.lock().ok().and_then(|mut slot| slot.take());
            if let Some(image) = taken {
                return image.try_into_dynamic().ok().map(|image| image.into_rgba8());
            }
        }
        None
    }
}

/// Waves stand still in pictures: how many frames passed until everything was loaded must not show.
fn stop_water(mut time: ResMut<Time>) {
    *time = Time::default();
}
