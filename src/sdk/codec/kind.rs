//! What a `MessagePack` marker announces, as far as a type can ask for it.

use rmp::Marker;

/// The kinds of encoded values that a type can ask for.
pub(super) enum Kind {
    Nil,
    Bool,
    Number,
    Text,
    Binary,
    Array,
    Map,
    Extension,
}

impl Kind {
    pub(super) const fn of(marker: Marker) -> Self {
        match marker {
            Marker::Null => Self::Nil,
            Marker::True | Marker::False => Self::Bool,
            Marker::FixStr(_) | Marker::Str8 | Marker::Str16 | Marker::Str32 => Self::Text,
            Marker::FixArray(_) | Marker::Array16 | Marker::Array32 => Self::Array,
            Marker::FixMap(_) | Marker::Map16 | Marker::Map32 => Self::Map,
            Marker::Bin8 | Marker::Bin16 | Marker::Bin32 | Marker::Reserved => Self::Binary,
            Marker::FixExt1
            | Marker::FixExt2
            | Marker::FixExt4
            | Marker::FixExt8
            | Marker::FixExt16
            | Marker::Ext8
            | Marker::Ext16
            | Marker::Ext32 => Self::Extension,
            Marker::FixPos(_)
            | Marker::FixNeg(_)
            | Marker::F32
            | Marker::F64
            | Marker::U8
            | Marker::U16
            | Marker::U32
            | Marker::U64
            | Marker::I8
            | Marker::I16
            | Marker::I32
            | Marker::I64 => Self::Number,
        }
    }

    /// What messages call it, with its article.
    pub(super) const fn noun(&self) -> &'static str {
        match self {
            Self::Nil => "null",
            Self::Bool => "a bool",
            Self::Number => "a number",
            Self::Text => "a string",
            Self::Binary => "binary data",
            Self::Array => "a list",
            Self::Map => "a map",
            Self::Extension => "an unknown",
        }
    }
}
