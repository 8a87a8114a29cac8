//! The wire format of Protocol Buffers, as far as OSM's files use it: fields of a message, varints, packed lists.
//!
//! Nothing is copied and nothing is allocated, so that a length that lies costs nothing.

/// What is wrong with a message.
pub(super) type Broken = &'static str;

#[derive(Debug, Clone, Copy)]
pub(super) enum Value<'a> {
    Varint(u64),
    Bytes(&'a [u8]),
    /// Fixed 32 or 64 bits, which no field that is read here has.
    Fixed,
}

impl<'a> Value<'a> {
    pub fn bytes(self) -> Result<&'a [u8], Broken> {
        match self {
            Self::Bytes(bytes) => Ok(bytes),
            _ => Err("a field has the wrong type"),
        }
    }

    pub fn varint(self) -> Result<u64, Broken> {
        match self {
            Self::Varint(value) => Ok(value),
            _ => Err("a field has the wrong type"),
        }
    }

    /// The numbers of a repeated field, whether it is packed or not.
    pub fn numbers(self) -> Result<Numbers<'a>, Broken> {
        match self {
            Self::Varint(value) => Ok(Numbers { single: Some(value), rest: &[] }),
            Self::Bytes(rest) => Ok(Numbers { single: None, rest }),
            Self::Fixed => Err("a field has the wrong type"),
        }
    }
}

/// The fields of one message in their order.
pub(super) struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    pub fn of(message: &'a [u8]) -> Self {
        Self { rest: message }
    }

    fn next_field(&mut self) -> Result<(u64, Value<'a>), Broken> {
        let key = take_varint(&mut self.rest)?;
        let value = match key & 7 {
            0 => Value::Varint(take_varint(&mut self.rest)?),
            1 => take(&mut self.rest, 8).map(|_| Value::Fixed)?,
            2 => {
                let length = take_varint(&mut self.rest)?;
                Value::Bytes(take(&mut self.rest, usize::try_from(length).unwrap_or(usize::MAX))?)
            }
            5 => take(&mut self.rest, 4).map(|_| Value::Fixed)?,
            _ => return Err("a field has an unknown type"),
        };
        Ok((key >> 3, value))
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u64, Value<'a>), Broken>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let field = self.next_field();
        if field.is_err() {
            self.rest = &[];
        }
        Some(field)
    }
}

pub(super) struct Numbers<'a> {
    single: Option<u64>,
    rest: &'a [u8],
}

impl Iterator for Numbers<'_> {
    type Item = Result<u64, Broken>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(value) = self.single.take() {
            return Some(Ok(value));
        }
        if self.rest.is_empty() {
            return None;
        }
        let value = take_varint(&mut self.rest);
        if value.is_err() {
            self.rest = &[];
        }
        Some(value)
    }
}

/// Signed numbers in zigzag order (`sint64`).
pub(super) fn zigzag(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Result<&'a [u8], Broken> {
    let (taken, left) = rest.split_at_checked(length).ok_or("a field is longer than its message")?;
    *rest = left;
    Ok(taken)
}

fn take_varint(rest: &mut &[u8]) -> Result<u64, Broken> {
    let mut value = 0_u64;
    for (i, &byte) in rest.iter().take(10).enumerate() {
        // The tenth byte's upper bits are lost, as other readers lose them.
        value |= u64::from(byte & 0x7f).wrapping_shl(7 * i as u32);
        if byte < 0x80 {
            *rest = &rest[i + 1..];
            return Ok(value);
        }
    }
    Err("a number does not end")
}
