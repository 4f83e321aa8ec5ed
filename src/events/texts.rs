//! Text columns in any of Arrow's layouts, read value by value.

use arrow::array::{Array, AsArray, LargeStringArray, StringArray, StringViewArray};
use arrow::datatypes::DataType;

/// A text column.
pub(crate) enum Texts<'a> {
    Short(&'a StringArray),
    Long(&'a LargeStringArray),
    Views(&'a StringViewArray),
    /// The position of each row's text among the texts; that of a missing one is of no account.
    Dictionary {
        missing: &'a dyn Array,
        positions: Vec<usize>,
        texts: Box<Texts<'a>>,
    },
}

impl<'a> Texts<'a> {
    /// The column in an array of text.
    ///
    /// # Panics
    /// If the array holds no text: [`super::year::Events`] has looked.
    pub fn new(array: &'a dyn Array) -> Self {
        match array.data_type() {
            DataType::Utf8 => Texts::Short(array.as_string()),
            DataType::LargeUtf8 => Texts::Long(array.as_string()),
            DataType::Utf8View => Texts::Views(array.as_string_view()),
            _ => {
                let dictionary = array.as_any_dictionary();
                let (positions, texts) = (dictionary.normalized_keys(), Texts::new(dictionary.values().as_ref()));
                Texts::Dictionary { missing: array, positions, texts: Box::new(texts) }
            }
        }
    }

    /// The text of a row; `None` when missing.
    #[inline]
    pub fn get(&self, row: usize) -> Option<&'a str> {
        match self {
            Texts::Short(texts) => texts.is_valid(row).then(|| texts.value(row)),
            Texts::Long(texts) => texts.is_valid(row).then(|| texts.value(row)),
            Texts::Views(texts) => texts.is_valid(row).then(|| texts.value(row)),
            Texts::Dictionary { missing, positions, texts } => {
                if missing.is_null(row) {
                    None
                } else {
                    texts.get(positions[row])
                }
            }
        }
    }
}
