//! Maps from values to looks: order and reach of their entries.

use std::collections::BTreeMap;

use super::Findings;
use crate::format::scene::{Color, Step};

pub(super) fn check_ramp(findings: &mut Findings<'_>, at: &str, stops: &[(f64, Color)]) {
    if let Some(i) = first_falling(stops.iter().map(|(x, _)| Some(*x))) {
        findings.warning(&format!("{at}/{i}"), "the values do not rise; they are used in rising order");
    }
    if let [_] = stops {
        findings.info(at, "a ramp of one colour gives this colour for every value");
    }
}

pub(super) fn check_steps<T>(findings: &mut Findings<'_>, at: &str, steps: &[Step<T>]) {
    if let Some(i) = first_falling(steps.iter().map(|step| step.below)) {
        findings.warning(&format!("{at}/{i}"), "the values of below do not rise; they are used in rising order");
    }
    for (i, pair) in steps.windows(2).enumerate() {
        if let [a, b] = pair
            && a.below.is_some()
            && a.below == b.below
        {
            findings
                .warning(&format!("{at}/{}", i + 1), "no value can reach this step: the one before has the same below");
        }
    }
    let mut open = steps.iter().enumerate().filter(|(_, step)| step.below.is_none()).map(|(i, _)| i);
    if let Some(first) = open.next()
        && first + 1 != steps.len()
    {
        findings.warning(&format!("{at}/{first}"), "a step without below is for the rest and stands last");
    }
    for other in open {
        findings.warning(&format!("{at}/{other}"), "no value can reach this step: another one without below counts");
    }
}

pub(super) fn check_lookup<T>(findings: &mut Findings<'_>, at: &str, entries: &BTreeMap<String, T>) {
    if entries.is_empty() {
        findings.warning(at, "has no entry");
    }
}

/// The index of the first value below the one before; missing values do not count.
fn first_falling(values: impl Iterator<Item = Option<f64>>) -> Option<usize> {
    let mut before = f64::NEG_INFINITY;
    values.enumerate().filter_map(|(i, value)| Some((i, value?))).find_map(|(i, value)| {
        let falls = value < before;
        before = value;
        falls.then_some(i)
    })
}
