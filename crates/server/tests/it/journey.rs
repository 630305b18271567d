//! Whole journeys of an order, as a merchant goes them: from the order to the next day's bills.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use redress_api::Day;
use redress_server::{DIRECT, PLATFORM, SUB_MERCHANT};
use serde_json::{Value as Json, json};

use crate::contract::pay_codepay::{CODEPAY, codepay};
use crate::contract::{combine_query, combined_for, next_morning, pay_query, statement};
use crate::notify::opened;
use crate::notify::receiver::{Got, Manner, Receiver};
use crate::refunds::{APPLY, PAY_SUBSIDY, apply, platform_query, settle, subsidy, with};
use crate::sharing::{ADD, FRIEND, NOT_FOR_SHARING, ORDERS, added, left, share, shared};
use crate::world::{APPID, SUBSIDIES, World, reverse};

const PAYER: &str = "o_journey";
/// A generous bound on what a journey takes: nobody waits for the clock of the wall.
const LIMIT: Duration = Duration::from_secs(10);

/// A world at ten in the morning, so that no journey goes over midnight, and when it was ready.
async fn morning() -> (World, Instant) {
    let world = World::start().await;
    let started = Instant::now();
    next_morning(&world).await;
    (world, started)
}

fn done(journey: &str, started: Instant) {
    let took = started.elapsed();
    eprintln!("{journey}: {took:?}");
    assert!(took < LIMIT, "{journey} took {took:?}");
}

/// A paid combined order of two: the first, of 100 yuan, is for sharing and says a subsidy of
/// 5 yuan. Gives the body that a query shows.
async fn bought(world: &World, number: &str, url: &str) -> Json {
    let mut body = combined_for(world, &world.platform, number, PAYER).await;
    body["notify_url"] = url.into();
    body["sub_orders"][0]["amount"]["total_amount"] = 10_000.into();
    body["sub_orders"][0]["settle_info"] = json!({ "profit_sharing": true, "subsidy_amount": 500 });
    let draft = world.platform.post("/v3/combine-transactions/jsapi", &body.to_string());
    let placed = world.ok(&draft).await;
    world.act("/pay", json!({ "prepay_id": placed["prepay_id"], "openid": PAYER })).await;
    let shown = world.ok(&world.platform.get(&combine_query(number))).await;
    for order in shown["sub_orders"].as_array().unwrap() {
        assert_eq!(order["trade_state"], "SUCCESS");
    }
    shown
}

/// What a callback tells the platform of this event. Its signature is right.
fn told(world: &World, got: &Got, event: &str) -> Json {
    let envelope: Json = serde_json::from_slice(&got.body).unwrap();
    assert_eq!(envelope["event_type"], event);
    opened(world, PLATFORM, got)
}

/// The records of a bill and its sums, by the names of their columns.
struct Bill<'a> {
    records: Vec<BTreeMap<&'a str, &'a str>>,
    sums: BTreeMap<&'a str, &'a str>,
}

impl<'a> Bill<'a> {
    fn read(file: &'a str) -> Self {
        let lines: Vec<&str> = file.lines().collect();
        let record = |head: &'a str, line: &'a str| -> BTreeMap<&str, &str> {
            let fields = line.split(',').map(|field| field.strip_prefix('`').unwrap());
            head.split(',').zip(fields).collect()
        };
        let [head, records @ .., names, sums] = &*lines else { panic!("{file}") };
        Self {
            records: records.iter().map(|line| record(head, line)).collect(),
            sums: record(names, sums),
        }
    }

    /// The sum of a column, in fen, where another column has this value.
    fn sum(&self, column: &str, by: (&str, &str)) -> i64 {
        self.records.iter().filter(|record| record[by.0] == by.1).map(|r| fen(r[column])).sum()
    }
}

fn fen(yuan: &str) -> i64 {
    yuan.replace('.', "").parse().unwrap()
}

/// The transfers of a day that moved money.
async fn posted(world: &World, day: Day) -> Vec<Json> {
    let mut transfers = world.show("/transfers?most=1000").await["items"].take();
    let mut transfers = std::mem::take(transfers.as_array_mut().unwrap());
    transfers.retain(|transfer| {
        let moves = transfer["phase"] == "posted" || transfer["phase"] == "post";
        moves && Day::of(transfer["at"].as_str().unwrap().parse().unwrap()) == day
    });
    transfers
}

/// The sum of some transfers.
fn sum(transfers: &[Json], which: impl Fn(&Json) -> bool) -> i64 {
    let chosen = transfers.iter().filter(|transfer| which(transfer));
    chosen.map(|transfer| transfer["amount"].as_i64().unwrap()).sum()
}

/// The provider's numbers of what a merchant has on a list.
async fn numbers(world: &World, mchid: &str, list: &str, field: &str) -> BTreeSet<String> {
    let items = world.show(&format!("/{list}?most=1000")).await["items"].take();
    let own = items.as_array().unwrap().iter().filter(|item| item["mchid"] == mchid);
    own.filter_map(|item| item[field].as_str().map(str::to_owned)).collect()
}

/// That the day's trades of the platform on its bill are those of the ledger: what was paid, and
/// what was paid back.
async fn trades_agree(world: &World, day: Day, paid: i64, refunded: i64) {
    let target = format!("/v3/bill/tradebill?bill_date={day}&bill_type=ALL");
    let file = statement(world, &world.platform, &target).await;
    let bill = Bill::read(&file);
    let transfers = posted(world, day).await;
    let orders = numbers(world, PLATFORM, "orders", "transaction_id").await;
    let refunds = numbers(world, PLATFORM, "refunds", "refund_id").await;
    let moved = |reason: &str, own: &BTreeSet<String>| {
        sum(&transfers, |transfer| {
            transfer["reason"] == reason && own.contains(transfer["reference"].as_str().unwrap())
        })
    };
    for (in_ledger, expected, state, column, total) in [
        (moved("payment", &orders), paid, "SUCCESS", "订单金额", "订单总金额"),
        (moved("refund", &refunds), refunded, "REFUND", "退款金额", "退款总金额"),
    ] {
        assert_eq!(in_ledger, expected, "{state}");
        assert_eq!(bill.sum(column, ("交易状态", state)), in_ledger, "{file}");
        assert_eq!(fen(bill.sums[total]), in_ledger, "{file}");
    }
    assert_eq!(bill.sums["总交易单数"], bill.records.len().to_string());
}

/// That the day's movements on the platform's account are those of the ledger, which come to this.
async fn funds_agree(world: &World, day: Day, change: i64) {
    let target = format!("/v3/bill/fundflowbill?bill_date={day}");
    let file = statement(world, &world.platform, &target).await;
    let bill = Bill::read(&file);
    let accounts = ["available", "frozen"].map(|name| format!("merchant:{PLATFORM}:{name}"));
    let transfers = posted(world, day).await;
    let of = |side: &'static str| {
        sum(&transfers, |transfer| accounts.iter().any(|account| transfer[side] == **account))
    };
    assert_eq!(of("credit") - of("debit"), change);
    let part = |kind| bill.sum("收支金额(元)", ("收支类型", kind));
    assert_eq!(part("收入") - part("支出"), change, "{file}");
    assert_eq!(fen(bill.sums["收入金额"]) - fen(bill.sums["支出金额"]), change, "{file}");
    let mut balance = 0;
    for account in &accounts {
        balance += world.account(account).await["balance"].as_i64().unwrap_or_default();
    }
    assert_eq!(fen(bill.records.last().unwrap()["账户结余(元)"]), balance, "{file}");
}

#[tokio::test]
async fn a_combined_order_is_refunded_shared_and_billed() {
    let (world, started) = morning().await;
    let receiver = Receiver::start(Manner::answer(204, "")).await;
    let shown = bought(&world, "journey1", &receiver.url()).await;
    let got = receiver.until(1).await;
    assert_eq!(told(&world, &got[0], "TRANSACTION.SUCCESS"), shown);
    let marked = &shown["sub_orders"][0];
    let id = marked["transaction_id"].as_str().unwrap();
    // The bills of the platform are about nobody else.
    world.order(json!({ "out_trade_no": "another1", "amount": 77 })).await;

    let refund = apply(marked["out_trade_no"].as_str().unwrap(), "refund-1", 2_000, 10_000);
    let refund = with(&refund, "notify_url", receiver.url().into());
    let applied = world.ok(&world.platform.post(APPLY, &refund.to_string())).await;
    settle(&world).await;
    let got = receiver.until(2).await;
    let refunded = told(&world, &got[1], "REFUND.SUCCESS");
    let found = world.ok(&world.platform.get(&platform_query("refund-1"))).await;
    assert_eq!(
        (&refunded["refund_status"], &found["status"]),
        (&json!("SUCCESS"), &json!("SUCCESS"))
    );
    for field in ["refund_id", "transaction_id", "out_refund_no", "success_time"] {
        assert_eq!(refunded[field], found[field], "{field}");
    }
    assert_eq!(
        (&refunded["refund_id"], &refunded["transaction_id"]),
        (&applied["refund_id"], &json!(id))
    );
    assert_eq!(refunded["amount"]["refund"], 2_000);

    let cancel = json!({ "sub_mchid": SUB_MERCHANT, "transaction_id": id, "description": "退款" });
    let cancelled = world.ok(&world.platform.post(SUBSIDIES, &cancel.to_string())).await;
    assert_eq!(cancelled["result"], "SUCCESS");
    world.step(60).await;
    for account in [PLATFORM, FRIEND] {
        world.ok(&world.platform.post(ADD, &added(account).to_string())).await;
    }
    let share = share(id, "share-1", &[(PLATFORM, 1_000), (FRIEND, 500)]);
    let share = shared(&world, &with(&share, "finish", true.into())).await;
    assert_eq!(share["status"], "FINISHED");
    assert_eq!(left(&world, id).await, 0);

    let day = next_morning(&world).await;
    trades_agree(&world, day, 12_000, 2_000).await;
    funds_agree(&world, day, 1_000).await;
    assert_eq!(receiver.got().len(), 2, "told of each once");
    world.verify().await;
    done("combined order to bills", started);
}

/// Each order of a combined one is an order to refunds, subsidies and shares, by its own number.
#[tokio::test]
async fn orders_of_a_combined_order_are_settled_by_themselves() {
    let (world, _) = morning().await;
    let shown = bought(&world, "journey2", "http://127.0.0.1:9/notify").await;
    let ids = [0, 1].map(|n| shown["sub_orders"][n]["transaction_id"].as_str().unwrap());
    let refund = |id: &str, number: &str, fen: i64, total: i64| {
        let mut refund = with(&apply("", number, fen, total), "transaction_id", id.into());
        refund.as_object_mut().unwrap().remove("out_trade_no");
        world.platform.post(APPLY, &refund.to_string())
    };
    world.ok(&refund(ids[0], "refund-1", 3_000, 10_000)).await;
    // All of the other, which was never for sharing.
    world.ok(&refund(ids[1], "refund-2", 2_000, 2_000)).await;
    settle(&world).await;
    let states = world.ok(&world.platform.get(&combine_query("journey2"))).await;
    for order in states["sub_orders"].as_array().unwrap() {
        assert_eq!(order["trade_state"], "REFUND");
    }
    assert_eq!(world.account(&format!("payer:{PAYER}")).await["balance"], 5_000 - 12_000);

    world.step(60).await;
    let paid = world.ok(&world.platform.post(PAY_SUBSIDY, &subsidy(ids[0], 500).to_string())).await;
    assert_eq!((&paid["transaction_id"], &paid["result"]), (&json!(ids[0]), &json!("SUCCESS")));
    assert_eq!(left(&world, ids[0]).await, 7_500);
    let unmarked = subsidy(ids[1], 500).to_string();
    let no_mark = (400, "INVALID_REQUEST", "非补差订单，不支持补差");
    world.refused(&world.platform.post(PAY_SUBSIDY, &unmarked), no_mark).await;

    world.ok(&world.platform.post(ADD, &added(FRIEND).to_string())).await;
    shared(&world, &share(ids[0], "share-1", &[(FRIEND, 2_000)])).await;
    assert_eq!(left(&world, ids[0]).await, 5_500);
    let unmarked = share(ids[1], "share-2", &[(FRIEND, 1)]).to_string();
    world.refused(&world.platform.post(ORDERS, &unmarked), NOT_FOR_SHARING).await;
    let finished = with(&share(ids[0], "share-3", &[(FRIEND, 500)]), "finish", true.into());
    shared(&world, &finished).await;
    assert_eq!(left(&world, ids[0]).await, 0);
    assert_eq!(world.account(&format!("payer:{FRIEND}")).await["balance"], 2_500);
    world.verify().await;
}

/// Begins a code payment that waits for the payer's password.
async fn asked(world: &World, out_trade_no: &str) {
    let code = world.code(PAYER, true).await;
    let body = codepay(out_trade_no, &code, 8_800).to_string();
    let answer = world.send(&world.direct.post(CODEPAY, &body)).await;
    assert_eq!((answer.status, &answer.json()["trade_state"]), (202, &json!("USERPAYING")));
    assert_eq!(world.trade_state(out_trade_no).await, "USERPAYING");
}

async fn reversed(world: &World, out_trade_no: &str) {
    let parties = json!({ "appid": APPID, "mchid": DIRECT }).to_string();
    world.ok(&world.direct.post(&reverse(out_trade_no), &parties)).await;
    assert_eq!(world.trade_state(out_trade_no).await, "REVOKED");
}

#[tokio::test]
async fn a_code_payment_is_reversed_and_billed_if_it_was_paid() {
    let (world, started) = morning().await;
    let receiver = Receiver::start(Manner::answer(204, "")).await;
    let path = format!("/merchants/{DIRECT}/notify-url");
    world.act(&path, json!({ "url": receiver.url() })).await;
    asked(&world, "unpaid1").await;
    reversed(&world, "unpaid1").await;
    asked(&world, "paid01").await;
    assert_eq!(world.act_as_payer("paid01", "pay").await.0, 200);
    let paid = world.ok(&world.direct.get(&pay_query("paid01"))).await;
    assert_eq!(paid["trade_state"], "SUCCESS");
    reversed(&world, "paid01").await;
    let order = world.show(&format!("/orders/{DIRECT}/paid01")).await;

    let day = next_morning(&world).await;
    let target = format!("/v3/bill/tradebill?bill_date={day}");
    let file = statement(&world, &world.direct, &target).await;
    let bill = Bill::read(&file);
    let [payment, reversal] = &*bill.records else { panic!("{file}") };
    let time = |at: &Json| at.as_str().unwrap()[..19].replace('T', " ");
    let (paid_at, revoked_at) = (time(&paid["success_time"]), time(&order["revoke_time"]));
    let id = paid["transaction_id"].as_str().unwrap();
    let both = [
        ("公众账号ID", APPID),
        ("商户号", DIRECT),
        ("微信订单号", id),
        ("商户订单号", "paid01"),
        ("用户标识", PAYER),
        ("交易类型", "MICROPAY"),
        ("货币种类", "CNY"),
        ("微信退款单号", "0"),
        ("商户退款单号", "0"),
    ];
    let of_payment = [
        ("交易时间", &*paid_at),
        ("交易状态", "SUCCESS"),
        ("应结订单金额", "88.00"),
        ("订单金额", "88.00"),
        ("退款金额", "0.00"),
        ("退款类型", ""),
        ("退款状态", ""),
    ];
    let of_reversal = [
        ("交易时间", &*revoked_at),
        ("交易状态", "REVOKED"),
        ("应结订单金额", "0.00"),
        ("订单金额", "0.00"),
        ("退款金额", "88.00"),
        ("申请退款金额", "88.00"),
        ("退款类型", "ORIGINAL"),
        ("退款状态", "SUCCESS"),
    ];
    for (record, own) in [(payment, &of_payment[..]), (reversal, &of_reversal[..])] {
        for (column, value) in both.iter().chain(own) {
            assert_eq!(record[column], *value, "{column}: {file}");
        }
    }
    let transfers = posted(&world, day).await;
    for (reason, total) in [("payment", "订单总金额"), ("reversal", "退款总金额")] {
        let moved = sum(&transfers, |transfer| transfer["reason"] == reason);
        assert_eq!((moved, fen(bill.sums[total])), (8_800, 8_800), "{reason}");
    }
    assert_eq!(bill.sums["总交易单数"], "2");

    // A code payment is answered and asked for, never called back.
    assert!(receiver.got().is_empty());
    assert_eq!(world.show("/notices").await["items"], json!([]));
    world.verify().await;
    done("code payments to bills", started);
}
