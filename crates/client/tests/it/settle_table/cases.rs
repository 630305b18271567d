//! The writing endpoints: a good request for each, and how to see whether it was carried out.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use redress::api::{
    Change, Endpoint, combine, compensation, partner, pay, refund, security, sharing, subsidy,
};
use redress::{Client, Error, Fate, Patience, Settled};
use redress_server::{DIRECT, PLATFORM, SPONSOR, SUB_MERCHANT};
use serde_json::{Value as Json, json};

use super::world::World;

const APPID: &str = "wxd678efh567hg6787";
const PLATFORM_APPID: &str = "wx8888888888888888";
const PAYER: &str = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o";
const URL: &str = "http://127.0.0.1:9/notify";

/// The orders of a combined one.
const ORDERS: [i64; 2] = [1, 2];

/// What came of settling.
pub(crate) enum Outcome {
    Done,
    Overtaken,
    Failed(Error),
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done => f.write_str("done"),
            Self::Overtaken => f.write_str("overtaken"),
            Self::Failed(error) => write!(f, "{}: {error:?}", error.fate()),
        }
    }
}

type Settling = Box<dyn Fn(Client, Patience) -> Pin<Box<dyn Future<Output = Outcome>>>>;

/// Where it shows whether something was carried out.
pub(crate) enum Effect {
    /// There is such a thing.
    Thing(String),
    /// A thing has this value there.
    Value(String, &'static str, &'static str),
    /// A list has something with this value.
    Listed(&'static str, &'static str, String),
    /// A query finds it.
    Share {
        transaction_id: String,
        number: String,
    },
    ShareReturn {
        share: String,
        number: String,
    },
    /// The receiver is on the list.
    Receiver {
        transaction_id: String,
        account: String,
        is_listed: bool,
    },
    /// It changes nothing.
    None,
}

/// A request that is ready.
pub(crate) struct Ready {
    pub(crate) mchid: &'static str,
    pub(crate) settle: Settling,
    pub(crate) effect: Effect,
}

/// The request of an endpoint that has these fields.
fn request<E: Change + Clone>(mchid: &'static str, fields: Json, effect: Effect) -> Ready {
    let shown = fields.to_string();
    let request: E =
        serde_json::from_value(fields).unwrap_or_else(|error| panic!("{error}: {shown}"));
    let settle: Settling = Box::new(move |client, patience| {
        let request = request.clone();
        Box::pin(async move {
            match client.settle_within(&request, patience).await {
                Ok(Settled::Answered(_) | Settled::Found(_)) => Outcome::Done,
                Ok(Settled::Overtaken(_)) => Outcome::Overtaken,
                Err(error) => Outcome::Failed(error),
            }
        })
    });
    Ready { mchid, settle, effect }
}

/// The paths, all of them.
pub(crate) const PATHS: [&str; 30] = [
    compensation::Create::PATH,
    compensation::Cancel::PATH,
    compensation::PreTransfer::PATH,
    compensation::merchant::Create::PATH,
    pay::Codepay::PATH,
    pay::Reverse::PATH,
    pay::Close::PATH,
    pay::Jsapi::PATH,
    pay::Native::PATH,
    pay::App::PATH,
    pay::H5::PATH,
    partner::Codepay::PATH,
    partner::Reverse::PATH,
    partner::Close::PATH,
    partner::Jsapi::PATH,
    partner::Native::PATH,
    combine::Jsapi::PATH,
    combine::Native::PATH,
    combine::Close::PATH,
    security::Echo::PATH,
    sharing::Create::PATH,
    sharing::CreateReturn::PATH,
    sharing::Finish::PATH,
    sharing::AddReceiver::PATH,
    sharing::DeleteReceiver::PATH,
    refund::Create::PATH,
    refund::ecommerce::Apply::PATH,
    subsidy::Create::PATH,
    subsidy::Return::PATH,
    subsidy::Cancel::PATH,
];

/// An order that is there already; its provider's number.
async fn order(world: &World, mchid: &str, number: &str, more: Json) -> String {
    let mut order = json!({
        "mchid": mchid, "appid": APPID, "out_trade_no": number, "trade_type": "JSAPI",
        "amount": 10_000, "payer": PAYER,
    });
    if mchid == PLATFORM {
        order["appid"] = PLATFORM_APPID.into();
        order["sub_mchid"] = SUB_MERCHANT.into();
    }
    for (name, value) in more.as_object().expect("fields") {
        order[name] = value.clone();
    }
    let placed = world.act("orders", order).await;
    placed["transaction_id"].as_str().unwrap_or_default().to_owned()
}

/// An order that was paid a minute ago and can be shared.
async fn shareable(world: &World, number: &str, more: Json) -> String {
    let mut fields = json!({ "profit_sharing": true });
    for (name, value) in more.as_object().expect("fields") {
        fields[name] = value.clone();
    }
    let id = order(world, PLATFORM, number, fields).await;
    world.step(60).await;
    id
}

async fn code(world: &World, number: &str) -> Json {
    let shown = world.act("auth-codes", json!({ "openid": format!("o_{number}") })).await;
    shown["auth_code"].clone()
}

/// Carries out what a later request needs, where nothing fails.
async fn first<E: Endpoint>(client: &Client, fields: Json) -> E::Response {
    let request: E = serde_json::from_value(fields).expect("the fields fit");
    client.send(&request).await.unwrap_or_else(|error| panic!("{}: {error}", E::PATH))
}

fn direct(number: &str) -> Json {
    json!({
        "appid": APPID, "mchid": DIRECT, "description": "QQ公仔", "out_trade_no": number,
        "notify_url": URL, "amount": { "total": 100 }, "payer": { "openid": PAYER },
        "scene_info": { "payer_client_ip": "14.23.150.211", "h5_info": { "type": "Wap" } },
    })
}

fn provided(number: &str) -> Json {
    json!({
        "sp_appid": PLATFORM_APPID, "sp_mchid": PLATFORM, "sub_mchid": SUB_MERCHANT,
        "description": "QQ公仔", "out_trade_no": number, "notify_url": URL,
        "amount": { "total": 100 }, "payer": { "sp_openid": PAYER },
    })
}

fn by_code(mut fields: Json, code: &Json) -> Json {
    fields["payer"] = json!({ "auth_code": code });
    fields["scene_info"] = json!({ "store_info": { "out_id": "0001" } });
    fields
}

fn combined(number: &str) -> Json {
    json!({
        "combine_appid": PLATFORM_APPID, "combine_mchid": PLATFORM, "combine_out_trade_no": number,
        "combine_payer_info": { "openid": PAYER }, "notify_url": URL,
        "sub_orders": ORDERS.map(|n| json!({
            "mchid": PLATFORM, "attach": "深圳分店", "out_trade_no": format!("{number}-{n}"),
            "amount": { "total_amount": 100 * n, "currency": "CNY" },
            "sub_mchid": SUB_MERCHANT, "description": "QQ会员充值",
        })),
    })
}

fn bill(number: &str, transaction_id: &str) -> Json {
    json!({
        "receiver": {
            "type": "TRANSACTION_USER",
            "transaction_info": { "transaction_id": transaction_id, "type": "WXPAY" },
        },
        "out_bill_no": number, "amount": 100, "transfer_remark": "直播违规扣罚",
        "sponsor_mchid": SPONSOR,
    })
}

fn share(number: &str, transaction_id: &str, kind: &str, account: &str) -> Json {
    json!({
        "appid": PLATFORM_APPID, "sub_mchid": SUB_MERCHANT, "transaction_id": transaction_id,
        "out_order_no": number, "finish": false,
        "receivers": [{
            "type": kind, "receiver_account": account, "amount": 100, "description": "分账",
        }],
    })
}

fn receiver(kind: &str, account: &str) -> Json {
    json!({
        "appid": PLATFORM_APPID, "type": kind, "account": account, "name": "示例商户全称",
        "relation_type": "SUPPLIER",
    })
}

/// Makes what the request of an endpoint needs, and the request.
pub(crate) async fn ready(world: &World, path: &str, number: &str) -> Ready {
    let platform = &world.platform;
    let placed = |mchid: &str, number: &str| Effect::Thing(format!("orders/{mchid}/{number}"));
    let in_state = |mchid: &str, number: &str, state| {
        Effect::Value(format!("orders/{mchid}/{number}"), "/state", state)
    };
    let unpaid = json!({ "trade_type": "NATIVE", "outcome": "unpaid" });
    let by_card = json!({ "trade_type": "MICROPAY" });
    match path {
        compensation::Create::PATH => {
            let id = order(world, PLATFORM, number, json!({})).await;
            let effect = Effect::Thing(format!("bills/{PLATFORM}/{number}"));
            request::<compensation::Create>(PLATFORM, bill(number, &id), effect)
        }
        compensation::Cancel::PATH => {
            let id = order(world, PLATFORM, number, json!({})).await;
            first::<compensation::Create>(platform, bill(number, &id)).await;
            let bill = format!("bills/{PLATFORM}/{number}");
            world.calm().await;
            let effect = Effect::Value(bill, "/state", "CANCELLED");
            request::<compensation::Cancel>(PLATFORM, json!({ "out_bill_no": number }), effect)
        }
        compensation::PreTransfer::PATH => {
            let id = order(world, PLATFORM, number, json!({})).await;
            let effect = Effect::Thing(format!("bills/{PLATFORM}/{number}"));
            request::<compensation::PreTransfer>(PLATFORM, bill(number, &id), effect)
        }
        compensation::merchant::Create::PATH => {
            let fields = json!({
                "receiver": { "type": "MERCHANT", "mch_info": { "mchid": SUB_MERCHANT } },
                "out_bill_no": number, "amount": 100, "transfer_remark": "赔付金发放",
            });
            let effect = Effect::Listed("merchant-bills", "out_bill_no", number.to_owned());
            request::<compensation::merchant::Create>(PLATFORM, fields, effect)
        }
        pay::Codepay::PATH => {
            let fields = by_code(direct(number), &code(world, number).await);
            request::<pay::Codepay>(DIRECT, fields, in_state(DIRECT, number, "SUCCESS"))
        }
        partner::Codepay::PATH => {
            let fields = by_code(provided(number), &code(world, number).await);
            request::<partner::Codepay>(PLATFORM, fields, in_state(PLATFORM, number, "SUCCESS"))
        }
        pay::Reverse::PATH => {
            order(world, DIRECT, number, by_card).await;
            let fields = json!({ "out_trade_no": number, "appid": APPID, "mchid": DIRECT });
            request::<pay::Reverse>(DIRECT, fields, in_state(DIRECT, number, "REVOKED"))
        }
        partner::Reverse::PATH => {
            order(world, PLATFORM, number, by_card).await;
            let fields = json!({
                "out_trade_no": number, "sp_mchid": PLATFORM, "sub_mchid": SUB_MERCHANT,
                "sp_appid": PLATFORM_APPID,
            });
            request::<partner::Reverse>(PLATFORM, fields, in_state(PLATFORM, number, "REVOKED"))
        }
        pay::Close::PATH => {
            order(world, DIRECT, number, unpaid).await;
            let fields = json!({ "out_trade_no": number, "mchid": DIRECT });
            request::<pay::Close>(DIRECT, fields, in_state(DIRECT, number, "CLOSED"))
        }
        partner::Close::PATH => {
            order(world, PLATFORM, number, unpaid).await;
            let fields = json!({
                "out_trade_no": number, "sp_mchid": PLATFORM, "sub_mchid": SUB_MERCHANT,
            });
            request::<partner::Close>(PLATFORM, fields, in_state(PLATFORM, number, "CLOSED"))
        }
        pay::Jsapi::PATH => request::<pay::Jsapi>(DIRECT, direct(number), placed(DIRECT, number)),
        pay::Native::PATH => request::<pay::Native>(DIRECT, direct(number), placed(DIRECT, number)),
        pay::App::PATH => request::<pay::App>(DIRECT, direct(number), placed(DIRECT, number)),
        pay::H5::PATH => request::<pay::H5>(DIRECT, direct(number), placed(DIRECT, number)),
        partner::Jsapi::PATH => {
            request::<partner::Jsapi>(PLATFORM, provided(number), placed(PLATFORM, number))
        }
        partner::Native::PATH => {
            request::<partner::Native>(PLATFORM, provided(number), placed(PLATFORM, number))
        }
        combine::Jsapi::PATH => {
            let effect = placed(PLATFORM, &format!("{number}-2"));
            request::<combine::Jsapi>(PLATFORM, combined(number), effect)
        }
        combine::Native::PATH => {
            let effect = placed(PLATFORM, &format!("{number}-2"));
            request::<combine::Native>(PLATFORM, combined(number), effect)
        }
        combine::Close::PATH => {
            first::<combine::Jsapi>(platform, combined(number)).await;
            let fields = json!({
                "combine_appid": PLATFORM_APPID, "combine_out_trade_no": number,
                "sub_orders": ORDERS.map(|n| json!({
                    "mchid": PLATFORM, "out_trade_no": format!("{number}-{n}"),
                    "sub_mchid": SUB_MERCHANT,
                })),
            });
            let effect = in_state(PLATFORM, &format!("{number}-2"), "CLOSED");
            request::<combine::Close>(PLATFORM, fields, effect)
        }
        security::Echo::PATH => {
            request::<security::Echo>(DIRECT, json!({ "echo_message": number }), Effect::None)
        }
        sharing::Create::PATH => {
            let transaction_id = shareable(world, number, json!({})).await;
            first::<sharing::AddReceiver>(platform, receiver("MERCHANT_ID", SPONSOR)).await;
            let fields = share(number, &transaction_id, "MERCHANT_ID", SPONSOR);
            let effect = Effect::Share { transaction_id, number: number.to_owned() };
            request::<sharing::Create>(PLATFORM, fields, effect)
        }
        sharing::CreateReturn::PATH => {
            let id = shareable(world, number, json!({})).await;
            let shared = format!("{number}s");
            first::<sharing::AddReceiver>(platform, receiver("MERCHANT_ID", SPONSOR)).await;
            first::<sharing::Create>(platform, share(&shared, &id, "MERCHANT_ID", SPONSOR)).await;
            world.calm().await;
            let fields = json!({
                "sub_mchid": SUB_MERCHANT, "out_order_no": shared, "out_return_no": number,
                "return_mchid": SPONSOR, "amount": 10, "description": "分账回退",
            });
            let effect = Effect::ShareReturn { share: shared, number: number.to_owned() };
            request::<sharing::CreateReturn>(PLATFORM, fields, effect)
        }
        sharing::Finish::PATH => {
            let transaction_id = shareable(world, number, json!({})).await;
            let fields = json!({
                "sub_mchid": SUB_MERCHANT, "transaction_id": transaction_id,
                "out_order_no": number, "description": "分账完结",
            });
            let effect = Effect::Share { transaction_id, number: number.to_owned() };
            request::<sharing::Finish>(PLATFORM, fields, effect)
        }
        sharing::AddReceiver::PATH | sharing::DeleteReceiver::PATH => {
            let transaction_id = shareable(world, number, json!({})).await;
            let account = format!("o_{number}");
            let mut fields = receiver("PERSONAL_OPENID", &account);
            let is_listed = path == sharing::AddReceiver::PATH;
            let effect = Effect::Receiver { transaction_id, account, is_listed };
            if is_listed {
                request::<sharing::AddReceiver>(PLATFORM, fields, effect)
            } else {
                first::<sharing::AddReceiver>(platform, fields.clone()).await;
                let known = fields.as_object_mut().expect("fields");
                known.retain(|name, _| name != "name" && name != "relation_type");
                request::<sharing::DeleteReceiver>(PLATFORM, fields, effect)
            }
        }
        refund::Create::PATH => {
            order(world, DIRECT, number, json!({})).await;
            let fields = json!({
                "out_trade_no": number, "out_refund_no": number,
                "amount": { "refund": 500, "total": 10_000, "currency": "CNY" },
            });
            let effect = Effect::Thing(format!("refunds/{DIRECT}/{number}"));
            request::<refund::Create>(DIRECT, fields, effect)
        }
        refund::ecommerce::Apply::PATH => {
            order(world, PLATFORM, number, json!({})).await;
            let fields = json!({
                "sub_mchid": SUB_MERCHANT, "sp_appid": PLATFORM_APPID, "out_trade_no": number,
                "out_refund_no": number, "amount": { "refund": 500, "total": 10_000 },
            });
            let effect = Effect::Thing(format!("refunds/{PLATFORM}/{number}"));
            request::<refund::ecommerce::Apply>(PLATFORM, fields, effect)
        }
        subsidy::Create::PATH => {
            let id = shareable(world, number, json!({ "subsidy_amount": 1_000 })).await;
            let effect = Effect::Listed("subsidies", "transaction_id", id.clone());
            request::<subsidy::Create>(PLATFORM, subsidised(number, &id), effect)
        }
        subsidy::Return::PATH => {
            let more = json!({ "subsidy_amount": 1_000, "refunded": 500 });
            let id = shareable(world, number, more).await;
            first::<subsidy::Create>(platform, subsidised(number, &id)).await;
            let fields = json!({
                "sub_mchid": SUB_MERCHANT, "out_order_no": number, "transaction_id": id,
                "amount": 200, "description": "退还补差",
            });
            let effect = Effect::Listed("subsidy-returns", "out_order_no", number.to_owned());
            request::<subsidy::Return>(PLATFORM, fields, effect)
        }
        subsidy::Cancel::PATH => {
            let more = json!({ "subsidy_amount": 1_000, "refunded": 500 });
            let id = shareable(world, number, more).await;
            let fields = json!({
                "sub_mchid": SUB_MERCHANT, "transaction_id": id, "description": "订单退款",
            });
            let order = format!("orders/{PLATFORM}/{number}");
            let effect = Effect::Value(order, "/subsidy/state/is", "cancelled");
            request::<subsidy::Cancel>(PLATFORM, fields, effect)
        }
        _ => panic!("{path} is no case"),
    }
}

fn subsidised(number: &str, transaction_id: &str) -> Json {
    json!({
        "sub_mchid": SUB_MERCHANT, "transaction_id": transaction_id, "amount": 1_000,
        "description": "测试备注", "out_subsidy_no": format!("{number}y"),
    })
}

impl Ready {
    /// Whether the effect is there too early. Looking at a receiver would move money.
    pub(crate) async fn effect_before(&self, world: &World) -> Option<bool> {
        if matches!(self.effect, Effect::Receiver { .. }) {
            return None;
        }
        self.effect.is_there(world).await
    }
}

impl Effect {
    /// Whether it is there; none if there is nothing to see.
    pub(crate) async fn is_there(&self, world: &World) -> Option<bool> {
        Some(match self {
            Self::Thing(path) => world.find(path).await.is_some(),
            Self::Value(path, at, value) => {
                let shown = world.find(path).await.unwrap_or_default();
                shown.pointer(at).is_some_and(|found| found == value)
            }
            Self::Listed(list, field, value) => match world.count(list, field, value).await {
                0 => false,
                1 => true,
                more => panic!("{value} stands {more} times in {list}"),
            },
            Self::Share { transaction_id, number } => {
                finds::<sharing::Query>(
                    world,
                    json!({
                        "sub_mchid": SUB_MERCHANT, "transaction_id": transaction_id,
                        "out_order_no": number,
                    }),
                )
                .await
            }
            Self::ShareReturn { share, number } => {
                finds::<sharing::QueryReturn>(
                    world,
                    json!({
                        "sub_mchid": SUB_MERCHANT, "out_order_no": share, "out_return_no": number,
                    }),
                )
                .await
            }
            Self::Receiver { transaction_id, account, is_listed } => {
                let number = format!("{account}probe").replace('_', "");
                let share = share(&number, transaction_id, "PERSONAL_OPENID", account);
                let share: sharing::Create = serde_json::from_value(share).expect("it fits");
                let shared = match world.platform.send(&share).await {
                    Ok(_) => true,
                    Err(error) if error.fate() == Fate::Rejected => false,
                    Err(error) => panic!("{error}"),
                };
                shared == *is_listed
            }
            Self::None => return None,
        })
    }
}

/// Whether a query finds something.
async fn finds<E: Endpoint>(world: &World, fields: Json) -> bool {
    let query: E = serde_json::from_value(fields).expect("the fields fit");
    match world.platform.send(&query).await {
        Ok(_) => true,
        Err(error) if error.api().is_some_and(|answer| answer.status == 404) => false,
        Err(error) => panic!("{}: {error}", E::PATH),
    }
}
