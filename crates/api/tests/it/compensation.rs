//! The pre-transfer, the compensation of a sub-merchant, and the balances, as their pages have them.

use redress_api::compensation::{PreTransfer, merchant};
use redress_api::fund::{AccountType, Balance, SubAccountType, SubBalance};
use redress_api::{Endpoint, Fen, Timestamp, wire};
use serde_json::{Value as Json, json};

use crate::facts::at;
use crate::fields::printed;
use crate::pages::{answers, travels};

const PRE_TRANSFER: &str = "/v3/platsolution/ecommerce/mch-transfer/compensate-bills/pre-transfer";
const MERCHANT: &str = "/v3/platsolution/ecommerce/mch-transfer/sub-mch-compensation-bills";
const PRE_TRANSFER_REQUEST: &str = include_str!("../pages/pre_transfer.request.json");
const PRE_TRANSFER_RESPONSE: &str = include_str!("../pages/pre_transfer.response.json");
const MERCHANT_REQUEST: &str = include_str!("../pages/merchant_create.request.json");

#[test]
fn the_pre_transfer_request_and_answer() {
    let pre: PreTransfer = travels(PRE_TRANSFER, PRE_TRANSFER_REQUEST);
    assert_eq!(pre.sp_appid.unwrap().as_str(), "wx8888888888888888");
    assert_eq!(pre.notify_url.unwrap().as_str(), "https://www.weixin.qq.com/wxpay/pay.php");
    let answer = answers::<PreTransfer>(PRE_TRANSFER_RESPONSE);
    assert_eq!(answer.package_info, "affffddafdfafddffda==");
}

/// X10: the table lacks the scene that the perception demands.
#[test]
fn a_pre_transfer_with_a_perception_needs_a_scene() {
    let body = without(PRE_TRANSFER_REQUEST, &["transfer_scene_id"]);
    assert_eq!(
        error_of::<PreTransfer>(PRE_TRANSFER, &body),
        "输入源“/body/transfer_scene_id”映射到字段“转账场景ID”必填性规则校验失败，此字段为必填项"
    );
    let optional = ["transfer_scene_id", "user_recv_perception", "sp_appid", "notify_url"];
    let least = without(PRE_TRANSFER_REQUEST, &optional);
    let pre: PreTransfer = travels(PRE_TRANSFER, &least.to_string());
    assert_eq!((pre.sp_appid, pre.notify_url, pre.transfer_scene_id), (None, None, None));
}

#[test]
fn what_a_pre_transfer_demands() {
    let whole: Json = serde_json::from_str(PRE_TRANSFER_REQUEST).unwrap();
    for (name, label) in [
        ("receiver", "收款方信息"),
        ("out_bill_no", "商户单号"),
        ("amount", "金额"),
        ("transfer_remark", "赔付原因"),
        ("sponsor_mchid", "出资商户号"),
    ] {
        let body = without(PRE_TRANSFER_REQUEST, &[name]);
        let words =
            format!("输入源“/body/{name}”映射到字段“{label}”必填性规则校验失败，此字段为必填项");
        assert_eq!(error_of::<PreTransfer>(PRE_TRANSFER, &body), words);
    }
    for (name, value) in [
        ("notify_url", json!("https://www.weixin.qq.com/wxpay/pay.php?a=1")),
        ("notify_url", json!("ftp://www.weixin.qq.com/")),
        ("notify_url", json!(format!("https://www.weixin.qq.com/{}", "a".repeat(256)))),
        ("sp_appid", json!("wx 1")),
        ("amount", json!(0)),
        ("out_bill_no", json!("a-b")),
        ("receiver", json!({ "type": "MERCHANT" })),
    ] {
        let mut body = whole.clone();
        body[name] = value;
        assert!(error_of::<PreTransfer>(PRE_TRANSFER, &body).contains(&format!("/body/{name}")));
    }
}

#[test]
fn the_request_of_a_sub_merchants_compensation() {
    let create: merchant::Create = travels(MERCHANT, MERCHANT_REQUEST);
    assert_eq!(create.receiver, merchant::Receiver::merchant("1900001108".parse().unwrap()));
    assert_eq!(create.sponsor_mchid, Some("1900001109".parse().unwrap()));
    let mut body = without(MERCHANT_REQUEST, &["sponsor_mchid"]);
    assert_eq!(travels::<merchant::Create>(MERCHANT, &body.to_string()).sponsor_mchid, None);
    body["receiver"]["type"] = "TRANSACTION_USER".into();
    assert_eq!(
        error_of::<merchant::Create>(MERCHANT, &body),
        "输入源“/body/receiver/type”映射到值字段“赔付接收方类型”枚举规则校验失败，此字段的可选取值为“MERCHANT”"
    );
}

#[test]
fn the_answers_of_a_sub_merchants_compensation() {
    let time = || "2015-05-20T13:29:35+08:00".parse::<Timestamp>().unwrap();
    let mut bill = merchant::Bill {
        sp_mchid: "1900001108".parse().unwrap(),
        receiver_detail: merchant::ReceiverDetail {
            receiver: Some(merchant::Receiver::merchant("1900013401".parse().unwrap()).into()),
        },
        out_bill_no: "plfk2020042013".parse().unwrap(),
        amount: Fen::new(10_000),
        transfer_remark: "赔付金发放".to_owned(),
        bill_id: "1330000071100999991182020050700019480001".parse().unwrap(),
        state: merchant::BillState::Closed.into(),
        accept_time: time(),
        success_time: None,
        close_info: Some(redress_api::compensation::CloseInfo {
            close_time: time(),
            close_reason: "NOT_ENOUGH".to_owned(),
        }),
        sponsor_mchid: Some("1900001109".parse().unwrap()),
    };
    let closed = r#"{"sp_mchid":"1900001108","receiver_detail":{"receiver":{"type":"MERCHANT","mch_info":{"mchid":"1900013401"}}},"out_bill_no":"plfk2020042013","amount":10000,"transfer_remark":"赔付金发放","bill_id":"1330000071100999991182020050700019480001","state":"CLOSED","accept_time":"2015-05-20T13:29:35+08:00","close_info":{"close_time":"2015-05-20T13:29:35+08:00","close_reason":"NOT_ENOUGH"},"sponsor_mchid":"1900001109"}"#;
    assert_eq!(answers::<merchant::Query>(closed), bill);
    bill.state = merchant::BillState::Success.into();
    bill.success_time = Some(time());
    let created = r#"{"sp_mchid":"1900001108","receiver_detail":{"receiver":{"type":"MERCHANT","mch_info":{"mchid":"1900013401"}}},"out_bill_no":"plfk2020042013","amount":10000,"transfer_remark":"赔付金发放","bill_id":"1330000071100999991182020050700019480001","state":"SUCCESS","accept_time":"2015-05-20T13:29:35+08:00","success_time":"2015-05-20T13:29:35+08:00","sponsor_mchid":"1900001109"}"#;
    assert_eq!(answers::<merchant::Create>(created), bill.into());
    let query: merchant::Query =
        travels(&format!("{MERCHANT}/plfk2020042013?sponsor_mchid=1900001109"), "");
    assert_eq!(query.sponsor_mchid, Some("1900001109".parse().unwrap()));
    let query: merchant::Query = travels(&format!("{MERCHANT}/plfk2020042013"), "");
    assert_eq!(query.sponsor_mchid, None);
}

#[test]
fn the_balances() {
    let balance: Balance = travels("/v3/merchant/fund/balance/BASIC", "");
    assert_eq!(balance.account_type, AccountType::Basic);
    let funds = answers::<Balance>(r#"{"available_amount":10000,"pending_amount":0}"#);
    assert_eq!((funds.available_amount.get(), funds.pending_amount), (10_000, Some(Fen::ZERO)));
    let words = "输入源“/uri_template/account_type”映射到值字段“账户类型”枚举规则校验失败，此字段的可选取值为“BASIC、OPERATION、FEES”";
    let error = wire::decode::<Balance>("/v3/merchant/fund/balance/DEPOSIT", b"").unwrap_err();
    assert_eq!(error.message, words);

    let path = "/v3/ecommerce/fund/balance/1900000109";
    assert_eq!(travels::<SubBalance>(path, "").account_type, None);
    let of: SubBalance = travels(&format!("{path}?account_type=DEPOSIT"), "");
    assert_eq!(of.account_type, Some(SubAccountType::Deposit.into()));
    answers::<SubBalance>(
        r#"{"sub_mchid":"1900000109","available_amount":10000,"pending_amount":0,"account_type":"BASIC"}"#,
    );
    answers::<SubBalance>(r#"{"sub_mchid":"1900000109","available_amount":10000}"#);
}

#[test]
fn fields_are_those_of_the_pages() {
    let pre = at("POST", PRE_TRANSFER);
    assert_eq!(
        printed(pre.request),
        "sp_appid【公众账号ID】 receiver*【收款方信息】{ type*【转账接收方类型】 transaction_info*【转账接收方订单信息】{ transaction_id*【交易订单号】 type【转账接收方订单类型】 } } out_bill_no*【商户单号】 amount*【金额】 transfer_remark*【赔付原因】 sponsor_mchid*【出资商户号】 transfer_scene_id【转账场景ID】 user_recv_perception【用户收款感知】 notify_url【商户回调地址】"
    );
    assert_eq!(
        printed(pre.response),
        "out_bill_no*【商户单号】 bill_id*【微信支付转账单号】 accept_time*【受理时间】 package_info*【跳转领取页面的package信息】"
    );
    let create = at("POST", MERCHANT);
    assert_eq!(
        printed(create.request),
        "receiver*【赔付商户信息】{ type*【赔付接收方类型】 mch_info*【赔付接收方商户信息】{ mchid*【商户号】 } } out_bill_no*【商户单号】 amount*【赔付金额】 transfer_remark*【赔付备注】 sponsor_mchid【出资商户号】"
    );
    let bill = |close: &str| {
        format!(
            "sp_mchid*【服务商商户号】 receiver_detail*【赔付接收方信息】{{ receiver【赔付接收者信息】{{ type【赔付接收方类型】 mch_info【赔付接收方商户信息】{{ mchid*【商户号】 }} }} }} out_bill_no*【商户单号】 amount*【赔付金额】 transfer_remark*【赔付备注】 bill_id*【微信支付转账单号】 state*【赔付状态】 accept_time*【受理时间】 success_time【成功时间】{close} sponsor_mchid【出资商户号】"
        )
    };
    assert_eq!(printed(create.response), bill(""));
    let query = at("GET", &format!("{MERCHANT}/{{out_bill_no}}"));
    assert_eq!(printed(query.request), "out_bill_no*【商户单号】 sponsor_mchid【出资商户号】");
    let close = " close_info【关单信息】{ close_time*【关单时间】 close_reason*【关单原因】 }";
    assert_eq!(printed(query.response), bill(close));
    let funds = "available_amount*【可用余额】 pending_amount【不可用余额】";
    let balance = at("GET", "/v3/merchant/fund/balance/{account_type}");
    assert_eq!(printed(balance.request), "account_type*【账户类型】");
    assert_eq!(printed(balance.response), funds);
    let of_sub = at("GET", "/v3/ecommerce/fund/balance/{sub_mchid}");
    assert_eq!(
        printed(of_sub.request),
        "sub_mchid*【二级商户号】 account_type【二级商户账户类型】"
    );
    let funds = format!("sub_mchid*【二级商户号】 {funds} account_type【二级商户账户类型】");
    assert_eq!(printed(of_sub.response), funds);
}

fn error_of<E: Endpoint>(target: &str, body: &Json) -> String {
    match wire::decode::<E>(target, body.to_string().as_bytes()) {
        Ok(_) => panic!("it is taken: {body}"),
        Err(error) => error.message,
    }
}

/// A page's example without some of its fields.
fn without(page: &str, names: &[&str]) -> Json {
    let body: serde_json::Map<String, Json> = serde_json::from_str(page).expect("an example");
    body.into_iter().filter(|(name, _)| !names.contains(&name.as_str())).collect()
}
