//! `GET /v3/bill/fundflowbill`: what moved on an account on a day.

use redress_api::Day;
use redress_server::{DIRECT, PLATFORM, SPONSOR};
use serde_json::json;

use super::{NO_AUTH, next_morning, statement, today};
use crate::world::{APPID, BILL, ORDER, World, reverse};

const HEAD: &str = "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号";
const SUMS: &str = "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额";
const NONE: (u16, &str, &str) = (400, "NO_STATEMENT_EXIST", "请求的账单文件不存在");

fn of(day: Day, more: &str) -> String {
    format!("/v3/bill/fundflowbill?bill_date={day}{more}")
}

/// The records of a file, each field without its mark.
fn records(file: &str) -> Vec<Vec<&str>> {
    let lines: Vec<&str> = file.lines().collect();
    assert_eq!((lines[0], lines[lines.len() - 2]), (HEAD, SUMS));
    let records = &lines[1..lines.len() - 2];
    records.iter().map(|line| line.split(',').map(|field| &field[1..]).collect()).collect()
}

/// What an account of the ledger has, in yuan.
async fn balance(world: &World, account: &str) -> String {
    let fen = world.account(account).await["balance"].as_i64().unwrap();
    redress_api::Fen::new(fen).to_string()
}

#[tokio::test]
async fn a_day_has_every_movement_and_the_balance_after_it() {
    let world = World::start().await;
    world.waiting(BILL).await;
    let path = format!("/bills/{PLATFORM}/{BILL}/payer");
    world.act(&path, json!({ "answer": "confirm" })).await;
    let paid = world.until(BILL, "SUCCESS").await;
    // What is held has not moved.
    world.waiting("plfk2020042014").await;
    let body = json!({ "appid": APPID, "mchid": DIRECT }).to_string();
    world.ok(&world.direct.post(&reverse(ORDER), &body)).await;
    let order = world.show(&format!("/orders/{DIRECT}/{ORDER}")).await;
    let day = next_morning(&world).await;

    let sponsor = statement(&world, &world.sponsor, &of(day, "")).await;
    let [top_up, bill] = records(&sponsor).try_into().unwrap();
    assert_eq!(top_up[3..], ["充值", "充值", "收入", "1000000.00", "1000000.00", "system", "", ""]);
    assert_eq!(bill[1], paid["bill_id"]);
    assert_eq!(
        bill[3..],
        [
            "商家赔付",
            "商家赔付",
            "支出",
            "100.00",
            "999900.00",
            &format!("{PLATFORM}API"),
            "直播违规扣罚",
            BILL
        ]
    );
    assert_eq!(sponsor.lines().last(), Some("`2,`1,`1000000.00,`1,`100.00"));
    // The other bill's hold went back when its day was over; the balance is the ledger's.
    assert_eq!(bill[7], balance(&world, &format!("merchant:{SPONSOR}:available")).await);
    let transfers = world.show(&format!("/transfers?reference={}", bill[1])).await;
    let posted = &transfers["items"][1];
    assert_eq!((&posted["phase"], &posted["id"]), (&json!("post"), &json!(bill[2])));

    let direct = statement(&world, &world.direct, &of(day, "&account_type=BASIC")).await;
    let [payment, reversal] = records(&direct).try_into().unwrap();
    let id = order["transaction_id"].as_str().unwrap();
    assert_eq!((payment[1], reversal[1]), (id, id));
    assert_eq!(payment[3..], ["交易", "交易", "收入", "88.00", "88.00", "system", "", ORDER]);
    let by = format!("{DIRECT}API");
    assert_eq!(reversal[3..], ["撤销", "退款", "支出", "88.00", "0.00", &by, "", ORDER]);
    assert_eq!(direct.lines().last(), Some("`2,`1,`88.00,`1,`88.00"));

    // The next day begins with what the last one left.
    let credit = json!({ "mchid": SPONSOR, "amount": 1 });
    world.act("/credits", credit).await;
    let next = next_morning(&world).await;
    let sponsor = statement(&world, &world.sponsor, &of(next, "")).await;
    let [top_up] = records(&sponsor).try_into().unwrap();
    assert_eq!(top_up[6..8], ["0.01", "999900.01"]);
    assert_eq!(statement(&world, &world.direct, &of(day, "")).await, direct, "as it was");
    world.refused(&world.direct.get(&of(next, "")), NONE).await;
    world.verify().await;
}

#[tokio::test]
async fn accounts_on_which_nothing_moved_have_no_statement() {
    let world = World::start().await;
    let (_, day) = today(&world).await;
    let not_yet = (400, "STATEMENT_CREATING", "账单生成中");
    world.refused(&world.direct.get(&of(day, "")), not_yet).await;
    let day = next_morning(&world).await;
    for account in ["OPERATION", "FEES"] {
        let target = of(day, &format!("&account_type={account}"));
        world.refused(&world.direct.get(&target), NONE).await;
    }
    world.refused(&world.sub_merchant.get(&of(day, "")), NO_AUTH).await;
    let message = "输入源“/query/account_type”映射到值字段“资金账户类型”枚举规则校验失败，此字段的可选取值为“BASIC、OPERATION、FEES”";
    let target = of(day, "&account_type=Basic");
    world.refused(&world.direct.get(&target), (400, "PARAM_ERROR", message)).await;
    let message = "账单日期错误，仅支持三个月内的账单下载申请";
    let target = "/v3/bill/fundflowbill?bill_date=2019-06-11";
    world.refused(&world.direct.get(target), (400, "INVALID_REQUEST", message)).await;
}
