//! The same number again: the same answer for the same request, and for a request that says
//! anything else the documented no, with nothing changed. Every field of every page that has a
//! number of the merchant's is said otherwise once, and left out once if it may be.

use redress_api::field::{Field, Rule};
use redress_server::{PLATFORM, SPONSOR, SUB_MERCHANT};
use serde_json::{Value as Json, json};

use crate::good;
use crate::violations::set;
use crate::world::{BILLS, SUBSIDISED, World};

type Refusal = (u16, &'static str, &'static str);

const BILL_DIFFERS: Refusal = (400, "INVALID_REQUEST", "单号已存在但信息不一致,请查单后比较确认");
const DIFFERS: Refusal = (400, "INVALID_REQUEST", "请求重入时，参数与首次请求时不一致");
const REFUND_DIFFERS: Refusal =
    (400, "INVALID_REQUEST", "订单金额或退款金额与之前请求不一致，请核实后再试");
const SETTLES_OTHERWISE: Refusal = (400, "INVALID_REQUEST", "重复下单且结算信息不一致");
const NUMBER_USED: Refusal = (403, "OUT_TRADE_NO_USED", "201 商户订单号重复");
const MCHID_DIFFERS: Refusal =
    (400, "INVALID_REQUEST", "http header中的mchid与post payload中的mchid不匹配");
const APPID_DIFFERS: Refusal = (400, "APPID_MCHID_NOT_MATCH", "appid和mch_id不匹配");
const NO_RELATION: Refusal = (400, "INVALID_REQUEST", "受理关系不存在");

/// A request that was taken once.
struct Case<'a> {
    path: String,
    of_platform: bool,
    body: Json,
    /// The fields that are the number.
    number: &'a [&'a str],
    /// What says that the request is another.
    differs: Refusal,
    /// Fields that something else comes first for: their checks need no look at the number.
    others: &'a [(&'a str, Refusal)],
    /// Fields that may be said otherwise: they say the same, or what they say is not kept.
    free: &'a [&'a str],
}

/// What is done to one field.
#[derive(Debug)]
struct Change {
    pointer: String,
    value: Option<Json>,
}

/// Each field of a body, changed alone.
fn changes(fields: &[Field], parent: &str, body: &Json, found: &mut Vec<Change>) {
    for field in fields {
        let pointer = format!("{parent}/{}", field.name);
        let Some(value) = body.pointer(&pointer) else { continue };
        if !field.required {
            found.push(Change { pointer: pointer.clone(), value: None });
        }
        of_value(field.rule, &pointer, value, body, found);
    }
}

fn of_value(rule: Rule, pointer: &str, value: &Json, body: &Json, found: &mut Vec<Change>) {
    let mut to = |value: Json| {
        found.push(Change { pointer: pointer.to_owned(), value: Some(value) });
    };
    match rule {
        Rule::Object(fields) => changes(fields, pointer, body, found),
        Rule::List(item) => {
            for (n, value) in value.as_array().expect("a list").iter().enumerate() {
                of_value(*item, &format!("{pointer}/{n}"), value, body, found);
            }
        }
        Rule::Boolean => to(json!(!value.as_bool().expect("a boolean"))),
        Rule::Integer { .. } => to(json!(value.as_i64().expect("a number") + 1)),
        Rule::OneOf(words) => {
            if let Some(other) = words.iter().find(|word| **word != *value) {
                to(json!(other));
            }
        }
        Rule::Text(_) if pointer.contains("/time_") => to(json!("2031-06-08T10:34:56+08:00")),
        Rule::Text(rule) => {
            let text = value.as_str().expect("a text");
            let last = text.chars().next_back().map_or(0, char::len_utf8);
            let mut others = ["7", "8", "x"].into_iter();
            let mut other =
                others.by_ref().map(|end| format!("{}{end}", &text[..text.len() - last]));
            // A currency has no other.
            if let Some(other) = other.find(|other| other != text && rule.check(other).is_ok()) {
                to(json!(other));
            }
        }
    }
}

/// The fields of a page that a body leaves out.
fn left_out(fields: &[Field], parent: &str, body: &Json, found: &mut Vec<String>) {
    for field in fields {
        let pointer = format!("{parent}/{}", field.name);
        match (body.pointer(&pointer), field.rule) {
            (None, _) => found.push(pointer),
            (Some(_), Rule::Object(fields)) => left_out(fields, &pointer, body, found),
            (Some(_), Rule::List(Rule::Object(fields))) => {
                left_out(fields, &format!("{pointer}/0"), body, found);
            }
            (Some(_), _) => {}
        }
    }
}

impl Case<'_> {
    async fn check(&self, world: &World, absent: &[&str]) -> Json {
        let caller = if self.of_platform { &world.platform } else { &world.direct };
        let definition = redress_server::operations();
        let mut definition = definition.into_iter().filter(|d| d.method == "POST");
        let definition = definition.find(|d| d.path == self.path).expect("an endpoint");
        let mut missing = Vec::new();
        left_out(definition.request, "", &self.body, &mut missing);
        assert_eq!(missing, absent, "{}", self.path);

        let draft = caller.post(&self.path, &self.body.to_string());
        let first = world.send(&draft).await;
        assert_eq!(first.status, 200, "{}: {}", self.path, first.text());
        let before = world.state().await;
        if self.differs == NUMBER_USED {
            world.refused(&draft, NUMBER_USED).await;
        } else {
            let again = world.ok(&draft).await;
            assert_eq!(world.ok(&draft).await, again, "{}", self.path);
            let is_id = |name: &str| name.ends_with("_id") || name.ends_with("_no");
            for (name, value) in first.json().as_object().expect("an object") {
                assert!(!is_id(name) || again[name] == *value, "{}: {name}", self.path);
            }
            world.unchanged_since(&before).await;
        }
        let mut found = Vec::new();
        changes(definition.request, "", &self.body, &mut found);
        let mut wrong = Vec::new();
        for change in found {
            let pointer = change.pointer.as_str();
            if self.number.contains(&pointer) {
                continue;
            }
            let mut body = self.body.clone();
            set(&mut body, pointer, change.value.clone());
            let named =
                if change.value.is_none() { format!("{pointer}-") } else { pointer.to_owned() };
            let other = self.others.iter().find(|(name, _)| *name == named);
            let expected = other.map_or(self.differs, |(_, refusal)| *refusal);
            let answer = world.send(&caller.post(&self.path, &body.to_string())).await;
            let shown = answer.json();
            let text = |name: &str| shown[name].as_str().unwrap_or_default();
            let given = (answer.status, text("code"), text("message"));
            let fits = if self.free.contains(&named.as_str()) {
                given.0 == 200
            } else {
                given == expected
            };
            if !fits {
                wrong.push(format!("{named}: {given:?}"));
            }
        }
        assert!(wrong.is_empty(), "{}:\n{}", self.path, wrong.join("\n"));
        world.unchanged_since(&before).await;
        world.verify().await;
        first.json()
    }
}

#[tokio::test]
async fn compensations() {
    let world = World::start().await;
    let plain = |path: String, body: Json, others| Case {
        path,
        of_platform: true,
        body,
        number: &["/out_bill_no"],
        differs: BILL_DIFFERS,
        others,
        free: &["/receiver/transaction_info/type-"],
    };
    let needs_scene: Refusal = (
        400,
        "PARAM_ERROR",
        "输入源“/body/transfer_scene_id”映射到字段“转账场景ID”必填性规则校验失败，此字段为必填项",
    );
    let others = &[("/transfer_scene_id-", needs_scene)];
    plain(BILLS.to_owned(), crate::world::create("again1"), others).check(&world, &[]).await;
    let path = format!("{BILLS}/pre-transfer");
    plain(path, good::pre_transfer("again2"), others).check(&world, &[]).await;
    let funds = json!({ "mchid": SPONSOR, "amount": 1_000, "account": "operation" });
    world.act("/credits", funds).await;
    let path = crate::contract::MERCHANT_BILLS.to_owned();
    plain(path, good::merchant_bill("again3"), &[]).check(&world, &[]).await;
}

#[tokio::test]
async fn orders_to_be_paid() {
    let world = World::start().await;
    for (turn, kind) in ["jsapi", "native", "app", "h5"].into_iter().enumerate() {
        let case = Case {
            path: format!("/v3/pay/transactions/{kind}"),
            of_platform: false,
            body: good::direct_order(kind, &format!("again{turn}")),
            number: &["/out_trade_no"],
            differs: DIFFERS,
            others: &[("/mchid", MCHID_DIFFERS), ("/appid", APPID_DIFFERS)],
            free: &[],
        };
        case.check(&world, &[]).await;
    }
    let needs_appid: Refusal = (
        400,
        "PARAM_ERROR",
        "输入源“/body/sub_appid”映射到字段“子商户/二级商户APPID”必填性规则校验失败，此字段为必填项",
    );
    for kind in ["jsapi", "native"] {
        let mut others = vec![
            ("/sp_mchid", MCHID_DIFFERS),
            ("/sp_appid", APPID_DIFFERS),
            ("/sub_appid", APPID_DIFFERS),
            ("/sub_mchid", NO_RELATION),
        ];
        if kind == "jsapi" {
            others.push(("/sub_appid-", needs_appid));
        }
        let case = Case {
            path: format!("/v3/pay/partner/transactions/{kind}"),
            of_platform: true,
            body: good::partner_order(kind, &format!("again-{kind}")),
            number: &["/out_trade_no"],
            differs: DIFFERS,
            others: &others,
            free: &[],
        };
        case.check(&world, &[]).await;
    }
}

#[tokio::test]
async fn combined_orders() {
    let world = World::start().await;
    let mut others = vec![("/combine_mchid", MCHID_DIFFERS)];
    let settles =
        ["", "-", "/profit_sharing", "/profit_sharing-", "/subsidy_amount", "/subsidy_amount-"];
    let settles: Vec<String> = (0..2)
        .flat_map(|n| settles.map(|what| format!("/sub_orders/{n}/settle_info{what}")))
        .collect();
    others.extend(settles.iter().map(|pointer| (pointer.as_str(), SETTLES_OTHERWISE)));
    for kind in ["jsapi", "native"] {
        let case = Case {
            path: format!("/v3/combine-transactions/{kind}"),
            of_platform: true,
            body: good::combined(kind, &format!("again-{kind}")),
            number: &["/combine_out_trade_no"],
            differs: DIFFERS,
            others: &others,
            free: &[],
        };
        case.check(&world, &[]).await;
    }
}

/// A number is used once; whoever pays is asked again under another.
#[tokio::test]
async fn payments_by_code() {
    let world = World::start().await;
    for of_platform in [false, true] {
        let code = world.code("o_small", false).await;
        let case = Case {
            path: if of_platform {
                "/v3/pay/partner/transactions/codepay"
            } else {
                "/v3/pay/transactions/codepay"
            }
            .to_owned(),
            of_platform,
            body: good::codepay(of_platform, "again01", &code),
            number: &["/out_trade_no"],
            differs: NUMBER_USED,
            others: &[
                ("/mchid", MCHID_DIFFERS),
                ("/appid", APPID_DIFFERS),
                ("/sp_mchid", MCHID_DIFFERS),
                ("/sp_appid", APPID_DIFFERS),
                ("/sub_appid", APPID_DIFFERS),
                ("/sub_mchid", NO_RELATION),
            ],
            free: &[],
        };
        case.check(&world, &[]).await;
    }
}

#[tokio::test]
async fn refunds() {
    let world = World::start().await;
    world.order(json!({ "out_trade_no": "sold01" })).await;
    let order = json!({
        "mchid": PLATFORM, "sub_mchid": SUB_MERCHANT, "out_trade_no": "sold02",
        "trade_type": "JSAPI", "profit_sharing": true,
    });
    let sold = world.order(order).await;
    world.act("/credits", json!({ "mchid": SUB_MERCHANT, "amount": 100_000 })).await;
    let needs_order: Refusal = (
        400,
        "PARAM_ERROR",
        "输入源“/body/transaction_id”映射到字段“微信支付订单号”必填性规则校验失败，此字段为必填项",
    );
    let sum: Refusal = (
        400,
        "PARAM_ERROR",
        "输入源“/body/amount/from”映射到值字段“退款出资账户及金额”校验失败，出资金额之和必须等于退款金额",
    );
    let parts = [
        ("/amount/refund", sum),
        ("/amount/from/0/amount", sum),
        ("/out_trade_no-", needs_order),
        ("/transaction_id-", needs_order),
    ];
    let kept = |body: Json, number: &str, account: &str| {
        let mut body = body;
        set(&mut body, "/amount/from", None);
        body["out_refund_no"] = number.into();
        body["funds_account"] = account.into();
        body
    };
    let path = crate::refunds::REFUNDS;
    let case = |path: &str, of_platform, body, others| Case {
        path: path.to_owned(),
        of_platform,
        body,
        number: &["/out_refund_no"],
        differs: REFUND_DIFFERS,
        others,
        // Where it is told is no part of what goes back: the first address stays. Nor is the
        // seller's application. What is left out may go without saying.
        free: &[
            "/notify_url",
            "/notify_url-",
            "/sub_appid",
            "/sub_appid-",
            "/amount/currency-",
            "/refund_account-",
        ],
    };
    let body = kept(good::refund("", "sold01"), "again1", "AVAILABLE");
    let absent = ["/sub_mchid", "/transaction_id", "/amount/from"];
    case(path, false, body, &parts[2..]).check(&world, &absent).await;
    let mut body = good::refund("again2", "sold02");
    set(&mut body, "/out_trade_no", None);
    body["transaction_id"] = sold["transaction_id"].clone();
    body["sub_mchid"] = SUB_MERCHANT.into();
    case(path, true, body, &parts).check(&world, &["/out_trade_no", "/funds_account"]).await;

    let path = crate::refunds::APPLY;
    let one_word: Refusal = (
        400,
        "PARAM_ERROR",
        "输入源“/body/funds_account”映射到值字段“资金账户”枚举规则校验失败，此字段的可选取值为“AVAILABLE”",
    );
    let own = [("/sp_appid", APPID_DIFFERS), ("/funds_account", one_word)];
    let others = [&parts[..], &own[..]].concat();
    let body = kept(good::apply("", "sold02"), "again3", "AVAILABLE");
    case(path, true, body, &others[2..]).check(&world, &["/transaction_id", "/amount/from"]).await;
    let body = good::apply("again4", "sold02");
    let either: Refusal =
        (400, "PARAM_ERROR", "输入源“/body/refund_account”与“/body/amount/from”只能填写其中一个");
    let others = [&others[..], &[("/refund_account", either)]].concat();
    case(path, true, body, &others).check(&world, &["/transaction_id", "/funds_account"]).await;
}

#[tokio::test]
async fn subsidies() {
    let world = World::start().await;
    world.step(60).await;
    let refund_id = world.show("/refunds").await["items"][0]["refund_id"].clone();
    let unknown: Refusal = (400, "INVALID_REQUEST", "订单不存在");
    let body = json!({
        "sub_mchid": SUB_MERCHANT, "transaction_id": SUBSIDISED, "amount": 900,
        "description": "测试备注", "refund_id": refund_id, "out_subsidy_no": "again1",
    });
    let case = Case {
        path: crate::refunds::PAY_SUBSIDY.to_owned(),
        of_platform: true,
        body,
        number: &[],
        differs: DIFFERS,
        others: &[("/sub_mchid", NO_RELATION), ("/transaction_id", unknown)],
        free: &[],
    };
    let paid = case.check(&world, &[]).await;
    let [refund_id, subsidy_id] = [&refund_id, &paid["subsidy_id"]].map(|id| id.as_str().unwrap());
    let amount: Refusal = (
        400,
        "PARAM_ERROR",
        "输入源“/body/from”映射到值字段“补差回退出资账户及金额”校验失败，出资金额必须等于补差回退金额",
    );
    let case = Case {
        path: crate::refunds::RETURN_SUBSIDY.to_owned(),
        of_platform: true,
        body: good::subsidy_return("again2", refund_id, subsidy_id),
        number: &["/out_order_no"],
        differs: BILL_DIFFERS,
        others: &[("/amount", amount), ("/from/0/amount", amount)],
        free: &[],
    };
    case.check(&world, &[]).await;
}

#[tokio::test]
async fn sharing() {
    let (world, id) = crate::sharing::ready().await;
    let case = Case {
        path: crate::sharing::ORDERS.to_owned(),
        of_platform: true,
        body: good::share("again1", &id),
        number: &["/out_order_no"],
        differs: BILL_DIFFERS,
        others: &[("/sub_mchid", NO_RELATION), ("/appid", crate::sharing::APPID_DIFFERS)],
        // The platform's application goes without saying, and a name is sealed anew each time.
        free: &["/appid-", "/receivers/0/receiver_name", "/receivers/0/receiver_name-"],
    };
    let made = case.check(&world, &[]).await;
    let case = Case {
        path: crate::sharing::RETURNS.to_owned(),
        of_platform: true,
        body: good::share_return("again2", "again1", made["order_id"].as_str().unwrap(), &id),
        number: &["/out_return_no"],
        differs: BILL_DIFFERS,
        others: &[("/sub_mchid", NO_RELATION)],
        // Each names the same share by itself.
        free: &["/order_id-", "/out_order_no-", "/transaction_id-"],
    };
    case.check(&world, &[]).await;
    let case = Case {
        path: crate::sharing::FINISH.to_owned(),
        of_platform: true,
        body: crate::sharing::finish(&id, "again3"),
        number: &["/out_order_no"],
        differs: BILL_DIFFERS,
        others: &[("/sub_mchid", NO_RELATION)],
        free: &[],
    };
    case.check(&world, &[]).await;
}
