//! Features of tagged points, lines and polygons: what all sources with tags share.
//!
//! A thing may be several features (a street with a tram in it, a park with a fence around it): the first one has the id
//! of its source, the others have their class behind it (`way/12#fence`).

use glam::DVec2;

use super::{Notes, building, classes, name_of, point, properties, way};
use crate::bake::model::{Area, Cover, Feature, Point, PointKind, Polygon, Shape, Value};
use crate::bake::source::polygons::metres_per_degree;
use crate::format::issue::Issues;
use crate::format::osm::Tags;

/// Between the trees of a row.
const TREE_STEP_M: f64 = 8.0;
const MAX_TREES_OF_A_ROW: usize = 2_000;

/// One tagged thing of a source on its way to features.
pub struct Thing<'a> {
    pub id: &'a str,
    pub tags: Tags<'a>,
    pub issues: &'a mut Issues,
    given: usize,
}

impl<'a> Thing<'a> {
    pub fn new(id: &'a str, tags: Tags<'a>, issues: &'a mut Issues) -> Self {
        Self { id, tags, issues, given: 0 }
    }

    pub(in crate::bake::source) fn feature(&mut self, class: &str, shape: Shape) -> Feature {
        self.given += 1;
        Feature {
            id: if self.given == 1 { self.id.to_string() } else { format!("{}#{class}", self.id) },
            class: class.to_string(),
            name: name_of(&self.tags),
            properties: properties(&self.tags),
            shape,
        }
    }

    pub(in crate::bake::source) fn notes(&mut self) -> Notes<'_> {
        Notes { path: self.id, issues: self.issues }
    }

    /// What stands at a point, if it is something.
    pub fn point(&mut self, at: DVec2) -> Option<Feature> {
        let (class, kind) = classes::point(&self.tags)?;
        Some(self.point_of(class, kind, at))
    }

    pub fn point_of(&mut self, class: &str, kind: PointKind, at: DVec2) -> Feature {
        let tags = self.tags;
        let shape = Shape::Point(point::point(&tags, kind, at, &mut self.notes()));
        self.feature(class, shape)
    }

    /// A building for each polygon; the second one of `way/12` is `way/12#2`.
    pub fn buildings(&mut self, class: &str, polygons: Vec<Polygon>, sink: &mut dyn FnMut(Feature)) {
        let tags = self.tags;
        for (index, footprint) in polygons.into_iter().enumerate() {
            // What is wrong with the tags is told once.
            let mut unheard = Issues::default();
            let building = if index == 0 {
                building::building(&tags, footprint, &mut self.notes())
            } else {
                building::building(&tags, footprint, &mut Notes { path: self.id, issues: &mut unheard })
            };
            let mut feature = self.feature(class, Shape::Building(building));
            if index > 0 {
                feature.id = format!("{}#{}", self.id, index + 1);
            }
            sink(feature);
        }
    }

    pub fn area(&mut self, class: &str, cover: Cover, polygons: Vec<Polygon>) -> Feature {
        self.feature(class, Shape::Area(Area { cover, polygons, height: None }))
    }

    /// What runs along a line; whether there was something.
    pub fn ways(&mut self, line: &[DVec2], sink: &mut dyn FnMut(Feature)) -> bool {
        let tags = self.tags;
        let mut any = false;
        for (class, kind) in classes::ways(&tags) {
            any = true;
            let way = way::way(&tags, kind, line, &mut self.notes());
            sink(self.feature(class, Shape::Way(way)));
        }
        if classes::is_tree_row(&tags) {
            any = true;
            self.tree_row(line, sink);
        }
        any
    }

    /// The trees of a row, one by one: `way/12#tree 1` and so on, with the row's id among their properties.
    fn tree_row(&mut self, line: &[DVec2], sink: &mut dyn FnMut(Feature)) {
        let tags = self.tags;
        for (index, at) in along(line, TREE_STEP_M, MAX_TREES_OF_A_ROW).into_iter().enumerate() {
            let mut unheard = Issues::default();
            let mut notes = if index == 0 { self.notes() } else { Notes { path: "", issues: &mut unheard } };
            let tree: Point = point::point(&tags, PointKind::BroadleavedTree, at, &mut notes);
            let mut feature = self.feature("tree", Shape::Point(tree));
            feature.id = format!("{}#tree {}", self.id, index + 1);
            feature.properties.insert("row".to_string(), Value::Text(self.id.to_string()));
            sink(feature);
        }
    }
}

/// Points along a line, from its beginning.
fn along(line: &[DVec2], step_m: f64, max: usize) -> Vec<DVec2> {
    let Some(first) = line.first() else { return Vec::new() };
    let scale = metres_per_degree(first.y);
    let mut points = Vec::new();
    let mut ahead_m = 0.0;
    for w in line.windows(2) {
        let length_m = ((w[1] - w[0]) * scale).length();
        while ahead_m <= length_m && points.len() < max {
            points.push(if length_m > 0.0 { w[0].lerp(w[1], ahead_m / length_m) } else { w[0] });
            ahead_m += step_m;
        }
        ahead_m -= length_m;
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trees_of_a_row_stand_at_equal_distances_over_its_corners() {
        let scale = metres_per_degree(43.0);
        let at = |x: f64, y: f64| DVec2::new(1.0, 43.0) + DVec2::new(x, y) / scale;
        let trees = along(&[at(0.0, 0.0), at(12.0, 0.0), at(12.0, 12.0)], 8.0, 100);
        let metres: Vec<DVec2> = trees.iter().map(|p| ((*p - at(0.0, 0.0)) * scale).round()).collect();
        assert_eq!(metres, [DVec2::ZERO, DVec2::new(8.0, 0.0), DVec2::new(12.0, 4.0), DVec2::new(12.0, 12.0)]);
        assert_eq!(along(&[at(0.0, 0.0), at(1e6, 0.0)], 8.0, 100).len(), 100);
    }
}
