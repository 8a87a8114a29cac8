//! All entities of the twin.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use super::entity::{Entity, EntityKey, Held, PropertyKey};
use super::place::Placing;
use super::track::{PoseSample, PoseState, TrackOptions};
use super::update::{EntityUpdate, Event, Order, Update};
use super::value::{PoseValue, Property, Turn, Value};

/// Deepest chain of bodies that stand on each other (a person in a lift on a ship).
const MAX_PARENTS: usize = 16;
/// Events kept for a panel.
const MAX_EVENTS: usize = 256;
/// Property names at most; one more is dropped and counted.
const MAX_PROPERTY_NAMES: usize = 65_536;
/// The name of the property that says where an entity is.
const POSE: &str = "pose";
/// Properties that make a pose together where there is none by that name, in the order of the constants below.
const BUNDLE: [&str; 9] = ["lon", "lat", "h", "e", "n", "u", "heading", "pitch", "roll"];

/// Bounds and habits of a twin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TwinOptions {
    pub placing: Placing,
    /// For how long a body moves on after its newest sample.
    pub extrapolate_secs: f64,
    /// A pose older than this is stale.
    pub stale_secs: f64,
    /// For how long poses are kept for interpolation; must be longer than the clock's delay.
    pub history_secs: f64,
    /// A body that would have to be faster jumps instead.
    pub max_speed_m_s: f64,
    /// A body whose first pose lies at most this far ahead of the shown time is not there yet; further ahead means that
    /// the clocks differ, and it is shown at once.
    pub max_wait_secs: f64,
    /// For how long one that left is remembered, so that late messages do not bring it back.
    pub forget_secs: f64,
    pub max_entities: usize,
    pub max_properties_per_entity: usize,
}

impl Default for TwinOptions {
    fn default() -> Self {
        Self {
            placing: Placing::default(),
            extrapolate_secs: 1.0,
            stale_secs: 5.0,
            history_secs: 5.0,
            max_speed_m_s: 500.0,
            max_wait_secs: 10.0,
            forget_secs: 60.0,
            max_entities: 1 << 20,
            max_properties_per_entity: 256,
        }
    }
}

/// What happened to updates, since the start.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct TwinStats {
    /// Property values that became the newest.
    pub values_applied: u64,
    /// Property values that were older than what was known.
    pub values_late: u64,
    /// Updates and values refused by a bound on entities, names or properties.
    pub over_limit: u64,
    /// Poses that could not be placed: no site frame, or nowhere on Earth.
    pub unplaced: u64,
    pub events: u64,
    /// Usual time between two poses of a moving entity; `None` before the second one. A clock's delay should not be
    /// shorter, or bodies are extrapolated most of the time.
    pub pose_period_secs: Option<f64>,
}

#[derive(Debug, Clone, Default)]
struct Slot {
    generation: u32,
    entity: Option<Entity>,
}

/// The newest state of all entities.
#[derive(Debug, Clone)]
pub struct Twin {
    options: TwinOptions,
    slots: Vec<Slot>,
    free: Vec<u32>,
    by_id: HashMap<Arc<str>, EntityKey>,
    names: Vec<Arc<str>>,
    name_keys: HashMap<Arc<str>, PropertyKey>,
    bundle: [PropertyKey; BUNDLE.len()],
    pose: PropertyKey,
    /// Those that left, until the shown time passes their leaving.
    leaving: Vec<EntityKey>,
    /// Those that are gone, oldest first, until they are forgotten.
    gone: VecDeque<EntityKey>,
    present: usize,
    tick: u64,
    events: VecDeque<Event>,
    stats: TwinStats,
}

impl Default for Twin {
    fn default() -> Self {
        Self::new(TwinOptions::default())
    }
}

impl Twin {
    pub fn new(options: TwinOptions) -> Self {
        let mut twin = Self {
            options,
            slots: Vec::new(),
            free: Vec::new(),
            by_id: HashMap::new(),
            names: Vec::new(),
            name_keys: HashMap::new(),
            bundle: [PropertyKey(0); BUNDLE.len()],
            pose: PropertyKey(0),
            leaving: Vec::new(),
            gone: VecDeque::new(),
            present: 0,
            tick: 1,
            events: VecDeque::new(),
            stats: TwinStats::default(),
        };
        twin.pose = twin.add_name(&POSE.into());
        twin.bundle = BUNDLE.map(|name| twin.add_name(&name.into()));
        twin
    }

    pub fn options(&self) -> &TwinOptions {
        &self.options
    }

    pub fn stats(&self) -> &TwinStats {
        &self.stats
    }

    /// Entities that are present.
    pub fn len(&self) -> usize {
        self.present
    }

    pub fn is_empty(&self) -> bool {
        self.present == 0
    }

    /// The current tick. A caller that keeps it sees by [`Self::changed_since`] what changed after.
    pub fn tick(&self) -> u64 {
        self.tick
    }

    /// The newest events, oldest first; a bounded number is kept.
    pub fn events(&self) -> impl ExactSizeIterator<Item = &Event> {
        self.events.iter()
    }

    pub fn find(&self, id: &str) -> Option<EntityKey> {
        self.by_id.get(id).copied().filter(|key| self.entity(*key).is_some())
    }

    /// None once it has left.
    pub fn entity(&self, key: EntityKey) -> Option<&Entity> {
        self.slot(key).filter(|entity| !entity.removed)
    }

    /// All that are present, in an order that stays the same while they stay.
    pub fn entities(&self) -> impl Iterator<Item = (EntityKey, &Entity)> {
        self.slots.iter().enumerate().filter_map(|(index, slot)| {
            let entity = slot.entity.as_ref().filter(|entity| !entity.removed)?;
            Some((EntityKey { index: index as u32, generation: slot.generation }, entity))
        })
    }

    /// Those whose class, model or properties changed, or that appeared, after `tick`; in the order of
    /// [`Self::entities`]. Poses move on with the time and change nothing here, unless a new one came.
    pub fn changed_since(&self, tick: u64) -> impl Iterator<Item = (EntityKey, &Entity)> {
        self.entities().filter(move |(_, entity)| entity.changed_tick > tick)
    }

    /// The key of a property's name, once any entity has had it.
    pub fn property_key(&self, name: &str) -> Option<PropertyKey> {
        self.name_keys.get(name).copied()
    }

    pub fn property_name(&self, key: PropertyKey) -> &str {
        self.names.get(key.0 as usize).map_or("", |name| name)
    }

    /// The newest value of a property.
    pub fn get(&self, key: EntityKey, name: &str) -> Option<&Held> {
        self.entity(key)?.property(self.property_key(name)?)
    }

    fn slot(&self, key: EntityKey) -> Option<&Entity> {
        let slot = self.slots.get(key.index as usize)?;
        slot.entity.as_ref().filter(|_| slot.generation == key.generation)
    }

    fn slot_mut(&mut self, key: EntityKey) -> Option<&mut Entity> {
        let slot = self.slots.get_mut(key.index as usize)?;
        slot.entity.as_mut().filter(|_| slot.generation == key.generation)
    }

    fn add_name(&mut self, name: &Arc<str>) -> PropertyKey {
        let key = PropertyKey(self.names.len() as u32);
        self.names.push(name.clone());
        self.name_keys.insert(name.clone(), key);
        key
    }

    fn name_key(&mut self, name: &Arc<str>) -> Option<PropertyKey> {
        match self.name_keys.get(name) {
            Some(key) => Some(*key),
            None if self.names.len() < MAX_PROPERTY_NAMES => Some(self.add_name(name)),
            None => None,
        }
    }

    /// Takes in one change. Late and repeated ones do no harm; what is past a bound is dropped and counted.
    pub fn apply(&mut self, update: Update) {
        match update {
            Update::Entity(update) => self.apply_entity(update),
            Update::Gone { id, order } => self.apply_gone(&id, order),
            Update::Event(event) => {
                self.stats.events += 1;
                if self.events.len() >= MAX_EVENTS {
                    self.events.pop_front();
                }
                self.events.push_back(event);
            }
        }
    }

    fn apply_entity(&mut self, update: EntityUpdate) {
        let EntityUpdate { id, order, class, model, set } = update;
        if !order.t_secs.is_finite() {
            self.stats.over_limit += 1;
            return;
        }
        let Some(key) = self.intern(&id) else {
            self.stats.over_limit += 1;
            return;
        };
        self.tick += 1;
        let tick = self.tick;
        let keys: Vec<Option<PropertyKey>> = set.iter().map(|(name, _)| self.name_key(name)).collect();
        let mut counts = Counts::default();
        let pose_key = self.pose;
        let bundle = self.bundle;
        let max_properties = self.options.max_properties_per_entity;
        let Some(entity) = self.slot_mut(key) else { return };
        if entity.gone.is_some_and(|gone| order < gone) {
            self.stats.values_late += set.len() as u64;
            return;
        }
        let returned = entity.revive(order, tick);
        entity.name(class, model, order, tick);
        let mut pose = None;
        let mut bundle_changed = false;
        for (key, (_, property)) in keys.into_iter().zip(set) {
            let Some(key) = key else {
                counts.over_limit += 1;
                continue;
            };
            let order = order.with_time(property.t_secs.filter(|t| t.is_finite()));
            if key == pose_key
                && let Value::Pose(value) = &property.value
            {
                pose = Some((value.clone(), order));
            }
            match entity.set(key, property, order, tick, max_properties) {
                SetResult::Newest => {
                    counts.applied += 1;
                    bundle_changed |= bundle.contains(&key);
                }
                SetResult::Late => counts.late += 1,
                SetResult::OverLimit => counts.over_limit += 1,
            }
        }
        if pose.is_none() && bundle_changed {
            pose = entity.bundled_pose(&bundle).map(|pose| (pose, order));
        }
        self.stats.values_applied += counts.applied;
        self.stats.values_late += counts.late;
        self.stats.over_limit += counts.over_limit;
        self.present += usize::from(returned);
        if let Some((pose, order)) = pose {
            self.apply_pose(key, &pose, order);
        }
    }

    /// Late poses go into the track as well: they may lie between two that are being shown.
    fn apply_pose(&mut self, key: EntityKey, pose: &PoseValue, order: Order) {
        let Some(placed) = self.options.placing.place(pose) else {
            self.stats.unplaced += 1;
            return;
        };
        let history_secs = self.options.history_secs;
        let Some(entity) = self.slot_mut(key) else { return };
        if entity.gone.is_some_and(|gone| order < gone) {
            return;
        }
        if let Some(gap_secs) = entity.track.insert(placed, order, history_secs)
            && (1e-3..10.0).contains(&gap_secs)
        {
            let usual = self.stats.pose_period_secs.unwrap_or(gap_secs);
            self.stats.pose_period_secs = Some(usual + (gap_secs - usual) * 0.05);
        }
    }

    fn apply_gone(&mut self, id: &Arc<str>, order: Order) {
        if !order.t_secs.is_finite() {
            return;
        }
        // Also for one never heard of: its late messages must not make it appear.
        let Some(key) = self.intern(id) else { return };
        self.tick += 1;
        let Some(entity) = self.slot_mut(key) else { return };
        if entity.gone.is_some_and(|gone| order <= gone) {
            return;
        }
        entity.gone = Some(order);
        entity.track.break_at(&order);
        if entity.has_left() {
            if !entity.removed {
                self.leaving.push(key);
            } else {
                self.gone.push_back(key);
            }
        } else {
            entity.forget_before_leaving();
        }
    }

    /// Finds or makes the slot of an id; None if there is room for no more.
    fn intern(&mut self, id: &Arc<str>) -> Option<EntityKey> {
        if let Some(key) = self.by_id.get(id) {
            return Some(*key);
        }
        if self.by_id.len() >= self.options.max_entities && !self.forget_oldest() {
            return None;
        }
        let index = match self.free.pop() {
            Some(index) => index,
            None => {
                let index = u32::try_from(self.slots.len()).ok()?;
                self.slots.push(Slot::default());
                index
            }
        };
        let slot = self.slots.get_mut(index as usize)?;
        slot.entity = Some(Entity::new(id.clone(), self.tick));
        let key = EntityKey { index, generation: slot.generation };
        self.by_id.insert(id.clone(), key);
        Some(key)
    }

    /// Moves on to the shown time `t_secs`: those that left by then are no longer listed, and those that left long ago
    /// are forgotten. Once a frame.
    pub fn advance(&mut self, t_secs: f64) {
        let mut leaving = std::mem::take(&mut self.leaving);
        leaving.retain(|key| {
            let Some(entity) = self.slot_mut(*key) else { return false };
            if !entity.has_left() {
                return false;
            }
            if entity.gone.is_some_and(|gone| gone.t_secs > t_secs) {
                return true;
            }
            if !entity.removed {
                entity.removed = true;
                entity.forget_before_leaving();
                entity.track.clear();
                self.present = self.present.saturating_sub(1);
                self.tick += 1;
                self.gone.push_back(*key);
            }
            false
        });
        self.leaving = leaving;
        while let Some(key) = self.gone.front().copied() {
            let forget = match self.slot(key) {
                Some(entity) if entity.removed => {
                    entity.gone.is_none_or(|gone| gone.t_secs + self.options.forget_secs < t_secs)
                }
                _ => true,
            };
            if !forget {
                break;
            }
            self.forget_oldest();
        }
    }

    /// Forgets the entity that is gone for longest; false if there is none.
    fn forget_oldest(&mut self) -> bool {
        while let Some(key) = self.gone.pop_front() {
            // One that came back since stays.
            if !self.slot(key).is_some_and(|entity| entity.removed) {
                continue;
            }
            let Some(slot) = self.slots.get_mut(key.index as usize) else { continue };
            if let Some(entity) = slot.entity.take() {
                self.by_id.remove(&entity.id);
            }
            // A slot whose generations are used up is left empty, so that no key is ever given twice.
            if let Some(next) = slot.generation.checked_add(1) {
                slot.generation = next;
                self.free.push(key.index);
            }
            return true;
        }
        false
    }

    /// Where an entity is at the shown time; None if it has no pose, is not there yet or has left by then, or stands on
    /// something of which this holds (or on itself, by whatever detour).
    pub fn pose_at(&self, key: EntityKey, t_secs: f64) -> Option<PoseSample> {
        self.pose_within(key, t_secs, MAX_PARENTS)
    }

    fn pose_within(&self, key: EntityKey, t_secs: f64, parents_left: usize) -> Option<PoseSample> {
        let entity = self.entity(key)?;
        let pose = entity.track.pose_at(t_secs, &self.track_options())?;
        // Between its leaving and its return it is nowhere.
        if entity.gone.is_some_and(|gone| t_secs >= gone.t_secs && pose.order < gone) {
            return None;
        }
        let (pos_ecef, ecef_from_body, state) = match pose.parent {
            None => (pose.pos, pose.rot, pose.state),
            Some(id) => {
                let parent = self.find(id)?;
                let parent = self.pose_within(parent, t_secs, parents_left.checked_sub(1)?)?;
                let pos_ecef = parent.pos_ecef + parent.ecef_from_body * pose.pos;
                (pos_ecef, (parent.ecef_from_body * pose.rot).normalize(), standing_on(pose.state, parent.state))
            }
        };
        Some(PoseSample { pos_ecef, ecef_from_body, state, age_secs: pose.age_secs })
    }

    fn track_options(&self) -> TrackOptions {
        TrackOptions {
            extrapolate_secs: self.options.extrapolate_secs,
            stale_secs: self.options.stale_secs,
            max_speed_m_s: self.options.max_speed_m_s,
            max_wait_secs: self.options.max_wait_secs,
        }
    }
}

/// A rider that was told its place once is not stale while its carrier is live.
fn standing_on(rider: PoseState, carrier: PoseState) -> PoseState {
    if rider == PoseState::Stale { carrier } else { rider.max(carrier) }
}

#[derive(Default)]
struct Counts {
    applied: u64,
    late: u64,
    over_limit: u64,
}

enum SetResult {
    Newest,
    Late,
    OverLimit,
}

impl Entity {
    /// Notes a sign of life. True if it was not listed before.
    fn revive(&mut self, order: Order, tick: u64) -> bool {
        let had_left = self.alive.is_some() && self.has_left();
        if self.alive.is_none_or(|alive| order > alive) {
            self.alive = Some(order);
        }
        if had_left {
            self.forget_before_leaving();
            self.appeared_tick = tick;
            self.changed_tick = tick;
        }
        let returned = self.removed;
        if returned {
            self.removed = false;
            self.appeared_tick = tick;
            self.changed_tick = tick;
        }
        returned
    }

    fn name(&mut self, class: Option<Arc<str>>, model: Option<Arc<str>>, order: Order, tick: u64) {
        for (held, new) in [(&mut self.class, class), (&mut self.model, model)] {
            let Some(new) = new else { continue };
            match held {
                Some((_, known)) if *known > order => {}
                Some((old, known)) if *old == new => *known = order,
                _ => {
                    *held = Some((new, order));
                    self.changed_tick = tick;
                }
            }
        }
    }

    fn set(&mut self, key: PropertyKey, property: Property, order: Order, tick: u64, max: usize) -> SetResult {
        if self.gone.is_some_and(|gone| order < gone) {
            return SetResult::Late;
        }
        let Property { value, quality, unit, .. } = property;
        match self.properties.binary_search_by_key(&key, |(key, _)| *key) {
            Ok(at) => {
                let Some((_, held)) = self.properties.get_mut(at) else { return SetResult::OverLimit };
                if order < held.order {
                    return SetResult::Late;
                }
                held.order = order;
                if held.value != value || held.quality != quality || held.unit != unit {
                    *held = Held { value, quality, unit, order, changed_tick: tick };
                    self.changed_tick = tick;
                }
            }
            Err(_) if self.properties.len() >= max => return SetResult::OverLimit,
            Err(at) => {
                self.properties.insert(at, (key, Held { value, quality, unit, order, changed_tick: tick }));
                self.changed_tick = tick;
            }
        }
        SetResult::Newest
    }

    /// A pose of single properties `lon`, `lat`, `h` or `e`, `n`, `u`, and `heading`, `pitch`, `roll`.
    fn bundled_pose(&self, bundle: &[PropertyKey; BUNDLE.len()]) -> Option<PoseValue> {
        let number = |at: usize| match self.property(*bundle.get(at)?)?.value {
            Value::Number(number) => Some(number),
            _ => None,
        };
        let turn = [number(6), number(7), number(8)];
        let turn = turn.iter().any(Option::is_some).then(|| {
            let [heading, pitch, roll] = turn.map(Option::unwrap_or_default);
            Turn { heading_deg: heading, pitch_deg: pitch, roll_deg: roll }
        });
        if let (Some(lon_deg), Some(lat_deg)) = (number(0), number(1)) {
            return Some(PoseValue::Geo { lon_deg, lat_deg, height_m: number(2), turn });
        }
        let (e_m, n_m) = (number(3)?, number(4)?);
        Some(PoseValue::Site { e_m, n_m, u_m: number(5).unwrap_or(0.0), turn })
    }
}
