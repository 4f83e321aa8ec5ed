//! An enum of faults, each with its data and its message. The name of a variant is its kind, which has an entry in
//! `docs/troubleshooting.md`: a test holds the page to the variants, and the variants to the page.

macro_rules! faults {
    ($(#[$doc:meta])* $name:ident {
        $($variant:ident $({ $($(#[$note:ident])? $field:ident: $type:ty),+ })? => ($($message:tt)+);)+
    }) => {
        $(#[$doc])*
        // A message says what its variant is, and names its fields.
        #[allow(missing_docs)]
        #[derive(Debug, thiserror::Error)]
        pub enum $name {
            $(#[error($($message)+)] $variant $({ $($(#[$note])? $field: $type),+ })?,)+
        }

        impl $name {
            /// Name and message of every variant.
            #[cfg(test)]
            pub(super) const ALL: &[(&str, &str)] = &[$((stringify!($variant), stringify!($($message)+))),+];

            /// Name of the variant.
            pub fn kind(&self) -> &'static str {
                match self {
                    $(Self::$variant { .. } => stringify!($variant)),+
                }
            }
        }
    };
}

pub(super) use faults;

/// What a library or a room above said, kept as the source.
pub(super) type Source = Box<dyn std::error::Error + Send + Sync>;
