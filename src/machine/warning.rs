//! What makes figures noisy, in words, with what to do about it.

use super::load;
use std::fmt;

/// Spread of equal work above which a machine is unfit to judge small differences.
pub const MOST_SPREAD: f64 = 0.10;

/// Something that makes figures noisy.
#[derive(Debug, Clone, PartialEq)]
pub enum Warning {
    /// Other programs used so many CPUs' worth of time of so many CPUs.
    Busy(f64, usize),
    /// The hypervisor gave CPU time to others, share.
    Steal(f64),
    /// The clock follows the load.
    Governor(String),
    /// Clock boost is on, so clock rates depend on temperature and neighbours.
    Boost,
    /// A cgroup allows only so many CPUs' worth of time.
    Quota(f64),
    /// A cgroup's CPU quota stopped its processes in so many periods while the machine was looked at.
    Throttled(u64),
    /// Thermal throttling events of the CPUs while the machine was looked at.
    Heat(u64),
    /// Less memory free, or left below a cgroup's limit, than a stress run may need, bytes.
    Memory(u64),
    /// A virtual machine: neighbours are invisible.
    Virtual,
    /// Equal work varied by so much (coefficient of variation).
    Spread(f64),
    /// One CPU: the benchmark shares it with everything else.
    OneCpu,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Warning::Busy(others, cpus) => {
                write!(f, "other programs used {others:.1} of {cpus} CPUs: end them, or wait")
            }
            Warning::Steal(share) => {
                let percent = 100.0 * share;
                write!(
                    f,
                    "the hypervisor took {percent:.1} % of the CPU time: use a machine with CPUs of its own, or more runs"
                )
            }
            Warning::Governor(governor) => write!(
                f,
                "frequency governor `{governor}`: `cpupower frequency-set -g performance` keeps the clock steady"
            ),
            Warning::Boost => write!(f, "clock boost is on: switch it off where steadiness matters more than speed"),
            Warning::Quota(cpus) => write!(
                f,
                "a quota of {cpus:.1} CPUs: whoever uses more is stopped for the rest of a period; use no more threads than \
                 that, or raise it"
            ),
            Warning::Throttled(periods) => write!(
                f,
                "the CPU quota stopped this cgroup in {periods} period(s) just now: raise it, or end what else runs in it"
            ),
            Warning::Heat(events) => write!(f, "{events} thermal throttling event(s) just now: cool the machine"),
            Warning::Memory(bytes) => {
                write!(f, "{} of memory free: large runs may swap or be killed", crate::figures::bytes(*bytes as f64))
            }
            Warning::Virtual => write!(f, "a virtual machine: neighbours cannot be seen; compare within one session"),
            Warning::Spread(spread) => write!(
                f,
                "equal work varied by {:.1} % from round to round: more rounds, or a quieter machine",
                100.0 * spread
            ),
            Warning::OneCpu => write!(f, "one usable CPU: whatever else runs is in every figure"),
        }
    }
}

impl Warning {
    /// Whether figures taken now should not be trusted, as against being merely noisier.
    pub fn is_serious(&self) -> bool {
        match self {
            Warning::Busy(others, cpus) => *others >= load::UNFIT * *cpus as f64,
            Warning::Steal(share) => *share > 0.05,
            Warning::Spread(spread) => *spread > MOST_SPREAD,
            Warning::Throttled(_) | Warning::Heat(_) | Warning::Memory(_) => true,
            Warning::Governor(_) | Warning::Boost | Warning::Quota(_) | Warning::Virtual | Warning::OneCpu => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_warning_gives_advice_and_only_some_are_serious() {
        let all = [
            (Warning::Busy(2.0, 2), true),
            (Warning::Busy(0.9, 2), false),
            (Warning::Steal(0.2), true),
            (Warning::Steal(0.02), false),
            (Warning::Governor("powersave".into()), false),
            (Warning::Boost, false),
            (Warning::Quota(1.5), false),
            (Warning::Throttled(4), true),
            (Warning::Heat(1), true),
            (Warning::Memory(1), true),
            (Warning::Virtual, false),
            (Warning::Spread(0.2), true),
            (Warning::Spread(0.05), false),
            (Warning::OneCpu, false),
        ];
        for (warning, serious) in all {
            assert_eq!(warning.is_serious(), serious, "{warning}");
            assert!(
                warning.to_string().split_once([':', ';']).is_some_and(|(_, advice)| advice.len() > 10),
                "{warning}"
            );
        }
    }
}
