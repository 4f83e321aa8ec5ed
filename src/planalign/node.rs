//! Values of a configuration as they are written, each with its line.

use crate::rules::assumptions::IsoDay;

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Node {
    /// Which file: 0 is the configuration, 1 the scenario's.
    pub file: usize,
    /// From 1.
    pub line: usize,
    /// Whether it is text in quotes.
    pub quoted: bool,
    pub value: Value,
}

/// What stands there. Text is kept as it is written: what kind it is depends on the key.
#[derive(Debug, Clone)]
pub(super) enum Value {
    /// Nothing, `~` or `null`.
    Null,
    /// Anything that is written as one word or text; quoted or not.
    Text(String),
    List(Vec<Node>),
    /// In the order of the file; every key once.
    Map(Vec<(String, Node)>),
}

impl Node {
    /// The entry of a map.
    pub fn entry(&self, key: &str) -> Option<&Node> {
        let Value::Map(entries) = &self.value else { return None };
        entries.iter().find(|(name, _)| name == key).map(|(_, node)| node)
    }

    /// The text of a value that is one.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text.trim()),
            _ => None,
        }
    }

    /// Whether nothing stands there.
    pub fn is_null(&self) -> bool {
        matches!(self.value, Value::Null)
    }

    /// Likewise, or an empty text: forms write that where a field is empty.
    pub fn is_blank(&self) -> bool {
        self.is_null() || self.text() == Some("")
    }

    /// A number in decimal or exponent notation. A whole number with a leading zero is none: some readers take it for an
    /// octal one.
    pub fn number(&self) -> Option<f64> {
        number(self.text()?)
    }

    /// True or false, in the words that PlanAlign's readers take.
    pub fn flag(&self) -> Option<bool> {
        match self.text()?.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "1" => Some(true),
            "false" | "no" | "off" | "0" => Some(false),
            _ => None,
        }
    }

    /// A date, perhaps with a time of day, which is dropped.
    pub fn date(&self) -> Option<IsoDay> {
        let text = self.text()?;
        let (day, rest) = text.split_at_checked(10)?;
        (rest.is_empty() || rest.starts_with(['T', ' '])).then(|| IsoDay::parse(day))?
    }

    /// The value in a few words.
    pub fn shown(&self) -> String {
        match &self.value {
            Value::Null => "null".into(),
            Value::Text(text) if text.is_empty() => "\"\"".into(),
            Value::Text(text) => shortened(text),
            Value::List(items) if items.iter().all(|item| item.text().is_some()) => {
                let items: Vec<&str> = items.iter().filter_map(Node::text).collect();
                shortened(&format!("[{}]", items.join(", ")))
            }
            Value::List(items) => format!("{} entries", items.len()),
            Value::Map(entries) => format!("{} keys", entries.len()),
        }
    }

    /// What kind of value it is, for messages.
    pub fn kind(&self) -> String {
        match &self.value {
            Value::Null => "nothing".into(),
            Value::Text(_) => format!("`{}`", self.shown()),
            Value::List(_) => "a list".into(),
            Value::Map(_) => "a group of keys".into(),
        }
    }
}

/// A decimal number; nothing else that a program might take for one.
pub(super) fn number(text: &str) -> Option<f64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let octal = digits.len() > 1 && digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit());
    let plain = digits.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && digits.bytes().all(|byte| byte.is_ascii_digit() || b".eE+-".contains(&byte));
    (plain && !octal).then(|| text.parse().ok())?
}

/// Longest value that is shown whole, characters.
const LONGEST: usize = 60;

fn shortened(text: &str) -> String {
    let line = crate::console::one_line(text);
    if line.chars().count() <= LONGEST {
        return line;
    }
    line.chars().take(LONGEST).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Node {
        Node { file: 0, line: 1, quoted: false, value: Value::Text(text.into()) }
    }

    #[test]
    fn numbers_are_decimal_and_nothing_else() {
        for (written, value) in [("0.02", 0.02), ("-5", -5.0), ("+1.5", 1.5), (".5", 0.5), ("5.", 5.0), ("1e-2", 0.01)]
        {
            assert_eq!(text(written).number(), Some(value), "{written}");
        }
        for bad in ["", "010", "1_000", "0x1F", ".inf", "nan", "inf", "1,5", "5%", "two", "--5", "1e", "e5", "."] {
            assert_eq!(text(bad).number(), None, "{bad}");
        }
        assert_eq!(text("0").number(), Some(0.0));
        assert_eq!(text("00.5").number(), Some(0.5));
    }

    #[test]
    fn flags_and_dates_are_read_as_they_are_written() {
        for (written, value) in
            [("true", true), ("Yes", true), ("ON", true), ("False", false), ("off", false), ("0", false)]
        {
            assert_eq!(text(written).flag(), Some(value), "{written}");
        }
        assert_eq!(text("maybe").flag(), None);
        for good in ["2020-01-01", "2020-01-01 00:00:00", "2020-01-01T12:00:00Z"] {
            assert_eq!(text(good).date(), IsoDay::parse("2020-01-01"), "{good}");
        }
        for bad in ["2020-1-1", "01/01/2020", "2020-02-30", "2020-01-011", "20200101", "é020-01-01"] {
            assert_eq!(text(bad).date(), None, "{bad}");
        }
    }
}
