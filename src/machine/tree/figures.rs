//! Figures of the processes below one.

use super::accounts::Accounts;
use super::descendants::{Newcomers, below};
use crate::machine::process::{DiskIo, thread_cpu_time};
use std::time::{Duration, Instant};

/// How often the accounts are read until nobody ends in the middle of it.
const TRIES: usize = 8;
/// Longest time between two searches for descendants: a process can be on no list for a moment, when its parent ends.
const SEARCH: Duration = Duration::from_millis(500);
/// The time between two searches is so many times the CPU time that one takes, which is much where a process has a
/// hundred threads: looks at who is known stay frequent all the same.
const THRIFT: u32 = 100;

/// The processes that descend from one, which is not among them.
#[derive(Debug)]
pub struct Tree {
    root: Accounts,
    members: Vec<Member>,
    newcomers: Newcomers,
    /// Searches that somebody new is worth: who has just been given a number may be on no list yet.
    searches_due: u8,
    searched: Instant,
    /// CPU time of the last search.
    search_cost: Duration,
    /// CPU time of all searches.
    searching: Duration,
}

#[derive(Debug)]
struct Member {
    accounts: Accounts,
    found: Instant,
    /// Whether its memory is its own.
    counts: bool,
    /// High-water mark at the look before, bytes.
    mark: u64,
}

/// CPU time without which nobody touches more than some megabytes.
const WORK: Duration = Duration::from_millis(1);
/// Time after which somebody who does not work is no program that is about to begin.
const SETTLED: Duration = Duration::from_millis(100);

/// Whether a process' memory is its own. One that has just been forked shows all that its parent has until it becomes
/// another program, mostly in less than a millisecond: a look in between would tell of twice the memory that is used.
fn is_its_own(cpu: Duration, known_for: Duration) -> bool {
    cpu >= WORK || known_for >= SETTLED
}

impl Tree {
    /// The processes below the one of this number; `None` if it is not there, or the platform does not tell.
    pub fn under(pid: u32) -> Option<Self> {
        let mut tree = Self {
            root: Accounts::open(pid)?,
            members: Vec::new(),
            newcomers: Newcomers::new(),
            searches_due: 0,
            searched: Instant::now(),
            search_cost: Duration::ZERO,
            searching: Duration::ZERO,
        };
        tree.search()?;
        Some(tree)
    }

    /// CPU time (user and system) that the processes have used, and those that have ended: the difference of two looks
    /// is what was used in between. `None` if the process at the top is gone.
    ///
    /// Who is there is counted in nanoseconds, who has ended in hundredths of a second, and only if its parent waited
    /// for it, as POSIX has it. The process at the top has the time of those that it waited for.
    pub fn cpu_time(&mut self) -> Option<Duration> {
        self.search()?;
        self.cpu_time_of_known()
    }

    /// As [`cpu_time`](Self::cpu_time), of the processes that the last search found.
    pub(super) fn cpu_time_of_known(&mut self) -> Option<Duration> {
        self.sum(Accounts::ended_cpu_time, |accounts| Some(accounts.own_cpu_time()? + accounts.ended_cpu_time()?))
    }

    /// Bytes that the processes, and those that have ended, have caused to be read from and written to storage: the
    /// difference of two looks is what was read and written in between. `None` if the process at the top is gone, or
    /// one belongs to somebody else.
    ///
    /// Who ends leaves its account to the parent that waits for it (`wait_task_zombie` in the kernel), in the end to
    /// the process at the top, whose own account is therefore in the sum.
    pub fn disk_io(&mut self) -> Option<DiskIo> {
        self.search()?;
        self.sum(Accounts::disk_io, Accounts::disk_io)
    }

    /// Numbers of the processes, without those that have ended and wait for their parent.
    pub fn pids(&mut self) -> Vec<u32> {
        self.alive().map(|accounts| accounts.pid).collect()
    }

    /// Names and numbers of the processes, for people: `java (process 4711)`. Without those that have ended and wait
    /// for their parent.
    pub fn names(&mut self) -> Vec<String> {
        self.alive().filter_map(|one| Some(format!("{} (process {})", one.name()?, one.pid))).collect()
    }

    fn alive(&mut self) -> impl Iterator<Item = &Accounts> {
        let _ = self.search();
        self.members.iter().map(|member| &member.accounts).filter(|one| one.has_ended() == Some(false))
    }

    /// Resident memory of all processes now, bytes; and the same with high-water marks in the place of the sizes of
    /// those whose mark rose since the look before.
    pub(super) fn memory(&mut self) -> Option<(u64, u64)> {
        if self.newcomers.came() {
            self.searches_due = 2;
        }
        let since = self.searched.elapsed();
        if since > SEARCH || (self.searches_due > 0 && since >= self.search_cost * THRIFT) {
            self.searches_due = self.searches_due.saturating_sub(1);
            self.search()?;
        } else if !self.root.is_there() {
            return None;
        }
        let (mut resident, mut highest) = (0, 0);
        self.members.retain_mut(|member| {
            let Some(memory) = member.accounts.memory() else { return false };
            let cpu = || member.accounts.own_cpu_time().unwrap_or_default();
            member.counts = member.counts || is_its_own(cpu(), member.found.elapsed());
            if !member.counts {
                return true;
            }
            // A mark that fell is that of another program in the same process.
            let rose = memory.mark != member.mark;
            member.mark = memory.mark;
            resident += memory.resident;
            highest += if rose { memory.mark } else { memory.resident };
            true
        });
        Some((resident, highest))
    }

    /// CPU time that searches for descendants have taken so far.
    pub(super) fn searching(&self) -> Duration {
        self.searching
    }

    /// Looks who is there.
    fn search(&mut self) -> Option<()> {
        let before = thread_cpu_time();
        for _ in 0..TRIES {
            let found = below(self.root.pid)?;
            // A process that was found once stays below: orphans go to the one at the top.
            self.members.retain(|member| member.accounts.is_there());
            let mut vanished = false;
            for pid in found {
                if self.members.iter().all(|member| member.accounts.pid != pid) {
                    match Accounts::open(pid) {
                        Some(accounts) => {
                            self.members.push(Member { accounts, found: Instant::now(), counts: false, mark: 0 })
                        }
                        None => vanished = true,
                    }
                }
            }
            // Children of who ended during the search may have been passed over.
            if !vanished && self.members.iter().all(|member| member.accounts.is_there()) {
                break;
            }
        }
        self.searched = Instant::now();
        self.search_cost = thread_cpu_time().saturating_sub(before);
        self.searching += self.search_cost;
        self.root.is_there().then_some(())
    }

    /// A sum over the process at the top and the others, in which nobody is missing or in it twice: who ends while the
    /// accounts are read is in its own and in its parent's, so they are read again.
    fn sum<T: Sum>(
        &mut self,
        of_top: impl Fn(&Accounts) -> Option<T>,
        of_one: impl Fn(&Accounts) -> Option<T>,
    ) -> Option<T> {
        let mut total = None;
        for _ in 0..TRIES {
            self.members.retain(|member| member.accounts.is_there());
            let figures: Vec<_> = self.members.iter().map(|member| of_one(&member.accounts)).collect();
            let top = of_top(&self.root)?;
            let known = self.members.len();
            let mut stayed = figures.into_iter().zip(&self.members).filter(|(_, member)| member.accounts.is_there());
            let mut staying = 0;
            total = stayed.try_fold(top, |sum, (figure, _)| {
                staying += 1;
                Some(sum.plus(figure?))
            });
            if total.is_none() || staying == known {
                break;
            }
        }
        total
    }
}

/// What can be added up.
trait Sum {
    fn plus(self, other: Self) -> Self;
}

impl Sum for Duration {
    fn plus(self, other: Self) -> Self {
        self + other
    }
}

impl Sum for DiskIo {
    fn plus(self, other: Self) -> Self {
        Self { read_bytes: self.read_bytes + other.read_bytes, written_bytes: self.written_bytes + other.written_bytes }
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn who_is_not_there_has_no_tree() {
        assert!(Tree::under(u32::MAX).is_none());
        let mut shell = Command::new("true").spawn().expect("true");
        let mut tree = Tree::under(shell.id()).expect("it is there until it is waited for");
        assert!(tree.cpu_time().is_some() && tree.memory().is_some());
        shell.wait().expect("it ends");
        assert_eq!((tree.cpu_time(), tree.disk_io(), tree.memory()), (None, None, None));
    }

    #[test]
    fn who_was_just_forked_has_no_memory_yet() {
        let ms = Duration::from_millis;
        assert!(!is_its_own(ms(0), ms(0)) && !is_its_own(Duration::from_micros(900), ms(99)));
        assert!(is_its_own(ms(1), ms(0)) && is_its_own(ms(0), ms(100)));
    }

    #[test]
    fn nobody_below_is_zero_and_not_missing() {
        let mut sleep = Command::new("sleep").arg("60").spawn().expect("sleep");
        let mut tree = Tree::under(sleep.id()).expect("there");
        assert_eq!((tree.cpu_time(), tree.memory()), (Some(Duration::ZERO), Some((0, 0))));
        assert_eq!((tree.pids(), tree.names()), (vec![], vec![]));
        assert!(tree.disk_io().is_some());
        sleep.kill().expect("it ends");
        sleep.wait().expect("it ends");
    }
}
