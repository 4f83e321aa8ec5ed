//! Figures of the processes below one.

use super::accounts::Accounts;
use super::descendants::{Newcomers, below};
use crate::machine::process::DiskIo;
use std::time::{Duration, Instant};

/// How often the accounts are read until nobody ends in the middle of it.
const TRIES: usize = 8;
/// Longest time between two searches for descendants: a process can be on no list for a moment, when its parent ends.
const SEARCH: Duration = Duration::from_millis(500);

/// The processes that descend from one, which is not among them.
#[derive(Debug)]
pub struct Tree {
    root: Accounts,
    members: Vec<Member>,
    newcomers: Newcomers,
    search_again: bool,
    searched: Instant,
}

#[derive(Debug)]
struct Member {
    accounts: Accounts,
    /// High-water mark at the look before, bytes.
    mark: u64,
}

impl Tree {
    /// The processes below the one of this number; `None` if it is not there, or the platform does not tell.
    pub fn under(pid: u32) -> Option<Self> {
        let newcomers = Newcomers::new();
        let root = Accounts::open(pid)?;
        let mut tree = Self { root, members: Vec::new(), newcomers, search_again: true, searched: Instant::now() };
        tree.search()?;
        Some(tree)
    }

    /// CPU time (user and system) that the processes have used, and those that have ended: the difference of two looks is
    /// what was used in between. `None` if the process at the top is gone.
    ///
    /// Who is there is counted in nanoseconds, who has ended in hundredths of a second, and only if its parent waited for
    /// it, as POSIX has it. The process at the top has the time of those that it waited for.
    pub fn cpu_time(&mut self) -> Option<Duration> {
        self.search()?;
        self.cpu_time_of_known()
    }

    /// As [`cpu_time`](Self::cpu_time), of the processes that the last search found.
    pub(super) fn cpu_time_of_known(&mut self) -> Option<Duration> {
        self.sum(Accounts::ended_cpu_time, |accounts| Some(accounts.own_cpu_time()? + accounts.ended_cpu_time()?))
    }

    /// Bytes that the processes, and those that have ended, have caused to be read from and written to storage: the
    /// difference of two looks is what was read and written in between. `None` if the process at the top is gone, or one
    /// belongs to somebody else.
    ///
    /// Who ends leaves its account to the parent that waits for it (`wait_task_zombie` in the kernel), in the end to the
    /// process at the top, whose own account is therefore in the sum.
    pub fn disk_io(&mut self) -> Option<DiskIo> {
        self.search()?;
        self.sum(Accounts::disk_io, Accounts::disk_io)
    }

    /// Numbers of the processes, without those that have ended and wait for their parent.
    pub fn pids(&mut self) -> Vec<u32> {
        self.alive().map(|accounts| accounts.pid).collect()
    }

    /// Names and numbers of the processes, for people: `java (process 4711)`. Without those that have ended and wait for
    /// their parent.
    pub fn names(&mut self) -> Vec<String> {
        self.alive().filter_map(|one| Some(format!("{} (process {})", one.name()?, one.pid))).collect()
    }

    fn alive(&mut self) -> impl Iterator<Item = &Accounts> {
        let _ = self.search();
        self.members.iter().map(|member| &member.accounts).filter(|one| one.has_ended() == Some(false))
    }

    /// Resident memory of all processes now, bytes: of each its present size or, where its high-water mark rose since the
    /// look before, that mark. The first figure is the sum of present sizes, the second that with the marks.
    pub(super) fn memory(&mut self) -> Option<(u64, u64)> {
        if self.newcomers.came() {
            // Who has just been given a number may be on no list yet: once more at the next look.
            self.search()?;
            self.search_again = true;
        } else if std::mem::take(&mut self.search_again) || self.searched.elapsed() > SEARCH {
            self.search()?;
        } else if !self.root.is_there() {
            return None;
        }
        let (mut resident, mut highest) = (0, 0);
        self.members.retain_mut(|member| {
            let Some(memory) = member.accounts.memory() else { return false };
            // A mark that fell is that of another program in the same process.
            let rose = memory.mark != member.mark;
            member.mark = memory.mark;
            resident += memory.resident;
            highest += if rose { memory.mark } else { memory.resident };
            true
        });
        Some((resident, highest))
    }

    /// Looks who is there.
    fn search(&mut self) -> Option<()> {
        for _ in 0..TRIES {
            let found = below(self.root.pid)?;
            // A process that was found once stays below: orphans go to the one at the top.
            self.members.retain(|member| member.accounts.is_there());
            let mut vanished = false;
            for pid in found {
                if self.members.iter().all(|member| member.accounts.pid != pid) {
                    match Accounts::open(pid) {
                        Some(accounts) => self.members.push(Member { accounts, mark: 0 }),
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
