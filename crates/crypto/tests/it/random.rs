//! Random bytes that are drawn ahead.

use std::collections::BTreeSet;
use std::thread;

use redress_crypto::public_random_bytes;

#[test]
fn what_is_drawn_ahead_is_given_out_once() {
    // More than one draw has, in sizes that do not divide it, in two threads.
    let many = || {
        let pieces = (0..1_000).map(|_| (public_random_bytes::<16>(), public_random_bytes::<40>()));
        pieces
            .flat_map(|(short, long)| {
                [short.to_vec(), long[..16].to_vec(), long[16..32].to_vec(), long[24..].to_vec()]
            })
            .collect::<Vec<_>>()
    };
    let other = thread::spawn(many);
    let mut all = many();
    all.extend(other.join().expect("it ends well"));
    let count = all.len();
    assert_eq!(all.into_iter().collect::<BTreeSet<_>>().len(), count);
}
