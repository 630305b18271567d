//! `redress bill`, against a running server.

use serde_json::Value as Json;

use crate::served::{Served, run, stderr, stdout};

const DIRECT: &str = "1230000109";

#[test]
fn a_statement_is_fetched_checked_shown_and_saved() {
    let folder = tempfile::tempdir().expect("a folder");
    // Noon is far from midnight, also for tests that run then.
    let noon = ["--clock-until", "12:00"];
    let served = Served::start_with(&folder.path().join("data"), &noon);
    let data = served.data.to_str().expect("a path in UTF-8").to_owned();
    let redress = |args: &[&str]| run(&[args, &["--data", &data]].concat());
    let clock = redress(&["clock", "show", "--json"]);
    let clock: Json = serde_json::from_slice(&clock.stdout).expect("JSON");
    let (day, time) = clock["now"].as_str().expect("a time").split_at(10);
    assert!(time.starts_with("T12:0"), "{clock}");

    let early = redress(&["bill", "trade", "--date", day]);
    assert_eq!(early.status.code(), Some(1));
    assert!(stderr(&early).contains("STATEMENT_CREATING"), "{}", stderr(&early));
    assert!(redress(&["clock", "step", "2d"]).status.success());

    let shown = redress(&["bill", "trade", "--date", day, "--mchid", DIRECT]);
    let text = stdout(&shown);
    assert!(shown.status.success(), "{text}{}", stderr(&shown));
    for word in ["1217752501201407033233368018", "SUCCESS", "88.00", "总交易单数"] {
        assert!(text.contains(word), "{word} is missing in\n{text}");
    }

    let saved = folder.path().join("funds.csv");
    let path = saved.to_str().expect("a path in UTF-8");
    let sponsor = ["--mchid", "1900001109", "--output", path, "--json"];
    let told = redress(&[&["bill", "fundflow", "--date", day], &sponsor[..]].concat());
    assert!(told.status.success(), "{}", stderr(&told));
    let told: Json = serde_json::from_slice(&told.stdout).expect("JSON");
    assert_eq!(told["records"][0]["收支金额(元)"], "1000000.00");
    assert_eq!(told["sums"]["收入金额"], "1000000.00");
    let saved = std::fs::read_to_string(saved).expect("the file");
    assert!(saved.starts_with("记账时间,") && saved.lines().count() == 4, "{saved}");

    let none = redress(&["bill", "fundflow", "--date", day, "--account", "fees"]);
    assert!(stderr(&none).contains("NO_STATEMENT_EXIST"), "{}", stderr(&none));
    assert_eq!(redress(&["bill", "trade", "--date", "today"]).status.code(), Some(2));
}
