//! Commands that share a commit, and the queue that they wait in.

use std::time::Duration;

use redress_core::{Frame, chart};
use redress_store::Failure;

use super::ledger::chain_holds;
use crate::world::{Append, Ends, Find, append, frame, hold_writer, mchid, send, top_up};

#[tokio::test]
async fn two_creators_of_one_row_are_both_answered() {
    let place = place!();
    let store = place.open();
    let held = hold_writer(&store).await;
    let first = send(&store, append("a", "first"), frame(1)).await;
    let second = send(&store, append("a", "second"), frame(2)).await;
    drop(held);
    assert_eq!(first.await.unwrap().unwrap(), 1);
    assert_eq!(second.await.unwrap().unwrap(), 2);
    let rows = store.rows("note", None, "", 10).await.unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].1.version, 2);
}

#[tokio::test]
async fn only_the_one_that_cannot_be_written_fails() {
    let place = place!();
    let store = place.open();
    let held = hold_writer(&store).await;
    let before = send(&store, append("a", "before"), frame(1)).await;
    let money_before = send(&store, top_up(1, 100), frame(2)).await;
    let poison = send(&store, Ends::Unwritable, frame(3)).await;
    let refused = send(&store, Ends::Refused, frame(4)).await;
    let money_after = send(&store, top_up(1, 23), frame(5)).await;
    let after = send(&store, append("a", "after"), frame(6)).await;
    drop(held);
    assert_eq!(before.await.unwrap().unwrap(), 1);
    money_before.await.unwrap().unwrap();
    assert!(matches!(poison.await.unwrap(), Err(Failure::Store(_))));
    assert!(matches!(refused.await.unwrap(), Err(Failure::Refused(_))));
    money_after.await.unwrap().unwrap();
    assert_eq!(after.await.unwrap().unwrap(), 2);

    let note = store.read(Find("a"), frame(7)).await.unwrap().unwrap();
    assert_eq!(note.words, ["before", "after"]);
    let available = chart::available(&mchid(1));
    let accounts = store.accounts("", 10).await.unwrap();
    assert_eq!(accounts.len(), 1);
    assert_eq!((&accounts[0].id, accounts[0].credits.posted.get()), (&available, 123));
    chain_holds(&store, 2).await;
}

/// The same seed gives the same transfer: the second is a defect, and must not move the chain.
#[tokio::test]
async fn the_chain_survives_a_transfer_that_is_refused() {
    let place = place!();
    let store = place.open();
    let held = hold_writer(&store).await;
    let seeds = [7, 7, 8].map(|seed| Frame { seed, ..frame(0) });
    let mut sent = Vec::new();
    for frame in seeds {
        sent.push(send(&store, top_up(1, 5), frame).await);
    }
    drop(held);
    let mut written = Vec::new();
    for task in sent {
        written.push(task.await.unwrap().is_ok());
    }
    assert_eq!(written, [true, false, true]);
    chain_holds(&store, 2).await;
}

#[tokio::test]
async fn a_full_queue_says_so_at_once() {
    let place = place!();
    let store = place.open_with_queue(2);
    let held = hold_writer(&store).await;
    let first = send(&store, append("a", "first"), frame(1)).await;
    let second = send(&store, append("a", "second"), frame(2)).await;
    let third = store.execute(append("a", "third"), frame(3)).await;
    assert!(matches!(third, Err(Failure::Busy)), "{third:?}");
    assert!(!store.ready().await);
    // Reads do not wait for the writer.
    assert_eq!(store.read(Find("a"), frame(4)).await.unwrap(), None);
    drop(held);
    assert_eq!(first.await.unwrap().unwrap(), 1);
    assert_eq!(second.await.unwrap().unwrap(), 2);
    assert!(store.ready().await);
}

#[tokio::test]
async fn a_command_runs_though_its_caller_is_gone() {
    let place = place!();
    let store = place.open();
    let held = hold_writer(&store).await;
    let impatient = store.execute(append("a", "one"), frame(1));
    assert!(tokio::time::timeout(Duration::from_millis(1), impatient).await.is_err());
    drop(held);
    assert_eq!(store.execute(append("a", "two"), frame(2)).await.unwrap(), 2);
}

#[tokio::test]
async fn close_finishes_what_is_queued() {
    let place = place!();
    let store = place.open();
    let held = hold_writer(&store).await;
    let queued = send(&store, append("a", "one"), frame(1)).await;
    let closing = tokio::spawn({
        let store = store.clone();
        async move { store.close().await }
    });
    tokio::task::yield_now().await;
    drop(held);
    closing.await.unwrap();
    assert_eq!(queued.await.unwrap().unwrap(), 1);

    let late = store.execute(append("a", "two"), frame(2)).await;
    assert!(matches!(late, Err(Failure::Closed)), "{late:?}");
    let late = store.read(Find("a"), frame(3)).await;
    assert!(matches!(late, Err(Failure::Closed)), "{late:?}");
    assert!(matches!(store.audit().await, Err(Failure::Closed)));
    assert!(!store.ready().await);
    store.close().await;

    let note = place.open().read(Find("a"), frame(4)).await.unwrap().unwrap();
    assert_eq!(note.words, ["one"]);
}

#[tokio::test]
async fn what_is_told_early_is_what_is_written() {
    let place = place!();
    let store = place.open();
    let held = hold_writer(&store).await;
    let begin = |command: Append, seed| {
        let store = store.clone();
        tokio::spawn(async move { store.begin(command, frame(seed)).await })
    };
    // Each is queued before the next.
    let first = begin(append("a", "first"), 1);
    tokio::task::yield_now().await;
    let poison = send(&store, Ends::Unwritable, frame(2)).await;
    let second = begin(append("a", "second"), 3);
    tokio::task::yield_now().await;
    drop(held);
    for (task, expected) in [(first, 1), (second, 2)] {
        let (told, settling) = task.await.unwrap().unwrap().into_parts();
        assert_eq!(told, expected);
        assert_eq!(settling.settle().await.unwrap(), None, "it stands");
    }
    assert!(matches!(poison.await.unwrap(), Err(Failure::Store(_))));
    let note = store.read(Find("a"), frame(4)).await.unwrap().unwrap();
    assert_eq!(note.words, ["first", "second"]);

    let refused = store.begin(Ends::Refused, frame(5)).await;
    assert!(matches!(refused, Err(Failure::Refused(_))), "{refused:?}");
    let unwritable = store.begin(Ends::Unwritable, frame(6)).await;
    assert!(matches!(unwritable, Err(Failure::Store(_))), "{unwritable:?}");
    store.close().await;
    let late = store.begin(append("a", "late"), frame(7)).await;
    assert!(matches!(late, Err(Failure::Closed)), "{late:?}");
}
