//! Files that older programs have written.

use redress_store::{OpenError, Store};

use crate::place::Place;
use crate::real;
use crate::world::{START, at};

/// The schema as it was, which never changes.
const STEP_1: &str = include_str!("../../src/schema.sql");
/// From a file of today to one of step 1, which is attached as `old`.
const BACK: &str = "
    CREATE TABLE old.migration (
        n INTEGER PRIMARY KEY, at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP) STRICT;
    INSERT INTO old.migration (n) VALUES (1);
    INSERT INTO old.entity SELECT kind, id, owner, version, updated_at, body FROM main.entity
        ORDER BY seq;
    INSERT INTO old.account SELECT * FROM main.account;
    INSERT INTO old.transfer SELECT t.seq, lower(hex(t.id)), d.name, c.name, t.amount, t.reason,
        t.phase, CASE WHEN t.resolves IS NOT NULL THEN lower(hex(t.resolves)) END, t.reference,
        t.at, t.link
        FROM main.transfer t JOIN main.account_name d ON d.n = t.debit
            JOIN main.account_name c ON c.n = t.credit
        ORDER BY t.seq;
    INSERT INTO old.job SELECT * FROM main.job;
    PRAGMA old.application_id = 1382314611;";

/// A world in a file of step 1, and in the one that it was made from.
async fn of_step_1() -> (Place, Place) {
    let (today, old) = (Place::file(), Place::file());
    let store = today.open();
    real::make(&store).await;
    store.close().await;
    old.run(STEP_1).unwrap();
    let attach = format!("ATTACH '{}' AS old;", old.path().display());
    today.run(&format!("{attach}{BACK}")).unwrap();
    (today, old)
}

#[tokio::test]
async fn a_world_of_step_1_is_taken_over() {
    let (today, old) = of_step_1().await;
    let unread = Store::open_read_only(&old.location()).map(drop);
    assert!(matches!(unread, Err(OpenError::Older { found: 1, known: 4 })), "{unread:?}");
    let (store, before) = (old.open(), today.open());

    let report = store.audit().await.unwrap();
    assert!(report.is_clean(), "{report:?}");
    assert_eq!(report, before.audit().await.unwrap());
    for kind in ["order", "bill", "merchant"] {
        let rows = store.rows(kind, None, "", 100).await.unwrap();
        assert!(!rows.is_empty(), "{kind}");
        assert_eq!(rows, before.rows(kind, None, "", 100).await.unwrap());
    }
    let transfers = store.transfers(None, None, 0, 100).await.unwrap();
    assert!(transfers.iter().any(|(_, transfer)| transfer.phase.resolves().is_some()));
    assert_eq!(transfers, before.transfers(None, None, 0, 100).await.unwrap());
    let jobs = |jobs: Vec<redress_store::Queued>| -> Vec<_> {
        jobs.into_iter().map(|job| (job.id, job.attempt, job.job)).collect()
    };
    let (mine, theirs) = (store.jobs(0, 100).await.unwrap(), before.jobs(0, 100).await.unwrap());
    assert!(!mine.is_empty());
    assert_eq!(jobs(mine), jobs(theirs));
    store.close().await;

    let sound = "SELECT (SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok') \
                 + (SELECT count(*) FROM pragma_foreign_key_check)";
    assert_eq!(old.number(sound), 0);
    let left = "SELECT count(*) FROM sqlite_schema WHERE name IN ('entity_1', 'transfer_1')";
    assert_eq!(old.number(left), 0);
}

#[tokio::test]
async fn a_world_of_step_1_goes_on() {
    let (_today, old) = of_step_1().await;
    let store = old.open();
    let before = store.transfers(None, None, 0, 100).await.unwrap().len();
    let mut seed = 5_000_000;
    while let Some(claim) = store.claim(at(real::LATER), START, 60, 1).await.unwrap().claims.pop() {
        seed += 1;
        store.complete(&claim, redress_core::Frame { now: at(real::LATER), seed }).await.unwrap();
    }
    assert!(store.transfers(None, None, 0, 100).await.unwrap().len() > before);
    let report = store.audit().await.unwrap();
    assert!(report.is_clean(), "{report:?}");
    for statement in ["UPDATE transfer SET amount = 1", "DELETE FROM transfer"] {
        assert!(old.run(statement).is_err(), "{statement}");
    }
}

#[tokio::test]
async fn an_audit_sees_a_chain_that_was_cut_off_at_its_end() {
    let place = Place::file();
    let store = place.open();
    real::make(&store).await;
    let cut = "DROP TRIGGER transfer_is_not_deleted;
        DELETE FROM transfer WHERE seq = (SELECT max(seq) FROM transfer)";
    place.run(cut).unwrap();
    let report = store.audit().await.unwrap();
    let chain = report.checks.iter().find(|check| check.invariant.contains("chain")).unwrap();
    assert_eq!(chain.broken, 1, "{chain:?}");
    place.run("UPDATE entity SET id = 'other' WHERE kind = 'bill' AND id LIKE '%bill1'").unwrap();
    assert!(store.audit().await.is_err(), "a row whose key is not its own");
}
