//! R, the measure of all things here: how many RSA-2048 signatures a second a processor makes with
//! aws-lc, while it does nothing else.

use std::time::{Duration, Instant};

use anyhow::anyhow;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    KeyPair as _, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair,
};

use super::machine;

/// About as long as what is signed here: four lines and a small body.
const MESSAGE: [u8; 400] = [b'x'; 400];

/// How fast a core is, while it does nothing else: by the time that it was had, not by the clock
/// on the wall, so that what disturbs the measuring does not make R small.
#[derive(Clone, Copy, Debug)]
pub(super) struct Speed {
    /// Signatures per second.
    pub(super) signs: f64,
    /// Seconds per check of a signature.
    pub(super) verify_seconds: f64,
    /// How much of the time the cores were had; less than 1 if others used them.
    pub(super) had: f64,
}

impl Speed {
    /// The mean of before and after.
    pub(super) fn mean(self, other: Self) -> Self {
        Self {
            signs: f64::midpoint(self.signs, other.signs),
            verify_seconds: f64::midpoint(self.verify_seconds, other.verify_seconds),
            had: f64::midpoint(self.had, other.had),
        }
    }
}

/// Measures on all these cores at once, one thread on each, for so long; the mean of the cores.
/// Without a list of them, on so many threads wherever they run.
pub(super) fn measure(
    cpus: Option<&[usize]>,
    cores: usize,
    time: Duration,
) -> anyhow::Result<Speed> {
    let key = RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_unspecified| anyhow!("no key"))?;
    let key = &key;
    let speeds = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..cores)
            .map(|thread| {
                scope.spawn(move || {
                    if let Some(cpu) = cpus.and_then(|cpus| cpus.get(thread)) {
                        machine::pin(&[*cpu])?;
                    }
                    one(key, time)
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().map_err(|_panic| anyhow!("measuring R panicked"))?)
            .collect::<anyhow::Result<Vec<Speed>>>()
    })?;
    let mean = |of: fn(&Speed) -> f64| speeds.iter().map(of).sum::<f64>() / speeds.len() as f64;
    Ok(Speed {
        signs: mean(|s| s.signs),
        verify_seconds: mean(|s| s.verify_seconds),
        had: mean(|s| s.had),
    })
}

fn one(key: &RsaKeyPair, time: Duration) -> anyhow::Result<Speed> {
    let random = SystemRandom::new();
    let mut signature = vec![0; key.public_modulus_len()];
    let signing = rate(time, || {
        key.sign(&RSA_PKCS1_SHA256, &random, &MESSAGE, &mut signature)
            .map_err(|_unspecified| anyhow!("a signature failed"))
    })?;
    let public = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key.public_key())
        .map_err(|_rejected| anyhow!("a key that was made cannot be read"))?;
    let verifying = rate(time / 10, || {
        public
            .verify_sig(&MESSAGE, &signature)
            .map_err(|_unspecified| anyhow!("a signature that was made is wrong"))
    })?;
    let (signs, had) = signing;
    Ok(Speed { signs, verify_seconds: 1.0 / verifying.0, had })
}

/// How often a second of a processor something can be done, and which share of it was had.
fn rate(
    time: Duration,
    mut work: impl FnMut() -> anyhow::Result<()>,
) -> anyhow::Result<(f64, f64)> {
    // The first time fills tables and caches.
    work()?;
    let (begun, used) = (Instant::now(), machine::thread_seconds());
    let mut times = 0_u32;
    while begun.elapsed() < time || times == 0 {
        work()?;
        times += 1;
    }
    let passed = begun.elapsed().as_secs_f64();
    let used = used.zip(machine::thread_seconds()).map_or(passed, |(from, to)| to - from);
    Ok((f64::from(times) / used, (used / passed).min(1.0)))
}
