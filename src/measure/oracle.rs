//! Engines that are started, loaded and checked against the reference before anything is measured.

use super::padding::open;
use crate::engine::{Engine, Mode};
use crate::error::{Difference, Result};
use crate::parity::{Outcome, outcome};
use crate::settings::session::{Selection, Settings};
use std::cell::RefCell;
use std::collections::HashMap;

/// Makes engines, and remembers what the reference says about each scenario.
pub(crate) struct Oracle<'a> {
    settings: &'a Settings,
    expected: RefCell<HashMap<String, Outcome>>,
}

impl<'a> Oracle<'a> {
    pub fn new(settings: &'a Settings) -> Self {
        Self { settings, expected: RefCell::default() }
    }

    /// Events of one run: known for a named scenario, otherwise counted by the reference.
    pub fn events(&self, selection: &Selection) -> Result<u64> {
        match selection.golden {
            Some(golden) => Ok(golden.events),
            None => Ok(self.expected(selection)?.events),
        }
    }

    /// What the reference engine makes of a scenario; for a named one it must be what the repository says.
    pub fn expected(&self, selection: &Selection) -> Result<Outcome> {
        if let Some(&known) = self.expected.borrow().get(&selection.group) {
            return Ok(known);
        }
        let mut engine = open(Mode::Reference, &selection.run, &selection.census().census, &self.settings.options)?;
        let log = engine.generate()?;
        let found = outcome(log.as_ref())?;
        if let Some(golden) = selection.golden
            && !golden.is(found.events, found.fingerprint)
        {
            let expected = format!("{} ({})", golden.events, golden.fingerprint);
            let (scenario, found) = (selection.name.clone(), format!("{} ({})", found.events, found.fingerprint));
            return Err(Difference::FromKnown { scenario, expected, found }.into());
        }
        self.expected.borrow_mut().insert(selection.group.clone(), found);
        Ok(found)
    }

    /// A started engine whose output has just been found equal to the reference's, if it follows the same rules, and its events.
    pub fn checked_engine(&self, selection: &Selection, mode: Mode) -> Result<(Box<dyn Engine>, u64)> {
        let expected = self.expected(selection)?;
        let mut engine = open(mode, &selection.run, &selection.census().census, &self.settings.options)?;
        if !self.settings.options.engines.follows_the_rules(mode) {
            let log = engine.generate()?;
            let events = log.event_count()?;
            drop(log);
            return Ok((engine, events));
        }
        let log = engine.generate()?;
        let found = outcome(log.as_ref())?;
        drop(log);
        if found != expected {
            let expected = format!("{} events ({})", expected.events, expected.fingerprint);
            let found = format!("{} ({})", found.events, found.fingerprint);
            let benchmark = format!("{}/{}", selection.group, mode.name());
            return Err(Difference::FromReference { benchmark, expected, found }.into());
        }
        Ok((engine, found.events))
    }
}
