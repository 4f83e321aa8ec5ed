//! Addressed randomness: one ChaCha8 block (sixteen `u32`) per employee and year, computed from its address alone.
//!
//! Address: key = the run's seed, stream = simulation year, block counter = [`employee_key`]. Nothing is consumed in
//! order, so adding, removing or reordering employees changes nobody else's draws (common random numbers).
//! Specification of the block function: D. J. Bernstein, "ChaCha, a variant of Salsa20" (2008).

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

macro_rules! slots {
    ($($(#[$doc:meta])* $name:ident = $text:literal),* $(,)?) => {
        /// The named words of a block; the discriminant is the word's index.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(usize)]
        pub enum Slot { $($(#[$doc])* $name),* }

        impl Slot {
            /// All slots in word order.
            pub const ALL: [Slot; SLOTS] = [$(Slot::$name),*];

            /// The slot's name, as SQL and Polars spell it.
            pub const fn name(self) -> &'static str {
                match self { $(Slot::$name => $text),* }
            }
        }
    };
}

/// Words in a block.
pub const SLOTS: usize = 16;

slots! {
    /// Ranks the people of a level for termination.
    TerminationRank = "termination_rank",
    /// Day of the year of a termination.
    TerminationDay = "termination_day",
    /// Whether a promotion happens.
    Promotion = "promotion",
    /// Size of the promotion's raise.
    PromotionRaise = "promotion_raise",
    /// Month of the annual raise.
    RaiseMonth = "raise_month",
    /// Day within that month.
    RaiseDay = "raise_day",
    /// Whether an enrollment (voluntary, conversion, proactive) happens.
    Enrollment = "enrollment",
    /// Days from hire to a proactive enrollment.
    EnrollmentDay = "enrollment_day",
    /// Whether an auto-enrolled person opts out.
    OptOut = "opt_out",
    /// Day of the year of a hire.
    HireDay = "hire_day",
    /// Age of a new hire.
    HireAge = "hire_age",
    /// Birthday of a new hire within the birth year.
    HireBirthday = "hire_birthday",
    /// Pay of a new hire around the level's hiring point.
    HirePay = "hire_pay",
    /// Ranks the year's hires for new-hire termination.
    NewHireTerminationRank = "new_hire_termination_rank",
    /// Day of a new-hire termination after the hire.
    NewHireTerminationDay = "new_hire_termination_day",
    /// Kept free, so that a later rule can draw without changing any other.
    Reserve = "reserve",
}

/// One employee's draws of one year, indexed by [`Slot`].
pub type Block = [u32; SLOTS];

/// The stable 64-bit hash of an employee id that addresses its draws: XXH3-64, seed 0, over the id's UTF-8 bytes.
#[inline]
pub fn employee_key(employee_id: &str) -> u64 {
    xxhash_rust::xxh3::xxh3_64(employee_id.as_bytes())
}

/// `(draw * n) >> 32`: a whole number in `0..n`.
#[inline]
pub const fn bounded(draw: u32, n: i64) -> i64 {
    (draw as i64 * n) >> 32
}

/// Expands a seed to the 256-bit key: four successive outputs of SplitMix64 started at the seed, little endian
/// (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014).
fn expand_seed(seed: u64) -> [u8; 32] {
    let mut key = [0; 32];
    let mut state = seed;
    for word in key.chunks_exact_mut(8) {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        word.copy_from_slice(&(z ^ (z >> 31)).to_le_bytes());
    }
    key
}

/// The draws of one (seed, year): give it an employee key, get that employee's block.
#[derive(Clone)]
pub struct YearDraws(ChaCha8Rng);

impl YearDraws {
    /// The source for `year`; year 0 is reserved for the synthetic census.
    pub fn new(seed: u64, year: i32) -> Self {
        Self::from_key(expand_seed(seed), year as u64)
    }

    fn from_key(key: [u8; 32], stream: u64) -> Self {
        let mut rng = ChaCha8Rng::from_seed(key);
        rng.set_stream(stream);
        Self(rng)
    }

    /// The sixteen draws at one address.
    #[inline]
    pub fn block(&mut self, employee_key: u64) -> Block {
        self.0.set_word_pos(u128::from(employee_key) * SLOTS as u128);
        std::array::from_fn(|_| self.0.next_u32())
    }

    /// Draws as columns: `columns[slot][i]` is the draw of `employee_keys[i]`.
    ///
    /// This is the one function behind the SQL scalar function and the Polars expression.
    ///
    /// # Panics
    /// If a column is shorter than `employee_keys`.
    pub fn fill_columns(&mut self, employee_keys: &[u64], columns: &mut [&mut [u32]; SLOTS]) {
        for (row, &key) in employee_keys.iter().enumerate() {
            for (column, draw) in columns.iter_mut().zip(self.block(key)) {
                column[row] = draw;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keystream(block: Block) -> String {
        block.iter().flat_map(|word| word.to_le_bytes()).map(|byte| format!("{byte:02x}")).collect()
    }

    /// draft-strombergson-chacha-test-vectors-01, ChaCha8 with a 256-bit key, TC1 (all zero), keystream block 1 and 2.
    #[test]
    fn chacha8_matches_the_published_vectors() {
        let mut zero = YearDraws::from_key([0; 32], 0);
        assert_eq!(
            keystream(zero.block(0)),
            "3e00ef2f895f40d67f5bb8e81f09a5a12c840ec3ce9a7f3b181be188ef711a1e\
             984ce172b9216f419f445367456d5619314a42a3da86b001387bfdb80e0cfe42"
        );
        assert_eq!(
            keystream(zero.block(1)),
            "d2aefa0deaa5c151bf0adb6c01f2a5adc0fd581259f9a2aadcf20f8fd566a26b\
             5032ec38bbc5da98ee0c6f568b872a65a08abf251deb21bb4b56e5d8821e68aa"
        );
    }

    /// The same document, TC8: key and IV are 256 and 64 bits of random data.
    #[test]
    fn stream_is_the_nonce() {
        let key = [
            0xc4, 0x6e, 0xc1, 0xb1, 0x8c, 0xe8, 0xa8, 0x78, 0x72, 0x5a, 0x37, 0xe7, 0x80, 0xdf, 0xb7, 0x35, 0x1f, 0x68,
            0xed, 0x2e, 0x19, 0x4c, 0x79, 0xfb, 0xc6, 0xae, 0xbe, 0xe1, 0xa6, 0x67, 0x97, 0x5d,
        ];
        let iv = u64::from_le_bytes([0x1a, 0xda, 0x31, 0xd5, 0xcf, 0x68, 0x82, 0x21]);
        assert!(keystream(YearDraws::from_key(key, iv).block(0)).starts_with("838751b42d8ddd8a3d77f48825a2ba75"));
    }

    #[test]
    fn any_address_can_be_recomputed_alone() {
        let mut draws = YearDraws::new(42, 2025);
        let keys: Vec<u64> = (0..100).map(|i| employee_key(&format!("EMP_{i:06}"))).collect();
        let forward: Vec<Block> = keys.iter().map(|&key| draws.block(key)).collect();
        for (key, block) in keys.iter().zip(&forward).rev() {
            assert_eq!(YearDraws::new(42, 2025).block(*key), *block);
        }
        assert_ne!(YearDraws::new(42, 2026).block(keys[0]), forward[0]);
        assert_ne!(YearDraws::new(43, 2025).block(keys[0]), forward[0]);
    }

    #[test]
    fn the_last_counter_is_as_good_as_any() {
        let mut draws = YearDraws::new(1, 2025);
        let last = draws.block(u64::MAX);
        assert_eq!(draws.block(0), YearDraws::new(1, 2025).block(0));
        assert_eq!(draws.block(u64::MAX), last);
    }

    #[test]
    fn columns_are_the_blocks_transposed() {
        let keys = [7, 8, u64::MAX];
        let mut columns = vec![vec![0u32; keys.len()]; SLOTS];
        let mut slices = columns.iter_mut();
        let mut views: [&mut [u32]; SLOTS] = std::array::from_fn(|_| slices.next().unwrap().as_mut_slice());
        YearDraws::new(5, 2030).fill_columns(&keys, &mut views);
        for (row, &key) in keys.iter().enumerate() {
            let block = YearDraws::new(5, 2030).block(key);
            for slot in Slot::ALL {
                assert_eq!(columns[slot as usize][row], block[slot as usize]);
            }
        }
    }
}
