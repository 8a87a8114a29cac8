//! The air as a pass over the picture, between the opaque and the transparent geometry.
//!
//! It reads the view's depth as an unfilterable colour texture (the one way that also WebGL 2 has), so it needs no
//! depth prepass and knows nothing of materials: whatever is drawn gets its haze.

use bevy::asset::uuid_handle;
use bevy::core_pipeline::core_3d::{main_opaque_pass_3d, main_transparent_pass_3d};
use bevy::core_pipeline::schedule::Core3d;
use bevy::core_pipeline::{Core3dSystems, FullscreenShader};
use bevy::prelude::*;
use bevy::render::extract_component::{
    ComponentUniforms, DynamicUniformIndex, ExtractComponent, ExtractComponentPlugin, UniformComponentPlugin,
};
use bevy::render::extract_resource::{ExtractResource, ExtractResourcePlugin};
use bevy::render::render_asset::RenderAssets;
use bevy::render::render_resource::binding_types::{sampler, texture_2d, uniform_buffer};
use bevy::render::render_resource::{
    BindGroupEntries, BindGroupLayoutDescriptor, BindGroupLayoutEntries, CachedRenderPipelineId, ColorTargetState,
    ColorWrites, FilterMode, FragmentState, Operations, PipelineCache, RenderPassColorAttachment, RenderPassDescriptor,
    RenderPipelineDescriptor, Sampler, SamplerBindingType, SamplerDescriptor, ShaderStages, ShaderType, TextureFormat,
    TextureSampleType,
};
use bevy::render::renderer::{RenderContext, RenderDevice, ViewQuery};
use bevy::render::texture::GpuImage;
use bevy::render::view::{ViewDepthTexture, ViewTarget, ViewUniform, ViewUniformOffset, ViewUniforms};
use bevy::render::{RenderApp, RenderStartup};
use bevy::shader::Shader;

const SHADER: Handle<Shader> = uuid_handle!("8d0c9c9a-1b8f-4a49-9a76-2d1f1e9b7c02");

/// What the pass needs to know of a view; mirrors `Air` in `shaders/atmosphere.wgsl`, where the fields are explained.
#[derive(Component, Default, Clone, Copy, ExtractComponent, ShaderType)]
pub struct AirView {
    pub up_height: Vec4,
    pub sun_aerosol: Vec4,
    pub sun_light: Vec4,
    pub moon: Vec4,
    pub night: Vec4,
    pub stars_from_render_0: Vec4,
    pub stars_from_render_1: Vec4,
    pub stars_from_render_2: Vec4,
}

/// The tables of the air on the GPU.
#[derive(Resource, Clone, ExtractResource)]
pub struct AirTables {
    pub transmittance: Handle<Image>,
    pub multiple: Handle<Image>,
}

#[derive(Resource)]
struct AirPipeline {
    layout: BindGroupLayoutDescriptor,
    table_sampler: Sampler,
    pipeline: CachedRenderPipelineId,
}

fn init_pipeline(
    mut commands: Commands,
    device: Res<RenderDevice>,
    fullscreen_shader: Res<FullscreenShader>,
    pipeline_cache: Res<PipelineCache>,
) {
    let layout = BindGroupLayoutDescriptor::new(
        "air_layout",
        &BindGroupLayoutEntries::sequential(
            ShaderStages::FRAGMENT,
            (
                uniform_buffer::<ViewUniform>(true),
                uniform_buffer::<AirView>(true),
                texture_2d(TextureSampleType::Float { filterable: false }),
                texture_2d(TextureSampleType::Float { filterable: false }),
                texture_2d(TextureSampleType::Float { filterable: true }),
                texture_2d(TextureSampleType::Float { filterable: true }),
                sampler(SamplerBindingType::Filtering),
            ),
        ),
    );
    let table_sampler = device.create_sampler(&SamplerDescriptor {
        mag_filter: FilterMode::Linear,
        min_filter: FilterMode::Linear,
        ..default()
    });
    let pipeline = pipeline_cache.queue_render_pipeline(RenderPipelineDescriptor {
        label: Some("air_pipeline".into()),
        layout: vec![layout.clone()],
        vertex: fullscreen_shader.to_vertex_state(),
        fragment: Some(FragmentState {
            shader: SHADER,
            targets: vec![Some(ColorTargetState {
                format: TextureFormat::Rgba16Float,
                blend: None,
                write_mask: ColorWrites::ALL,
            })],
            ..default()
        }),
        ..default()
    });
    commands.insert_resource(AirPipeline { layout, table_sampler, pipeline });
}

#[expect(clippy::too_many_arguments, reason = "a pass binds all that its shader reads")]
fn draw_air(
    view: ViewQuery<(&ViewTarget, &ViewDepthTexture, &ViewUniformOffset, &DynamicUniformIndex<AirView>)>,
    pipeline: Option<Res<AirPipeline>>,
    pipeline_cache: Res<PipelineCache>,
    view_uniforms: Res<ViewUniforms>,
    air_uniforms: Res<ComponentUniforms<AirView>>,
    tables: Option<Res<AirTables>>,
    images: Res<RenderAssets<GpuImage>>,
    mut ctx: RenderContext,
) {
    let (target, depth, view_offset, air_index) = view.into_inner();
    let (Some(air), Some(tables)) = (pipeline, tables) else { return };
    let (Some(pipeline), Some(view_binding), Some(air_binding), Some(transmittance), Some(multiple)) = (
        pipeline_cache.get_render_pipeline(air.pipeline),
        view_uniforms.uniforms.binding(),
        air_uniforms.uniforms().binding(),
        images.get(&tables.transmittance),
        images.get(&tables.multiple),
    ) else {
        return;
    };
    let write = target.post_process_write();
    let bind_group = ctx.render_device().create_bind_group(
        "air_bind_group",
        &pipeline_cache.get_bind_group_layout(&air.layout),
        &BindGroupEntries::sequential((
            view_binding,
            air_binding,
            write.source,
            depth.view(),
            &transmittance.texture_view,
            &multiple.texture_view,
            &air.table_sampler,
        )),
    );
    let mut pass = ctx.command_encoder().begin_render_pass(&RenderPassDescriptor {
        label: Some("air"),
        color_attachments: &[Some(RenderPassColorAttachment {
            view: write.destination,
            depth_slice: None,
            resolve_target: None,
            ops: Operations::default(),
        })],
        depth_stencil_attachment: None,
        timestamp_writes: None,
        occlusion_query_set: None,
        multiview_mask: None,
    });
    pass.set_pipeline(pipeline);
    pass.set_bind_group(0, &bind_group, &[view_offset.offset, air_index.index()]);
    pass.draw(0..3, 0..1);
}

pub fn plugin(app: &mut App) {
    let shader = Shader::from_wgsl(include_str!("../../../shaders/atmosphere.wgsl"), "shaders/atmosphere.wgsl");
    if let Err(error) = app.world_mut().resource_mut::<Assets<Shader>>().insert(&SHADER, shader) {
        error!("the shader of the air can't be installed: {error}");
    }
    app.add_plugins((
        ExtractComponentPlugin::<AirView>::default(),
        UniformComponentPlugin::<AirView>::default(),
        ExtractResourcePlugin::<AirTables>::default(),
    ));
    let Some(render_app) = app.get_sub_app_mut(RenderApp) else { return };
    render_app.add_systems(RenderStartup, init_pipeline).add_systems(
        Core3d,
        draw_air.after(main_opaque_pass_3d).before(main_transparent_pass_3d).in_set(Core3dSystems::MainPass),
    );
}
