//! Attributes of any schema to flat names.
//!
//! GML alternates properties (`uro:buildingDetailAttribute`) and objects (`uro:BuildingDetailAttribute`). The name of an
//! attribute is made of the objects on the way and its own name: `BuildingDetailAttribute.surveyYear`. One that repeats
//! gets `#2`, `#3` and so on.

use crate::format::city::{
    Attribute, Attributes, MAX_ATTRIBUTE_BYTES, MAX_ATTRIBUTE_NAME_BYTES, MAX_ATTRIBUTES, Report, cut,
};

/// Attributes of one name that an object may have.
const MAX_REPEATS: usize = 200;

/// How an attribute's text is to be understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Typing {
    Text,
    Integer,
    Number,
    /// A number only if it is written as one would be: `2016`, `3.5`, but not `007`, `1e3` or `+1`.
    Plain,
}

pub fn typed(text: &str, typing: Typing) -> Attribute {
    let text = text.trim();
    let number = || text.parse::<f64>().ok().filter(|v| v.is_finite()).map(Attribute::Number);
    let integer = || text.parse::<i64>().ok().map(Attribute::Integer);
    let value = match typing {
        Typing::Text => None,
        Typing::Integer => integer(),
        Typing::Number => number(),
        Typing::Plain if !is_plain_number(text) => None,
        Typing::Plain => integer().or_else(number),
    };
    value.unwrap_or_else(|| Attribute::Text(cut(text, MAX_ATTRIBUTE_BYTES).to_string()))
}

fn is_plain_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    all_digits(whole) && all_digits(fraction) && (whole == "0" || !whole.starts_with('0')) && text.len() <= 15
}

/// Adds an attribute under `name`, or the next free `name#N`.
pub fn add(attributes: &mut Attributes, name: String, value: Attribute, report: &mut Report, byte: u64) {
    if attributes.len() >= MAX_ATTRIBUTES {
        let message = "there are more than 2000 attributes; the rest is left out";
        report.warning(message, || format!("byte {byte}"));
        return;
    }
    if name.len() > MAX_ATTRIBUTE_NAME_BYTES {
        let message = "an attribute's name is longer than 512 bytes; it is left out";
        report.warning(message, || format!("byte {byte}"));
        return;
    }
    let free = if attributes.contains_key(&name) {
        (2..=MAX_REPEATS).map(|n| format!("{name}#{n}")).find(|name| !attributes.contains_key(name))
    } else {
        Some(name)
    };
    match free {
        Some(name) => drop(attributes.insert(name, value)),
        None => {
            report.warning("an attribute repeats more than 200 times; the rest is left out", || format!("byte {byte}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_stay_text_and_plain_numbers_become_numbers() {
        assert_eq!(typed(" 2016 ", Typing::Plain), Attribute::Integer(2016));
        assert_eq!(typed("-3.50", Typing::Plain), Attribute::Number(-3.5));
        for text in ["007", "1e3", "+1", "14201-bldg-1", "", "-", "1.", "NaN", "1234567890123456"] {
            assert_eq!(typed(text, Typing::Plain), Attribute::Text(text.to_string()), "{text}");
        }
        assert_eq!(typed("42", Typing::Text), Attribute::Text("42".to_string()));
        assert_eq!(typed("about 5", Typing::Number), Attribute::Text("about 5".to_string()));
    }

    #[test]
    fn what_repeats_is_counted() {
        let mut attributes = Attributes::new();
        for value in [1, 2, 3] {
            let name = "A.key".to_string();
            add(&mut attributes, name, Attribute::Integer(value), &mut Report::default(), 0);
        }
        assert_eq!(attributes.keys().collect::<Vec<_>>(), ["A.key", "A.key#2", "A.key#3"]);
    }
}
