//! `GET /v3/bill/tradebill`: the trades of a day.

use redress_api::Day;
use redress_server::{DIRECT, PLATFORM, SPONSOR, SUB_MERCHANT};
use serde_json::{Value as Json, json};

use super::{NO_AUTH, UNDEFINED, moved, next_morning, partner_order, statement, today};
use crate::refunds::{REFUNDS, body, query, settle};
use crate::world::{APPID, ORDER, World, reverse};

const HEAD: &str = "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注";
const SUMS: &str =
    "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额";
const NONE: (u16, &str, &str) = (400, "NO_STATEMENT_EXIST", "请求的账单文件不存在");
const NOT_YET: (u16, &str, &str) = (400, "STATEMENT_CREATING", "账单生成中");
const DAY: (u16, &str, &str) =
    (400, "INVALID_REQUEST", "账单日期错误，仅支持三个月内的账单下载申请");

fn of(day: Day, more: &str) -> String {
    format!("/v3/bill/tradebill?bill_date={day}{more}")
}

/// The records of a file, without its last two lines and its first, each field without its mark.
fn records(file: &str) -> Vec<Vec<&str>> {
    let lines: Vec<&str> = file.lines().collect();
    lines[1..lines.len() - 2]
        .iter()
        .map(|line| line.split(',').map(|f| &f[1..]).collect())
        .collect()
}

#[tokio::test]
async fn a_day_has_what_was_paid_and_what_was_reversed() {
    let world = World::start().await;
    let placed = world.order(json!({ "out_trade_no": "statement1", "amount": 1 })).await;
    world.order(json!({ "out_trade_no": "unpaid1", "outcome": "unpaid" })).await;
    world.order(json!({ "out_trade_no": "failed1", "outcome": "failed" })).await;
    let body = json!({ "appid": APPID, "mchid": DIRECT }).to_string();
    world.ok(&world.direct.post(&reverse(ORDER), &body)).await;
    let revoked = world.show(&format!("/orders/{DIRECT}/{ORDER}")).await;
    let day = next_morning(&world).await;

    let time = |at: &Json| at.as_str().unwrap()[..19].replace('T', " ");
    let id = |order: &Json| order["transaction_id"].as_str().unwrap().to_owned();
    let (paid, cancelled) = (time(&revoked["success_time"]), time(&revoked["revoke_time"]));
    let (first, small) = (id(&revoked), time(&placed["success_time"]));
    let payer = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o";
    let payment = |at: &str, transaction: &str, number: &str, yuan: &str| {
        format!(
            "`{at},`{APPID},`{DIRECT},`0,`,`{transaction},`{number},`{payer},`MICROPAY,`SUCCESS,`OTHERS,`CNY,`{yuan},`0.00,`0,`0,`0.00,`0.00,`,`,`,`,`0.00000,`0.00%,`{yuan},`0.00,`"
        )
    };
    let mut lines = [
        payment(&paid, &first, ORDER, "88.00"),
        payment(&small, &id(&placed), "statement1", "0.01"),
        format!(
            "`{cancelled},`{APPID},`{DIRECT},`0,`,`{first},`{ORDER},`{payer},`MICROPAY,`REVOKED,`OTHERS,`CNY,`0.00,`0.00,`0,`0,`88.00,`0.00,`ORIGINAL,`SUCCESS,`,`,`0.00000,`0.00%,`0.00,`88.00,`"
        ),
    ];
    let key = |line: &String| {
        let fields: Vec<String> = line.split(',').map(str::to_owned).collect();
        (fields[0].clone(), fields[5].clone(), fields[9].clone() == "`REVOKED")
    };
    lines.sort_by_key(key);
    let lines = lines.join("\n");
    let all = statement(&world, &world.direct, &of(day, "")).await;
    let sums = "`3,`88.01,`88.00,`0.00,`0.00000,`88.01,`88.00";
    assert_eq!(all, format!("{HEAD}\n{lines}\n{SUMS}\n{sums}\n"));
    assert_eq!(statement(&world, &world.direct, &of(day, "&bill_type=ALL")).await, all);
    assert_eq!(moved(&world, DIRECT, &["payment"], "credit").await, "88.01");
    assert_eq!(moved(&world, DIRECT, &["reversal"], "debit").await, "88.00");

    let payments = statement(&world, &world.direct, &of(day, "&bill_type=SUCCESS")).await;
    let lines: Vec<&str> = payments.lines().collect();
    let without = "微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,";
    assert_eq!(lines[0], HEAD.replace(without, "").replace("申请退款金额,", ""));
    assert_eq!(records(&payments).len(), 2);
    assert_eq!(lines[3], "总交易单数,应结订单总金额,手续费总金额,订单总金额");
    assert_eq!(lines[4], "`2,`88.01,`0.00000,`88.01");

    let refunds = statement(&world, &world.direct, &of(day, "&bill_type=REFUND")).await;
    let lines: Vec<&str> = refunds.lines().collect();
    let head = HEAD.replace("代金券金额,", "代金券金额,退款申请时间,退款成功时间,");
    assert_eq!(lines[0], head);
    let record = &records(&refunds)[0];
    assert_eq!(
        record[9..18],
        ["REVOKED", "OTHERS", "CNY", "0.00", "0.00", &cancelled, &cancelled, "0", "0"]
    );
    assert_eq!(lines[2..], [SUMS, "`1,`0.00,`88.00,`0.00,`0.00000,`0.00,`88.00"]);

    // Nothing of it belongs to the next day, and later reading changes nothing.
    let next = next_morning(&world).await;
    world.refused(&world.direct.get(&of(next, "")), NONE).await;
    let world = world.restart().await;
    assert_eq!(statement(&world, &world.direct, &of(day, "")).await, all);
    world.verify().await;
}

#[tokio::test]
async fn a_day_has_the_refunds_that_were_taken_on_and_how_they_stood_next_morning() {
    let world = World::start().await;
    for (number, fen) in [("refund-1", 800), ("refund-2", 1)] {
        world.ok(&world.direct.post(REFUNDS, &body(ORDER, number, fen, 8_800).to_string())).await;
    }
    settle(&world).await;
    let found = world.ok(&world.direct.get(&query("refund-1"))).await;
    let day = next_morning(&world).await;
    let later = world.direct.post(REFUNDS, &body(ORDER, "refund-3", 99, 8_800).to_string());
    let later = world.ok(&later).await;

    let all = statement(&world, &world.direct, &of(day, "")).await;
    let of_day = records(&all);
    assert_eq!(of_day.len(), 3);
    let refund = of_day.iter().find(|record| record[15] == "refund-1").unwrap();
    let time = |at: &Json| at.as_str().unwrap()[..19].replace('T', " ");
    let created = time(&found["create_time"]);
    assert_eq!(refund[0], created);
    assert_eq!((refund[5], refund[6]), (found["transaction_id"].as_str().unwrap(), ORDER));
    let id = found["refund_id"].as_str().unwrap();
    assert_eq!(
        refund[8..20],
        [
            "MICROPAY", "REFUND", "OTHERS", "CNY", "0.00", "0.00", id, "refund-1", "8.00", "0.00",
            "ORIGINAL", "SUCCESS"
        ]
    );
    assert_eq!(refund[24..26], ["0.00", "8.00"]);
    let sums = "`3,`88.00,`8.01,`0.00,`0.00000,`88.00,`8.01";
    assert_eq!(all.lines().last(), Some(sums));
    assert_eq!(moved(&world, DIRECT, &["refund"], "debit").await, "8.01");

    let refunds = statement(&world, &world.direct, &of(day, "&bill_type=REFUND")).await;
    let only = records(&refunds);
    let refund = only.iter().find(|record| record[17] == "refund-1").unwrap();
    assert_eq!(refund[14..16], [&created, &time(&found["success_time"])]);
    let payments = statement(&world, &world.direct, &of(day, "&bill_type=SUCCESS")).await;
    assert_eq!(records(&payments).len(), 1);

    // The movements of the day have the same refunds, and name the merchant's numbers.
    let funds = format!("/v3/bill/fundflowbill?bill_date={day}");
    let funds = statement(&world, &world.direct, &funds).await;
    let line = funds.lines().find(|line| line.ends_with("`refund-1")).unwrap();
    let fields: Vec<&str> = line.split(",`").collect();
    assert_eq!((fields[1], fields[3], fields[5], fields[6]), (id, "退款", "支出", "8.00"));
    assert_eq!(fields[8..10], ["1230000109API", "退款总金额8.00元;含手续费0.00元"]);
    assert_eq!(funds.lines().last(), Some("`3,`1,`88.00,`2,`8.01"));

    // What was asked for this morning is this day's.
    settle(&world).await;
    let today = next_morning(&world).await;
    let next = statement(&world, &world.direct, &of(today, "")).await;
    let [only] = records(&next).try_into().unwrap();
    assert_eq!((only[14], only[16]), (later["refund_id"].as_str().unwrap(), "0.99"));
    assert_eq!(statement(&world, &world.direct, &of(day, "")).await, all);
}

#[tokio::test]
async fn a_platform_has_its_sub_merchants_or_one_of_them() {
    let world = World::start().await;
    let order = json!({ "out_trade_no": "sub-order1", "amount": 700, "trade_type": "JSAPI" });
    partner_order(&world, order).await;
    let day = next_morning(&world).await;
    let all = statement(&world, &world.platform, &of(day, "")).await;
    let one = format!("&sub_mchid={SUB_MERCHANT}");
    assert_eq!(statement(&world, &world.platform, &of(day, &one)).await, all);
    let records = records(&all);
    assert!(records.iter().all(|record| record[2..4] == [PLATFORM, SUB_MERCHANT]));
    let payments: Vec<_> = records.iter().filter(|record| record[9] == "SUCCESS").collect();
    assert_eq!(payments.len(), 3);
    let sums: Vec<&str> = all.lines().last().unwrap().split(",`").collect();
    assert_eq!(sums[1], moved(&world, SUB_MERCHANT, &["payment"], "credit").await);

    let foreign = (403, "NO_AUTH", "无该子商户账单的权限");
    for (caller, sub) in [(&world.platform, SPONSOR), (&world.direct, SUB_MERCHANT)] {
        let target = of(day, &format!("&sub_mchid={sub}"));
        world.refused(&caller.get(&target), foreign).await;
    }
    world.refused(&world.sponsor.get(&of(day, "")), NONE).await;
    world.refused(&world.sub_merchant.get(&of(day, "")), NO_AUTH).await;
}

#[tokio::test]
async fn statements_are_there_from_ten_of_the_next_day_for_three_months() {
    let world = World::start().await;
    let (now, day) = today(&world).await;
    world.refused(&world.direct.get(&of(day, "")), NOT_YET).await;
    world.refused(&world.direct.get(&of(day.next(), "")), DAY).await;
    let ten = day.next().start().plus_seconds(10 * 3600);
    // Requests take less than a minute.
    world.step(ten.seconds_since(now) - 60).await;
    world.refused(&world.direct.get(&of(day, "")), NOT_YET).await;
    world.step(60).await;
    statement(&world, &world.direct, &of(day, "")).await;
    for kind in ["RECHARGE_REFUND", "ALL_SPECIAL", "SUC_SPECIAL", "REF_SPECIAL", "REFUND"] {
        let target = of(day, &format!("&bill_type={kind}"));
        world.refused(&world.direct.get(&target), NONE).await;
    }
    let (_, now) = today(&world).await;
    let oldest = now.months_before(3);
    world.refused(&world.direct.get(&of(oldest, "")), NONE).await;
    let older = Day::of(oldest.start().plus_seconds(-1));
    world.refused(&world.direct.get(&of(older, "")), DAY).await;
}

#[tokio::test]
async fn parameters_are_checked_in_the_providers_words() {
    let world = World::start().await;
    let pattern = r"输入源“/query/bill_date”映射到值字段“账单日期”字符串规则校验失败，字符串必须匹配正则表达式“^\d{4}-\d{2}-\d{2}$”";
    let calendar =
        "输入源“/query/bill_date”映射到值字段“账单日期”字符串规则校验失败，不是合法的日期";
    let cases = [
        ("", "输入源“/query/bill_date”映射到字段“账单日期”必填性规则校验失败，此字段为必填项"),
        (
            "?bill_date=20261125",
            "输入源“/query/bill_date”映射到值字段“账单日期”字符串规则校验失败，字节数 8，小于最小值 10",
        ),
        ("?bill_date=2026/11/25", pattern),
        ("?bill_date=2026-02-30", calendar),
        ("?bill_date=0000-00-00", calendar),
        (
            "?bill_date=2026-11-25&bill_type=all",
            "输入源“/query/bill_type”映射到值字段“账单类型”枚举规则校验失败，此字段的可选取值为“ALL、SUCCESS、REFUND、RECHARGE_REFUND、ALL_SPECIAL、SUC_SPECIAL、REF_SPECIAL”",
        ),
        (
            "?bill_date=2026-11-25&tar_type=ZIP",
            "输入源“/query/tar_type”映射到值字段“压缩类型”枚举规则校验失败，此字段的可选取值为“GZIP”",
        ),
        ("?bill_date=2026-11-25&mchid=1", UNDEFINED),
    ];
    for (query, message) in cases {
        let target = format!("/v3/bill/tradebill{query}");
        world.refused(&world.direct.get(&target), (400, "PARAM_ERROR", message)).await;
    }
}
