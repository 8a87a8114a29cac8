//! The time that is shown: live with a delay, paused, or running at a speed of its own.
//!
//! Times are seconds since 1970 on the source's clock. The clock reads no clock: the caller says the local time.

/// Shows the world at `now - delay` while live, so that motion is interpolated between samples.
#[derive(Debug, Clone, PartialEq)]
pub struct Clock {
    mode: Mode,
    delay_secs: f64,
    /// Source time minus local time.
    offset_secs: f64,
    shown_t_secs: f64,
    last_local_secs: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Mode {
    Live,
    /// Multiplies the local time's flow; 0 is paused.
    Free {
        speed: f64,
    },
}

impl Clock {
    pub const DEFAULT_DELAY_SECS: f64 = 0.2;
    /// A larger error of the shown time is jumped over, a smaller one run in.
    const JUMP_SECS: f64 = 2.0;
    /// By how much the shown time runs faster or slower to make good an error: hardly to be seen.
    const MAX_SLEW: f64 = 0.2;
    /// Steps of the local time beyond this (a machine that slept) are taken as this.
    const MAX_STEP_SECS: f64 = 1.0;

    pub fn live(delay_secs: f64) -> Self {
        let delay_secs = if delay_secs.is_finite() { delay_secs.max(0.0) } else { Self::DEFAULT_DELAY_SECS };
        Self { mode: Mode::Live, delay_secs, offset_secs: 0.0, shown_t_secs: 0.0, last_local_secs: None }
    }

    /// Moves the shown time on to the local time `local_secs` (seconds since 1970) and returns it. Once a frame.
    pub fn advance(&mut self, local_secs: f64) -> f64 {
        let Some(last) = self.last_local_secs.replace(local_secs) else {
            if self.mode == Mode::Live {
                self.shown_t_secs = self.live_t_secs(local_secs);
            }
            return self.shown_t_secs;
        };
        let step = (local_secs - last).clamp(0.0, Self::MAX_STEP_SECS);
        match self.mode {
            Mode::Free { speed } => self.shown_t_secs += step * speed,
            Mode::Live => {
                let target = self.live_t_secs(local_secs);
                let error = target - (self.shown_t_secs + step);
                if error.abs() > Self::JUMP_SECS {
                    self.shown_t_secs = target;
                } else {
                    self.shown_t_secs += step + error.clamp(-Self::MAX_SLEW * step, Self::MAX_SLEW * step);
                }
            }
        }
        self.shown_t_secs
    }

    fn live_t_secs(&self, local_secs: f64) -> f64 {
        local_secs + self.offset_secs - self.delay_secs
    }

    /// The time that is shown, as of the last [`Self::advance`].
    pub fn t_secs(&self) -> f64 {
        self.shown_t_secs
    }

    pub fn is_live(&self) -> bool {
        self.mode == Mode::Live
    }

    pub fn is_paused(&self) -> bool {
        self.mode == Mode::Free { speed: 0.0 }
    }

    /// 1 while live.
    pub fn speed(&self) -> f64 {
        match self.mode {
            Mode::Live => 1.0,
            Mode::Free { speed } => speed,
        }
    }

    pub fn delay_secs(&self) -> f64 {
        self.delay_secs
    }

    /// How far behind the newest moment the shown time is; what is not finite or negative is ignored.
    pub fn set_delay_secs(&mut self, delay_secs: f64) {
        if delay_secs.is_finite() && delay_secs >= 0.0 {
            self.delay_secs = delay_secs;
        }
    }

    /// Source time minus local time, as the feed's session estimates it; what is not finite is ignored.
    pub fn set_offset_secs(&mut self, offset_secs: f64) {
        if offset_secs.is_finite() {
            self.offset_secs = offset_secs;
        }
    }

    pub fn pause(&mut self) {
        self.mode = Mode::Free { speed: 0.0 };
    }

    /// Back to the newest moment, at once.
    pub fn go_live(&mut self) {
        if self.mode != Mode::Live {
            self.mode = Mode::Live;
            if let Some(local_secs) = self.last_local_secs {
                self.shown_t_secs = self.live_t_secs(local_secs);
            }
        }
    }

    /// Runs on from the shown time at `speed` (0 pauses, negative runs back), away from live.
    pub fn set_speed(&mut self, speed: f64) {
        if speed.is_finite() {
            self.mode = Mode::Free { speed };
        }
    }

    /// Pauses and moves the shown time by `step_secs`.
    pub fn step(&mut self, step_secs: f64) {
        if step_secs.is_finite() {
            self.pause();
            self.shown_t_secs += step_secs;
        }
    }

    /// Pauses at a time; what is not finite is ignored.
    pub fn seek(&mut self, t_secs: f64) {
        if t_secs.is_finite() {
            self.pause();
            self.shown_t_secs = t_secs;
        }
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::live(Self::DEFAULT_DELAY_SECS)
    }
}
