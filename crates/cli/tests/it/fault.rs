//! `redress fault`, against a running server.

use redress_server::FaultKind;
use serde_json::json;

use crate::served::{stderr, stdout};
use crate::world::World;

#[test]
fn a_fault_is_armed_happens_is_listed_and_cleared() {
    let world = World::start();
    let armed = world.json(&[
        "fault",
        "arm",
        "status",
        "--status",
        "502",
        "--stage",
        "after",
        "--mchid",
        "1900001108",
        "--method",
        "GET",
        "--number",
        "plfk2020042013",
        "--site",
        "main",
        "--times",
        "9",
    ]);
    let expected = json!({
        "id": 1, "kind": "status", "status": 502, "stage": "after", "mchid": "1900001108",
        "method": "GET", "number": "plfk2020042013", "site": "main", "times": 9, "seen": 0,
        "struck": 0,
    });
    assert_eq!(armed, expected);
    let path =
        "/v3/platsolution/ecommerce/mch-transfer/compensate-bills/out-bill-no/plfk2020042013";
    let failed = world.run(&["call", "GET", path, "--mchid", "1900001108"]);
    assert!(stdout(&failed).contains("SERVICE_UNAVAILABLE"), "{}", stdout(&failed));

    let listed = stdout(&world.run(&["fault", "list"]));
    let row = "status       1     1  stage after, status 502, mchid 1900001108, method GET, number plfk2020042013, site main, times 9";
    assert!(listed.contains(row), "{listed}");
    assert_eq!(world.json(&["fault", "list"])[0]["struck"], 1);
    assert_eq!(stdout(&world.run(&["fault", "clear", "1"])).trim(), "cleared: 1");
    let gone = world.run(&["fault", "clear", "1"]);
    assert_eq!(gone.status.code(), Some(1));
    assert!(stderr(&gone).contains("no such fault"), "{}", stderr(&gone));

    for kind in ["refuse", "probe"] {
        world.json(&["fault", "arm", kind]);
    }
    assert_eq!(world.json(&["fault", "clear"]), json!({ "cleared": 2 }));
    assert_eq!(world.json(&["fault", "list"]), json!([]));
}

#[test]
fn every_kind_of_the_command_line_is_one_of_the_servers() {
    let world = World::start();
    for kind in FaultKind::ALL.map(FaultKind::as_str) {
        let more: &[&str] = match kind {
            "hang_up" => &["--times", "1", "--site", "standby"],
            "slow" => &["--delay-ms", "5"],
            "status" => &["--status", "429"],
            _ => &[],
        };
        let armed = world.json(&[&["fault", "arm", kind], more].concat());
        assert_eq!(armed["kind"], kind);
    }
    assert_eq!(world.run(&["fault", "arm", "earthquake"]).status.code(), Some(2));
    let senseless = world.run(&["fault", "arm", "slow"]);
    assert_eq!(senseless.status.code(), Some(1));
    assert!(stderr(&senseless).contains("delay_ms"), "{}", stderr(&senseless));
}
