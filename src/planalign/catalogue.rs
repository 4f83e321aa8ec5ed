//! Every key that PlanAlign knows, and what becomes of it here.

use super::fate::Known;
use super::keys::KEYS;

/// The entry of a key; `None` where PlanAlign has no such key.
pub(super) fn known(key: &str) -> Option<&'static Known> {
    KEYS.iter().flat_map(|keys| keys.iter()).find(|(pattern, _)| matches(pattern, key))
}

/// Whether keys are known below this one, which therefore must be a group of them.
pub(super) fn is_group(key: &str) -> bool {
    let below = |pattern: &str| {
        let (mut names, mut wanted) = (key.split('.'), pattern.split('.'));
        let fits = names.by_ref().all(|name| wanted.next().is_some_and(|wanted| wanted == "*" || wanted == name));
        fits && wanted.next().is_some()
    };
    KEYS.iter().flat_map(|keys| keys.iter()).any(|(pattern, _)| below(pattern))
}

fn matches(pattern: &str, key: &str) -> bool {
    if let Some(group) = pattern.strip_suffix(".**") {
        return key == group || key.strip_prefix(group).is_some_and(|rest| rest.starts_with('.'));
    }
    let (mut wanted, mut given) = (pattern.split('.'), key.split('.'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(wanted), Some(given)) if wanted == "*" || wanted == given => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_whole_names() {
        assert!(matches("a.*.c", "a.b.c") && !matches("a.*.c", "a.b.b.c") && !matches("a.b", "a.bc"));
        assert!(matches("a.**", "a") && matches("a.**", "a.b.c") && !matches("a.**", "ab"));
        assert!(is_group("enrollment") && is_group("enrollment.auto_enrollment") && !is_group("scenario_id"));
        assert!(!is_group("no_such_group"));
    }

    #[test]
    fn no_key_stands_twice() {
        let all: Vec<&str> = KEYS.iter().flat_map(|keys| keys.iter()).map(|(pattern, _)| *pattern).collect();
        for (at, pattern) in all.iter().enumerate() {
            let key = pattern.strip_suffix(".**").unwrap_or(pattern).replace('*', "x");
            assert_eq!(all.iter().position(|other| matches(other, &key)), Some(at), "{pattern}");
        }
    }
}
