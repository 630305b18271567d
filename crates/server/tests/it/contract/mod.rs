//! The contract of each endpoint.

use redress_api::{Day, Fen, Timestamp};
use redress_crypto::{Serial, sha1_hex};
use redress_server::{DIRECT, PLATFORM, SUB_MERCHANT};
use serde_json::{Value as Json, json};

use crate::caller::{Caller, Draft};
use crate::wire::{Answer, exchange};
use crate::world::{APPID, PLATFORM_APPID, World};

pub(crate) mod certificate_list;
mod combine_close;
mod combine_jsapi;
mod combine_native;
mod combine_query;
mod compensation_cancel;
mod compensation_create;
mod compensation_merchant_create;
mod compensation_merchant_query;
mod compensation_pre_transfer;
mod compensation_query;
mod compensation_query_by_id;
mod fund_balance;
mod fund_sub_balance;
mod partner_close;
mod partner_codepay;
mod partner_jsapi;
mod partner_native;
mod partner_query;
mod partner_query_by_id;
mod partner_reverse;
mod pay_app;
mod pay_close;
pub(crate) mod pay_codepay;
mod pay_h5;
mod pay_jsapi;
mod pay_native;
mod pay_query;
mod pay_query_by_id;
mod pay_reverse;
mod refund_create;
mod refund_ecommerce_apply;
mod refund_ecommerce_query;
mod refund_ecommerce_query_by_id;
mod refund_query;
mod security_echo;
mod sharing_add_receiver;
mod sharing_amounts;
mod sharing_create;
mod sharing_create_return;
mod sharing_delete_receiver;
mod sharing_finish;
mod sharing_query;
mod sharing_query_return;
mod statement_download;
mod statement_fund_flow;
mod statement_trade;
mod subsidy_cancel;
mod subsidy_create;
mod subsidy_return;

/// The refusal of a merchant that the page's 支持商户 line does not name.
pub(crate) const NO_AUTH: (u16, &str, &str) =
    (403, "NO_AUTH", "商户无权限调用该接口，请确认商户类型及产品权限");
const BILL_DIFFERS: (u16, &str, &str) =
    (400, "INVALID_REQUEST", "单号已存在但信息不一致,请查单后比较确认");
const SPONSOR_NOT_AUTHORISED: (u16, &str, &str) =
    (403, "NO_AUTH", "出资商户未授权，无权限使用该出资商户号");
const ACCOUNT_NOT_OPEN: (u16, &str, &str) = (400, "INVALID_REQUEST", "输入账户类型未开通");
const BILL_UNKNOWN: (u16, &str, &str) = (404, "NOT_FOUND", "查询单据不存在");
const ORDER_UNKNOWN: (u16, &str, &str) = (404, "ORDER_NOT_EXIST", "订单不存在");
const ORDER_PAID: (u16, &str, &str) = (400, "ORDER_PAID", "订单已支付");
pub(crate) const MCHID_DIFFERS: (u16, &str, &str) =
    (400, "INVALID_REQUEST", "http header中的mchid与post payload中的mchid不匹配");
const NO_RELATION: (u16, &str, &str) = (400, "INVALID_REQUEST", "受理关系不存在");
const CODE_PAYMENT: (u16, &str, &str) =
    (400, "INVALID_REQUEST", "当前交易不允许进行普通关单（只能撤销）");
pub(crate) const UNDEFINED: &str = "请求中含有未在API文档中定义的参数";

/// The query of a direct merchant's order.
pub(crate) fn pay_query(out_trade_no: &str) -> String {
    format!("/v3/pay/transactions/out-trade-no/{out_trade_no}?mchid={DIRECT}")
}

const PARTNER: &str = "/v3/pay/partner/transactions";

/// The query of a sub-merchant's order.
fn partner_query(out_trade_no: &str) -> String {
    format!("{PARTNER}/out-trade-no/{out_trade_no}?sp_mchid={PLATFORM}&sub_mchid={SUB_MERCHANT}")
}

/// The body of a service provider's close or reverse.
fn partner_body(sp_mchid: &str, sub_mchid: &str) -> String {
    json!({ "sp_mchid": sp_mchid, "sub_mchid": sub_mchid }).to_string()
}

/// A new order of the platform for its sub-merchant: these fields over those of a plain one.
async fn partner_order(world: &World, mut fields: Json) -> Json {
    fields["mchid"] = PLATFORM.into();
    fields["sub_mchid"] = SUB_MERCHANT.into();
    world.order(fields).await
}

/// Compensations of sub-merchants.
pub(crate) const MERCHANT_BILLS: &str =
    "/v3/platsolution/ecommerce/mch-transfer/sub-mch-compensation-bills";

/// The body of a sub-merchant's compensation, from the platform's operation account.
fn merchant_bill(out_bill_no: &str) -> Json {
    json!({
        "receiver": { "type": "MERCHANT", "mch_info": { "mchid": SUB_MERCHANT } },
        "out_bill_no": out_bill_no,
        "amount": 10_000,
        "transfer_remark": "赔付金发放",
    })
}

/// Queries a sub-merchant's compensation until it is in a state.
async fn until_merchant_bill(world: &World, out_bill_no: &str, state: &str) -> Json {
    let path = format!("{MERCHANT_BILLS}/{out_bill_no}");
    for _ in 0..2_000 {
        let shown = world.ok(&world.platform.get(&path)).await;
        if shown["state"] == state {
            return shown;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    panic!("{out_bill_no} is never {state}");
}

/// Makes a merchant a platform's sub-merchant.
async fn relate(world: &World, platform: &str, merchant: &str) {
    let relation =
        json!({ "platform": platform, "merchant": merchant, "relation": "sub_merchant" });
    world.act("/relations", relation).await;
}

const COMBINE: &str = "/v3/combine-transactions";
const COMBINED_UNKNOWN: (u16, &str, &str) = (404, "ORDERNOTEXIST", "订单不存在");

/// The query of a combined order.
pub(crate) fn combine_query(number: &str) -> String {
    format!("{COMBINE}/out-trade-no/{number}")
}

fn combine_close(number: &str) -> String {
    format!("{COMBINE}/out-trade-no/{number}/close")
}

/// The body that places a combined order of so many orders, of 10, 20, … yuan.
fn combined(caller: &Caller, number: &str, orders: usize) -> Json {
    let of_platform = caller.mchid == PLATFORM;
    let order = |n: usize| {
        let mut order = json!({
            "mchid": caller.mchid,
            "attach": "深圳分店",
            "amount": { "total_amount": 1_000 * n, "currency": "CNY" },
            "out_trade_no": format!("{number}-order{n}"),
            "description": "腾讯充值中心-QQ会员充值",
        });
        if of_platform {
            order["sub_mchid"] = SUB_MERCHANT.into();
        }
        order
    };
    json!({
        "combine_appid": if of_platform { PLATFORM_APPID } else { APPID },
        "combine_mchid": caller.mchid,
        "combine_out_trade_no": number,
        "scene_info": { "device_id": "POS1:1", "payer_client_ip": "14.17.22.32" },
        "sub_orders": (1..=orders).map(order).collect::<Vec<_>>(),
        "notify_url": "http://localhost:1/notify",
    })
}

/// The same of two orders for this payer, whom every application knows.
pub(crate) async fn combined_for(
    world: &World,
    caller: &Caller,
    number: &str,
    openid: &str,
) -> Json {
    world.act("/payers", json!({ "openid": openid })).await;
    let mut body = combined(caller, number, 2);
    body["combine_payer_info"] = json!({ "openid": openid });
    body
}

/// The body that closes what a body has placed.
fn combine_closing(placed: &Json) -> Json {
    let named = |order: &Json| {
        let mut named = json!({ "mchid": order["mchid"], "out_trade_no": order["out_trade_no"] });
        if let Some(sub_mchid) = order.get("sub_mchid") {
            named["sub_mchid"] = sub_mchid.clone();
        }
        named
    };
    let orders = placed["sub_orders"].as_array().unwrap().iter().map(named).collect::<Vec<_>>();
    json!({ "combine_appid": placed["combine_appid"], "sub_orders": orders })
}

/// The states of a combined order's orders.
async fn combined_states(world: &World, caller: &Caller, number: &str) -> Vec<Json> {
    let shown = world.ok(&caller.get(&combine_query(number))).await;
    let orders = shown["sub_orders"].as_array().unwrap().iter();
    orders.map(|order| order["trade_state"].clone()).collect()
}

/// Sends a close that must succeed: 204, no body, signed over the empty string.
async fn closed(world: &World, draft: &Draft) {
    check_closed(world, &world.send(draft).await);
}

fn check_closed(world: &World, answer: &Answer) {
    assert_eq!((answer.status, answer.text()), (204, ""));
    assert!(answer.head.starts_with("HTTP/1.1 204 No Content\r\n"), "{}", answer.head);
    let header = |name| answer.header(name);
    assert_eq!(header("Content-Type"), Some("application/json; charset=utf-8"));
    assert!(matches!(header("Content-Length"), None | Some("0")), "{}", answer.head);
    assert_eq!(header("Transfer-Encoding"), None);
    assert!(header("Request-Id").unwrap().ends_with("-0"));
    let part = |name| header(name).unwrap();
    let lines = format!("{}\n{}\n\n", part("Wechatpay-Timestamp"), part("Wechatpay-Nonce"));
    let serial = Serial::parse(part("Wechatpay-Serial")).unwrap();
    let key = world.platform.ring.get(&serial).unwrap();
    assert!(key.verify(lines.as_bytes(), part("Wechatpay-Signature")));
}

/// That a refusal ends its `Request-ID` with this number.
pub(crate) async fn numbered(world: &World, draft: &Draft, number: u32) {
    let answer = world.send(draft).await;
    let id = answer.header("Request-Id").unwrap();
    assert!(id.ends_with(&format!("-{number}")), "{id}");
}

/// Steps the clock to ten o'clock of the next day, when the statements of the day that was can be
/// had. Gives that day.
pub(crate) async fn next_morning(world: &World) -> Day {
    let (now, day) = today(world).await;
    let ten = day.next().start().plus_seconds(10 * 3600);
    world.step(ten.seconds_since(now)).await;
    day
}

/// Business time, and its day.
async fn today(world: &World) -> (Timestamp, Day) {
    let clock = world.show("/clock").await;
    let now: Timestamp = clock["now"].as_str().unwrap().parse().unwrap();
    (now, Day::of(now))
}

/// Applies for a statement and downloads its file.
pub(crate) async fn statement(world: &World, caller: &Caller, target: &str) -> String {
    let applied = world.ok(&caller.get(target)).await;
    let answer = download(world, caller, &applied).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(applied["hash_type"], "SHA1");
    assert_eq!(applied["hash_value"], sha1_hex(&answer.body));
    answer.text().to_owned()
}

/// What lies at the address of an answer.
async fn download(world: &World, caller: &Caller, applied: &Json) -> Answer {
    let url = applied["download_url"].as_str().unwrap();
    let target = url.strip_prefix(world.server.base_url()).unwrap();
    exchange(world.address(), &caller.get(target).bytes()).await.expect("an answer")
}

/// The sum of what transfers moved for these reasons from or to a merchant's accounts, as yuan.
async fn moved(world: &World, mchid: &str, reasons: &[&str], side: &str) -> String {
    let transfers = world.show("/transfers?most=1000").await;
    let of_merchant = format!("merchant:{mchid}:");
    let sum = transfers["items"].as_array().unwrap().iter().filter(|transfer| {
        let phase = &transfer["phase"];
        (phase == "posted" || phase == "post")
            && reasons.iter().any(|reason| transfer["reason"] == *reason)
            && transfer[side].as_str().unwrap().starts_with(&of_merchant)
    });
    Fen::new(sum.map(|transfer| transfer["amount"].as_i64().unwrap()).sum()).to_string()
}
