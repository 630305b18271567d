//! `GET …/compensate-bills/bill-id/{bill_id}`: query a compensation by the provider's number.

use redress_server::PLATFORM;
use serde_json::{Value as Json, json};

use super::{BILL_UNKNOWN, NO_AUTH, UNDEFINED};
use crate::world::{BILL, BILLS, World, bill, cancel, create};

/// The number of the pages' samples: none that this server has issued.
const OF_THE_PAGE: &str = "1330000071100999991182020050700019480001";

fn by_id(bill_id: &str) -> String {
    format!("{BILLS}/bill-id/{bill_id}")
}

fn path_of(shown: &Json) -> String {
    by_id(shown["bill_id"].as_str().unwrap())
}

#[tokio::test]
async fn shows_the_bill_of_the_page() {
    let world = World::start().await;
    let waiting = world.waiting(BILL).await;
    let (bill_id, at) = (waiting["bill_id"].as_str().unwrap(), waiting["accept_time"].as_str());
    let show = |state: &str, times: &str| {
        format!(
            r#"{{"sp_mchid":"1900001108","receiver_detail":{{"receiver":{{"type":"TRANSACTION_USER","transaction_info":{{"transaction_id":"1217752501201407033233368018","type":"WXPAY"}}}}}},"out_bill_no":"plfk2020042013","amount":10000,"transfer_remark":"直播违规扣罚","bill_id":"{bill_id}","state":"{state}","accept_time":"{}"{times},"sponsor_mchid":"1900001109"}}"#,
            at.unwrap()
        )
    };
    let draft = world.platform.get(&by_id(bill_id));
    let answer = world.send(&draft).await;
    assert_eq!((answer.status, answer.text()), (200, &*show("WAIT_USER_CONFIRM", "")));

    let path = format!("/bills/{PLATFORM}/{BILL}/payer");
    world.act(&path, json!({ "answer": "confirm" })).await;
    let before = world.state().await;
    let answer = world.send(&draft).await;
    let times = format!(r#","success_time":"{}""#, answer.json()["success_time"].as_str().unwrap());
    assert_eq!(answer.text(), show("SUCCESS", &times));
    // A query changes nothing.
    assert_eq!(world.send(&draft).await.text(), answer.text());
    world.unchanged_since(&before).await;
    world.verify().await;
}

#[tokio::test]
async fn says_what_the_query_by_number_says() {
    let world = World::start().await;
    let mut poor = create("poor");
    poor["amount"] = 100_000_001.into();
    let closed = world.ok(&world.platform.post(BILLS, &poor.to_string())).await;
    assert_eq!(closed["state"], "CLOSED");
    for number in ["wait", "away"] {
        world.waiting(number).await;
    }
    world.ok(&world.platform.post(&cancel("away"), "")).await;
    world.until("away", "CANCELLED").await;

    let mut ids = Vec::new();
    for number in ["poor", "wait", "away"] {
        let by_number = world.send(&world.platform.get(&bill(number))).await;
        ids.push((path_of(&by_number.json()), by_number.text().to_owned()));
    }
    // Also after a restart.
    let world = world.restart().await;
    for (path, text) in ids {
        assert_eq!(world.send(&world.platform.get(&path)).await.text(), text);
    }
    world.verify().await;
}

#[tokio::test]
async fn is_the_same_bill_to_those_who_make_it_again() {
    let world = World::start().await;
    let draft = world.platform.post(BILLS, &create(BILL).to_string());
    let made = world.ok(&draft).await;
    // The number works as soon as the create has answered.
    let shown = world.ok(&world.platform.get(&path_of(&made))).await;
    assert_eq!(shown["out_bill_no"], BILL);
    world.until(BILL, "WAIT_USER_CONFIRM").await;
    assert_eq!(path_of(&world.ok(&draft).await), path_of(&made));
    world.verify().await;
}

#[tokio::test]
async fn refuses_what_is_not_the_callers() {
    let world = World::start().await;
    let path = path_of(&world.waiting(BILL).await);
    for unknown in [OF_THE_PAGE, BILL, "0", &"9".repeat(64)] {
        world.refused(&world.platform.get(&by_id(unknown)), BILL_UNKNOWN).await;
    }
    for caller in [&world.sponsor, &world.sub_merchant, &world.direct] {
        world.refused(&caller.get(&path), NO_AUTH).await;
    }
    let second = world.merchant("1900002000", &["platform"]).await;
    world.refused(&second.get(&path), BILL_UNKNOWN).await;
    // Also when it has a bill of the same number of its own.
    let order = world.order(json!({ "mchid": second.mchid, "out_trade_no": "sold01" })).await;
    let mut own = create(BILL);
    own["receiver"]["transaction_info"]["transaction_id"] = order["transaction_id"].clone();
    own["sponsor_mchid"] = second.mchid.clone().into();
    own["amount"] = 1.into();
    let made = world.ok(&second.post(BILLS, &own.to_string())).await;
    world.refused(&second.get(&path), BILL_UNKNOWN).await;
    world.refused(&world.platform.get(&path_of(&made)), BILL_UNKNOWN).await;
    assert_eq!(world.ok(&second.get(&path_of(&made))).await["amount"], 1);
    let ecommerce = world.merchant("1900002001", &["ecommerce"]).await;
    world.refused(&ecommerce.get(&path), NO_AUTH).await;
}

#[tokio::test]
async fn refuses_parameters_that_break_the_page() {
    let world = World::start().await;
    let path = path_of(&world.waiting(BILL).await);
    let pattern = "输入源“/uri_template/bill_id”映射到值字段“微信支付转账单号”字符串规则校验失败，字符串必须匹配正则表达式“^[0-9A-Za-z]+$”";
    let in_path = |value: &str| json!({ "location": "uri_template", "value": value });
    let cases = [
        (
            by_id(&"1".repeat(65)),
            "输入源“/uri_template/bill_id”映射到值字段“微信支付转账单号”字符串规则校验失败，字节数 65，大于最大值 64",
            json!({ "location": "uri_template", "value": 65 }),
        ),
        (by_id("1-2"), pattern, in_path("1-2")),
        (by_id("1%2F2"), pattern, in_path("1/2")),
        (by_id("%00"), pattern, in_path("\0")),
        (by_id("%ff"), "参数错误", json!(null)),
        (
            format!("{path}?sp_mchid={PLATFORM}"),
            UNDEFINED,
            json!({ "location": null, "value": ["/query/sp_mchid"] }),
        ),
    ];
    for (target, message, detail) in cases {
        let draft = world.platform.get(&target);
        let body = world.refused(&draft, (400, "PARAM_ERROR", message)).await;
        assert_eq!(body["detail"], detail, "{target}");
    }
}
