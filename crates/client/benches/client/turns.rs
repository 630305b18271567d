//! Two things in turns, and what the one costs by the measure of the other.

use crate::cpu;

/// How often, how long.
pub(crate) struct Turns {
    /// How many ratios there are, of which the one in the middle is told.
    pub(crate) rounds: usize,
    /// How often both have their turn in a round.
    pub(crate) turns: usize,
    /// How often a thing is done in its turn.
    pub(crate) times: usize,
}

/// CPU time of one and the other, in microseconds each time.
pub(crate) struct Pair {
    pub(crate) ours: f64,
    pub(crate) raw: f64,
    /// The ratio of each round, in order of size.
    pub(crate) ratios: Vec<f64>,
}

impl Turns {
    /// Runs both.
    pub(crate) async fn compare(
        &self,
        mut ours: impl AsyncFnMut(),
        mut raw: impl AsyncFnMut(),
    ) -> Pair {
        let mut rounds = Vec::with_capacity(self.rounds);
        // The first round warms up, and is not counted.
        for round in 0..=self.rounds {
            let (mut ours_took, mut raw_took) = (0, 0);
            for _ in 0..self.turns {
                let began = cpu::nanoseconds();
                for _ in 0..self.times {
                    ours().await;
                }
                let between = cpu::nanoseconds();
                for _ in 0..self.times {
                    raw().await;
                }
                ours_took += between - began;
                raw_took += cpu::nanoseconds() - between;
            }
            if round > 0 {
                rounds.push((self.microseconds(ours_took), self.microseconds(raw_took)));
            }
        }
        let middle = |mut numbers: Vec<f64>| {
            numbers.sort_by(f64::total_cmp);
            numbers[numbers.len() / 2]
        };
        let mut ratios: Vec<f64> = rounds.iter().map(|(ours, raw)| ours / raw).collect();
        ratios.sort_by(f64::total_cmp);
        Pair {
            ours: middle(rounds.iter().map(|(ours, _)| *ours).collect()),
            raw: middle(rounds.iter().map(|(_, raw)| *raw).collect()),
            ratios,
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "a round takes far less than 2^52 ns")]
    fn microseconds(&self, nanoseconds: u64) -> f64 {
        nanoseconds as f64 / 1_000.0 / (self.turns * self.times) as f64
    }
}

impl Pair {
    /// The ratio in the middle.
    pub(crate) fn ratio(&self) -> f64 {
        self.ratios[self.ratios.len() / 2]
    }

    /// What is there beside the raw work, in microseconds.
    pub(crate) fn overhead(&self) -> f64 {
        (self.ratio() - 1.0) * self.raw
    }
}
