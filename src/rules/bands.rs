//! Bands of age and tenure: where a value falls, and what the event row calls it.

use crate::rules::vocabulary::band;

/// Bands with their labels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BandTable {
    /// Lower bound of each band after the first.
    pub from: Vec<i32>,
    /// A label for each band.
    pub labels: Vec<String>,
}

impl BandTable {
    /// Bands of validated bounds; their labels are made from these where none are given.
    pub fn new(from: &[i32], labels: Option<&Vec<String>>) -> Self {
        let made = || -> Vec<String> {
            let (Some(first), Some(last)) = (from.first(), from.last()) else { return vec!["all".into()] };
            let between = from.windows(2).map(|pair| match (pair[0], pair[1] - 1) {
                (low, high) if low == high => low.to_string(),
                (low, high) => format!("{low}-{high}"),
            });
            std::iter::once(format!("< {first}")).chain(between).chain([format!("{last}+")]).collect()
        };
        Self { from: from.to_vec(), labels: labels.cloned().unwrap_or_else(made) }
    }

    /// The band of a value, from 0.
    #[inline]
    pub fn index(&self, value: i32) -> usize {
        band(value, &self.from)
    }

    /// The labels as borrowed texts.
    pub fn names(&self) -> Vec<&str> {
        self.labels.iter().map(String::as_str).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_follow_the_bounds() {
        let bands = |from: &[i32]| BandTable::new(from, None).labels;
        assert_eq!(bands(&[]), ["all"]);
        assert_eq!(bands(&[40]), ["< 40", "40+"]);
        assert_eq!(bands(&[1, 2, 5]), ["< 1", "1", "2-4", "5+"]);
        let own = Some(&vec!["junior".to_owned(), "senior".to_owned()]);
        assert_eq!(BandTable::new(&[40], own).names(), ["junior", "senior"]);
    }
}
