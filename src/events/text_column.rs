//! A column of optional text in one buffer: how ids travel from the census to an engine and events out of it.

/// Text values packed end to end; a missing value has no bytes and is marked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TextColumn {
    text: String,
    /// End of each value in `text`.
    ends: Vec<u64>,
    /// Present flags; empty as long as every value is present.
    present: Vec<bool>,
}

impl TextColumn {
    /// An empty column with room for `rows` values of about `bytes_per_row` bytes.
    pub fn with_capacity(rows: usize, bytes_per_row: usize) -> Self {
        Self { text: String::with_capacity(rows * bytes_per_row), ends: Vec::with_capacity(rows), present: Vec::new() }
    }

    /// Number of values.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no value at all.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Appends a present value.
    #[inline]
    pub fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(self.text.len() as u64);
        if !self.present.is_empty() {
            self.present.push(true);
        }
    }

    /// Appends a value that may be missing.
    #[inline]
    pub fn push_option(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.push(text),
            None => {
                if self.present.is_empty() {
                    self.present = vec![true; self.ends.len()];
                }
                self.ends.push(self.text.len() as u64);
                self.present.push(false);
            }
        }
    }

    /// Appends the text that `write` produces.
    #[inline]
    pub fn push_with(&mut self, write: impl FnOnce(&mut TextWriter<'_>)) {
        write(&mut TextWriter(&mut self.text));
        self.push("");
    }

    /// The value at `row`.
    ///
    /// # Panics
    /// If `row` is out of range.
    #[inline]
    pub fn get(&self, row: usize) -> Option<&str> {
        let start = if row == 0 { 0 } else { self.ends[row - 1] as usize };
        let present = self.present.is_empty() || self.present[row];
        present.then(|| &self.text[start..self.ends[row] as usize])
    }

    /// All values in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Option<&str>> {
        (0..self.len()).map(|row| self.get(row))
    }
}

impl<'a> FromIterator<Option<&'a str>> for TextColumn {
    fn from_iter<I: IntoIterator<Item = Option<&'a str>>>(values: I) -> Self {
        let mut column = Self::default();
        values.into_iter().for_each(|value| column.push_option(value));
        column
    }
}

/// Appends text pieces to the value under construction.
pub struct TextWriter<'a>(&'a mut String);

impl TextWriter<'_> {
    /// Appends text.
    #[inline]
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.0.push_str(text);
        self
    }

    /// Appends a whole number in decimal digits.
    #[inline]
    pub fn number(&mut self, number: i64) -> &mut Self {
        self.0.push_str(itoa::Buffer::new().format(number));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_as_they_went_in() {
        let values = [Some("a"), Some(""), None, Some("žluť"), None];
        let column: TextColumn = values.into_iter().collect();
        assert_eq!(column.iter().collect::<Vec<_>>(), values);
        let mut written = TextColumn::default();
        written.push_with(|w| {
            w.text("level ").number(-3);
        });
        assert_eq!(written.get(0), Some("level -3"));
        assert_ne!(TextColumn::from_iter([Some("")]), TextColumn::from_iter([None]));
    }
}
