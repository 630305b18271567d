//! One good request for each endpoint, with every field of its page that goes with the others.

use redress_server::{DIRECT, PLATFORM, SPONSOR, SUB_MERCHANT};
use serde_json::{Value as Json, json};

use crate::caller::{Caller, Draft};
use crate::prepay::{PAYER, direct, partner};
use crate::world::{
    APPID, BILLS, ORDER, PLATFORM_APPID, SUBSIDIES, SUBSIDISED, TRANSACTION, World, create,
};

/// A request that breaks no rule of its page.
pub(crate) struct Good {
    /// The merchant that sends it.
    pub(crate) mchid: &'static str,
    pub(crate) method: &'static str,
    /// The path of its definition.
    pub(crate) path: String,
    /// What stands in the path, and behind it.
    pub(crate) target: String,
    /// Nothing for a request without a body.
    pub(crate) body: Option<Json>,
}

impl Good {
    pub(crate) fn caller<'a>(&self, world: &'a World) -> &'a Caller {
        if self.mchid == DIRECT { &world.direct } else { &world.platform }
    }

    pub(crate) fn draft(&self, world: &World) -> Draft {
        let body = self.body.as_ref().map(ToString::to_string).unwrap_or_default();
        self.caller(world).request(self.method, &self.target, &body)
    }
}

fn detail() -> Json {
    let goods = json!({
        "merchant_goods_id": "1246464644", "wechatpay_goods_id": "1001",
        "goods_name": "iPhone X", "quantity": 1, "unit_price": 528_800,
    });
    json!({ "cost_price": 608_800, "invoice_id": "微信123", "goods_detail": [goods] })
}

fn store() -> Json {
    json!({
        "id": "0001", "name": "腾讯大厦分店", "area_code": "440305",
        "address": "广东省深圳市南山区科技中一道10000号",
    })
}

/// The fields that all ways to place an order have, over those that a plain one has.
fn placed(mut body: Json) -> Json {
    body["time_expire"] = "2030-06-08T10:34:56+08:00".into();
    body["goods_tag"] = "WXG".into();
    body["support_fapiao"] = false.into();
    body["amount"] = json!({ "total": 100, "currency": "CNY" });
    body["detail"] = detail();
    body["scene_info"] = json!({
        "payer_client_ip": "14.23.150.211", "device_id": "013467007045764", "store_info": store(),
    });
    body["settle_info"] = json!({ "profit_sharing": false });
    body
}

/// A direct merchant's order that is placed in this way.
pub(crate) fn direct_order(kind: &str, number: &str) -> Json {
    let mut body = placed(direct(number));
    match kind {
        "jsapi" => body["payer"] = json!({ "openid": PAYER }),
        "h5" => {
            body["scene_info"]["h5_info"] = json!({
                "type": "iOS", "app_name": "王者荣耀", "app_url": "https://pay.qq.com",
                "bundle_id": "com.tencent.wzryiOS", "package_name": "com.tencent.tmgp.sgame",
            });
        }
        _ => {}
    }
    body
}

/// A service provider's order that is placed in this way.
pub(crate) fn partner_order(kind: &str, number: &str) -> Json {
    let mut body = placed(partner(number));
    body["sub_appid"] = PLATFORM_APPID.into();
    body["settle_info"] = json!({ "profit_sharing": true, "subsidy_amount": 10 });
    if kind == "jsapi" {
        body["payer"] = json!({ "sp_openid": PAYER, "sub_openid": PAYER });
    } else {
        body.as_object_mut().expect("an object").remove("payer");
    }
    body
}

/// A payment by this code, a service provider's or a direct merchant's.
pub(crate) fn codepay(of_platform: bool, number: &str, auth_code: &str) -> Json {
    let mut body = json!({
        "description": "Image形象店-深圳腾大-QQ公仔", "out_trade_no": number,
        "attach": "自定义数据", "goods_tag": "WXG", "support_fapiao": false,
        "payer": { "auth_code": auth_code },
        "amount": { "total": 100, "currency": "CNY" },
        "scene_info": {
            "device_id": "013467007045764", "device_ip": "14.23.150.211",
            "store_info": { "id": "0001", "out_id": "A1111" },
        },
        "detail": detail(), "settle_info": { "profit_sharing": false },
    });
    let parties = if of_platform {
        json!({
            "sp_appid": PLATFORM_APPID, "sp_mchid": PLATFORM, "sub_appid": PLATFORM_APPID,
            "sub_mchid": SUB_MERCHANT,
        })
    } else {
        json!({ "appid": APPID, "mchid": DIRECT })
    };
    for (name, value) in parties.as_object().expect("an object") {
        body[name] = value.clone();
    }
    body
}

/// A platform's combined order that is placed in this way.
pub(crate) fn combined(kind: &str, number: &str) -> Json {
    let order = |n: usize| {
        json!({
            "mchid": PLATFORM, "attach": "深圳分店", "out_trade_no": format!("{number}-order{n}"),
            "amount": { "total_amount": 1_000 * n, "currency": "CNY" },
            "sub_mchid": SUB_MERCHANT, "description": "腾讯充值中心-QQ会员充值",
            "detail": "买单费用", "goods_tag": "WXG", "sub_appid": PLATFORM_APPID,
            "settle_info": { "profit_sharing": true, "subsidy_amount": 10 },
        })
    };
    let mut body = json!({
        "combine_appid": PLATFORM_APPID, "combine_mchid": PLATFORM,
        "combine_out_trade_no": number,
        "scene_info": { "device_id": "POS1:1", "payer_client_ip": "14.17.22.32" },
        "sub_orders": [order(1), order(2)],
        "time_start": "2026-06-08T10:34:56+08:00", "time_expire": "2030-06-08T10:34:56+08:00",
        "notify_url": "http://127.0.0.1:9/notify",
    });
    if kind == "jsapi" {
        body["combine_payer_info"] = json!({ "openid": PAYER, "sub_openid": PAYER });
    }
    body
}

/// A pre-transfer.
pub(crate) fn pre_transfer(number: &str) -> Json {
    let mut body = create(number);
    body["sp_appid"] = PLATFORM_APPID.into();
    body["notify_url"] = "http://127.0.0.1:9/notify".into();
    body
}

/// A sub-merchant's compensation that another merchant pays.
pub(crate) fn merchant_bill(number: &str) -> Json {
    json!({
        "receiver": { "type": "MERCHANT", "mch_info": { "mchid": SUB_MERCHANT } },
        "out_bill_no": number, "amount": 100, "transfer_remark": "赔付金发放",
        "sponsor_mchid": SPONSOR,
    })
}

/// A refund of an order of the direct merchant, and of 50 yuan.
pub(crate) fn refund(number: &str, out_trade_no: &str) -> Json {
    let goods = json!({
        "merchant_goods_id": "1217752501201407033233368018", "wechatpay_goods_id": "1001",
        "goods_name": "iPhone6s 16G", "unit_price": 500, "refund_amount": 500,
        "refund_quantity": 1,
    });
    json!({
        "out_trade_no": out_trade_no, "out_refund_no": number, "reason": "商品已售完",
        "notify_url": "http://127.0.0.1:9/notify",
        "amount": {
            "refund": 500, "total": 5_000, "currency": "CNY",
            "from": [{ "account": "AVAILABLE", "amount": 500 }],
        },
        "goods_detail": [goods],
    })
}

/// A refund of an order of the sub-merchant, and of 50 yuan.
pub(crate) fn apply(number: &str, out_trade_no: &str) -> Json {
    json!({
        "sub_mchid": SUB_MERCHANT, "sp_appid": PLATFORM_APPID, "sub_appid": PLATFORM_APPID,
        "out_trade_no": out_trade_no, "out_refund_no": number, "reason": "商品已售完",
        "notify_url": "http://127.0.0.1:9/notify", "refund_account": "REFUND_SOURCE_SUB_MERCHANT",
        "amount": {
            "refund": 500, "total": 5_000, "currency": "CNY",
            "from": [{ "account": "AVAILABLE", "amount": 500 }],
        },
    })
}

/// A share of an order.
pub(crate) fn share(number: &str, transaction_id: &str) -> Json {
    let receiver = json!({
        "type": "MERCHANT_ID", "receiver_account": PLATFORM, "amount": 100,
        "description": "分给平台", "receiver_name": "c2VhbGVk",
    });
    json!({
        "appid": PLATFORM_APPID, "sub_mchid": SUB_MERCHANT, "transaction_id": transaction_id,
        "out_order_no": number, "receivers": [receiver], "finish": false,
    })
}

/// A share of an order that is taken back.
pub(crate) fn share_return(
    number: &str,
    share: &str,
    order_id: &str,
    transaction_id: &str,
) -> Json {
    json!({
        "sub_mchid": SUB_MERCHANT, "order_id": order_id, "out_order_no": share,
        "out_return_no": number, "return_mchid": PLATFORM, "amount": 50,
        "description": "分账回退", "transaction_id": transaction_id,
    })
}

/// A subsidy that is given back.
pub(crate) fn subsidy_return(number: &str, refund_id: &str, subsidy_id: &str) -> Json {
    json!({
        "sub_mchid": SUB_MERCHANT, "out_order_no": number, "transaction_id": SUBSIDISED,
        "refund_id": refund_id, "amount": 400, "description": "退还补差",
        "subsidy_id": subsidy_id, "from": [{ "account": "UNAVAILABLE", "amount": 400 }],
    })
}

fn post(mchid: &'static str, path: &str, body: Json) -> Good {
    let (path, target) = (path.to_owned(), path.to_owned());
    Good { mchid, method: "POST", path, target, body: Some(body) }
}

/// A path with its value in the braces, and what stands behind it.
fn filled(mchid: &'static str, path: &str, value: &str, query: &str) -> Good {
    let (before, rest) = path.split_once('{').expect("a parameter");
    let after = rest.split_once('}').expect("a parameter").1;
    let target = format!("{before}{value}{after}{query}");
    Good { mchid, method: "GET", path: path.to_owned(), target, body: None }
}

fn get(mchid: &'static str, path: &str, query: &str) -> Good {
    let (path, target) = (path.to_owned(), format!("{path}{query}"));
    Good { mchid, method: "GET", path, target, body: None }
}

fn acts(good: Good, body: Option<Json>) -> Good {
    Good { method: "POST", body, ..good }
}

/// One for each endpoint.
pub(crate) fn all() -> Vec<Good> {
    let transfer = BILLS.rsplit_once('/').expect("a path").0;
    let merchant_bills = format!("{transfer}/sub-mch-compensation-bills");
    let by_number =
        |prefix: &str, what: &str| format!("{prefix}/out-trade-no/{{out_trade_no}}{what}");
    let by_id = |prefix: &str| format!("{prefix}/id/{{transaction_id}}");
    let (pay, partner) = ("/v3/pay/transactions", "/v3/pay/partner/transactions");
    let combine = "/v3/combine-transactions";
    let of_combined = |what: &str| format!("{combine}/out-trade-no/{{combine_out_trade_no}}{what}");
    let sharing = "/v3/ecommerce/profitsharing";
    let subsidies = "/v3/ecommerce/subsidies";
    let (refunds, apart) = ("/v3/refund/domestic/refunds", "/v3/ecommerce/refunds");
    let mine = format!("?mchid={DIRECT}");
    let theirs = format!("?sp_mchid={PLATFORM}&sub_mchid={SUB_MERCHANT}");
    let sub = format!("?sub_mchid={SUB_MERCHANT}");
    let closing = json!({ "mchid": DIRECT });
    let of_partner = json!({ "sp_mchid": PLATFORM, "sub_mchid": SUB_MERCHANT });
    let reversing = json!({
        "sp_appid": PLATFORM_APPID, "sp_mchid": PLATFORM, "sub_appid": PLATFORM_APPID,
        "sub_mchid": SUB_MERCHANT,
    });
    let closing_both = json!({
        "combine_appid": PLATFORM_APPID,
        "sub_orders": [{
            "mchid": PLATFORM, "out_trade_no": "combined1-order1", "sub_mchid": SUB_MERCHANT,
            "sub_appid": PLATFORM_APPID,
        }],
    });
    let receiver = json!({ "appid": PLATFORM_APPID, "type": "MERCHANT_ID", "account": PLATFORM });
    let mut added = receiver.clone();
    added["name"] = "示例商户全称".into();
    added["relation_type"] = "SUPPLIER".into();
    let subsidy = json!({
        "sub_mchid": SUB_MERCHANT, "transaction_id": SUBSIDISED, "amount": 1_000,
        "description": "测试备注", "refund_id": "50000000382019052709732678859",
        "out_subsidy_no": "subsidy1",
    });
    let cancelling = json!({
        "sub_mchid": SUB_MERCHANT, "transaction_id": SUBSIDISED, "description": "订单退款",
    });
    let echo = json!({
        "notify_url": "http://127.0.0.1:9/notify", "echo_message": "hello",
        "encrypted_echo_message": "c2VhbGVk",
    });
    vec![
        post(PLATFORM, BILLS, create("good1")),
        filled(PLATFORM, &format!("{BILLS}/out-bill-no/{{out_bill_no}}"), "good1", ""),
        acts(
            filled(PLATFORM, &format!("{BILLS}/out-bill-no/{{out_bill_no}}/cancel"), "good1", ""),
            None,
        ),
        filled(PLATFORM, &format!("{BILLS}/bill-id/{{bill_id}}"), "1330", ""),
        post(PLATFORM, &format!("{BILLS}/pre-transfer"), pre_transfer("good2")),
        post(PLATFORM, &merchant_bills, merchant_bill("good3")),
        filled(
            PLATFORM,
            &format!("{merchant_bills}/{{out_bill_no}}"),
            "good3",
            &format!("?sponsor_mchid={SPONSOR}"),
        ),
        filled(PLATFORM, "/v3/merchant/fund/balance/{account_type}", "BASIC", ""),
        filled(
            PLATFORM,
            "/v3/ecommerce/fund/balance/{sub_mchid}",
            SUB_MERCHANT,
            "?account_type=BASIC",
        ),
        post(DIRECT, &format!("{pay}/codepay"), codepay(false, "good04", "130061098828009406")),
        filled(DIRECT, &by_number(pay, ""), ORDER, &mine),
        filled(DIRECT, &by_id(pay), "4200", &mine),
        acts(filled(DIRECT, &by_number(pay, "/close"), "good04", ""), Some(closing)),
        acts(
            filled(DIRECT, &by_number(pay, "/reverse"), "good04", ""),
            Some(json!({ "appid": APPID, "mchid": DIRECT })),
        ),
        post(DIRECT, &format!("{pay}/jsapi"), direct_order("jsapi", "good05")),
        post(DIRECT, &format!("{pay}/native"), direct_order("native", "good06")),
        post(DIRECT, &format!("{pay}/app"), direct_order("app", "good07")),
        post(DIRECT, &format!("{pay}/h5"), direct_order("h5", "good08")),
        filled(PLATFORM, &by_number(partner, ""), "good09", &theirs),
        filled(PLATFORM, &by_id(partner), TRANSACTION, &theirs),
        acts(filled(PLATFORM, &by_number(partner, "/close"), "good09", ""), Some(of_partner)),
        acts(filled(PLATFORM, &by_number(partner, "/reverse"), "good09", ""), Some(reversing)),
        post(
            PLATFORM,
            &format!("{partner}/codepay"),
            codepay(true, "good10", "130061098828009406"),
        ),
        post(PLATFORM, &format!("{partner}/jsapi"), partner_order("jsapi", "good11")),
        post(PLATFORM, &format!("{partner}/native"), partner_order("native", "good12")),
        post(PLATFORM, &format!("{combine}/jsapi"), combined("jsapi", "good13")),
        post(PLATFORM, &format!("{combine}/native"), combined("native", "good14")),
        filled(PLATFORM, &of_combined(""), "good13", ""),
        acts(filled(PLATFORM, &of_combined("/close"), "good13", ""), Some(closing_both)),
        get(DIRECT, "/v3/certificates", "?algorithm_type=RSA"),
        post(DIRECT, "/v3/security/echo", echo),
        post(PLATFORM, &format!("{sharing}/orders"), share("good15", TRANSACTION)),
        get(
            PLATFORM,
            &format!("{sharing}/orders"),
            &format!("{sub}&transaction_id={TRANSACTION}&out_order_no=good15"),
        ),
        post(
            PLATFORM,
            &format!("{sharing}/returnorders"),
            share_return("good16", "good15", "3008", TRANSACTION),
        ),
        get(
            PLATFORM,
            &format!("{sharing}/returnorders"),
            &format!("{sub}&out_return_no=good16&order_id=3008&out_order_no=good15"),
        ),
        post(
            PLATFORM,
            &format!("{sharing}/finish-order"),
            crate::sharing::finish(TRANSACTION, "good17"),
        ),
        filled(PLATFORM, &format!("{sharing}/orders/{{transaction_id}}/amounts"), TRANSACTION, ""),
        post(PLATFORM, &format!("{sharing}/receivers/add"), added),
        post(PLATFORM, &format!("{sharing}/receivers/delete"), receiver),
        get(
            DIRECT,
            "/v3/bill/tradebill",
            "?bill_date=2026-06-11&bill_type=ALL&sub_mchid=1900013401&tar_type=GZIP",
        ),
        get(
            DIRECT,
            "/v3/bill/fundflowbill",
            "?bill_date=2026-06-11&account_type=BASIC&tar_type=GZIP",
        ),
        get(DIRECT, "/v3/billdownload/file", "?token=abc&tartype=gzip"),
        post(DIRECT, refunds, refund("good18", ORDER)),
        filled(DIRECT, &format!("{refunds}/{{out_refund_no}}"), "good18", &sub),
        post(PLATFORM, &format!("{apart}/apply"), apply("good19", "good19")),
        filled(PLATFORM, &format!("{apart}/out-refund-no/{{out_refund_no}}"), "good19", &sub),
        filled(PLATFORM, &format!("{apart}/id/{{refund_id}}"), "5000", &sub),
        post(PLATFORM, &format!("{subsidies}/create"), subsidy),
        post(PLATFORM, &format!("{subsidies}/return"), subsidy_return("good20", "5000", "4000")),
        post(PLATFORM, SUBSIDIES, cancelling),
    ]
}
