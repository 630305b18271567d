//! Money: balances, the chain, and what the schema refuses.

use redress_core::ledger::{Link, Phase, link};
use redress_core::{Transfer, chart};
use redress_store::{Failure, Store};

use crate::world::{Pay, Place, Resolve, frame, mchid, top_up};

/// Follows the chain of so many transfers.
pub(crate) fn chain_holds(place: &Place, count: usize) {
    let connection = place.sqlite();
    let mut statement = connection.prepare("SELECT link FROM transfer ORDER BY seq").unwrap();
    let links = statement.query_map([], |row| row.get(0)).unwrap();
    let links: Vec<Link> = links.map(Result::unwrap).collect();
    let reading = Store::open_read_only(&place.path()).unwrap();
    let transfers = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(reading.transfers(None, None, 0, 1000)).unwrap()
    });
    let transfers: Vec<Transfer> =
        transfers.join().unwrap().into_iter().map(|(_, transfer)| transfer).collect();
    assert_eq!((transfers.len(), links.len()), (count, count));
    let mut before = Link::default();
    for (transfer, kept) in transfers.iter().zip(&links) {
        before = link(&before, transfer);
        assert_eq!(before, *kept, "{transfer:?}");
    }
}

fn hold(amount: i64) -> Pay {
    let debit = chart::available(&mchid(1));
    Pay { debit, credit: chart::payer("someone"), amount, holds: true }
}

#[tokio::test]
async fn money_is_held_posted_and_given_back() {
    let place = Place::new();
    let store = place.open();
    store.execute(top_up(1, 100), frame(1)).await.unwrap();
    let posted = store.execute(hold(60), frame(2)).await.unwrap();
    let voided = store.execute(hold(40), frame(3)).await.unwrap();
    let refused = store.execute(hold(1), frame(4)).await;
    assert!(matches!(refused, Err(Failure::Refused(_))), "{refused:?}");
    store.execute(Resolve(posted, true), frame(5)).await.unwrap();
    store.execute(Resolve(voided, false), frame(6)).await.unwrap();
    for again in [Resolve(posted, false), Resolve(voided, true)] {
        let broken = store.execute(again, frame(7)).await;
        assert!(matches!(broken, Err(Failure::Broken(_))), "{broken:?}");
    }
    let accounts = store.accounts("", 10).await.unwrap();
    assert_eq!(accounts.len(), 1, "only accounts with a limit are kept");
    let [debits, credits] = [accounts[0].debits, accounts[0].credits];
    assert_eq!((debits.posted.get(), debits.pending.get(), credits.posted.get()), (60, 0, 100));
    let transfers = store.transfers(None, None, 0, 10).await.unwrap();
    let phases: Vec<_> = transfers.iter().map(|(_, transfer)| transfer.phase).collect();
    let expected =
        [Phase::Posted, Phase::Pending, Phase::Pending, Phase::Post(posted), Phase::Void(voided)];
    assert_eq!(phases, expected);
    chain_holds(&place, 5);
}

#[tokio::test]
async fn the_chain_goes_on_after_a_restart() {
    let place = Place::new();
    for seed in 1..4 {
        let store = place.open();
        store.execute(top_up(1, 5), frame(seed)).await.unwrap();
        store.close().await;
    }
    let store = place.open();
    store.execute(top_up(2, 5), frame(4)).await.unwrap();
    chain_holds(&place, 4);
}

#[tokio::test]
async fn an_audit_sees_what_was_changed_behind_our_back() {
    let place = Place::new();
    let store = place.open();
    store.execute(top_up(1, 100), frame(1)).await.unwrap();
    store.execute(top_up(2, 100), frame(2)).await.unwrap();
    let report = store.audit().await.unwrap();
    assert!(report.is_clean(), "{report:?}");

    let connection = place.sqlite();
    connection.execute_batch("UPDATE account SET credits_posted = 101").unwrap();
    assert!(!store.audit().await.unwrap().is_clean());
    connection.execute_batch("UPDATE account SET credits_posted = 100").unwrap();
    assert!(store.audit().await.unwrap().is_clean());
    connection
        .execute_batch(
            "DROP TRIGGER transfer_is_not_updated; UPDATE transfer SET reference = 'other'",
        )
        .unwrap();
    assert!(!store.audit().await.unwrap().is_clean());
}

#[tokio::test]
async fn the_schema_refuses_to_touch_a_transfer() {
    let place = Place::new();
    let store = place.open();
    store.execute(top_up(1, 100), frame(1)).await.unwrap();
    for statement in [
        "UPDATE transfer SET amount = 1",
        "UPDATE transfer SET reference = reference",
        "DELETE FROM transfer",
        "INSERT OR REPLACE INTO transfer SELECT * FROM transfer",
        "UPDATE OR REPLACE transfer SET seq = 7",
    ] {
        let error = place.sqlite().execute_batch(statement).unwrap_err().to_string();
        assert!(error.contains("a transfer is never"), "{statement}: {error}");
    }
    chain_holds(&place, 1);
}

#[tokio::test]
async fn the_schema_refuses_impossible_values() {
    let place = Place::new();
    let store = place.open();
    store.execute(top_up(1, 100), frame(1)).await.unwrap();
    let columns = "(id, debit, credit, amount, reason, phase, resolves, reference, at, link)";
    let transfer = |debit: &str, amount: i64, phase: &str, resolves: &str| {
        let id = "0".repeat(32);
        format!(
            "INSERT INTO transfer {columns} VALUES \
             ('{id}', '{debit}', 'b', {amount}, 'top_up', '{phase}', {resolves}, '', 0, zeroblob(32))"
        )
    };
    let nowhere = format!("'{}'", "f".repeat(32));
    for statement in [
        "UPDATE account SET debits_posted = -1".to_owned(),
        "UPDATE account SET credits_pending = -1".to_owned(),
        "UPDATE account SET debits_posted = 101".to_owned(),
        "UPDATE account SET debits_posted = 60, debits_pending = 41".to_owned(),
        "UPDATE account SET credits_posted = 'many'".to_owned(),
        "UPDATE account SET limit_kind = 'none'".to_owned(),
        "INSERT INTO entity VALUES ('note', 'a', '', 0, 0, '{}')".to_owned(),
        transfer("a", 0, "posted", "NULL"),
        transfer("a", -1, "posted", "NULL"),
        transfer("b", 1, "posted", "NULL"),
        transfer("a", 1, "maybe", "NULL"),
        transfer("a", 1, "post", "NULL"),
        transfer("a", 1, "posted", &nowhere),
        transfer("a", 1, "void", &nowhere),
    ] {
        let connection = place.sqlite();
        connection.pragma_update(None, "foreign_keys", true).unwrap();
        assert!(connection.execute_batch(&statement).is_err(), "{statement}");
    }
    let connection = place.sqlite();
    connection.execute_batch(&transfer("a", 1, "posted", "NULL")).unwrap();
}
