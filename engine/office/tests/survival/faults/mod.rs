//! Everything that an office stands on breaks in the middle of its work.

mod back;
mod clock;
mod cut;
mod day;
mod disk;
mod restart;
mod stall;
mod torn;

/// So many faults, or as many times as many as `KANTOR_FAULTS` says.
fn times(count: u32) -> u32 {
    let more = std::env::var("KANTOR_FAULTS").ok();
    count * more.map_or(1, |text| text.parse().expect("KANTOR_FAULTS is a number"))
}

/// Numbers without a pattern, the same for the same seed.
struct Dice(u64);

impl Dice {
    /// By `KANTOR_SEED`, or by the clock; the seed is printed, so that a failure can be repeated.
    fn new() -> Dice {
        let seed = std::env::var("KANTOR_SEED").ok();
        let seed = seed.map_or_else(
            || {
                let now = std::time::SystemTime::now();
                let since = now.duration_since(std::time::UNIX_EPOCH).unwrap();
                u64::try_from(since.as_nanos() & u128::from(u32::MAX)).unwrap()
            },
            |text| text.parse().expect("KANTOR_SEED is a number"),
        );
        println!("KANTOR_SEED={seed}");
        Dice(seed)
    }

    /// A number below `limit` (SplitMix64).
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % limit
    }
}
