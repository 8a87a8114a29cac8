//! Entity rules: whether each can be reached and its bindings can work.

use super::Findings;
use super::maps::{check_lookup, check_ramp, check_steps};
use crate::format::scene::references::entry;
use crate::format::scene::{
    ColorBinding, ColorMap, Condition, EntityModel, EntityRule, Glob, LabelBinding, LabelMap, NumberBinding, NumberMap,
    PoseBinding, Shape, Template, VisibleBinding,
};

/// Steps that the comparison of rules may take: some thousand rules with usual patterns, and a bound for odd files.
const MAX_COMPARE_STEPS: usize = 20_000_000;

pub(super) fn check(findings: &mut Findings<'_>) {
    shadowed(findings);
    for (i, rule) in findings.scene.entities.iter().enumerate() {
        check_rule(findings, &entry("entities", i, &[]), rule);
    }
}

fn shadowed(findings: &mut Findings<'_>) {
    let rules = &findings.scene.entities;
    let mut steps_left = MAX_COMPARE_STEPS;
    // Only rules that can be reached are compared with: what a shadowed rule covers is covered by another one as well.
    let mut reached: Vec<usize> = Vec::new();
    for (i, rule) in rules.iter().enumerate() {
        let mut by = None;
        for earlier in reached.iter().copied() {
            let Some(other) = rules.get(earlier) else { continue };
            let steps = pattern_len(other).saturating_mul(pattern_len(rule)).saturating_add(1);
            let Some(left) = steps_left.checked_sub(steps) else {
                findings.info("/entities", "too many rules to compare them all; some may never be reached");
                return;
            };
            steps_left = left;
            if covers(other, rule) {
                by = Some(earlier);
                break;
            }
        }
        match by {
            None => reached.push(i),
            Some(earlier) => {
                let earlier = findings.shown(&entry("entities", earlier, &[]));
                let message =
                    format!("no entity can reach this rule, because {earlier} fits all of its entities first");
                findings.warning(&entry("entities", i, &[]), message);
            }
        }
    }
}

fn pattern_len(rule: &EntityRule) -> usize {
    rule.id.as_ref().map_or(1, Glob::len)
}

/// Whether the first rule certainly fits every entity that the second one fits.
fn covers(first: &EntityRule, second: &EntityRule) -> bool {
    let class = first.class.is_none() || first.class == second.class;
    let id = match (&first.id, &second.id) {
        (None, _) => true,
        (Some(first), Some(second)) => first.covers(second),
        (Some(first), None) => first.matches_all(),
    };
    class && id
}

fn check_rule(findings: &mut Findings<'_>, at: &str, rule: &EntityRule) {
    if rule.size_m.is_some() && rule.scale != 1.0 {
        findings.warning(&format!("{at}/scale"), "is not used, because the rule has size_m");
    }
    if rule.model == EntityModel::Shape(Shape::None) && rule.bind.label.is_none() {
        findings.info(&format!("{at}/model"), "the model \"none\" without a label draws nothing");
    }
    match &rule.bind.pose {
        None | Some(PoseBinding::Property(_)) => {}
        Some(PoseBinding::Geo(p)) => {
            let numbers = [("lon", Some(&p.lon)), ("lat", Some(&p.lat)), ("h", p.h.as_ref())];
            let turn = [("heading", p.heading.as_ref()), ("pitch", p.pitch.as_ref()), ("roll", p.roll.as_ref())];
            check_numbers(findings, &format!("{at}/bind/pose"), numbers.into_iter().chain(turn));
        }
        Some(PoseBinding::Site(p)) => {
            let numbers = [("e", Some(&p.e)), ("n", Some(&p.n)), ("u", p.u.as_ref())];
            let turn = [("heading", p.heading.as_ref()), ("pitch", p.pitch.as_ref()), ("roll", p.roll.as_ref())];
            check_numbers(findings, &format!("{at}/bind/pose"), numbers.into_iter().chain(turn));
        }
    }
    if let Some(ColorBinding::Mapped(mapped)) = &rule.bind.color {
        let at = format!("{at}/bind/color/map");
        match &mapped.map {
            ColorMap::Ramp(stops) => check_ramp(findings, &format!("{at}/ramp"), stops),
            ColorMap::Steps(steps) => check_steps(findings, &format!("{at}/steps"), steps),
            ColorMap::Lookup(entries) => check_lookup(findings, &format!("{at}/lookup"), entries),
        }
    }
    if let Some(VisibleBinding::When(condition)) = &rule.bind.visible {
        check_condition(findings, &format!("{at}/bind/visible"), condition);
    }
    check_label(findings, &format!("{at}/bind/label"), rule.bind.label.as_ref());
}

fn check_numbers<'a>(
    findings: &mut Findings<'_>,
    at: &str,
    numbers: impl Iterator<Item = (&'static str, Option<&'a NumberBinding>)>,
) {
    for (name, binding) in numbers {
        let Some(NumberBinding::Mapped(mapped)) = binding else { continue };
        let at = format!("{at}/{name}/map");
        match &mapped.map {
            NumberMap::Linear(linear) if linear.from[0] == linear.from[1] => {
                findings.error(&format!("{at}/linear/from"), "the two values are equal, so that there is no line");
            }
            NumberMap::Linear(_) => {}
            NumberMap::Steps(steps) => check_steps(findings, &format!("{at}/steps"), steps),
            NumberMap::Lookup(entries) => check_lookup(findings, &format!("{at}/lookup"), entries),
        }
    }
}

fn check_condition(findings: &mut Findings<'_>, at: &str, condition: &Condition) {
    if let (Some(above), Some(below)) = (condition.above, condition.below)
        && above >= below
    {
        let outcome = if condition.not { "always" } else { "never" };
        findings.warning(at, format!("no number is above {above} and below {below}, so that it {outcome} holds"));
    }
}

fn check_label(findings: &mut Findings<'_>, at: &str, label: Option<&LabelBinding>) {
    match label {
        None => {}
        Some(LabelBinding::Template(template)) if template.uses_value() => {
            let message = "{value} stands for nothing here: name the property, as in {speed}, or give property and map";
            findings.warning(at, message);
        }
        Some(LabelBinding::Template(_)) => {}
        Some(LabelBinding::Mapped(mapped)) => match &mapped.map {
            LabelMap::Format(_) => {}
            LabelMap::Steps(steps) => check_steps::<Template>(findings, &format!("{at}/map/steps"), steps),
            LabelMap::Lookup(entries) => check_lookup(findings, &format!("{at}/map/lookup"), entries),
        },
    }
}
