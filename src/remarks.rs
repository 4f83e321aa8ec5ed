//! What has to be known about several benchmarks, said once.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A remark, and what it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    /// Ids of benchmarks, or whatever else it is about; nothing if it is about everything.
    pub about: Vec<String>,
    /// What has to be known.
    pub text: String,
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.about.is_empty() {
            f.write_str(&self.text)
        } else {
            write!(f, "{}: {}", self.about.join(", "), self.text)
        }
    }
}

/// Puts equal texts together, each where it was first said.
pub fn gather(said: impl IntoIterator<Item = (String, String)>) -> Vec<Remark> {
    let mut remarks: Vec<Remark> = Vec::new();
    for (about, text) in said {
        match remarks.iter_mut().find(|remark| remark.text == text) {
            Some(remark) if remark.about.contains(&about) => {}
            Some(remark) => remark.about.push(about),
            None => remarks.push(Remark { about: vec![about], text }),
        }
    }
    remarks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nine_equal_remarks_are_one() {
        let say = |about: usize, text: &str| (format!("b{about}"), text.to_owned());
        let said = (0..9).flat_map(|index| [say(index, "same"), say(index, if index == 4 { "odd" } else { "same" })]);
        let remarks: Vec<String> = gather(said).iter().map(Remark::to_string).collect();
        assert_eq!(remarks, ["b0, b1, b2, b3, b4, b5, b6, b7, b8: same", "b4: odd"]);
        assert_eq!(Remark { about: Vec::new(), text: "all".into() }.to_string(), "all");
    }
}
