//! `mirante run` and `mirante hub`.

use std::process::ExitCode;

use mirante::batch::world::Pace;
use mirante::format::scene::{Feed, Scene};
use mirante::format::uri::Location;
use mirante::hub::{HubHandle, HubOptions, PlayOptions};
use mirante::nav::Eye;
use mirante::platform::display::has_display;
use mirante::stage::{Stage, resolve};
use mirante::view::live::FeedAddress;
use mirante::view::scene::OpenScene;
use mirante::view::stream::IssueLog;
use mirante::view::ui::{Notice, UiState};
use mirante::view::window::WindowFrame;

use super::open::{Opened, Wait, open};
use super::{HubArgs, Outcome, RunArgs, ViewArgs};

/// Opens the scene in a window.
pub fn run(args: RunArgs) -> Outcome {
    let opened = open_and_tell(args.scene.as_deref(), Wait::Scene)?;
    for issue in opened.issues.iter() {
        eprintln!("{issue}");
    }
    let Start { scene, feed, hub: _hub } = prepare(&opened, &args.view, args.feed.as_deref())?;
    if !has_display() {
        eprintln!(
            "mirante: there is no display to open a window on (DISPLAY and WAYLAND_DISPLAY name none that answers).\n\
             Draw a picture instead:  mirante render {} --out picture.png",
            args.scene.as_deref().unwrap_or("demo")
        );
        return Ok(ExitCode::FAILURE);
    }
    let notice = opened.world.as_ref().map(|world| {
        let view = scene.scene.home().map(|view| Stage::new(&scene.scene).eye(view));
        world.start(Pace::beside_a_viewer(), scene.eye.or(view).map(|eye| eye.geodetic()));
        let status = world.watch();
        Notice::new(move || status().line())
    });
    let issues = opened.issues.clone();
    let frame = WindowFrame { size_px: args.size, fullscreen: args.fullscreen };
    let exit = mirante::view::window::run(frame, move |app| {
        app.insert_resource(scene)
            .insert_resource(UiState { scale: args.ui_scale.clamp(0.5, 4.0), ..UiState::default() });
        if let Some(address) = feed {
            app.insert_resource(address);
        }
        if let Some(notice) = notice {
            app.insert_resource(notice);
        }
        let mut log = app.world_mut().get_resource_or_init::<IssueLog>();
        issues.iter().for_each(|issue| log.note(issue.clone()));
    });
    Ok(if exit.is_success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Opens what the user named, and says so on the terminal where that takes a while.
pub fn open_and_tell(text: Option<&str>, wait: Wait) -> Result<Opened, Box<dyn std::error::Error>> {
    let mut shown = -1;
    let opened = open(text, wait, &mut |share, what| {
        let percent = (share * 100.0) as i32;
        if percent != shown {
            shown = percent;
            eprint!("\rmaking the demo world, once: {percent:3} %  {what:<40}");
        }
    });
    if shown >= 0 {
        eprintln!();
    }
    Ok(opened?)
}

/// A trace of the generated world is there some seconds after its scene; on a slow machine later.
const TRACE_WAIT_SECS: f64 = 900.0;

/// What the view starts with.
pub struct Start {
    pub scene: OpenScene,
    /// Where the feed is, if the scene does not say it or the user says otherwise.
    pub feed: Option<FeedAddress>,
    /// The hub inside this program that serves the feed, if it is a trace that is played; it ends with this.
    pub hub: Option<HubHandle>,
}

/// Chooses the eye and the time, and starts the hub if the scene plays a trace.
pub fn prepare(opened: &Opened, view: &ViewArgs, feed: Option<&str>) -> Result<Start, Box<dyn std::error::Error>> {
    let scene = OpenScene {
        scene: opened.scene.clone(),
        base: opened.base.clone(),
        bare_content: opened.bare_content.clone(),
        eye: chosen_eye(&opened.scene, view)?,
        unix_secs: view.time,
    };
    if let Some(address) = feed {
        return Ok(Start { scene, feed: Some(FeedAddress(address.to_string())), hub: None });
    }
    match &opened.scene.feed {
        Some(feed) if feed.play.is_some() => {
            let wait_secs = if opened.world.is_some() { TRACE_WAIT_SECS } else { 0.0 };
            let hub = play(&opened.base, feed, wait_secs)?;
            Ok(Start { scene, feed: Some(FeedAddress(hub.url().to_string())), hub: Some(hub) })
        }
        _ => Ok(Start { scene, feed: None, hub: None }),
    }
}

fn chosen_eye(scene: &Scene, view: &ViewArgs) -> Result<Option<Eye>, Box<dyn std::error::Error>> {
    if let (Some(eye), Some(look)) = (view.eye, view.look) {
        return Ok(Some(Eye::looking_at(eye, look)));
    }
    let Some(name) = &view.view else { return Ok(None) };
    match scene.view(name) {
        Some(view) => Ok(Some(Stage::new(scene).eye(view))),
        None => {
            let known: Vec<&str> = scene.views.iter().map(|view| view.id.as_str()).collect();
            let known =
                if known.is_empty() { "it has no views".into() } else { format!("it has {}", known.join(", ")) };
            Err(format!("the scene has no view {name:?}; {known}").into())
        }
    }
}

/// Starts the hub inside this program on a free port of the loopback interface.
fn play(base: &Location, feed: &Feed, wait_secs: f64) -> Result<HubHandle, Box<dyn std::error::Error>> {
    let file = |url: &mirante::format::scene::SceneUrl| match resolve(base, url)? {
        Location::File(path) => Ok(path),
        other => Err(format!("a trace to play must be a file on this machine, got {other}")),
    };
    let Some(trace) = &feed.play else { return Err("the feed names no trace".into()) };
    let play = PlayOptions {
        file: file(trace)?,
        net: feed.sumo_net.as_ref().map(file).transpose()?,
        speed: feed.speed,
        looped: feed.loop_,
        wait_secs,
    };
    let options = HubOptions { listen: "127.0.0.1:0".into(), play: Some(play), ..HubOptions::default() };
    Ok(mirante::hub::spawn(options)?)
}

/// Serves a trace until it is interrupted.
pub fn hub(args: HubArgs) -> Outcome {
    let play = PlayOptions { net: args.net, speed: args.speed, looped: !args.once, ..PlayOptions::new(args.play) };
    let options = HubOptions { listen: args.listen, play: Some(play), ..HubOptions::default() };
    mirante::hub::run(&options, |address| println!("serving {}  (Ctrl+C ends it)", address.url))?;
    Ok(ExitCode::SUCCESS)
}
