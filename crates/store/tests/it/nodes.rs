//! Several servers on one database, and a database that cuts them off. A file has one server, and
//! is not asked.

use std::collections::BTreeSet;

use redress_core::{Command, Frame, Job};
use redress_store::{Failure, Store};

use crate::place::Engine;
use crate::world::{Orphan, Transferred, append, at, frame, top_up};

/// A place for several; none if the engine has one server.
macro_rules! shared_place {
    () => {
        match place!() {
            place if place.engine != Engine::Sqlite => place,
            _ => return,
        }
    };
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn servers_that_start_at_once_make_one_schema() {
    let place = shared_place!();
    let open = || {
        let location = place.location();
        tokio::task::spawn_blocking(move || Store::open(&location, redress_store::Options::default()))
    };
    let starts = [open(), open(), open(), open()];
    let mut stores = Vec::new();
    for start in starts {
        stores.push(start.await.unwrap().unwrap());
    }
    for (number, store) in (1..).zip(&stores) {
        assert_eq!(store.execute(append("a", "word"), frame(number)).await.unwrap(), number as usize);
    }
    assert_eq!(place.number("SELECT count(*) - max(n) FROM migration"), 0);
}

#[tokio::test]
async fn a_database_of_step_1_is_taken_over() {
    let place = shared_place!();
    // The schema as it was, which never changes.
    let step_1 = include_str!("../../src/postgres/schema.sql");
    let taken = "CREATE TABLE migration (n BIGINT PRIMARY KEY, \
                 at TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP); \
                 INSERT INTO migration (n) VALUES (1)";
    place.run(&format!("{step_1}; {taken}")).unwrap();
    let store = place.open();
    assert_eq!(place.number("SELECT max(n) FROM migration"), 2);
    assert_eq!(store.execute(append("a", "word"), frame(1)).await.unwrap(), 1);
    assert_eq!(store.rows("note", Some("anyone"), "", 9).await.unwrap().len(), 1);
    let partial = "SELECT count(*) FROM pg_indexes WHERE schemaname = current_schema() \
                   AND tablename = 'entity' AND indexdef LIKE '% WHERE %'";
    assert_eq!(place.number(partial), 2);
}

/// Commands of all nodes, on one row and on one account, which every one of them changes.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_all_of_them_change_is_changed_by_one_after_the_other() {
    let place = shared_place!();
    let stores = [place.open(), place.open(), place.open()];
    let mut tasks = Vec::new();
    for number in 0..150_u128 {
        let store = stores[number as usize % 3].clone();
        tasks.push(tokio::spawn(async move {
            store.execute(top_up(1, 5), frame(number)).await.unwrap();
            store.execute(append("a", &number.to_string()), frame(number)).await.unwrap()
        }));
    }
    let mut counts = BTreeSet::new();
    for task in tasks {
        counts.insert(task.await.unwrap());
    }
    assert_eq!(counts, (1..=150).collect());
    let account = &stores[0].accounts("", 1).await.unwrap()[0];
    assert_eq!(account.credits.posted.get(), 750);
    crate::world::money_is_right(&stores[0]).await;
}

/// Who does something until it is done, whatever becomes of the database: as a client does, that
/// sends again with the same number.
async fn insist<C: Command + Clone>(store: &Store, command: C, frame: Frame) -> C::Outcome {
    for _ in 0..100 {
        match store.execute(command.clone(), frame).await {
            Ok(outcome) => return outcome,
            Err(Failure::Unknown(_) | Failure::Store(_) | Failure::Busy) => {
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
            Err(failure) => panic!("{failure:?}"),
        }
    }
    panic!("the database never came back")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn connections_that_are_cut_lose_nothing_and_double_nothing() {
    let place = shared_place!();
    let stores = [place.open(), place.open()];
    let mut tasks = Vec::new();
    for node in 0..2_u128 {
        for line in 0..4_u128 {
            let store = stores[node as usize].clone();
            tasks.push(tokio::spawn(async move {
                for number in 0..40 {
                    let once = Transferred { merchant: 1, amount: 5, id: node << 64 | line << 32 | number };
                    insist(&store, once, frame(1 + once.id)).await;
                }
            }));
        }
    }
    let ours = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> \
                pg_backend_pid() AND application_name = current_schema()";
    let mut cut = 0;
    while tasks.iter().any(|task| !task.is_finished()) {
        cut += place.number(ours);
        tokio::time::sleep(std::time::Duration::from_millis(30)).await;
    }
    for task in tasks {
        task.await.unwrap();
    }
    assert!(cut > 0, "nothing was cut");
    assert_eq!(place.number("SELECT count(*) FROM transfer"), 320, "{cut} connections were cut");
    let accounts = stores[0].accounts("", 1).await.unwrap();
    assert_eq!(accounts[0].credits.posted.get(), 1600);
    crate::world::money_is_right(&stores[1]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn each_job_is_claimed_by_one_of_them() {
    let place = shared_place!();
    let stores = [place.open(), place.open()];
    for seed in 0..30 {
        stores[0].execute(Orphan(at(0)), frame(seed)).await.unwrap();
    }
    let claim = |store: &Store| {
        let store = store.clone();
        tokio::spawn(async move {
            let mut mine = Vec::new();
            loop {
                let claims = store.claim(at(1), crate::world::START, 10, 3).await.unwrap();
                if claims.claims.is_empty() {
                    return mine;
                }
                mine.extend(claims.claims.into_iter().map(|claim| claim.id));
            }
        })
    };
    let (one, other) = (claim(&stores[0]), claim(&stores[1]));
    let mut all = one.await.unwrap();
    all.extend(other.await.unwrap());
    assert_eq!(all.len(), 30);
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), 30);
    let jobs = stores[0].jobs(0, 100).await.unwrap();
    assert!(jobs.iter().all(|queued| queued.attempt == 1 && matches!(queued.job, Job::Bill { .. })));
}
