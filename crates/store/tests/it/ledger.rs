//! Money: balances, the chain, and what the schema refuses.

use redress_core::chart;
use redress_core::ledger::Phase;
use redress_store::{Failure, Store};

use crate::place::Engine;
use crate::world::{Pay, Resolve, frame, mchid, top_up};

/// Whether there are so many transfers, in unbroken chains.
pub(crate) async fn chain_holds(store: &Store, count: u64) {
    let report = store.audit().await.unwrap();
    let chain = report.checks.iter().find(|check| check.invariant.contains("chain")).unwrap();
    assert_eq!(chain.broken, 0, "{chain:?}");
    let transfers = store.transfers(None, None, 0, 1000).await.unwrap().len();
    assert_eq!(transfers as u64, count);
    assert!(chain.examined >= count, "{chain:?}");
}

fn hold(amount: i64) -> Pay {
    let debit = chart::available(&mchid(1));
    Pay { debit, credit: chart::payer("someone"), amount, holds: true }
}

#[tokio::test]
async fn money_is_held_posted_and_given_back() {
    let place = place!();
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
    chain_holds(&store, 5).await;
}

#[tokio::test]
async fn the_chain_goes_on_after_a_restart() {
    let place = place!();
    for seed in 1..4 {
        let store = place.open();
        store.execute(top_up(1, 5), frame(seed)).await.unwrap();
        store.close().await;
    }
    let store = place.open();
    store.execute(top_up(2, 5), frame(4)).await.unwrap();
    chain_holds(&store, 4).await;
}

#[tokio::test]
async fn an_audit_sees_what_was_changed_behind_our_back() {
    let place = place!();
    let store = place.open();
    store.execute(top_up(1, 100), frame(1)).await.unwrap();
    store.execute(top_up(2, 100), frame(2)).await.unwrap();
    let report = store.audit().await.unwrap();
    assert!(report.is_clean(), "{report:?}");

    place.run("UPDATE account SET credits_posted = 101").unwrap();
    assert!(!store.audit().await.unwrap().is_clean());
    place.run("UPDATE account SET credits_posted = 100").unwrap();
    assert!(store.audit().await.unwrap().is_clean());
    let unguarded = match place.engine {
        Engine::Sqlite => "DROP TRIGGER transfer_is_not_updated",
        Engine::Postgres | Engine::Serializable => "DROP TRIGGER transfer_stays ON transfer",
    };
    place.run(&format!("{unguarded}; UPDATE transfer SET reference = 'other'")).unwrap();
    assert!(!store.audit().await.unwrap().is_clean());
}

#[tokio::test]
async fn the_schema_refuses_to_touch_a_transfer() {
    let place = place!();
    let store = place.open();
    store.execute(top_up(1, 100), frame(1)).await.unwrap();
    let all = [
        "UPDATE transfer SET amount = 1",
        "UPDATE transfer SET reference = reference",
        "DELETE FROM transfer",
    ];
    let engines_own: &[&str] = match place.engine {
        Engine::Sqlite => &[
            // As on our own connections.
            "PRAGMA recursive_triggers = ON; INSERT OR REPLACE INTO transfer SELECT * FROM transfer",
            "UPDATE OR REPLACE transfer SET seq = 7",
            "UPDATE account_name SET name = 'other'",
            "DELETE FROM account_name",
            "INSERT OR REPLACE INTO account_name VALUES (1, 'other')",
        ],
        Engine::Postgres | Engine::Serializable => &["TRUNCATE transfer"],
    };
    for statement in all.iter().chain(engines_own) {
        let error = place.run(statement).unwrap_err();
        assert!(error.contains("a transfer is never"), "{statement}: {error}");
    }
    chain_holds(&store, 1).await;
}

#[tokio::test]
async fn the_schema_refuses_impossible_values() {
    let place = place!();
    let store = place.open();
    store.execute(top_up(1, 100), frame(1)).await.unwrap();
    let sqlite = place.engine == Engine::Sqlite;
    if sqlite {
        place.run("INSERT INTO account_name (name) VALUES ('a'), ('b')").unwrap();
    }
    // What differs: a tenant, links and names, and accounts by number.
    let (names, values, link) = if sqlite {
        ("", "", "zeroblob(32)")
    } else {
        (", tenant", ", 't'", "decode(repeat('00', 32), 'hex')")
    };
    let columns = format!(
        "(id, debit, credit, amount, reason, phase, resolves, reference, at, chain, n, \
         link{names})"
    );
    let id = |digit: &str| match sqlite {
        true => format!("unhex('{}')", digit.repeat(32)),
        false => format!("'{}'", digit.repeat(32)),
    };
    let account = |name: &str| match sqlite {
        true => format!("(SELECT n FROM account_name WHERE name = '{name}')"),
        false => format!("'{name}'"),
    };
    let transfer = |debit: &str, amount: i64, phase: &str, resolves: &str| {
        let (id, debit, credit) = (id("0"), account(debit), account("b"));
        format!(
            "INSERT INTO transfer {columns} VALUES ({id}, {debit}, {credit}, {amount}, 'top_up', \
             '{phase}', {resolves}, '', 0, 1, 1, {link}{values})"
        )
    };
    let nowhere = id("f");
    for statement in [
        "UPDATE account SET debits_posted = -1".to_owned(),
        "UPDATE account SET credits_pending = -1".to_owned(),
        "UPDATE account SET debits_posted = 101".to_owned(),
        "UPDATE account SET debits_posted = 60, debits_pending = 41".to_owned(),
        "UPDATE account SET credits_posted = 'many'".to_owned(),
        "UPDATE account SET limit_kind = 'none'".to_owned(),
        transfer("a", 0, "posted", "NULL"),
        transfer("a", -1, "posted", "NULL"),
        transfer("b", 1, "posted", "NULL"),
        transfer("a", 1, "maybe", "NULL"),
        transfer("a", 1, "post", "NULL"),
        transfer("a", 1, "posted", &nowhere),
        transfer("a", 1, "void", &nowhere),
    ] {
        assert!(place.run(&statement).is_err(), "{statement}");
    }
    place.run(&transfer("a", 1, "posted", "NULL")).unwrap();
}
