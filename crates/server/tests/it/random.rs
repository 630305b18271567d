//! Requests with one byte changed at random: none may do what its signature does not cover.

use redress_crypto::random_bytes;
use serde_json::json;

use crate::wire::Connection;
use crate::world::{BILL, BILLS, World, create};

/// Numbers that look random, the same for the same seed.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(limit).unwrap()).unwrap()
    }
}

#[tokio::test]
async fn a_changed_byte_changes_no_meaning() {
    let seed = u64::from_be_bytes(random_bytes()) | 1;
    let mut random = Random(seed);
    let world = World::start().await;
    for turn in 0..300 {
        let mut bytes = world.platform.post(BILLS, &create(BILL).to_string()).bytes();
        let (at, bit) = (random.below(bytes.len()), random.below(8));
        bytes[at] ^= 1 << bit;
        let what = format!("seed {seed}, turn {turn}, byte {at}, bit {bit}");
        let mut connection = Connection::open(world.address()).await;
        connection.send(&bytes).await;
        // A longer length would be waited for.
        connection.finish().await;
        let Some(answer) = connection.answer().await else { continue };
        assert!(answer.status < 500, "{what}: {}", answer.text());
        if answer.status == 200 {
            // The change was in a header that is not signed.
            world.platform.verify(&answer);
            assert_eq!(answer.json()["amount"], 10_000, "{what}");
        }
    }
    let bills = world.state().await["bills"].take();
    for bill in bills.as_array().unwrap() {
        assert_eq!(bill["out_bill_no"], json!(BILL), "seed {seed}");
        assert_eq!(bill["content"]["amount"], 10_000, "seed {seed}");
    }
    assert!(bills.as_array().unwrap().len() <= 1, "seed {seed}: {bills}");
    world.verify().await;
}
