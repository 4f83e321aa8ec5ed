//! The allocator of a measuring process: the system's, kept from changing its mind.
//!
//! glibc moves its thresholds while a program runs: which sizes it takes from the kernel one by one, and when it gives
//! memory back. Where they end up differs from process to process, and with it the number of page faults in every run: the
//! reference engine's 1.4 ms then differ by 8 % between processes of one binary, instead of 1 % (`docs/performance.md`).

/// For records: builds with different allocators are not alike.
pub const NAME: &str = if FIXED { "glibc, fixed thresholds" } else { "system" };

const FIXED: bool = cfg!(all(target_os = "linux", target_env = "gnu"));

/// Fixes the thresholds of glibc's allocator, for Rust code and DuckDB's library alike. To be called first thing in a
/// process; other systems have no such thresholds.
pub fn settle() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        /// The most that glibc accepts on 64 bits, and what it would reach by itself.
        const LARGEST_FROM_HEAP_BYTES: libc::c_int = 32 << 20;
        /// Free memory at the end of the heap that is kept for the next run.
        const KEPT_BYTES: libc::c_int = 256 << 20;
        // SAFETY: changes numbers inside the allocator, under its own lock. A refusal leaves it as it was.
        unsafe {
            libc::mallopt(libc::M_MMAP_THRESHOLD, LARGEST_FROM_HEAP_BYTES);
            libc::mallopt(libc::M_TRIM_THRESHOLD, KEPT_BYTES);
        }
    }
}
