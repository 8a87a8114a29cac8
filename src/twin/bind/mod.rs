//! Bindings: from an entity's properties to how it looks, as the rules of a scene say (`format::scene::EntityRule`).
//!
//! [`Rules`] are compiled once for a scene; the first rule that fits an entity is its [`CompiledRule`], to be looked up
//! when the entity appears or changes its class. A rule is evaluated when properties change, not every frame, and
//! without allocation, but for what a label adds to the caller's text and a pose that names another entity.
//!
//! # Units
//! Colours are linear RGBA, 0..=1, straight alpha. Angles are degrees, lengths metres, as in the feed.
//!
//! # Quality
//! A value may be uncertain, bad, or stale. The rule's `quality` then overrides colour and visibility and adds to the
//! label, by the worst of the bound property's own quality and that of the entity ([`Properties::quality`]).
//!
//! It keeps no state and knows no time; [`EntityProperties`] is the only link to the twin.

mod fixed;
mod label;
mod map;
mod pose;
mod source;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use crate::format::scene::{
    Color, ColorBinding, Condition, EntityRule, Glob, PropertyPath, QualityLook, QualityLooks, Scalar, Scene,
    VisibleBinding,
};
use crate::twin::Value;

pub use fixed::{FIXED_T_SECS, fixed_updates};
pub use source::{EntityProperties, Properties, Sample, Trust};

use label::Label;
use map::ColorMapping;
use pose::PoseSource;
use source::{Leaf, resolve};

/// The rules of a scene, in its order.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    rules: Vec<CompiledRule>,
}

impl Rules {
    pub fn compile(scene: &Scene) -> Self {
        Self { rules: scene.entities.iter().enumerate().map(|(i, rule)| CompiledRule::compile(i, rule)).collect() }
    }

    /// The first rule that fits an entity.
    pub fn find(&self, id: &str, class: Option<&str>) -> Option<&CompiledRule> {
        self.rules.iter().find(|rule| rule.fits(id, class))
    }

    /// The rule at its place in the scene's `entities`.
    pub fn get(&self, index: usize) -> Option<&CompiledRule> {
        self.rules.get(index)
    }

    pub fn iter(&self) -> std::slice::Iter<'_, CompiledRule> {
        self.rules.iter()
    }

    /// The names of all properties that any rule reads: what a feed needs to be asked for, beside poses.
    pub fn properties(&self) -> BTreeSet<&str> {
        self.rules.iter().flat_map(CompiledRule::properties).collect()
    }
}

/// One rule, ready to be evaluated.
#[derive(Debug, Clone)]
pub struct CompiledRule {
    index: usize,
    id: Option<Glob>,
    class: Option<String>,
    pose: Option<PoseSource>,
    color: Option<ColorSource>,
    visible: Option<VisibleBinding>,
    label: Option<Label>,
    quality: QualityLooks,
}

#[derive(Debug, Clone)]
enum ColorSource {
    Constant([f32; 4]),
    Mapped { property: PropertyPath, map: ColorMapping, otherwise: Option<[f32; 4]> },
}

impl CompiledRule {
    /// `index`: the rule's place in the scene's `entities`.
    pub fn compile(index: usize, rule: &EntityRule) -> Self {
        let color = rule.bind.color.as_ref().map(|color| match color {
            ColorBinding::Constant(color) => ColorSource::Constant(color.linear()),
            ColorBinding::Mapped(mapped) => ColorSource::Mapped {
                property: mapped.property.clone(),
                map: ColorMapping::compile(&mapped.map),
                otherwise: mapped.otherwise.map(|color| color.linear()),
            },
        });
        Self {
            index,
            id: rule.id.clone(),
            class: rule.class.clone(),
            pose: rule.bind.pose.as_ref().map(PoseSource::compile),
            color,
            visible: rule.bind.visible.clone(),
            label: rule.bind.label.as_ref().map(Label::compile),
            quality: rule.quality.clone(),
        }
    }

    /// The rule's place in the scene's `entities`, where its model, size and layer are.
    pub fn index(&self) -> usize {
        self.index
    }

    /// Whether the rule selects an entity.
    pub fn fits(&self, id: &str, class: Option<&str>) -> bool {
        self.class.as_deref().is_none_or(|own| class == Some(own))
            && self.id.as_ref().is_none_or(|glob| glob.matches(id))
    }

    /// The colour, or `None` for the model's own colours.
    pub fn color(&self, properties: &dyn Properties) -> Option<[f32; 4]> {
        let (color, trust) = match self.color.as_ref() {
            None => (None, Trust::Good),
            Some(ColorSource::Constant(color)) => (Some(*color), Trust::Good),
            Some(ColorSource::Mapped { property, map, otherwise }) => {
                let (leaf, trust) = resolve(properties, property);
                (leaf.and_then(|leaf| map.eval(leaf)).or(*otherwise), trust)
            }
        };
        match self.look(trust.max(properties.quality())).and_then(|look| look.color) {
            Some(instead) => Some(instead.linear()),
            None => color,
        }
    }

    /// Whether the entity shows.
    pub fn visible(&self, properties: &dyn Properties) -> bool {
        let (visible, trust) = match self.visible.as_ref() {
            None => (true, Trust::Good),
            Some(VisibleBinding::Constant(visible)) => (*visible, Trust::Good),
            Some(VisibleBinding::When(condition)) => {
                let (leaf, trust) = resolve(properties, &condition.property);
                (leaf.map_or(condition.otherwise, |leaf| holds(condition, leaf)), trust)
            }
        };
        self.look(trust.max(properties.quality())).and_then(|look| look.visible).unwrap_or(visible)
    }

    /// Writes the label into `out`, whose old text it takes away. False, and an empty text, where there is none.
    ///
    /// A label is at most [`Self::MAX_LABEL_LEN`] bytes; what is longer is cut.
    pub fn label(&self, id: &str, class: Option<&str>, properties: &dyn Properties, out: &mut String) -> bool {
        out.clear();
        let Some(label) = self.label.as_ref() else { return false };
        let Some(trust) = label.write(id, class, properties, out) else {
            out.clear();
            return false;
        };
        if let Some(look) = self.look(trust.max(properties.quality())) {
            out.push_str(&look.label_suffix);
        }
        true
    }

    /// The longest label, in bytes, without the suffix of a bad quality.
    pub const MAX_LABEL_LEN: usize = label::MAX_LEN;

    /// The pose out of the properties that the rule binds.
    ///
    /// `None` where a needed property is missing, and where the rule binds no pose: the twin then follows the entity's
    /// own `pose`, or `lon`, `lat` and so on, by itself. A caller that gets a pose here applies it to the twin as the
    /// property `pose`, so that it moves like any other.
    pub fn pose(&self, properties: &dyn Properties) -> Option<crate::twin::PoseValue> {
        self.pose.as_ref()?.eval(properties)
    }

    /// Whether the rule takes the pose from properties of its own choice ([`Self::pose`]).
    pub fn binds_pose(&self) -> bool {
        self.pose.is_some()
    }

    /// The names of the properties that it reads.
    pub fn properties(&self) -> BTreeSet<&str> {
        let mut names = BTreeSet::new();
        if let Some(pose) = &self.pose {
            pose.properties(&mut names);
        }
        if let Some(ColorSource::Mapped { property, .. }) = &self.color {
            names.insert(property.name());
        }
        if let Some(VisibleBinding::When(condition)) = &self.visible {
            names.insert(condition.property.name());
        }
        if let Some(label) = &self.label {
            label.properties(&mut names);
        }
        names
    }

    fn look(&self, trust: Trust) -> Option<&QualityLook> {
        match trust {
            Trust::Good => None,
            Trust::Uncertain => self.quality.uncertain.as_ref(),
            Trust::Stale => Some(self.quality.stale.as_ref().unwrap_or(&STALE_LOOK)),
            Trust::Bad => Some(self.quality.bad.as_ref().unwrap_or(&BAD_LOOK)),
        }
    }
}

/// How stale and bad entities look where the scene does not say: what is not known must not look as if it were. A scene
/// that wants them unchanged gives an empty look (`"stale": {}`).
static STALE_LOOK: LazyLock<QualityLook> = LazyLock::new(|| distrusted(" (no news)"));
static BAD_LOOK: LazyLock<QualityLook> = LazyLock::new(|| distrusted(" (bad)"));

/// The colour of what can't be trusted.
pub const DISTRUSTED: Color = Color::rgb(0x70, 0x75, 0x7d);

fn distrusted(suffix: &str) -> QualityLook {
    QualityLook { color: Some(DISTRUSTED), label_suffix: suffix.to_string(), ..QualityLook::default() }
}

fn holds(condition: &Condition, leaf: Leaf<'_>) -> bool {
    let number = leaf.number();
    let mut tested = false;
    let mut holds = true;
    if let Some(equals) = &condition.equals {
        tested = true;
        holds &= match (equals, leaf) {
            (Scalar::Flag(own), Leaf::Value(Value::Bool(flag))) => own == flag,
            (Scalar::Number(own), leaf) if !leaf.is_flag() => leaf.number() == Some(*own),
            (Scalar::Text(own), Leaf::Value(Value::Text(text))) => own.as_str() == &**text,
            _ => false,
        };
    }
    if let Some(above) = condition.above {
        tested = true;
        holds &= number.is_some_and(|number| number > above);
    }
    if let Some(below) = condition.below {
        tested = true;
        holds &= number.is_some_and(|number| number < below);
    }
    if !tested {
        holds = leaf.is_truthy();
    }
    holds != condition.not
}
