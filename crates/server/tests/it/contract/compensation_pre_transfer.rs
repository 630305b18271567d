//! `POST …/compensate-bills/pre-transfer`: lay a compensation ready for its payer.

use redress_server::{DIRECT, PLATFORM, SPONSOR};
use serde_json::{Value as Json, json};

use super::{BILL_DIFFERS, NO_AUTH, ORDER_UNKNOWN, SPONSOR_NOT_AUTHORISED, UNDEFINED};
use crate::wire::exchange;
use crate::world::{BILL, BILLS, PLATFORM_APPID, TRANSACTION, World, cancel, create};

const SPONSOR_AVAILABLE: &str = "merchant:1900001109:available";
const NOT_WAITING: (u16, &str, &str) = (400, "INVALID_REQUEST", "当前单据状态不允许预下单");
const NOT_ENOUGH: (u16, &str, &str) = (403, "NOT_ENOUGH", "出资商户余额不足，请充值后重新发起");

fn path() -> String {
    format!("{BILLS}/pre-transfer")
}

fn pre(out_bill_no: &str) -> Json {
    let mut body = create(out_bill_no);
    body["sp_appid"] = PLATFORM_APPID.into();
    body
}

async fn post(world: &World, body: &Json) -> Json {
    world.ok(&world.platform.post(&path(), &body.to_string())).await
}

async fn refuse(world: &World, body: &Json, refusal: (u16, &str, &str)) {
    world.refused(&world.platform.post(&path(), &body.to_string()), refusal).await;
}

async fn confirm(world: &World, package_info: &Json, answer: &str) -> (u16, Json) {
    let body = json!({ "package_info": package_info, "answer": answer }).to_string();
    world.control("POST", "/compensations/confirm", &body).await
}

#[tokio::test]
async fn locks_the_money_and_leads_to_the_payer() {
    let world = World::start().await;
    let answer = world.send(&world.platform.post(&path(), &pre(BILL).to_string())).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let made = answer.json();
    let field = |name: &str| made[name].as_str().unwrap();
    let (bill_id, at, package) = (field("bill_id"), field("accept_time"), field("package_info"));
    assert!(bill_id.len() == 40 && bill_id.bytes().all(|b| b.is_ascii_digit()), "{bill_id}");
    assert!(package.len() == 24 && package.ends_with("=="), "{package}");
    let expected = format!(
        r#"{{"out_bill_no":"plfk2020042013","bill_id":"{bill_id}","accept_time":"{at}","package_info":"{package}"}}"#
    );
    assert_eq!(answer.text(), expected);
    let held = world.account(SPONSOR_AVAILABLE).await;
    assert_eq!((&held["balance"], &held["available"]), (&json!(100_000_000), &json!(99_990_000)));
    // At once, without a job in between.
    let shown = world.until(BILL, "WAIT_USER_CONFIRM").await;
    assert_eq!((&shown["bill_id"], &shown["accept_time"]), (&made["bill_id"], &json!(at)));

    // The same package each time, also after a restart.
    let before = world.state().await;
    assert_eq!(post(&world, &pre(BILL)).await, made);
    world.unchanged_since(&before).await;
    let world = world.restart().await;
    assert_eq!(post(&world, &pre(BILL)).await, made);

    let (status, confirmed) = confirm(&world, &made["package_info"], "confirm").await;
    assert_eq!((status, &confirmed["state"]), (200, &json!("SUCCESS")), "{confirmed}");
    let sponsor = world.account(SPONSOR_AVAILABLE).await;
    assert_eq!(sponsor["debits"], json!({ "pending": 0, "posted": 10_000 }));
    refuse(&world, &pre(BILL), NOT_WAITING).await;
    world.verify().await;
}

#[tokio::test]
async fn waits_for_the_payer_whatever_the_setting() {
    let world = World::start().await;
    let path = format!("/merchants/{PLATFORM}/confirmation");
    world.act(&path, json!({ "confirmation": "none" })).await;
    let mut least = pre(BILL);
    for name in ["sp_appid", "transfer_scene_id", "user_recv_perception"] {
        least.as_object_mut().unwrap().remove(name);
    }
    let made = post(&world, &least).await;
    world.until(BILL, "WAIT_USER_CONFIRM").await;
    let (status, closed) = confirm(&world, &made["package_info"], "refuse").await;
    assert_eq!((status, &closed["close_info"]["close_reason"]), (200, &json!("USER_REFUSED")));
    assert_eq!(world.account(SPONSOR_AVAILABLE).await["available"], 100_000_000);
    let (status, _) = confirm(&world, &made["package_info"], "confirm").await;
    assert_eq!(status, 409, "it is answered already");
    let (status, _) = confirm(&world, &json!("affffddafdfafddffda=="), "confirm").await;
    assert_eq!(status, 404, "the page's own package leads nowhere");
    world.verify().await;
}

#[tokio::test]
async fn is_over_once_the_bill_is_final() {
    let world = World::start().await;
    // Cancelled, by the page's own cancel.
    let away = post(&world, &pre("away")).await;
    world.ok(&world.platform.post(&cancel("away"), "")).await;
    world.until("away", "CANCELLED").await;
    // Closed 24 hours after, to the second.
    let late = post(&world, &pre("late")).await;
    world.step(24 * 3600 - 2).await;
    assert_eq!(post(&world, &pre("late")).await, late);
    world.step(2).await;
    let shown = world.until("late", "CLOSED").await;
    assert_eq!(shown["close_info"]["close_reason"], "OVERDUE_CLOSE");
    for (number, made) in [("away", away), ("late", late)] {
        refuse(&world, &pre(number), NOT_WAITING).await;
        let (status, _) = confirm(&world, &made["package_info"], "confirm").await;
        assert_eq!(status, 409, "{number}");
    }
    assert_eq!(world.account(SPONSOR_AVAILABLE).await["available"], 100_000_000);
    world.verify().await;
}

#[tokio::test]
async fn refuses_and_changes_nothing() {
    let world = World::start().await;
    post(&world, &pre(BILL)).await;
    let differences = [
        ("sp_appid", json!(null)),
        ("amount", json!(10_001)),
        ("transfer_remark", json!("直播违规扣罚2")),
        ("sponsor_mchid", json!(PLATFORM)),
        ("transfer_scene_id", json!("1002")),
        ("user_recv_perception", json!(null)),
        ("notify_url", json!("https://www.weixin.qq.com/wxpay/pay.php")),
    ];
    for (name, value) in differences {
        let mut body = pre(BILL);
        if value.is_null() {
            body.as_object_mut().unwrap().remove(name);
        } else {
            body[name] = value;
        }
        refuse(&world, &body, BILL_DIFFERS).await;
    }
    // A create is another content, and so is a pre-transfer after a create.
    let draft = world.platform.post(BILLS, &create(BILL).to_string());
    world.refused(&draft, BILL_DIFFERS).await;
    world.waiting("created").await;
    let mut body = pre("created");
    body.as_object_mut().unwrap().remove("sp_appid");
    refuse(&world, &body, BILL_DIFFERS).await;

    for (name, value, refusal) in [
        ("sponsor_mchid", json!(DIRECT), SPONSOR_NOT_AUTHORISED),
        ("sp_appid", json!("wx1"), (400, "APPID_MCHID_NOT_MATCH", "appid和mch_id不匹配")),
        (
            "receiver",
            json!({ "type": "TRANSACTION_USER", "transaction_info": { "transaction_id": "42" } }),
            ORDER_UNKNOWN,
        ),
    ] {
        let mut body = pre("other");
        body[name] = value;
        refuse(&world, &body, refusal).await;
    }
    world.verify().await;
}

/// Other than the create, which makes a bill and closes it.
#[tokio::test]
async fn needs_the_money_at_once() {
    let world = World::start().await;
    let mut body = pre("short");
    body["amount"] = 100_000_001.into();
    refuse(&world, &body, NOT_ENOUGH).await;
    let missing = world.send(&world.platform.get(&crate::world::bill("short"))).await;
    assert_eq!(missing.status, 404, "the number is not used");
    world.act("/credits", json!({ "mchid": SPONSOR, "amount": 1 })).await;
    post(&world, &body).await;
    assert_eq!(world.account(SPONSOR_AVAILABLE).await["available"], 0);
    body["out_bill_no"] = "one".into();
    body["amount"] = 1.into();
    refuse(&world, &body, NOT_ENOUGH).await;
    world.verify().await;
}

#[tokio::test]
async fn is_for_platforms_alone_and_checks_parameters_first() {
    let world = World::start().await;
    for caller in [&world.sponsor, &world.sub_merchant, &world.direct] {
        world.refused(&caller.post(&path(), &pre(BILL).to_string()), NO_AUTH).await;
    }
    let second = world.merchant("1900002000", &["platform"]).await;
    let body = create(BILL).to_string();
    world.refused(&second.post(&path(), &body), SPONSOR_NOT_AUTHORISED).await;

    let mut body = pre(BILL);
    body["sub_mchid"] = "1900013401".into();
    refuse(&world, &body, (400, "PARAM_ERROR", UNDEFINED)).await;
    let cases = [
        (
            "notify_url",
            json!("https://a.example/?x=1"),
            r"输入源“/body/notify_url”映射到值字段“商户回调地址”字符串规则校验失败，字符串必须匹配正则表达式“^https?://([^\s/?#\[\]\@]+\@)?([^\s/?#\@:]+)(?::\d{2,5})?([^\s?#\[\]]*)$”",
        ),
        (
            "amount",
            json!(0),
            "输入源“/body/amount”映射到数值字段“金额”规则校验失败，值低于最小值 1",
        ),
        (
            "out_bill_no",
            json!("a".repeat(33)),
            "输入源“/body/out_bill_no”映射到值字段“商户单号”字符串规则校验失败，字节数 33，大于最大值 32",
        ),
    ];
    for (name, value, message) in cases {
        let mut body = pre(BILL);
        body[name] = value;
        refuse(&world, &body, (400, "PARAM_ERROR", message)).await;
    }
    let mut body = pre(BILL);
    body.as_object_mut().unwrap().remove("transfer_scene_id");
    let missing =
        "输入源“/body/transfer_scene_id”映射到字段“转账场景ID”必填性规则校验失败，此字段为必填项";
    refuse(&world, &body, (400, "PARAM_ERROR", missing)).await;
}

#[tokio::test]
async fn twins_make_one_bill() {
    let world = World::start().await;
    let answers = world.all(&world.platform, &path(), &vec![pre("twins"); 16]).await;
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    assert_eq!(answers[0].0, 200, "{answers:?}");
    let held = world.account(SPONSOR_AVAILABLE).await;
    assert_eq!(held["available"], 99_990_000);

    // Of creates and pre-transfers of one number, one is heard.
    let (path, rivals) = (path(), vec![create("rivals"); 8]);
    let (created, laid) = tokio::join!(
        world.all(&world.platform, BILLS, &rivals),
        world.all(&world.platform, &path, &rivals),
    );
    let won = |answers: &[(u16, Json)]| answers.iter().filter(|(status, _)| *status == 200).count();
    assert!(matches!((won(&created), won(&laid)), (8, 0) | (0, 8)), "{created:?} {laid:?}");
    let shown = world.until("rivals", "WAIT_USER_CONFIRM").await;
    assert_eq!(
        shown["receiver_detail"]["receiver"]["transaction_info"]["transaction_id"],
        TRANSACTION
    );
    assert_eq!(world.account(SPONSOR_AVAILABLE).await["available"], 99_980_000);
    world.verify().await;
}

/// Of a payer who follows the package and a platform that cancels at the same moment, one is heard.
#[tokio::test]
async fn a_confirm_races_with_a_cancel() {
    let world = World::start().await;
    for turn in 0..8 {
        let number = format!("race{turn}");
        let made = post(&world, &pre(&number)).await;
        let draft = world.platform.post(&cancel(&number), "").bytes();
        let (cancelled, (status, _)) = tokio::join!(
            exchange(world.address(), &draft),
            confirm(&world, &made["package_info"], "confirm"),
        );
        let cancelled = cancelled.unwrap();
        let heard = (cancelled.status, status);
        assert!(heard == (200, 409) || heard == (400, 200), "{heard:?}");
        if heard.1 == 200 {
            assert_eq!(cancelled.json()["message"], "当前单据状态不允许撤销");
            world.until(&number, "SUCCESS").await;
        } else {
            world.until(&number, "CANCELLED").await;
        }
    }
    let sponsor = world.account(SPONSOR_AVAILABLE).await;
    assert_eq!(
        (&sponsor["debits"]["pending"], &sponsor["available"]),
        (&json!(0), &sponsor["balance"])
    );
    world.verify().await;
}
