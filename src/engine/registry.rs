//! Starting an engine by its mode.

use super::external::{OnceEngine, Protocol, SessionEngine};
use super::interface::Engine;
use super::mode::Mode;
use super::options::EngineOptions;
use super::{polars, reference, resources, sql};
use crate::census::Census;
use crate::error::Result;
use crate::rules::run::RunSpec;

/// Starts an engine and loads the census into it.
///
/// # Errors
/// When the assumptions cannot be met for this head count, or the engine does not start.
pub fn open(mode: Mode, run: &RunSpec, census: &Census, options: &EngineOptions) -> Result<Box<dyn Engine>> {
    options.check_threads()?;
    options.check_mode(mode)?;
    resources::check(mode, options.threads)?;
    Ok(match mode {
        Mode::Sql => Box::new(sql::SqlEngine::open(run, census, options)?),
        Mode::Polars => Box::new(polars::PolarsEngine::open(run, census, options)?),
        Mode::Own(_) => {
            let spec = options.engines.spec(mode)?;
            match spec.protocol {
                Protocol::Session => Box::new(SessionEngine::open(spec, run, census, options)?),
                Protocol::Once => Box::new(OnceEngine::open(spec, run, census, options)?),
            }
        }
        Mode::Reference => Box::new(reference::ReferenceEngine::open(run, census, options)?),
    })
}
