//! How much memory DuckDB may hold.

use std::fmt;
use std::str::FromStr;

/// DuckDB's memory limit, bytes; above zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemoryLimit(u64);

/// Units as DuckDB understands them, by their names in lower case.
const UNITS: [(&str, u64); 11] = [
    ("b", 1),
    ("byte", 1),
    ("bytes", 1),
    ("kb", 1_000),
    ("mb", 1_000_000),
    ("gb", 1_000_000_000),
    ("tb", 1_000_000_000_000),
    ("kib", 1 << 10),
    ("mib", 1 << 20),
    ("gib", 1 << 30),
    ("tib", 1 << 40),
];

impl MemoryLimit {
    /// The limit in bytes.
    pub fn bytes(self) -> u64 {
        self.0
    }
}

impl FromStr for MemoryLimit {
    type Err = String;

    /// A number above zero and a unit. DuckDB itself takes a negative number for no limit, and guesses at others.
    fn from_str(text: &str) -> Result<Self, String> {
        let unusable = || {
            format!(
                "`{text}` is no size; give a number above zero with a unit, such as 4GB (KB, MB, GB, TB, KiB, MiB, GiB, TiB)"
            )
        };
        let text = text.trim();
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or_else(unusable)?;
        let (number, unit) = (&text[..end], text[end..].trim_start().to_ascii_lowercase());
        let number = number.parse::<f64>().ok().filter(|_| number.starts_with(|c: char| c.is_ascii_digit()));
        let factor = UNITS.iter().find(|(name, _)| *name == unit).map(|&(_, factor)| factor);
        let bytes = number.zip(factor).map(|(number, factor)| (number * factor as f64).round()).ok_or_else(unusable)?;
        // DuckDB counts in signed numbers of 64 bits here and there.
        if (1.0..9e18).contains(&bytes) { Ok(Self(bytes as u64)) } else { Err(unusable()) }
    }
}

impl fmt::Display for MemoryLimit {
    /// In DuckDB's notation.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}B", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_a_number_and_a_unit() {
        for (text, bytes) in [
            ("4GB", 4_000_000_000),
            ("4 gb", 4_000_000_000),
            ("1.5GiB", 1_610_612_736),
            ("512MiB", 536_870_912),
            ("100kb", 100_000),
            ("1000bytes", 1_000),
            ("2TB", 2_000_000_000_000),
            (" 20MB ", 20_000_000),
        ] {
            assert_eq!(text.parse().map(MemoryLimit::bytes), Ok(bytes), "{text}");
        }
        for bad in [
            "",
            "-1",
            "-1GB",
            "0GB",
            "0",
            "4",
            "GB",
            "80%",
            "1e3GB",
            "4GBx",
            "4 G B",
            "1.2.3GB",
            ".5GB",
            "none",
            "null",
            "inf",
            "NaN",
            "+4GB",
            "99999999TB",
            "4GB5",
            "0.1B",
            "４GB",
        ] {
            let said = bad.parse::<MemoryLimit>().expect_err(bad);
            assert!(said.contains("such as 4GB"), "{said}");
        }
    }
}
