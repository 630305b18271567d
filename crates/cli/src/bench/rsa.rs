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

/// How fast a core is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Speed {
    /// Signatures per second.
    pub(super) signs: f64,
    /// Seconds per check of a signature.
    pub(super) verify_seconds: f64,
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
    Ok(Speed { signs: mean(|s| s.signs), verify_seconds: mean(|s| s.verify_seconds) })
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
    Ok(Speed { signs: signing, verify_seconds: 1.0 / verifying })
}

/// How often a second something can be done.
fn rate(time: Duration, mut work: impl FnMut() -> anyhow::Result<()>) -> anyhow::Result<f64> {
    // The first time fills tables and caches.
    work()?;
    let begun = Instant::now();
    let mut times = 0_u32;
    while begun.elapsed() < time || times == 0 {
        work()?;
        times += 1;
    }
    Ok(f64::from(times) / begun.elapsed().as_secs_f64())
}
