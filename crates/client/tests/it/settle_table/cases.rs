//! The writing endpoints: a good request for each, and how to see whether it was carried out.

mod effect;
mod money;
mod orders;
mod sharing;

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use redress::api::{
    Change, Endpoint, combine, compensation, partner, pay, refund, security, sharing as shares,
    subsidy,
};
use redress::{Error, Patience, Settled};
use redress_server::{DIRECT, PLATFORM, SUB_MERCHANT};
use serde_json::{Value as Json, json};

pub(crate) use self::effect::Effect;
use super::world::{Caller, World};

const APPID: &str = "wxd678efh567hg6787";
const PLATFORM_APPID: &str = "wx8888888888888888";
const PAYER: &str = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o";
const URL: &str = "http://127.0.0.1:9/notify";

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

type Settling = Box<dyn Fn(Caller, Patience) -> Pin<Box<dyn Future<Output = Outcome>>>>;

/// What is drawn for a request.
#[derive(Clone, Debug)]
pub(crate) struct Draw {
    pub(crate) number: String,
    /// In fen, from 10 to 500.
    pub(crate) amount: u64,
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
    shares::Create::PATH,
    shares::CreateReturn::PATH,
    shares::Finish::PATH,
    shares::AddReceiver::PATH,
    shares::DeleteReceiver::PATH,
    refund::Create::PATH,
    refund::ecommerce::Apply::PATH,
    subsidy::Create::PATH,
    subsidy::Return::PATH,
    subsidy::Cancel::PATH,
];

/// Carries out what a later request needs, where nothing fails.
async fn first<E: Endpoint>(client: &Caller, fields: Json) -> E::Response {
    let request: E = serde_json::from_value(fields).expect("the fields fit");
    client.send(&request).await.unwrap_or_else(|error| panic!("{}: {error}", E::PATH))
}

/// Whose order a request of an endpoint needs, and what that is like.
fn needed(path: &str) -> Option<(&'static str, Json)> {
    let unpaid = json!({ "trade_type": "NATIVE", "outcome": "unpaid" });
    let by_card = json!({ "trade_type": "MICROPAY" });
    let shareable = json!({ "profit_sharing": true });
    let subsidised = json!({ "profit_sharing": true, "subsidy_amount": 1_000 });
    Some(match path {
        compensation::Create::PATH
        | compensation::Cancel::PATH
        | compensation::PreTransfer::PATH
        | refund::ecommerce::Apply::PATH => (PLATFORM, json!({})),
        refund::Create::PATH => (DIRECT, json!({})),
        pay::Reverse::PATH => (DIRECT, by_card),
        partner::Reverse::PATH => (PLATFORM, by_card),
        pay::Close::PATH => (DIRECT, unpaid),
        partner::Close::PATH => (PLATFORM, unpaid),
        shares::Create::PATH
        | shares::CreateReturn::PATH
        | shares::Finish::PATH
        | shares::AddReceiver::PATH
        | shares::DeleteReceiver::PATH => (PLATFORM, shareable),
        subsidy::Create::PATH => (PLATFORM, subsidised),
        subsidy::Return::PATH | subsidy::Cancel::PATH => {
            let mut refunded = subsidised;
            refunded["refunded"] = 500.into();
            (PLATFORM, refunded)
        }
        _ => return None,
    })
}

/// Places the order that a request of an endpoint needs, if it needs one. Gives the provider's
/// number of one that is paid. A minute later it can be shared.
pub(crate) async fn ground(world: &World, path: &str, draw: &Draw) -> String {
    let Some((mchid, more)) = needed(path) else { return String::new() };
    let mut order = json!({
        "mchid": mchid, "appid": APPID, "out_trade_no": draw.number, "trade_type": "JSAPI",
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

/// Makes the request of an endpoint, and what else it needs.
pub(crate) async fn ready(world: &World, path: &str, draw: &Draw, id: &str) -> Ready {
    if path == security::Echo::PATH {
        let fields = json!({ "echo_message": draw.number });
        return request::<security::Echo>(DIRECT, fields, Effect::None);
    }
    if let Some(ready) = orders::ready(world, path, draw).await {
        return ready;
    }
    if let Some(ready) = money::ready(world, path, draw, id).await {
        return ready;
    }
    let ready = sharing::ready(world, path, draw, id).await;
    ready.unwrap_or_else(|| panic!("{path} is no case"))
}

/// There is such an order.
fn placed(mchid: &str, number: &str) -> Effect {
    Effect::Thing(format!("orders/{mchid}/{number}"))
}

/// An order is in this state.
fn in_state(mchid: &str, number: &str, state: &'static str) -> Effect {
    Effect::Value(format!("orders/{mchid}/{number}"), "/state", state)
}
