//! What was acknowledged outlives the process, on a file.

use crate::place::Place;
use crate::sqlite::ledger::chain_holds;
use crate::world::{frame, top_up};

#[tokio::test]
async fn a_copy_of_the_files_has_what_was_acknowledged() {
    let place = Place::file();
    let store = place.open();
    for seed in 1..=20 {
        store.execute(top_up(1, 5), frame(seed)).await.unwrap();
    }
    let copy = Place::file();
    for ending in ["db", "db-wal"] {
        let from = place.path().with_extension(ending);
        std::fs::copy(from, copy.path().with_extension(ending)).unwrap();
    }
    chain_holds(&copy.open(), 20).await;
}
