//! `redress store copy`: worlds of real traffic, moved and served on.

use std::path::Path;

use serde_json::Value as Json;

use crate::cluster;
use crate::served::{COMPENSATION, Served, run, stderr, stdout, success};

/// Traffic: a compensation that waits, one that is confirmed, and one that is cancelled.
fn traffic(served: &Served, name: &str) {
    let data = served.data.to_str().expect("a path in UTF-8");
    let operate = |args: &[&str]| success(&run(&[args, &["--json", "--data", data]].concat()));
    let bill = |number: &str| format!("{name}{number}");
    for number in ["1", "2", "3"] {
        let made = operate(&[&["compensate", "create", &bill(number)][..], &COMPENSATION].concat());
        assert_eq!(made["out_bill_no"], bill(number).as_str());
    }
    operate(&["compensate", "cancel", &bill("3")]);
}

fn query(served: &Served, bill: &str) -> Json {
    let data = served.data.to_str().expect("a path in UTF-8");
    success(&run(&["compensate", "query", bill, "--json", "--data", data]))
}

fn verified(store: &str) -> Json {
    success(&run(&["verify", "--json", "--store", store]))
}

/// A world is served at one place after the other, by the same data folder.
fn tour(data: &Path, places: &[String]) {
    let mut last: Option<&String> = None;
    for (turn, place) in places.iter().enumerate() {
        if let Some(from) = last {
            let copied = success(&run(&["store", "copy", from, place, "--json"]));
            assert_eq!(copied["audit"]["clean"], true);
            assert_eq!(copied["audit"], verified(from));
            assert_eq!(copied["audit"], verified(place));
            assert!(copied["transfers"].as_u64().expect("a count") > 3);
            let again = run(&["store", "copy", from, place]);
            assert!(!again.status.success());
            assert!(stderr(&again).contains("holds a world already"), "{}", stderr(&again));
        }
        let served = Served::start_with(data, &["--store", place]);
        if turn > 0 {
            let earlier = query(&served, &format!("turn{}x1", turn - 1));
            assert_eq!(earlier["state"], "WAIT_USER_CONFIRM");
        }
        traffic(&served, &format!("turn{turn}x"));
        assert!(served.terminate().success());
        assert_eq!(verified(place)["clean"], true);
        last = Some(place);
    }
}

#[test]
fn a_world_moves_between_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_owned();
    tour(&folder.path().join("data"), &[file("a.db"), file("b.db")]);
    let told = run(&["store", "copy", &file("a.db"), &file("c.db")]);
    let text = stdout(&told);
    assert!(text.contains("the audit says the same of both"), "{text}{}", stderr(&told));
    assert!(!stderr(&told).contains('#'), "no bar where nobody watches");
    let nothing = run(&["store", "copy", &file("none.db"), &file("d.db")]);
    assert!(!nothing.status.success());
    assert!(stderr(&nothing).contains("cannot read"), "{}", stderr(&nothing));
}

#[test]
fn a_world_moves_to_postgresql_and_back() {
    let Some(cluster) = cluster::cluster() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_owned();
    let places = [file("a.db"), cluster.place(), file("b.db"), cluster.place(), cluster.place()];
    tour(&folder.path().join("data"), &places);
}
