//! Classes, properties and enums of a schema (3D Metadata, "Schemas").

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::format::content::number::{Component, Number};
use crate::format::issue::{Issue, Issues};

/// Further properties of one class are not read.
const MAX_PROPERTIES: usize = 2000;

pub(super) struct Schema<'a> {
    classes: Option<&'a Map<String, Value>>,
    enums: Option<&'a Map<String, Value>>,
    /// Enums are read when first used, and once: many properties may name the same large one.
    read_enums: RefCell<HashMap<&'a str, Arc<EnumSchema>>>,
}

/// How an enum's values are stored and what they are called.
#[derive(Debug, PartialEq)]
pub(super) struct EnumSchema {
    pub component: Component,
    pub names: BTreeMap<i128, Arc<str>>,
}

/// What one value (of an array: one element) of a property is.
#[derive(Debug, PartialEq)]
pub(super) enum Element {
    /// SCALAR has 1 component, VECn has n, MATn has n², column by column.
    Numbers {
        component: Component,
        components: usize,
    },
    String,
    Boolean,
    Enum(Arc<EnumSchema>),
}

/// One property of a class.
#[derive(Debug)]
pub(super) struct PropertySchema<'a> {
    pub id: &'a str,
    /// The human name, else the id.
    pub name: &'a str,
    pub semantic: &'a str,
    pub element: Element,
    pub array: bool,
    /// The length of every array, where it is fixed.
    pub length: Option<usize>,
    pub normalized: bool,
    pub offset: Option<&'a Value>,
    pub scale: Option<&'a Value>,
    pub no_data: Option<&'a Value>,
    pub default: Option<&'a Value>,
    pub required: bool,
}

impl<'a> Schema<'a> {
    pub fn parse(schema: &'a Value) -> Self {
        Self {
            classes: schema.get("classes").and_then(Value::as_object),
            enums: schema.get("enums").and_then(Value::as_object),
            read_enums: RefCell::default(),
        }
    }

    fn enum_schema(&self, id: &str) -> Option<Arc<EnumSchema>> {
        let (id, json) = self.enums?.get_key_value(id)?;
        let mut read = self.read_enums.borrow_mut();
        Some(Arc::clone(read.entry(id).or_insert_with(|| Arc::new(EnumSchema::parse(json)))))
    }

    /// A class and its id.
    pub fn class(&self, id: &str) -> Option<(&'a str, &'a Value)> {
        self.classes?.get_key_value(id).map(|(id, class)| (id.as_str(), class))
    }

    /// The properties of a class; broken ones are issues.
    pub fn properties(&self, class_id: &str, class: &'a Value, issues: &mut Issues) -> Vec<PropertySchema<'a>> {
        let path = |id: &str| format!("schema /classes/{class_id}/properties/{id}");
        let mut properties = Vec::new();
        for (index, (id, json)) in class.get("properties").and_then(Value::as_object).into_iter().flatten().enumerate()
        {
            if index == MAX_PROPERTIES {
                let issue = Issue::error(path(""), "too many properties; the last ones are not read");
                issues.push(issue.expected_got(format!("at most {MAX_PROPERTIES}"), "more"));
                break;
            }
            match self.property(id, json) {
                Ok(property) => properties.push(property),
                Err(message) => issues.push(Issue::error(path(id), message)),
            }
        }
        properties
    }

    fn property(&self, id: &'a str, json: &'a Value) -> Result<PropertySchema<'a>, String> {
        let text = |key: &str| json.get(key).and_then(Value::as_str);
        let flag = |key: &str| json.get(key).and_then(Value::as_bool).unwrap_or(false);
        let numbers = |components: usize| -> Result<Element, String> {
            let name = text("componentType").unwrap_or("nothing");
            let component = Component::from_metadata(name)
                .ok_or_else(|| format!("unknown componentType: expected INT8 to FLOAT64, got {name}"))?;
            Ok(Element::Numbers { component, components })
        };
        let element = match text("type").unwrap_or_default() {
            "SCALAR" => numbers(1)?,
            "VEC2" => numbers(2)?,
            "VEC3" => numbers(3)?,
            "VEC4" | "MAT2" => numbers(4)?,
            "MAT3" => numbers(9)?,
            "MAT4" => numbers(16)?,
            "STRING" => Element::String,
            "BOOLEAN" => Element::Boolean,
            "ENUM" => {
                let name = text("enumType").unwrap_or_default();
                Element::Enum(self.enum_schema(name).ok_or_else(|| format!("unknown enumType: {name}"))?)
            }
            other => {
                return Err(format!("unknown type: expected SCALAR to MAT4, STRING, BOOLEAN or ENUM, got {other}"));
            }
        };
        let length = match json.get("count") {
            None => None,
            Some(count) => {
                let count = count.as_u64().and_then(|count| usize::try_from(count).ok());
                Some(count.ok_or("count is no count")?)
            }
        };
        Ok(PropertySchema {
            id,
            name: text("name").filter(|name| !name.is_empty()).unwrap_or(id),
            semantic: text("semantic").unwrap_or_default(),
            element,
            array: flag("array"),
            length,
            normalized: flag("normalized"),
            offset: json.get("offset"),
            scale: json.get("scale"),
            no_data: json.get("noData"),
            default: json.get("default"),
            required: flag("required"),
        })
    }
}

impl EnumSchema {
    fn parse(json: &Value) -> Self {
        let component = json.get("valueType").and_then(Value::as_str).and_then(Component::from_metadata);
        let values = json.get("values").and_then(Value::as_array).into_iter().flatten();
        let named = values.filter_map(|value| {
            let number = value.get("value")?;
            let number = number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from))?;
            Some((number, Arc::from(value.get("name")?.as_str()?)))
        });
        Self { component: component.filter(|c| c.is_integer()).unwrap_or(Component::U16), names: named.collect() }
    }

    /// What a stored value is called; a value that the enum does not list is called by its number.
    pub fn name(&self, stored: Number) -> Arc<str> {
        let value = stored.as_integer();
        self.names.get(&value).cloned().unwrap_or_else(|| value.to_string().into())
    }
}

impl PropertySchema<'_> {
    /// The type for a message: `VEC3 array of 5`.
    pub fn type_name(&self) -> String {
        let element = match &self.element {
            Element::Numbers { components: 1, .. } => "a number".to_string(),
            Element::Numbers { components, .. } => format!("{components} numbers"),
            Element::String => "a string".to_string(),
            Element::Boolean => "true or false".to_string(),
            Element::Enum(_) => "an enum value's name".to_string(),
        };
        match (self.array, self.length) {
            (false, _) => element,
            (true, None) => format!("an array, each element {element}"),
            (true, Some(length)) => format!("an array of {length}, each element {element}"),
        }
    }

    /// Whether a JSON value is of the property's type.
    pub fn fits(&self, value: &Value) -> bool {
        if !self.array {
            return self.element.fits(value);
        }
        let Some(items) = value.as_array() else { return false };
        self.length.is_none_or(|length| length == items.len()) && items.iter().all(|item| self.element.fits(item))
    }
}

impl Element {
    fn fits(&self, value: &Value) -> bool {
        match self {
            Self::Numbers { components: 1, .. } => value.is_number(),
            Self::Numbers { components, .. } => {
                value.as_array().is_some_and(|items| items.len() == *components && items.iter().all(Value::is_number))
            }
            Self::String | Self::Enum(_) => value.is_string(),
            Self::Boolean => value.is_boolean(),
        }
    }
}
