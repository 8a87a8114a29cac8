//! What each value alone does not show.

use super::Scene;
use crate::format::issue::Issues;

/// Findings.
pub fn check(_scene: &Scene) -> Issues {
    Issues::default()
}
