//! The fuzz targets on stable: each reads its corpus, and a number of mutations of it.
//!
//! `REDRESS_FUZZ_SECONDS` goes on for so long with each target instead, `REDRESS_FUZZ_SEED` chooses
//! other mutations. A failure prints the seed and leaves the bytes in a file.

mod mutate;
mod seeds;
#[path = "../../../../fuzz/src/lib.rs"]
#[expect(unreachable_pub, reason = "it is a library of its own under cargo-fuzz")]
mod targets;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use mutate::Mutator;

/// How many mutations are tried without `REDRESS_FUZZ_SECONDS`.
const MUTATIONS: u64 = 3_000;
/// The same for a target that computes with keys each time.
const SLOW_MUTATIONS: u64 = 500;

/// The folder of a target's corpus.
fn corpus(target: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target)
}

/// The files of a target's corpus, in the order of their names.
fn inputs(target: &str) -> Vec<Vec<u8>> {
    let folder = fs::read_dir(corpus(target)).expect("the corpus is there");
    let mut files: Vec<PathBuf> = folder.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    assert!(!files.is_empty(), "the corpus of {target} is empty");
    files.iter().map(|file| fs::read(file).expect("a file of the corpus")).collect()
}

fn variable(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().expect("a number"))
}

fn run(target: &str, read: fn(&[u8]), mutations: u64) {
    let corpus = inputs(target);
    let seed = variable("REDRESS_FUZZ_SEED").unwrap_or(20_261_125);
    let seconds = variable("REDRESS_FUZZ_SECONDS");
    let until = seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds));
    let hold = |input: &[u8]| {
        if catch_unwind(AssertUnwindSafe(|| read(input))).is_err() {
            let kept = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{target}.crash"));
            fs::write(&kept, input).expect("the bytes are kept");
            panic!("{target} fails on {}; REDRESS_FUZZ_SEED={seed}", kept.display());
        }
    };
    corpus.iter().for_each(|input| hold(input));
    let mut mutator = Mutator::new(seed, &corpus);
    let mut tried = 0;
    while until.map_or(tried < mutations, |until| Instant::now() < until) {
        hold(&mutator.next());
        tried += 1;
    }
    eprintln!("{target}: {} files and {tried} mutations, REDRESS_FUZZ_SEED={seed}", corpus.len());
}

#[test]
fn authorization() {
    run("authorization", targets::authorization, MUTATIONS);
}

#[test]
fn explain() {
    run("explain", targets::explain, SLOW_MUTATIONS);
}

#[test]
fn keys() {
    run("keys", targets::keys, SLOW_MUTATIONS);
}

#[test]
fn notification() {
    run("notification", targets::notification, SLOW_MUTATIONS);
}

#[test]
fn request() {
    run("request", targets::request, MUTATIONS);
}
