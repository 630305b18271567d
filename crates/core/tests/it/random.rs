//! Chance for the simulation: a small generator, and the name of a run that fails.

/// splitmix64.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    pub(crate) fn one_in(&mut self, chances: u64) -> bool {
        self.below(chances) == 0
    }

    pub(crate) fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len() as u64) as usize].clone()
    }

    /// One of what may be nothing.
    pub(crate) fn pick_from<T: Clone>(&mut self, of: &[T]) -> Option<T> {
        (!of.is_empty()).then(|| self.pick(of))
    }
}

/// A number that the environment may choose.
pub(crate) fn variable(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().expect("a number"))
}

/// Says which run it was, if it ends in a panic.
pub(crate) struct Run {
    pub(crate) seed: u64,
    pub(crate) step: u64,
}

impl Drop for Run {
    fn drop(&mut self) {
        let Self { seed, step } = *self;
        if std::thread::panicking() {
            let steps = step + 1;
            eprintln!("REDRESS_SIMULATION_SEED={seed} REDRESS_SIMULATION_STEPS={steps}");
        }
    }
}
