//! Refunds and subsidies: the fields of their pages, and the rules between fields.

use redress_api::error::{self, ErrorCode};
use redress_api::refund::{self, ecommerce};
use redress_api::{Endpoint, ParamError, Rate, Supported, subsidy, wire};
use serde_json::{Value as Json, json};

use crate::facts::Facts;
use crate::fields::printed;

const ECOMMERCE_REFUND: &[ErrorCode] = &[
    error::NO_AUTH,
    error::NOT_ENOUGH,
    error::REQUEST_BLOCKED,
    error::USER_ACCOUNT_ABNORMAL,
    error::MCH_NOT_EXISTS,
    error::RESOURCE_NOT_EXISTS,
    error::FREQUENCY_LIMITED,
];

pub(crate) const FACTS: &[Facts] = &[
    Facts {
        method: "POST",
        path: "/v3/refund/domestic/refunds",
        title: "退款申请",
        page: "doc/v3/partner/4012760121",
        updated: None,
        supported: Supported::DirectOrPartner,
        rates: &[Rate::page(150), Rate::page(6).of_failures()],
        errors: &[
            error::NOT_ENOUGH,
            error::USER_ACCOUNT_ABNORMAL,
            error::MCH_NOT_EXISTS,
            error::RESOURCE_NOT_EXISTS,
            error::FREQUENCY_LIMITED,
        ],
    },
    Facts {
        method: "GET",
        path: "/v3/refund/domestic/refunds/{out_refund_no}",
        title: "查询单笔退款（通过商户退款单号）",
        page: "doc/v3/partner/4012760128",
        updated: None,
        supported: Supported::DirectOrPartner,
        rates: &[],
        errors: &[error::MCH_NOT_EXISTS, error::RESOURCE_NOT_EXISTS, error::FREQUENCY_LIMITED],
    },
    Facts {
        method: "POST",
        path: "/v3/ecommerce/refunds/apply",
        title: "申请退款",
        page: "doc/v3/partner/4012476892",
        updated: None,
        supported: Supported::Ecommerce,
        rates: &[],
        errors: &[
            error::NO_AUTH,
            error::NOT_ENOUGH,
            error::USER_ACCOUNT_ABNORMAL,
            error::MCH_NOT_EXISTS,
            error::RESOURCE_NOT_EXISTS,
            error::FREQUENCY_LIMITED,
        ],
    },
    Facts {
        method: "GET",
        path: "/v3/ecommerce/refunds/out-refund-no/{out_refund_no}",
        title: "查询单笔退款（按商户退款单号）",
        page: "doc/v3/partner/4012476911",
        updated: None,
        supported: Supported::Ecommerce,
        rates: &[],
        errors: ECOMMERCE_REFUND,
    },
    Facts {
        method: "GET",
        path: "/v3/ecommerce/refunds/id/{refund_id}",
        title: "查询单笔退款（按微信支付退款单号）",
        page: "doc/v3/partner/4012476908",
        updated: None,
        supported: Supported::Ecommerce,
        rates: &[],
        errors: ECOMMERCE_REFUND,
    },
    Facts {
        method: "POST",
        path: "/v3/ecommerce/subsidies/create",
        title: "请求补差",
        page: "doc/v3/partner/4012477631",
        updated: None,
        supported: Supported::Ecommerce,
        rates: &[Rate::older_page(80), Rate::older_page(100).per("sub_mchid")],
        errors: &[error::FREQUENCY_LIMITED],
    },
    Facts {
        method: "POST",
        path: "/v3/ecommerce/subsidies/return",
        title: "请求补差回退",
        page: "doc/v3/partner/4012477636",
        updated: None,
        supported: Supported::Ecommerce,
        rates: &[Rate::assumed(200)],
        errors: &[error::FREQUENCY_LIMITED],
    },
];

const REFUNDS: &str = "/v3/refund/domestic/refunds";
const APPLY: &str = "/v3/ecommerce/refunds/apply";
const CREATE: &str = "/v3/ecommerce/subsidies/create";
const RETURN: &str = "/v3/ecommerce/subsidies/return";

fn fields<E: Endpoint>() -> (String, String) {
    (printed(E::FIELDS), printed(<E::Response as redress_api::field::Message>::FIELDS))
}

const PARTS: &str =
    "from【退款出资账户及金额】[ account*【出资账户类型】 amount*【对应账户出资金额】 ]";
const ORDER: &str = "transaction_id【微信支付订单号】 out_trade_no【商户订单号】 out_refund_no*【商户退款单号】 reason【退款原因】";
const GOODS: &str = "[ merchant_goods_id*【商户侧商品编码】 wechatpay_goods_id【微信支付商品编码】 goods_name【商品名称】 unit_price*【商品单价】 refund_amount*【商品退款金额】 refund_quantity*【商品退货数量】 ]";

#[test]
fn fields_of_refunds_are_those_of_the_pages() {
    let (request, answer) = fields::<refund::Create>();
    assert_eq!(
        request,
        format!(
            "sub_mchid【子商户号】 {ORDER} notify_url【退款结果回调url】 funds_account【退款资金来源】 amount*【金额信息】{{ refund*【退款金额】 {PARTS} total*【原订单金额】 currency*【退款币种】 }} goods_detail【退款商品】{GOODS}"
        )
    );
    assert_eq!(
        answer,
        format!(
            "refund_id*【微信支付退款单号】 out_refund_no*【商户退款单号】 transaction_id*【微信支付订单号】 out_trade_no*【商户订单号】 channel*【退款渠道】 user_received_account*【退款入账账户】 success_time【退款成功时间】 create_time*【退款创建时间】 status*【退款状态】 funds_account*【资金账户】 amount*【金额信息】{{ total*【订单金额】 refund*【退款金额】 {PARTS} payer_total*【用户支付金额】 payer_refund*【用户退款金额】 settlement_refund*【应结退款金额】 settlement_total*【应结订单金额】 discount_refund*【优惠退款金额】 currency*【退款币种】 refund_fee【手续费退款金额】 }} promotion_detail【优惠退款信息】[ promotion_id*【券ID】 scope*【优惠范围】 type*【优惠类型】 amount*【优惠券面额】 refund_amount*【优惠退款金额】 goods_detail【商品列表】{GOODS} ]"
        )
    );
    let (request, queried) = fields::<refund::Query>();
    assert_eq!(request, "out_refund_no*【商户退款单号】 sub_mchid【子商户号】");
    assert_eq!(queried, answer);
}

#[test]
fn fields_of_ecommerce_refunds_are_those_of_the_pages() {
    let (request, answer) = fields::<ecommerce::Apply>();
    assert_eq!(
        request,
        format!(
            "sub_mchid*【二级商户号】 sp_appid*【电商平台APPID】 sub_appid【二级商户APPID】 {ORDER} amount*【订单金额】{{ refund*【退款金额】 {PARTS} total*【原订单金额】 currency【退款币种】 }} notify_url【退款结果回调url】 refund_account【退款出资商户】 funds_account【资金账户】"
        )
    );
    let amount = format!(
        "{{ refund*【退款金额】 {PARTS} payer_refund*【用户退款金额】 discount_refund【优惠退款金额】 currency【退款币种】 advance【垫付金额】 }} promotion_detail【优惠退款详情】[ promotion_id*【券ID】 scope*【优惠范围】 type*【优惠类型】 amount*【优惠券面额】 refund_amount*【优惠退款金额】 ] refund_account【退款出资商户】"
    );
    let numbers = "refund_id*【微信支付退款单号】 out_refund_no*【商户退款单号】";
    assert_eq!(
        answer,
        format!("{numbers} create_time*【退款创建时间】 amount*【订单金额】{amount}")
    );
    let (by_number, queried) = fields::<ecommerce::Query>();
    let (by_id, also_queried) = fields::<ecommerce::QueryById>();
    assert_eq!(by_number, "out_refund_no*【商户退款单号】 sub_mchid*【二级商户号】");
    assert_eq!(by_id, "refund_id*【微信支付退款单号】 sub_mchid*【二级商户号】");
    assert_eq!(
        queried,
        format!(
            "{numbers} transaction_id*【微信支付订单号】 out_trade_no*【商户订单号】 channel【退款渠道】 user_received_account【退款入账账户】 success_time【退款成功时间】 create_time*【退款创建时间】 status*【退款状态】 amount*【金额信息】{amount} funds_account【资金账户】"
        )
    );
    assert_eq!(queried, also_queried);
}

#[test]
fn fields_of_subsidies_are_those_of_the_pages() {
    let order = "sub_mchid*【二级商户号】 transaction_id*【微信订单号】";
    let (request, answer) = fields::<subsidy::Create>();
    assert_eq!(
        request,
        format!(
            "{order} amount*【补差金额】 description*【补差描述】 refund_id【微信退款单号】 out_subsidy_no【商户补差单号】"
        )
    );
    assert_eq!(
        answer,
        format!(
            "{order} subsidy_id*【微信补差单号】 description*【补差描述】 amount【补差金额】 result*【补差单结果】 success_time*【补差完成时间】 out_subsidy_no【商户补差单号】"
        )
    );
    let (request, answer) = fields::<subsidy::Return>();
    let parts =
        "from【补差回退出资账户及金额】[ account*【出资账户类型】 amount*【对应账户出资金额】 ]";
    let number = "out_order_no*【商户补差回退单号】";
    assert_eq!(
        request,
        format!(
            "sub_mchid*【二级商户号】 {number} transaction_id*【微信订单号】 refund_id【微信退款单号】 amount*【补差回退金额】 description*【补差回退描述】 subsidy_id【微信补差单号】 {parts}"
        )
    );
    assert_eq!(
        answer,
        format!(
            "{order} subsidy_refund_id*【微信补差回退单号】 refund_id【微信退款单号】 {number} amount*【补差回退金额】 description*【补差回退描述】 result*【补差回退结果】 success_time*【补差回退完成时间】 subsidy_id【微信补差单号】 {parts}"
        )
    );
}

fn with(body: &Json, pointer: &str, value: Json) -> Json {
    let mut body = body.clone();
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
    body.pointer_mut(parent).expect("a parent")[name] = value;
    body
}

fn refused<E: Endpoint>(target: &str, body: &Json) -> ParamError {
    match wire::decode::<E>(target, body.to_string().as_bytes()) {
        Ok(_) => panic!("{target} takes {body}"),
        Err(error) => error,
    }
}

fn taken<E: Endpoint>(target: &str, body: &Json) {
    if let Err(error) = wire::decode::<E>(target, body.to_string().as_bytes()) {
        panic!("{target} refuses {body}: {error}");
    }
}

fn part(account: &str, amount: i64) -> Json {
    json!({ "account": account, "amount": amount })
}

/// An order has two numbers, and the sum of the parts is the whole.
fn rules_of_both<E: Endpoint>(target: &str, body: &Json) {
    taken::<E>(target, body);
    let mut unnamed = body.clone();
    unnamed.as_object_mut().expect("an object").remove("out_trade_no");
    let missing =
        "输入源“/body/transaction_id”映射到字段“微信支付订单号”必填性规则校验失败，此字段为必填项";
    assert_eq!(refused::<E>(target, &unnamed).message, missing);
    taken::<E>(target, &with(&unnamed, "/transaction_id", "4200".into()));
    let both = with(body, "/transaction_id", "4200".into());
    let either = "输入源“/body/transaction_id”与“/body/out_trade_no”只能填写其中一个";
    assert_eq!(refused::<E>(target, &both).message, either);

    let from = |parts: Json| with(body, "/amount/from", parts);
    taken::<E>(target, &from(json!([part("AVAILABLE", 100)])));
    taken::<E>(target, &from(json!([part("UNAVAILABLE", 99), part("AVAILABLE", 1)])));
    let sum = "输入源“/body/amount/from”映射到值字段“退款出资账户及金额”校验失败，出资金额之和必须等于退款金额";
    for parts in [
        json!([]),
        json!([part("AVAILABLE", 99)]),
        json!([part("AVAILABLE", i64::MAX), part("UNAVAILABLE", 1)]),
    ] {
        assert_eq!(refused::<E>(target, &from(parts)).message, sum);
    }
    let twice = refused::<E>(target, &from(json!([part("AVAILABLE", 99), part("AVAILABLE", 1)])));
    assert!(twice.message.ends_with("，出资账户类型不能重复"), "{twice}");
    let word = refused::<E>(target, &from(json!([part("BASIC", 100)])));
    assert!(word.message.contains("/body/amount/from/0/account"), "{word}");
    assert!(word.message.ends_with("“AVAILABLE、UNAVAILABLE”"), "{word}");

    let funds = with(&from(json!([part("AVAILABLE", 100)])), "/funds_account", "AVAILABLE".into());
    let either = "输入源“/body/funds_account”与“/body/amount/from”只能填写其中一个";
    assert_eq!(refused::<E>(target, &funds).message, either);

    for (pointer, value, words) in [
        ("/reason", json!("退".repeat(27)), "字节数 81，大于最大值 80"),
        ("/reason", json!(""), "字节数 0，小于最小值 1"),
        ("/out_refund_no", json!("a b"), r"字符串必须匹配正则表达式“^[0-9a-zA-Z_\-\|\*@]+$”"),
        ("/out_refund_no", json!("1".repeat(65)), "字节数 65，大于最大值 64"),
        ("/amount/refund", json!(0), "值低于最小值 1"),
        ("/amount/total", json!(-1), "值低于最小值 1"),
        ("/amount/currency", json!("USD"), "字符串必须匹配正则表达式“^CNY$”"),
    ] {
        let error = refused::<E>(target, &with(body, pointer, value));
        assert!(error.message.ends_with(words), "{pointer}: {error}");
    }
    for url in ["ftp://a.cn/", "http://", "https://a.cn/?x=1", "a.cn", ""] {
        refused::<E>(target, &with(body, "/notify_url", url.into()));
    }
    taken::<E>(target, &with(body, "/out_refund_no", "Aa0_-|*@".into()));
    taken::<E>(target, &with(body, "/notify_url", "https://a.cn/b".into()));
}

#[test]
fn rules_of_refunds() {
    let body = json!({
        "out_trade_no": "order-1", "out_refund_no": "refund-1",
        "amount": { "refund": 100, "total": 100, "currency": "CNY" },
    });
    rules_of_both::<refund::Create>(REFUNDS, &body);
    for source in ["AVAILABLE", "UNSETTLED"] {
        taken::<refund::Create>(REFUNDS, &with(&body, "/funds_account", source.into()));
    }
    refused::<refund::Create>(REFUNDS, &with(&body, "/funds_account", "BASIC".into()));
    let goods = json!({
        "merchant_goods_id": "1", "unit_price": 1, "refund_amount": 1, "refund_quantity": 1,
    });
    taken::<refund::Create>(REFUNDS, &with(&body, "/goods_detail", json!([goods])));
    for (name, value) in [
        ("merchant_goods_id", json!("")),
        ("goods_name", json!("名".repeat(257))),
        ("unit_price", json!(0)),
        ("refund_amount", json!("1")),
        ("refund_quantity", json!(0)),
        ("quantity", json!(1)),
    ] {
        let goods = with(&goods, &format!("/{name}"), value);
        let error =
            refused::<refund::Create>(REFUNDS, &with(&body, "/goods_detail", json!([goods])));
        let words = format!("{}{}", error.message, error.value);
        assert!(words.contains(&format!("/body/goods_detail/0/{name}")), "{words}");
    }
}

#[test]
fn rules_of_ecommerce_refunds() {
    let body = json!({
        "sub_mchid": "1900013401", "sp_appid": "wx8888888888888888",
        "out_trade_no": "order-1", "out_refund_no": "refund-1",
        "amount": { "refund": 100, "total": 100 },
    });
    rules_of_both::<ecommerce::Apply>(APPLY, &body);
    let unsettled = with(&body, "/funds_account", "UNSETTLED".into());
    let words = refused::<ecommerce::Apply>(APPLY, &unsettled).message;
    assert!(words.ends_with("可选取值为“AVAILABLE”"), "{words}");
    let parts = with(&body, "/amount/from", json!([part("AVAILABLE", 100)]));
    for account in ["REFUND_SOURCE_PARTNER_ADVANCE", "REFUND_SOURCE_SUB_MERCHANT"] {
        taken::<ecommerce::Apply>(APPLY, &with(&body, "/refund_account", account.into()));
        let error = wire::decode::<ecommerce::Apply>(
            APPLY,
            with(&parts, "/refund_account", account.into()).to_string().as_bytes(),
        );
        assert_eq!(error.is_err(), account.ends_with("ADVANCE"), "whose money is it then?");
    }
}

#[test]
fn rules_of_subsidies() {
    let body = json!({
        "sub_mchid": "1900013401", "transaction_id": "4200", "amount": 10, "description": "补差",
    });
    taken::<subsidy::Create>(CREATE, &body);
    taken::<subsidy::Create>(CREATE, &with(&body, "/out_subsidy_no", "Aa0_-|*@".into()));
    taken::<subsidy::Create>(CREATE, &with(&body, "/refund_id", "5030".into()));
    let long =
        refused::<subsidy::Create>(CREATE, &with(&body, "/description", "补".repeat(81).into()));
    assert!(long.message.ends_with("字符数 81，大于最大值 80"), "{long}");

    let body = with(&body, "/out_order_no", "return-1".into());
    taken::<subsidy::Return>(RETURN, &body);
    let from = |parts: Json| with(&body, "/from", parts);
    taken::<subsidy::Return>(RETURN, &from(json!([part("UNAVAILABLE", 10)])));
    let words = |parts: Json| refused::<subsidy::Return>(RETURN, &from(parts)).message;
    let field = "输入源“/body/from”映射到值字段“补差回退出资账户及金额”校验失败，";
    let one = format!("{field}只支持一个出资账户");
    assert_eq!(words(json!([])), one);
    assert_eq!(words(json!([part("AVAILABLE", 9), part("UNAVAILABLE", 1)])), one);
    assert_eq!(
        words(json!([part("AVAILABLE", 9)])),
        format!("{field}出资金额必须等于补差回退金额")
    );
}
