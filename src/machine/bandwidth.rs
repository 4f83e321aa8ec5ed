//! Memory bandwidth, for reading scaling figures: what does not fit into caches cannot be faster than this.

use std::time::Instant;

/// Numbers in each of the three arrays: 3 x 128 MiB, beyond the last-level cache of what runs benchmarks.
const NUMBERS: usize = 16 << 20;
/// Passes, of which the best counts.
const PASSES: usize = 5;

/// Bytes a second of the triad `a = b + 3 c` with `threads` threads, best of five passes, 24 bytes a number: the rule of
/// STREAM (McCalpin 1995), which does not count that `a` is read before it is written.
pub fn triad_bytes_per_second(threads: usize) -> f64 {
    let (mut a, b, c) = (vec![0.0f64; NUMBERS], vec![1.0f64; NUMBERS], vec![2.0f64; NUMBERS]);
    let part = NUMBERS.div_ceil(threads.max(1));
    let mut best = f64::INFINITY;
    for _ in 0..PASSES {
        let clock = Instant::now();
        std::thread::scope(|scope| {
            for ((a, b), c) in a.chunks_mut(part).zip(b.chunks(part)).zip(c.chunks(part)) {
                scope.spawn(move || {
                    for ((a, b), c) in a.iter_mut().zip(b).zip(c) {
                        *a = b + 3.0 * c;
                    }
                });
            }
        });
        best = best.min(clock.elapsed().as_secs_f64());
        std::hint::black_box(&mut a);
    }
    (NUMBERS * 24) as f64 / best
}
