//! A world that moves to another database.

use redress_core::audit::Report;
use redress_core::{Account, Frame, Job, Stored, Transfer};
use redress_store::{CopyError, Location, OpenError, Progress, Store, copy};

use crate::place::{Engine, Place};
use crate::real;
use crate::world::{START, append, at, frame};

/// Everything of a world but its leases.
#[derive(Debug, PartialEq)]
struct World {
    rows: Vec<(String, Vec<(String, Stored)>)>,
    accounts: Vec<Account>,
    transfers: Vec<(i64, Transfer)>,
    jobs: Vec<(i64, u32, Job)>,
    report: Report,
}

async fn seen(store: &Store) -> World {
    let mut rows = Vec::new();
    for kind in ["merchant", "order", "bill", "refund", "payer"] {
        let found = store.rows(kind, None, "", 1000).await.unwrap();
        assert!(!found.is_empty(), "{kind}");
        rows.push((kind.to_owned(), found));
    }
    let jobs = store.jobs(0, 1000).await.unwrap().into_iter();
    World {
        rows,
        accounts: store.accounts("", 1000).await.unwrap(),
        transfers: store.transfers(None, None, 0, 1000).await.unwrap(),
        jobs: jobs.map(|queued| (queued.id, queued.attempt, queued.job)).collect(),
        report: store.audit().await.unwrap(),
    }
}

async fn copied(from: &Place, to: &Place) -> Result<redress_store::Copied, CopyError> {
    copy(&from.location(), &to.location(), |_| ()).await
}

/// Does the jobs that wait: money moves, on the chain of a new writer or of the file's own.
async fn go_on(store: &Store, mut seed: u128) -> usize {
    let before = store.transfers(None, None, 0, 1000).await.unwrap().len();
    while let Some(claim) =
        store.claim(at(real::LATER), START + 1000, 60, 1).await.unwrap().claims.pop()
    {
        seed += 1;
        store.complete(&claim, Frame { now: at(real::LATER), seed }).await.unwrap();
    }
    real::pay(store, seed + 1000).await;
    let report = store.audit().await.unwrap();
    assert!(report.is_clean(), "{report:?}");
    store.transfers(None, None, 0, 1000).await.unwrap().len() - before
}

/// To each engine, and on from there: a world lives through any number of moves.
async fn moves(engines: &[Engine]) {
    let mut places = Vec::new();
    for engine in engines {
        let Some(place) = Place::find(*engine) else { return };
        places.push(place);
    }
    let store = places[0].open();
    real::make(&store).await;
    let claimed = store.jobs(0, 1000).await.unwrap();
    assert!(claimed.iter().any(|job| job.leased_until > 0 && job.attempt > 0), "{claimed:?}");
    let mut before = seen(&store).await;
    store.close().await;
    for (turn, pair) in (1..).zip(places.windows(2)) {
        let done = copied(&pair[0], &pair[1]).await.unwrap();
        assert_eq!(done.report, before.report);
        assert_eq!(done.transfers, before.transfers.len() as u64);
        let store = Store::open_read_only(&pair[1].location()).unwrap();
        assert_eq!(seen(&store).await, before, "as it was, {:?}", pair[1].engine);
        let leased = store.jobs(0, 1000).await.unwrap();
        assert!(leased.iter().all(|job| job.leased_until == 0));
        store.close().await;
        let store = pair[1].open();
        assert!(go_on(&store, turn * 1_000_000_000).await > 0);
        before = seen(&store).await;
        store.close().await;
    }
}

#[tokio::test]
async fn from_file_to_file() {
    moves(&[Engine::Sqlite, Engine::Sqlite, Engine::Sqlite]).await;
}

#[tokio::test]
async fn from_file_to_database_and_back() {
    moves(&[Engine::Sqlite, Engine::Postgres, Engine::Sqlite]).await;
}

#[tokio::test]
async fn from_database_to_database_by_way_of_a_file() {
    let all = [Engine::Postgres, Engine::Serializable, Engine::Sqlite, Engine::Serializable];
    moves(&all).await;
}

#[tokio::test]
async fn progress_ends_at_the_end() {
    let (from, to) = (Place::file(), Place::file());
    let store = from.open();
    real::make(&store).await;
    store.close().await;
    let mut steps = Vec::new();
    let done = copy(&from.location(), &to.location(), |step| steps.push(step)).await.unwrap();
    let total = done.rows + done.accounts + done.transfers + done.chains + done.jobs;
    assert_eq!(steps.first(), Some(&Progress { done: 0, total }));
    assert_eq!(steps.last(), Some(&Progress { done: total, total }));
}

/// A place that holds anything stays as it is; so does one that a copy fails in.
async fn keeps(engine: Engine) {
    let Some(to) = Place::find(engine) else { return };
    let from = Place::file();
    let store = from.open();
    real::make(&store).await;
    store.close().await;
    let other = to.open();
    other.execute(append("mine", "word"), frame(1)).await.unwrap();
    other.close().await;
    let refused = copied(&from, &to).await.unwrap_err();
    assert!(matches!(refused, CopyError::NotEmpty { .. }), "{refused}");
    assert_eq!(to.number("SELECT count(*) FROM entity"), 1);

    // A target that loses a row on the way.
    to.run("DELETE FROM entity").unwrap();
    if engine == Engine::Sqlite {
        let lossy = "CREATE TRIGGER lossy AFTER INSERT ON job BEGIN DELETE FROM job; END";
        to.run(lossy).unwrap();
    } else {
        to.run("DELETE FROM chain; CREATE RULE lossy AS ON INSERT TO job DO INSTEAD NOTHING")
            .unwrap();
    }
    let differs = copied(&from, &to).await.unwrap_err();
    assert!(matches!(differs, CopyError::Differs { .. }), "{differs}");
    let left = "SELECT (SELECT count(*) FROM entity) + (SELECT count(*) FROM transfer)";
    assert_eq!(to.number(left), 0);
    to.run(if engine == Engine::Sqlite { "DROP TRIGGER lossy" } else { "DROP RULE lossy ON job" })
        .unwrap();
    copied(&from, &to).await.unwrap();
}

#[tokio::test]
async fn a_file_holds_a_whole_world_or_what_it_held() {
    keeps(Engine::Sqlite).await;
}

#[tokio::test]
async fn a_database_holds_a_whole_world_or_what_it_held() {
    keeps(Engine::Postgres).await;
}

#[tokio::test]
async fn a_world_that_is_served_or_broken_stays() {
    let (from, to) = (Place::file(), Place::file());
    let nothing = copied(&from, &to).await.unwrap_err();
    let missing = matches!(&nothing, CopyError::Source { source: OpenError::File { .. }, .. });
    assert!(missing, "{nothing}");
    let store = from.open();
    real::make(&store).await;
    let served = copied(&from, &to).await.unwrap_err();
    let in_use = matches!(&served, CopyError::Source { source: OpenError::InUse { .. }, .. });
    assert!(in_use, "{served}");
    store.close().await;
    let same = copied(&from, &from).await.unwrap_err();
    assert!(matches!(&same, CopyError::Target { source: OpenError::InUse { .. }, .. }), "{same}");
    from.run("DELETE FROM job").unwrap();
    let unclean = copied(&from, &to).await.unwrap_err();
    assert!(matches!(unclean, CopyError::Unclean { .. }), "{unclean}");
    assert!(!to.path().exists());
    let nowhere = Location::File(to.folder.path().join("no/such/folder.db"));
    from.open().close().await;
    let unreachable = copy(&nowhere, &to.location(), |_| ()).await;
    assert!(unreachable.is_err());
}
