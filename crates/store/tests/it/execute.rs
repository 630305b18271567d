//! One command at a time: what it writes, what it does not.

use std::time::Duration;

use redress_store::Failure;

use crate::place::Engine;
use crate::world::{Ends, Find, append, at, frame, top_up};

#[tokio::test]
async fn what_is_written_is_read() {
    let place = place!();
    let store = place.open();
    assert_eq!(store.execute(append("a", "one"), frame(1)).await.unwrap(), 1);
    assert_eq!(store.execute(append("a", "two"), frame(2)).await.unwrap(), 2);
    let note = store.read(Find("a"), frame(3)).await.unwrap().unwrap();
    assert_eq!(note.words, ["one", "two"]);
    assert_eq!(store.read(Find("b"), frame(4)).await.unwrap(), None);

    let number = |column: &str| {
        place.number(&format!("SELECT {column} FROM entity WHERE id = 'a'"))
    };
    assert_eq!((number("version"), number("updated_at")), (2, at(0).unix()));
}

#[tokio::test]
async fn a_refused_command_has_written_nothing() {
    let place = place!();
    let store = place.open();
    let refused = store.execute(Ends::Refused, frame(1)).await;
    assert!(matches!(refused, Err(Failure::Refused(_))), "{refused:?}");
    assert_eq!(store.read(Find("ends"), frame(2)).await.unwrap(), None);
}

#[tokio::test]
async fn a_broken_command_has_written_nothing() {
    let place = place!();
    let store = place.open();
    let broken = store.execute(Ends::Broken, frame(1)).await.unwrap_err();
    assert!(matches!(&broken, Failure::Broken(b) if b.0 == "on purpose"), "{broken:?}");
    assert_eq!(store.read(Find("ends"), frame(2)).await.unwrap(), None);
}

#[tokio::test]
async fn a_panic_in_a_rule_stops_nothing_else() {
    let place = place!();
    let store = place.open();
    for _ in 0..3 {
        let broken = store.execute(Ends::Panics, frame(1)).await.unwrap_err();
        assert!(matches!(&broken, Failure::Broken(b) if b.0.contains("on purpose")), "{broken:?}");
        let broken = store.read(Ends::Panics, frame(1)).await;
        assert!(matches!(broken, Err(Failure::Broken(_))), "{broken:?}");
    }
    assert!(store.ready().await);
    assert_eq!(store.execute(append("a", "one"), frame(2)).await.unwrap(), 1);
    assert_eq!(store.read(Find("ends"), frame(3)).await.unwrap(), None);
}

#[tokio::test]
async fn a_write_that_the_schema_refuses_fails() {
    let place = place!();
    let store = place.open();
    let failed = store.execute(Ends::Unwritable, frame(1)).await;
    assert!(matches!(failed, Err(Failure::Store(_))), "{failed:?}");
    assert_eq!(store.execute(append("a", "one"), frame(2)).await.unwrap(), 1);
}

#[tokio::test]
async fn a_read_writes_nothing() {
    let place = place!();
    let store = place.open();
    let broken = store.read(append("a", "one"), frame(1)).await;
    assert!(matches!(broken, Err(Failure::Broken(_))), "{broken:?}");
    assert_eq!(store.read(Find("a"), frame(2)).await.unwrap(), None);
}

#[tokio::test]
async fn a_row_changed_behind_our_back_is_not_overwritten() {
    let place = place!();
    let store = place.open();
    store.execute(append("a", "one"), frame(1)).await.unwrap();
    place.run("UPDATE entity SET version = 7, body = '{'").unwrap();
    let broken = store.execute(append("a", "two"), frame(2)).await;
    assert!(matches!(broken, Err(Failure::Broken(_))), "{broken:?}");
    assert_eq!(place.number("SELECT version FROM entity"), 7);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_at_once_are_each_answered() {
    let place = place!();
    let store = place.open();
    let tasks: Vec<_> = (0..200)
        .map(|number| {
            let store = store.clone();
            tokio::spawn(async move {
                let count = store.execute(append("a", &number.to_string()), frame(number)).await;
                let note = store.read(Find("a"), frame(number)).await.unwrap().unwrap();
                assert!(note.words.contains(&number.to_string()));
                count.unwrap()
            })
        })
        .collect();
    let mut counts = Vec::new();
    for task in tasks {
        counts.push(task.await.unwrap());
    }
    counts.sort_unstable();
    assert_eq!(counts, (1..=200).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn queries_at_the_same_time_each_see_their_own() {
    let place = place!();
    let store = place.open();
    let ids = ["a", "b", "c", "d", "e", "f", "g"];
    for id in ids {
        store.execute(append(id, id), frame(1)).await.unwrap();
    }
    let queries: Vec<_> = (0..400)
        .map(|number| {
            let store = store.clone();
            // One more than there are.
            let id = ids.get(number % 8).copied().unwrap_or("none");
            let query = tokio::spawn(async move { (id, store.read(Find(id), frame(2)).await) });
            if number % 5 == 0 {
                // Others may wait for what it was about to read.
                query.abort();
            }
            query
        })
        .collect();
    let mut seen = 0;
    for query in queries {
        let Ok((id, found)) = query.await else { continue };
        let words = found.unwrap().map(|note| note.words);
        assert_eq!(words, ids.contains(&id).then(|| vec![id.to_owned()]));
        seen += 1;
    }
    assert!(seen >= 320, "{seen}");
}

#[tokio::test]
async fn a_query_does_not_wait_for_those_that_gave_up() {
    let place = place!();
    let store = place.open();
    store.execute(append("a", "one"), frame(1)).await.unwrap();
    let query = || {
        let store = store.clone();
        tokio::spawn(async move { store.read(Find("a"), frame(2)).await })
    };
    // More than are read together, in line while connections are still made.
    let gave_up: Vec<_> = (0..600).map(|_| query()).collect();
    for _ in 0..gave_up.len() {
        tokio::task::yield_now().await;
    }
    gave_up.iter().for_each(tokio::task::JoinHandle::abort);
    let answered = tokio::time::timeout(Duration::from_secs(20), query()).await;
    assert!(answered.expect("an answer").unwrap().unwrap().is_some());
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_not_taken_for_absent() {
    let place = place!();
    let store = place.open();
    store.execute(top_up(1, 100), frame(1)).await.unwrap();
    let unchecked = match place.engine {
        Engine::Sqlite => "PRAGMA ignore_check_constraints = ON",
        Engine::Postgres | Engine::Serializable => {
            "ALTER TABLE account DROP CONSTRAINT account_limit_kind_check"
        }
    };
    place.run(&format!("{unchecked}; UPDATE account SET limit_kind = 'odd'")).unwrap();
    let failed = store.execute(top_up(1, 100), frame(2)).await;
    assert!(matches!(failed, Err(Failure::Store(_))), "{failed:?}");
    let failed = store.read(top_up(1, 100), frame(3)).await;
    assert!(matches!(failed, Err(Failure::Store(_))), "{failed:?}");
    let failed = store.accounts("", 10).await;
    assert!(matches!(failed, Err(Failure::Store(_))), "{failed:?}");
}
