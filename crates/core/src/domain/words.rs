//! Enums whose kinds have stable words, as files, the wire and the database have them.
//!
//! Invariant: no kind lacks a word or is left out of the list, because both are made of the same rows.

/// `ALL` in the order of the rows, which is the order in which the kinds are listed; each kind's word; and the kind of a word.
#[macro_export]
macro_rules! words {
    ($kind:ident { $($variant:ident => $word:literal,)* }) => {
        impl $kind {
            /// Every one, in the order in which they are listed.
            pub const ALL: [Self; [$($word),*].len()] = [$(Self::$variant),*];

            /// The word in files, on the wire and in the registry.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }

            /// Reads that word.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.into_iter().find(|kind| kind.as_str() == text)
            }
        }
    };
}

pub use words;
