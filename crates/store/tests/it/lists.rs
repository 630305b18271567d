//! Lists, page by page.

use redress_core::chart;

use crate::world::{append, frame, mchid, top_up};

#[tokio::test]
async fn rows_come_in_pages() {
    let place = place!();
    let store = place.open();
    for id in ["c", "a", "b"] {
        store.execute(append(id, "word"), frame(1)).await.unwrap();
    }
    for owner in [None, Some("anyone")] {
        let first = store.rows("note", owner, "", 2).await.unwrap();
        let ids: Vec<_> = first.iter().map(|(id, _)| id.as_str()).collect();
        assert_eq!(ids, ["c", "a"], "in the order in which they were made");
        let rest = store.rows("note", owner, ids[1], 2).await.unwrap();
        assert_eq!(rest.len(), 1);
        assert!(rest[0].1.body.contains("word"));
    }
    assert!(store.rows("note", Some("no one"), "", 9).await.unwrap().is_empty());
    assert!(store.rows("other", None, "", 9).await.unwrap().is_empty());
}

#[tokio::test]
async fn transfers_are_found_by_account_and_reference() {
    let place = place!();
    let store = place.open();
    for seed in 1..=4 {
        let last = if seed % 2 == 0 { 2 } else { 1 };
        store.execute(top_up(last, 5), frame(seed)).await.unwrap();
    }
    let numbers = async |account: Option<&str>, reference: Option<&str>, after| {
        let found = store.transfers(account, reference, after, 3).await.unwrap();
        found.into_iter().map(|(number, _)| number).collect::<Vec<_>>()
    };
    let (one, bank) = (chart::available(&mchid(1)), chart::bank());
    let (one, bank) = (Some(one.as_str()), Some(bank.as_str()));
    assert_eq!(numbers(None, None, 0).await, [1, 2, 3]);
    assert_eq!(numbers(None, None, 3).await, [4]);
    assert_eq!(numbers(one, None, 0).await, [1, 3]);
    assert_eq!(numbers(bank, None, 1).await, [2, 3, 4]);
    assert_eq!(numbers(None, Some("pay"), 2).await, [3, 4]);
    assert_eq!(numbers(one, Some("pay"), 1).await, [3]);
    assert!(numbers(one, Some("else"), 0).await.is_empty());
}

#[tokio::test]
async fn accounts_come_in_pages() {
    let place = place!();
    let store = place.open();
    for last in [2, 3, 1] {
        store.execute(top_up(last, 5), frame(u128::from(last))).await.unwrap();
    }
    let first = store.accounts("", 2).await.unwrap();
    assert_eq!(first[1].id, chart::available(&mchid(2)));
    let rest = store.accounts(first[1].id.as_str(), 2).await.unwrap();
    assert_eq!(rest.len(), 1);
    assert_eq!(rest[0].id, chart::available(&mchid(3)));
}
