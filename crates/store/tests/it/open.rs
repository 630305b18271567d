//! Opening: who may, and what is found.

use redress_store::{Failure, Location, OpenError, Options, Store};

use crate::place::Place;
use crate::world::{Find, append, frame};

fn reopen(place: &Place) -> Result<Store, OpenError> {
    Store::open(&place.location(), Options::default())
}

#[tokio::test]
async fn one_server_per_file() {
    let place = Place::file();
    let store = place.open();
    assert!(matches!(reopen(&place), Err(OpenError::InUse { .. })));
    std::os::unix::fs::symlink(place.folder.path(), place.folder.path().join("also")).unwrap();
    let also = place.folder.path().join("also/redress.db");
    let second = Store::open(&Location::File(also), Options::default());
    assert!(matches!(second, Err(OpenError::InUse { .. })));
    // The refused ones have not disturbed the first.
    store.execute(append("a", "one"), frame(1)).await.unwrap();
    store.close().await;
    reopen(&place).map(drop).unwrap();
    reopen(&place).map(drop).unwrap();
}

#[tokio::test]
async fn a_reader_looks_on_while_a_server_writes() {
    let place = Place::file();
    assert!(Store::open_read_only(&place.location()).is_err(), "there is nothing to read");
    let store = place.open();
    store.execute(append("a", "one"), frame(1)).await.unwrap();
    let reader = Store::open_read_only(&place.location()).unwrap();
    store.execute(append("a", "two"), frame(2)).await.unwrap();
    let note = reader.read(Find("a"), frame(3)).await.unwrap().unwrap();
    assert_eq!(note.words, ["one", "two"]);
    let refused = reader.execute(append("a", "three"), frame(4)).await;
    assert!(matches!(refused, Err(Failure::ReadOnly)), "{refused:?}");
    assert!(!reader.ready().await);
    reader.audit().await.unwrap();
    reader.close().await;
    store.close().await;
    let reader = Store::open_read_only(&place.location()).unwrap();
    assert!(reader.read(Find("a"), frame(5)).await.unwrap().is_some());
}

#[test]
fn a_newer_database_is_left_alone() {
    let place = Place::file();
    drop(place.open());
    place.sqlite().execute("INSERT INTO migration (n) VALUES (99)", []).unwrap();
    let newer = reopen(&place).map(drop).unwrap_err();
    assert!(matches!(newer, OpenError::Newer { found: 99, known: 4 }), "{newer}");
    let newer = Store::open_read_only(&place.location()).map(drop).unwrap_err();
    assert!(newer.to_string().contains("99"), "{newer}");
    place.sqlite().execute("DELETE FROM migration WHERE n = 99", []).unwrap();
    reopen(&place).map(drop).unwrap();
}

#[test]
fn an_older_database_is_not_read() {
    let place = Place::file();
    drop(place.open());
    place.sqlite().execute("DELETE FROM migration", []).unwrap();
    let older = Store::open_read_only(&place.location()).map(drop);
    assert!(matches!(older, Err(OpenError::Older { found: 0, known: 4 })), "{older:?}");
}

#[test]
fn a_foreign_file_is_left_alone() {
    let place = Place::file();
    place.sqlite().execute("CREATE TABLE theirs (n INTEGER)", []).unwrap();
    let foreign = reopen(&place).map(drop);
    assert!(matches!(foreign, Err(OpenError::Foreign { .. })), "{foreign:?}");

    let place = Place::file();
    let letter = "Dear database, ".repeat(100);
    std::fs::write(place.path(), &letter).unwrap();
    let foreign = reopen(&place).map(drop);
    assert!(matches!(foreign, Err(OpenError::Foreign { .. })), "{foreign:?}");
    assert_eq!(std::fs::read_to_string(place.path()).unwrap(), letter);
}

#[test]
fn the_settings_are_durable() {
    let place = Place::file();
    drop(place.open());
    let connection = place.sqlite();
    let text = |pragma: &str| {
        connection.pragma_query_value(None, pragma, |row| row.get::<_, String>(0)).unwrap()
    };
    assert_eq!(text("journal_mode"), "wal");
    assert_eq!(text("integrity_check"), "ok");
}

#[tokio::test]
async fn closing_empties_the_log() {
    let place = Place::file();
    let store = place.open();
    store.execute(append("a", "one"), frame(1)).await.unwrap();
    // Because of an onlooker SQLite leaves the log where it is.
    let onlooker = place.sqlite();
    onlooker.query_row("SELECT count(*) FROM entity", [], |_| Ok(())).unwrap();
    store.close().await;
    let log = std::fs::metadata(place.path().with_extension("db-wal")).unwrap();
    assert_eq!(log.len(), 0);
}

/// Without checkpoints the log would have all of it.
#[tokio::test]
async fn the_log_does_not_grow_with_what_is_written() {
    let place = Place::file();
    let store = place.open();
    let (words, length) = (45, 1_000_000);
    for seed in 0..words {
        let ids = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o"];
        let id = ids[usize::try_from(seed).unwrap() % ids.len()];
        store.execute(append(id, &"x".repeat(length)), frame(seed)).await.unwrap();
    }
    let size = |ending| std::fs::metadata(place.path().with_extension(ending)).unwrap().len();
    let (log, file) = (size("db-wal"), size("db"));
    let most = 16_000 * 4_096 + 10_000_000;
    assert!(log < most, "the log has {log} bytes");
    assert!(file > 10_000_000, "the file has {file} bytes while the store is open");
    store.close().await;
    assert_eq!(std::fs::metadata(place.path().with_extension("db-wal")).map_or(0, |f| f.len()), 0);
    let note = place.open().read(Find("o"), frame(1000)).await.unwrap().unwrap();
    assert_eq!(note.words.len(), 3);
}

#[tokio::test]
async fn a_row_has_a_version() {
    let place = Place::file();
    let _store = place.open();
    let insert = |version: i64| {
        let values = format!("zeroblob(16), 'note', 'a', '', {version}, 0, '{{}}'");
        let columns = "key, kind, id, owner, version, updated_at, body";
        place.run(&format!("INSERT INTO entity ({columns}) VALUES ({values})"))
    };
    assert!(insert(0).is_err());
    insert(1).unwrap();
}
