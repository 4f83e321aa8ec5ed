//! A thread that looks at a tree of processes now and then: memory at its peak and in the mean, and CPU utilisation
//! over windows.

use super::figures::Tree;
use crate::machine::process::thread_cpu_time;
use crate::machine::sampler::Windows;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Shortest time between two looks.
const INTERVAL: Duration = Duration::from_millis(5);
/// The time between two looks is so many times the CPU time that one takes, and likewise for searches for descendants:
/// the sampler has about 2 % of one CPU at most.
const THRIFT: u32 = 100;

/// What was seen. The peak is since the start, all else since the last [`mark`](TreeSampler::mark).
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct TreeUsage {
    /// Peak memory, bytes: the largest sum over the processes at one look; absent if the platform does not tell.
    pub peak_memory_bytes: Option<u64>,
    /// Mean of the sums of resident memory over time, bytes; absent if there was no look.
    pub mean_memory_bytes: Option<f64>,
    /// Highest CPU utilisation over a window of at least 40 ms, 1.0 = one CPU; absent if the span was shorter.
    pub peak_cpu_utilisation: Option<f64>,
    /// Looks taken.
    pub looks: u64,
    /// Mean time between two looks; absent if there was none.
    pub interval: Option<Duration>,
}

/// Looks at the processes below one, again and again, until it is told to finish.
///
/// Peak memory is the largest sum over the processes at one look. Each counts with its present resident size or, where
/// its high-water mark (`VmHWM`) rose since the look before, with that mark. So it is exact for one process, whatever
/// happens between two looks, and marks that were reached at different times are never added up, unless both rose
/// between the same two looks. A process that begins and ends between two looks is not seen, and one that has just been
/// forked counts only when it has worked for a millisecond, or is there for a tenth of a second: until it becomes
/// another program it shows its parent's memory.
///
/// Pages that processes share, such as those of libraries and those that a child has from its parent, count in each of
/// them. Shares of pages (`Pss`) would tell them apart, but the kernel walks all page tables for these, which takes
/// hundreds of times as long (`docs/measuring.md`, "Trees of processes").
pub struct TreeSampler {
    seen: Arc<Mutex<Seen>>,
    stop: Sender<()>,
    thread: JoinHandle<()>,
}

impl TreeSampler {
    /// Starts to look at the processes below the one of this number, best when there are none yet: at the first look
    /// every high-water mark counts. Where the platform does not tell of them, or it is not there, nothing is seen.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn start(pid: u32) -> std::io::Result<Self> {
        let seen = Arc::new(Mutex::new(Seen::new(Tree::under(pid))));
        let (stop, stopped) = channel();
        let looked_at = Arc::clone(&seen);
        let thread = std::thread::Builder::new().name("tree sampler".into()).spawn(move || {
            let mut interval = INTERVAL;
            while stopped.recv_timeout(interval) == Err(RecvTimeoutError::Timeout) {
                let mut seen = lock(&looked_at);
                seen.look();
                interval = seen.interval();
            }
        })?;
        Ok(Self { seen, stop, thread })
    }

    /// Begins the span of which mean memory and CPU utilisation are stated; until then it is all since the start.
    pub fn mark(&self) {
        lock(&self.seen).begin();
    }

    /// Looks now; peak memory since the start, bytes.
    pub fn peak_so_far(&self) -> Option<u64> {
        let mut seen = lock(&self.seen);
        seen.look();
        seen.peak
    }

    /// Looks a last time and tells.
    pub fn finish(self) -> TreeUsage {
        drop(self.stop);
        // Whatever ended the thread, what was seen is there.
        let _ = self.thread.join();
        lock(&self.seen).finish()
    }
}

fn lock(seen: &Mutex<Seen>) -> MutexGuard<'_, Seen> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The looks so far.
struct Seen {
    tree: Option<Tree>,
    /// CPU time of a look at who is known, in the mean of the last few.
    cost: Option<Duration>,
    peak: Option<u64>,
    span: Span,
}

/// The looks since the last mark.
struct Span {
    start: Instant,
    windows: Option<Windows>,
    last: Instant,
    /// Resident memory times time, bytes times seconds.
    memory: f64,
    looks: u64,
}

impl Span {
    fn new(tree: &mut Option<Tree>) -> Self {
        let cpu = tree.as_mut().and_then(Tree::cpu_time);
        let start = Instant::now();
        Self { start, windows: cpu.map(|cpu| Windows::new(start, cpu)), last: start, memory: 0.0, looks: 0 }
    }
}

impl Seen {
    fn new(mut tree: Option<Tree>) -> Self {
        let span = Span::new(&mut tree);
        Self { tree, cost: None, peak: None, span }
    }

    fn begin(&mut self) {
        self.look();
        self.span = Span::new(&mut self.tree);
    }

    fn look(&mut self) {
        let before = thread_cpu_time();
        let searching = self.tree.as_ref().map_or(Duration::ZERO, Tree::searching);
        let Some((tree, (resident, highest))) = self.tree.as_mut().and_then(|tree| {
            let memory = tree.memory()?;
            Some((tree, memory))
        }) else {
            return;
        };
        let (now, span) = (Instant::now(), &mut self.span);
        self.peak = Some(self.peak.unwrap_or(0).max(highest));
        span.memory += resident as f64 * now.saturating_duration_since(span.last).as_secs_f64();
        span.last = now;
        span.looks += 1;
        if let Some(windows) = span.windows.as_mut().filter(|windows| windows.is_due(now))
            && let Some(cpu) = tree.cpu_time_of_known()
        {
            windows.look(now, cpu);
        }
        let searching = tree.searching().saturating_sub(searching);
        let cost = thread_cpu_time().saturating_sub(before).saturating_sub(searching);
        self.cost = Some(self.cost.map_or(cost, |mean| (mean * 7 + cost) / 8));
    }

    /// Time until the next look.
    fn interval(&self) -> Duration {
        self.cost.map_or(INTERVAL, |cost| INTERVAL.max(cost * THRIFT))
    }

    fn finish(&mut self) -> TreeUsage {
        self.look();
        let span = &mut self.span;
        if let Some(windows) = span.windows.as_mut()
            && let Some(cpu) = self.tree.as_mut().and_then(Tree::cpu_time)
        {
            windows.finish(Instant::now(), cpu);
        }
        let seconds = span.last.saturating_duration_since(span.start);
        TreeUsage {
            peak_memory_bytes: self.peak,
            mean_memory_bytes: (!seconds.is_zero()).then(|| span.memory / seconds.as_secs_f64()),
            peak_cpu_utilisation: span.windows.as_ref().and_then(Windows::peak),
            looks: span.looks,
            interval: (span.looks > 0).then(|| seconds.div_f64(span.looks as f64)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::process::cpu_time;
    use crate::machine::tree::descendants::{by_lists, by_parents};

    #[test]
    fn nothing_to_look_at_is_no_figure() {
        let sampler = TreeSampler::start(u32::MAX).expect("a thread");
        sampler.mark();
        assert_eq!(sampler.peak_so_far(), None);
        assert_eq!(sampler.finish(), TreeUsage::default());
    }

    #[test]
    fn a_costly_look_is_taken_less_often() {
        let mut seen = Seen::new(None);
        assert_eq!(seen.interval(), INTERVAL);
        seen.cost = Some(Duration::from_micros(20));
        assert_eq!(seen.interval(), INTERVAL);
        seen.cost = Some(Duration::from_millis(1));
        assert_eq!(seen.interval(), Duration::from_millis(100));
    }

    /// Prints what looks at a process cost; `docs/measuring.md` quotes it. Run by hand, with `LOOK_AT=PID` for the
    /// processes below another: it needs a quiet machine.
    #[test]
    #[ignore = "a measurement, not a check"]
    fn cost_of_looks() {
        // Alone in a process that sleeps, all CPU time is the sampler's.
        let pid = std::env::var("LOOK_AT").ok().and_then(|pid| pid.parse().ok());
        let mut sleep = std::process::Command::new("sh").args(["-c", "sleep 60 & wait"]).spawn().expect("sh");
        let mut tree = Tree::under(pid.unwrap_or(sleep.id())).expect("there");
        while tree.pids().is_empty() {
            std::thread::yield_now();
        }
        println!("{} process(es)", tree.pids().len());
        let mut cost = |what: &str, look: &mut dyn FnMut(&mut Tree)| {
            let before = thread_cpu_time();
            (0..500).for_each(|_| look(&mut tree));
            println!("{what}: {:.1} us", (thread_cpu_time() - before).as_secs_f64() * 1e6 / 500.0);
        };
        cost("memory", &mut |tree| _ = tree.memory());
        cost("CPU time of known", &mut |tree| _ = tree.cpu_time_of_known());
        cost("CPU time", &mut |tree| _ = tree.cpu_time());
        cost("storage", &mut |tree| _ = tree.disk_io());
        let root = pid.unwrap_or(sleep.id());
        cost("descendants by lists", &mut |_| _ = by_lists(root));
        cost("descendants by parents", &mut |_| _ = by_parents(root));
        cost("shares of pages", &mut |tree| {
            for pid in tree.pids() {
                let _ = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup"));
            }
        });
        let sampler = TreeSampler::start(root).expect("a thread");
        let before = cpu_time();
        std::thread::sleep(Duration::from_secs(5));
        println!("{:.2} % of one CPU", (cpu_time() - before).as_secs_f64() * 100.0 / 5.0);
        println!("{:?}", sampler.finish());
        sleep.kill().expect("it ends");
        sleep.wait().expect("it ends");
    }
}
