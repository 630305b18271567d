//! Combined orders on the wire: how they travel, and the rules of their lists.

use redress_api::field::{Field, Rule};
use redress_api::pay::TradeState;
use redress_api::{Endpoint, Fen, ParamError, combine, endpoints, wire};
use serde_json::{Value as Json, json};

const JSAPI: &str = "/v3/combine-transactions/jsapi";
const NATIVE: &str = "/v3/combine-transactions/native";
const NUMBER: &str = "/v3/combine-transactions/out-trade-no/P20150806125346";

/// The example of the page for apps, with the fields of the others.
fn native() -> Json {
    let order = |number: &str, attach: &str| {
        json!({
            "mchid": "1900000109",
            "attach": attach,
            "amount": { "total_amount": 10, "currency": "CNY" },
            "out_trade_no": number,
            "sub_mchid": "1230000119",
            "description": "腾讯充值中心-QQ会员充值",
            "detail": "买单费用",
            "goods_tag": "WXG",
            "sub_appid": "wxd678efh567hg6999",
            "settle_info": { "profit_sharing": true, "subsidy_amount": 10 },
        })
    };
    json!({
        "combine_appid": "wxd678efh567hg6787",
        "combine_out_trade_no": "P20150806125346",
        "combine_mchid": "1900000109",
        "scene_info": { "device_id": "POS1:1", "payer_client_ip": "14.17.22.32" },
        "sub_orders": [order("20150806125346", "深圳分店"), order("20150806125347", "广州分店")],
        "time_start": "2019-12-31T15:59:59+08:00",
        "time_expire": "2019-12-31T16:59:59+08:00",
        "notify_url": "https://yourapp.com/notify",
    })
}

fn jsapi() -> Json {
    let mut body = native();
    body["combine_payer_info"] = json!({ "openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o" });
    body
}

/// The request, after it was printed as it came.
fn travels<E: Endpoint>(target: &str, body: &Json) -> E {
    let text = if body.is_null() { String::new() } else { body.to_string() };
    let request: E = wire::decode(target, text.as_bytes()).expect("it reads");
    let http = wire::encode(&request);
    assert_eq!((http.method(), http.uri().to_string()), (&E::METHOD, target.to_owned()));
    if !body.is_null() {
        assert_eq!(serde_json::from_slice::<Json>(http.body()).expect("JSON"), *body);
    }
    request
}

fn refused<E: Endpoint>(target: &str, body: &Json) -> ParamError {
    let read = wire::decode::<E>(target, body.to_string().as_bytes());
    let Err(error) = read else { panic!("{body} is taken") };
    error
}

#[test]
fn combined_orders_travel() {
    let placed: combine::Native = travels(NATIVE, &native());
    assert_eq!(placed.sub_orders[1].out_trade_no.as_str(), "20150806125347");
    assert_eq!(placed.sub_orders[1].subsidy(), Some(Fen::new(10)));
    let placed: combine::Jsapi = travels(JSAPI, &jsapi());
    assert_eq!(placed.combine_out_trade_no.as_str(), "P20150806125346");
    let query: combine::Query = travels(NUMBER, &Json::Null);
    assert_eq!(query.combine_out_trade_no.as_str(), "P20150806125346");
    let body = json!({
        "combine_appid": "wxd678efh567hg6787",
        "sub_orders": [
            { "mchid": "1900000109", "out_trade_no": "20150806125346", "sub_mchid": "1230000119" },
        ],
    });
    let close: combine::Close = travels(&format!("{NUMBER}/close"), &body);
    assert_eq!(close.sub_orders[0].sub_appid, None);
    let short: combine::Query = travels("/v3/combine-transactions/out-trade-no/a%7C", &Json::Null);
    assert_eq!(short.combine_out_trade_no.as_str(), "a|");
}

#[test]
fn a_subsidy_counts_with_profit_sharing_only() {
    for (settle, announced) in [
        (json!({ "profit_sharing": true, "subsidy_amount": 0 }), None),
        (json!({ "profit_sharing": false, "subsidy_amount": 10 }), None),
        (json!({ "subsidy_amount": 10 }), None),
        (json!({ "profit_sharing": true }), None),
        (json!({ "profit_sharing": true, "subsidy_amount": 500_000 }), Some(Fen::new(500_000))),
    ] {
        let mut body = native();
        body["sub_orders"][0]["settle_info"] = settle;
        let placed: combine::Native = travels(NATIVE, &body);
        assert_eq!(placed.sub_orders[0].subsidy(), announced);
    }
}

#[test]
fn the_rules_of_the_list() {
    let missing = |at: &str, label: &str| {
        format!("输入源“/body/{at}”映射到字段“{label}”必填性规则校验失败，此字段为必填项")
    };
    let list = |words: &str| {
        format!("输入源“/body/sub_orders”映射到值字段“子单信息”数组规则校验失败，元素个数 {words}")
    };
    let high = |at: &str, label: &str, max: i64| {
        format!(
            "输入源“/body/sub_orders/{at}”映射到数值字段“{label}”规则校验失败，值高于最大值 {max}"
        )
    };
    let with = |change: &dyn Fn(&mut Json)| {
        let mut body = jsapi();
        change(&mut body);
        refused::<combine::Jsapi>(JSAPI, &body)
    };
    let many = |count: usize| Json::from(vec![native()["sub_orders"][0].clone(); count]);
    let first = |body: &mut Json, name: &str, value: Json| body["sub_orders"][0][name] = value;
    let cases = [
        (with(&|body| body["sub_orders"] = json!([])), list("0，小于最小值 1")),
        (with(&|body| body["sub_orders"] = many(51)), list("51，大于最大值 50")),
        (
            with(&|body| body["sub_orders"][1]["amount"]["total_amount"] = 1_000_000_001.into()),
            high("1/amount/total_amount", "标价金额", 1_000_000_000),
        ),
        (
            with(&|body| body["sub_orders"] = many(2)),
            "输入源“/body/sub_orders/1/out_trade_no”映射到值字段“子单商户订单号”校验失败，子单商户订单号重复".to_owned(),
        ),
        (
            with(&|body| body["combine_payer_info"] = json!({})),
            missing("combine_payer_info/openid", "用户标识"),
        ),
        (
            with(&|body| {
                body["combine_payer_info"] = json!({ "sub_openid": "o_1" });
                for order in body["sub_orders"].as_array_mut().expect("a list") {
                    order.as_object_mut().expect("an order").remove("sub_appid");
                }
            }),
            missing("sub_orders/0/sub_appid", "子商户应用ID"),
        ),
        (
            with(&|body| first(body, "settle_info", json!({ "subsidy_amount": -1 }))),
            "输入源“/body/sub_orders/0/settle_info/subsidy_amount”映射到数值字段“补差金额”规则校验失败，值低于最小值 0".to_owned(),
        ),
        (
            with(&|body| body["combine_out_trade_no"] = "P".into()),
            "输入源“/body/combine_out_trade_no”映射到值字段“合单商户订单号”字符串规则校验失败，字节数 1，小于最小值 2".to_owned(),
        ),
        (
            with(&|body| {
                body["sub_orders"][1].as_object_mut().expect("an order").remove("attach");
            }),
            missing("sub_orders/1/attach", "附加数据"),
        ),
    ];
    for (error, message) in cases {
        assert_eq!(error.message, message);
        assert_eq!(error.location, Some("body"));
    }
    let fifty: combine::Native = {
        let mut body = native();
        let numbered = |n: usize| {
            let mut order = body["sub_orders"][0].clone();
            order["out_trade_no"] = format!("number{n}").into();
            order
        };
        body["sub_orders"] = (0..50).map(numbered).collect();
        travels(NATIVE, &body)
    };
    assert_eq!(fifty.sub_orders.len(), 50);

    let close = json!({ "combine_appid": "wxd678efh567hg6787", "sub_orders": [] });
    let error = refused::<combine::Close>(&format!("{NUMBER}/close"), &close);
    assert_eq!(error.message, list("0，小于最小值 1"));
}

#[test]
fn the_answer_reads_and_prints() {
    let answer = json!({
        "combine_appid": "wxd678efh567hg6787",
        "combine_mchid": "1230000109",
        "combine_payer_info": { "openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o" },
        "sub_orders": [{
            "mchid": "1900000109",
            "trade_type": "JSAPI",
            "trade_state": "SUCCESS",
            "bank_type": "CMC",
            "attach": "深圳分店",
            "success_time": "2015-05-20T13:29:35+08:00",
            "amount": { "total_amount": 10, "currency": "CNY", "payer_amount": 10, "payer_currency": "CNY" },
            "transaction_id": "1009660380201506130728806387",
            "out_trade_no": "20150806125346",
            "sub_mchid": "1230000119",
        }],
        "scene_info": { "device_id": "POS1:1" },
        "combine_out_trade_no": "1217752501201407033233368018",
    })
    .to_string();
    let order = wire::decode_response::<combine::Query>(answer.as_bytes()).expect("it reads");
    let orders = order.sub_orders.as_ref().expect("orders");
    assert_eq!(orders[0].trade_state, TradeState::Success);
    assert_eq!(wire::encode_response::<combine::Query>(&order), answer.as_bytes());
}

/// `name*` for a required field, with members in braces.
fn names(fields: &[Field]) -> String {
    let print = |field: &Field| {
        let star = if field.required { "*" } else { "" };
        let inner = match field.rule {
            Rule::Object(inner) => format!("{{{}}}", names(inner)),
            Rule::List(Rule::Object(inner)) => format!("[{}]", names(inner)),
            Rule::Text(_)
            | Rule::Integer { .. }
            | Rule::OneOf(_)
            | Rule::Boolean
            | Rule::List(_) => String::new(),
        };
        format!("{}{star}{inner}", field.name)
    };
    fields.iter().map(print).collect::<Vec<_>>().join(" ")
}

#[test]
fn fields_are_those_of_the_pages() {
    let of = |path: &str| {
        let found = endpoints().into_iter().find(|endpoint| endpoint.path.ends_with(path));
        found.expect("an endpoint")
    };
    let scene = "scene_info{device_id payer_client_ip*}";
    let orders = "sub_orders*[mchid* attach* amount*{total_amount* currency*} out_trade_no* sub_mchid description* detail goods_tag sub_appid settle_info{profit_sharing subsidy_amount}]";
    let times = "time_start time_expire";
    assert_eq!(
        names(of("/combine-transactions/jsapi").request),
        format!(
            "combine_appid* combine_mchid* combine_out_trade_no* combine_payer_info*{{openid sub_openid}} {scene} {orders} {times} notify_url"
        )
    );
    assert_eq!(
        names(of("/combine-transactions/native").request),
        format!(
            "combine_appid* combine_out_trade_no* combine_mchid* {scene} {orders} {times} notify_url*"
        )
    );
    assert_eq!(
        names(of("/{combine_out_trade_no}").response),
        "combine_appid* combine_mchid* combine_payer_info{openid} sub_orders[mchid* trade_type trade_state* bank_type attach success_time amount*{total_amount currency payer_amount payer_currency} transaction_id out_trade_no* sub_mchid sub_appid sub_openid] scene_info{device_id} combine_out_trade_no*"
    );
    assert_eq!(
        names(of("/{combine_out_trade_no}/close").request),
        "combine_out_trade_no* combine_appid* sub_orders*[mchid* out_trade_no* sub_mchid sub_appid]"
    );
}
