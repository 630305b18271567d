//! `redress clock` and `redress pay`, against a running server.

use serde_json::Value as Json;

use crate::served::{COMPENSATION, Served, redress, run, stderr, stdout, success};
use crate::world::World;

impl World {
    /// Takes a code with the public API; the state of the order.
    fn take(&self, out_trade_no: &str, auth_code: &str) -> Json {
        let body = format!(
            r#"{{"appid":"wxd678efh567hg6787","mchid":"1230000109","description":"茶",
                "out_trade_no":"{out_trade_no}","payer":{{"auth_code":"{auth_code}"}},
                "amount":{{"total":100}},"scene_info":{{"store_info":{{"id":"1"}}}}}}"#
        );
        let path = "/v3/pay/transactions/codepay";
        let output = self.run(&["call", "POST", path, "--mchid", "1230000109", "--json", &body]);
        success(&output)["trade_state"].take()
    }
}

#[test]
fn the_clock_is_shown_and_stepped() {
    let world = World::start();
    let shown = world.json(&["clock", "show"]);
    assert_eq!(shown["offset_seconds"], 0);
    let stepped = world.json(&["clock", "step", "1h30m"]);
    assert_eq!(
        (&stepped["offset_seconds"], &stepped["stepped_seconds"]),
        (&5400.into(), &5400.into())
    );
    let text = stdout(&world.run(&["clock", "show"]));
    assert!(text.contains("business") && text.contains("1h30m"), "{text}");

    // Tomorrow at the latest, then a day of the calendar.
    let until = world.json(&["clock", "until", "10:00"]);
    let now = until["now"].as_str().expect("a time");
    assert!(now[11..].starts_with("10:00:0"), "{now}");
    let until = world.json(&["clock", "until", "2027-12-01 08:00"]);
    let now = until["now"].as_str().expect("a time");
    assert!(now.starts_with("2027-12-01T08:00:0"), "{now}");

    let past = world.failure(&["clock", "until", "2020-01-01T00:00:00+08:00"]);
    assert!(past.contains("never runs backwards"), "{past}");
    let far = world.failure(&["clock", "step", "500d"]);
    assert!(far.contains("a step has 0 to"), "{far}");
    for wrong in [["step", "90"], ["step", "1h 30m"], ["until", "noon"], ["until", "25:00"]] {
        let output = world.run(&[&["clock"][..], &wrong].concat());
        assert_eq!(output.status.code(), Some(2), "{wrong:?}");
    }
}

#[test]
fn a_server_does_not_begin_in_two_hundred_years() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().to_str().expect("a path in UTF-8");
    let far =
        run(&["serve", "--data", data, "--listen", "127.0.0.1:0", "--clock-until", "2226-01-01"]);
    assert_eq!(far.status.code(), Some(1));
    let text = stderr(&far);
    let says = text.matches("2226-01-01T00:00:00+08:00 is more than 100 years ahead").count();
    assert_eq!(says, 1, "{text}");
}

#[test]
fn a_payer_shows_codes_and_enters_passwords() {
    let world = World::start();
    let code = |more: &[&str]| {
        let shown = world.json(&[&["pay", "code"][..], more].concat());
        shown["auth_code"].as_str().expect("a code").to_owned()
    };
    assert_eq!(world.take("payer1", &code(&[])), "SUCCESS");
    for (number, more, state) in
        [("payer2", &[][..], "SUCCESS"), ("payer3", &["--fail"], "PAYERROR")]
    {
        assert_eq!(world.take(number, &code(&["--openid", "o_other", "--password"])), "USERPAYING");
        let order = world.json(&[&["pay", "order", "1230000109", number][..], more].concat());
        assert_eq!(order["state"], state, "{order}");
    }
    let again = world.failure(&["pay", "order", "1230000109", "payer2"]);
    assert!(again.contains("/_control/orders/1230000109/payer2/payer: 4"), "{again}");
    let text = stdout(&world.run(&["pay", "code"]));
    assert!(text.contains("auth_code") && text.contains("o_payer"), "{text}");
}

#[test]
fn a_payer_pays_what_a_merchant_was_given() {
    let world = World::start();
    // What the merchant's program got for an order that nobody has paid.
    let placed = |kind: &str, number: &str, payer: &str, field: &str| {
        let body = format!(
            r#"{{"appid":"wxd678efh567hg6787","mchid":"1230000109","description":"茶",{payer}
                "out_trade_no":"{number}","notify_url":"https://example.com/paid",
                "amount":{{"total":100}}}}"#
        );
        let path = format!("/v3/pay/transactions/{kind}");
        let output = world.run(&["call", "POST", &path, "--mchid", "1230000109", "--json", &body]);
        assert!(output.status.success(), "{}{}", stdout(&output), stderr(&output));
        let given: Json = serde_json::from_slice(&output.stdout).expect("JSON");
        given[field].as_str().expect("a text").to_owned()
    };
    let code_url = placed("native", "prepay1", "", "code_url");
    let nobody = world.failure(&["pay", "prepay", &code_url]);
    assert!(nobody.contains("openid"), "{nobody}");
    let paid = world.json(&["pay", "prepay", &code_url, "--openid", "o_one"]);
    assert_eq!(paid["orders"][0]["state"], "SUCCESS", "{paid}");
    assert_eq!(paid["orders"][0]["payer"], "o_one");

    let payer = world.json(&["pay", "payer"]);
    let openid = payer["openid"].as_str().expect("an openid");
    let named = format!(r#""payer":{{"openid":"{openid}"}},"#);
    let prepay_id = placed("jsapi", "prepay2", &named, "prepay_id");
    let text = stdout(&world.run(&["pay", "prepay", &format!("prepay_id={prepay_id}")]));
    assert!(text.contains("prepay2") && text.contains("SUCCESS"), "{text}");

    let unknown = world.failure(&["pay", "prepay", "wx00000000000000"]);
    assert!(unknown.contains("/_control/pay: 4"), "{unknown}");
    let abnormal = world.json(&["pay", "payer", openid, "--abnormal"]);
    assert_eq!(abnormal["abnormal"], true);
    assert_eq!(world.json(&["pay", "payer", openid, "--sound"])["abnormal"], false);
}

#[test]
fn a_payer_confirms_or_refuses_a_compensation() {
    let world = World::start();
    for (number, answer, state) in
        [("payer4", "--confirm", "SUCCESS"), ("payer5", "--refuse", "CLOSED")]
    {
        world.json(&[&["compensate", "create", number][..], &COMPENSATION].concat());
        // It reaches its payer in the background.
        while world.json(&["compensate", "query", number])["state"] == "ACCEPTED" {}
        let bill = world.json(&["pay", "bill", "1900001108", number, answer]);
        assert_eq!(bill["state"], state, "{bill}");
        assert_eq!(world.json(&["compensate", "query", number])["state"], state);
    }
    // Transferred in advance: a package leads the payer to the question.
    for (number, answer, state) in
        [("payer6", "--confirm", "SUCCESS"), ("payer7", "--refuse", "CLOSED")]
    {
        let locked =
            world.json(&[&["compensate", "pre-transfer", number][..], &COMPENSATION].concat());
        let package = locked["package_info"].as_str().expect("a package");
        let bill = world.json(&["pay", "package", package, answer]);
        assert_eq!((&bill["out_bill_no"], &bill["state"]), (&number.into(), &state.into()));
    }
    assert!(world.failure(&["pay", "package", "none", "--confirm"]).contains("no such package"));
    let neither = world.run(&["pay", "bill", "1900001108", "payer4"]);
    let both = world.run(&["pay", "bill", "1900001108", "payer4", "--confirm", "--refuse"]);
    assert_eq!((neither.status.code(), both.status.code()), (Some(2), Some(2)));
}

#[test]
fn a_server_is_found_by_its_folder_its_address_or_not_at_all() {
    let world = World::start();
    let base_url = &world.served.base_url;
    let named = run(&["clock", "show", "--server", base_url, "--data", "/nowhere"]);
    assert!(named.status.success(), "{}", stderr(&named));
    let by_variable =
        redress().args(["clock", "show"]).env("REDRESS_SERVER", base_url).output().expect("runs");
    assert!(by_variable.status.success(), "{}", stderr(&by_variable));
    let nowhere = run(&["clock", "show", "--data", "/nowhere"]);
    assert_eq!(nowhere.status.code(), Some(1));
    assert!(stderr(&nowhere).contains("redress serve"), "{}", stderr(&nowhere));

    let data = world.data().to_owned();
    let World { served, folder: _folder } = world;
    assert!(served.terminate().success());
    let stopped = run(&["clock", "show", "--data", &data]);
    assert_eq!(stopped.status.code(), Some(1));
    assert!(stderr(&stopped).contains("does `redress serve` run?"), "{}", stderr(&stopped));
}

#[test]
fn a_control_token_is_passed_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let served = Served::start_with(&folder.path().join("data"), &["--control-token", "sesame"]);
    let data = served.data.to_str().expect("a path in UTF-8");
    let shown = run(&["clock", "show", "--data", data, "--control-token", "sesame"]);
    assert!(shown.status.success(), "{}", stderr(&shown));
    let refused = run(&["clock", "show", "--data", data]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(stderr(&refused).contains("control token"), "{}", stderr(&refused));
    assert!(!stdout(&run(&["clock", "show", "--help"])).contains("sesame"));
}
