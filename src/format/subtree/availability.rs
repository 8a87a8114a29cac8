//! One bit for each place: exists or not.

/// Bits, or one answer for all.
#[derive(Debug, Clone)]
pub(super) struct Availability {
    /// How many places there are.
    len: u64,
    kind: Kind,
}

#[derive(Debug, Clone)]
enum Kind {
    Constant(bool),
    /// Place n is bit `n % 8` (least significant first) of byte `n / 8`; as many bytes as `len` needs.
    Bits(Box<[u8]>),
}

impl Availability {
    pub fn constant(len: u64, value: bool) -> Self {
        Self { len, kind: Kind::Constant(value) }
    }

    /// Takes what it needs of `bytes`; `None` if they are too few. Bits past the last place are cleared.
    pub fn from_bytes(len: u64, bytes: &[u8]) -> Option<Self> {
        let needed = usize::try_from(len.div_ceil(8)).ok()?;
        let mut bits: Box<[u8]> = bytes.get(..needed)?.into();
        if let (Some(last), used @ 1..=7) = (bits.last_mut(), len % 8) {
            *last &= (1_u8 << used) - 1;
        }
        Some(Self { len, kind: Kind::Bits(bits) })
    }

    pub fn len(&self) -> u64 {
        self.len
    }

    /// `false` past the last place.
    pub fn get(&self, place: u64) -> bool {
        match &self.kind {
            Kind::Constant(value) => *value && place < self.len,
            Kind::Bits(bits) => usize::try_from(place / 8)
                .ok()
                .and_then(|i| bits.get(i))
                .is_some_and(|byte| byte >> (place % 8) & 1 == 1),
        }
    }

    /// How many places exist.
    pub fn count(&self) -> u64 {
        match &self.kind {
            Kind::Constant(value) => u64::from(*value) * self.len,
            Kind::Bits(bits) => bits.iter().map(|byte| u64::from(byte.count_ones())).sum(),
        }
    }

    /// How many existing places stand before this one; `None` if this one does not exist.
    pub fn rank(&self, place: u64) -> Option<u64> {
        if !self.get(place) {
            return None;
        }
        match &self.kind {
            Kind::Constant(_) => Some(place),
            Kind::Bits(bits) => {
                let byte = usize::try_from(place / 8).ok()?;
                let before: u64 = bits.get(..byte)?.iter().map(|b| u64::from(b.count_ones())).sum();
                let within = bits.get(byte)? & ((1_u8 << (place % 8)) - 1);
                Some(before + u64::from(within.count_ones()))
            }
        }
    }

    pub fn byte_size(&self) -> usize {
        match &self.kind {
            Kind::Constant(_) => 0,
            Kind::Bits(bits) => bits.len(),
        }
    }

    /// Whether all answers are the same by construction.
    pub fn is_constant(&self) -> bool {
        matches!(self.kind, Kind::Constant(_))
    }
}
