//! Orders: placing them, paying them with a code, reversing and closing them.

use redress::api::{Endpoint, combine, partner, pay};
use redress_server::{DIRECT, PLATFORM, SUB_MERCHANT};
use serde_json::{Value as Json, json};

use super::super::world::World;
use super::{APPID, Draw, PAYER, PLATFORM_APPID, Ready, URL, first, in_state, placed, request};

/// The orders of a combined one.
const ORDERS: [u64; 2] = [1, 2];

async fn code(world: &World, number: &str) -> Json {
    let shown = world.act("auth-codes", json!({ "openid": format!("o_{number}") })).await;
    shown["auth_code"].clone()
}

fn direct(Draw { number, amount }: &Draw) -> Json {
    json!({
        "appid": APPID, "mchid": DIRECT, "description": "QQ公仔", "out_trade_no": number,
        "notify_url": URL, "amount": { "total": amount }, "payer": { "openid": PAYER },
        "scene_info": { "payer_client_ip": "14.23.150.211", "h5_info": { "type": "Wap" } },
    })
}

fn provided(Draw { number, amount }: &Draw) -> Json {
    json!({
        "sp_appid": PLATFORM_APPID, "sp_mchid": PLATFORM, "sub_mchid": SUB_MERCHANT,
        "description": "QQ公仔", "out_trade_no": number, "notify_url": URL,
        "amount": { "total": amount }, "payer": { "sp_openid": PAYER },
    })
}

fn by_code(mut fields: Json, code: &Json) -> Json {
    fields["payer"] = json!({ "auth_code": code });
    fields["scene_info"] = json!({ "store_info": { "out_id": "0001" } });
    fields
}

fn combined(Draw { number, amount }: &Draw) -> Json {
    json!({
        "combine_appid": PLATFORM_APPID, "combine_mchid": PLATFORM, "combine_out_trade_no": number,
        "combine_payer_info": { "openid": PAYER }, "notify_url": URL,
        "sub_orders": ORDERS.map(|n| json!({
            "mchid": PLATFORM, "attach": "深圳分店", "out_trade_no": format!("{number}-{n}"),
            "amount": { "total_amount": amount * n, "currency": "CNY" },
            "sub_mchid": SUB_MERCHANT, "description": "QQ会员充值",
        })),
    })
}

/// A request that is about an order.
pub(super) async fn ready(world: &World, path: &str, draw: &Draw) -> Option<Ready> {
    let number = &*draw.number;
    Some(match path {
        pay::Codepay::PATH => {
            let fields = by_code(direct(draw), &code(world, number).await);
            request::<pay::Codepay>(DIRECT, fields, in_state(DIRECT, number, "SUCCESS"))
        }
        partner::Codepay::PATH => {
            let fields = by_code(provided(draw), &code(world, number).await);
            request::<partner::Codepay>(PLATFORM, fields, in_state(PLATFORM, number, "SUCCESS"))
        }
        pay::Reverse::PATH => {
            let fields = json!({ "out_trade_no": number, "appid": APPID, "mchid": DIRECT });
            request::<pay::Reverse>(DIRECT, fields, in_state(DIRECT, number, "REVOKED"))
        }
        partner::Reverse::PATH => {
            let fields = json!({
                "out_trade_no": number, "sp_mchid": PLATFORM, "sub_mchid": SUB_MERCHANT,
                "sp_appid": PLATFORM_APPID,
            });
            request::<partner::Reverse>(PLATFORM, fields, in_state(PLATFORM, number, "REVOKED"))
        }
        pay::Close::PATH => {
            let fields = json!({ "out_trade_no": number, "mchid": DIRECT });
            request::<pay::Close>(DIRECT, fields, in_state(DIRECT, number, "CLOSED"))
        }
        partner::Close::PATH => {
            let fields = json!({
                "out_trade_no": number, "sp_mchid": PLATFORM, "sub_mchid": SUB_MERCHANT,
            });
            request::<partner::Close>(PLATFORM, fields, in_state(PLATFORM, number, "CLOSED"))
        }
        pay::Jsapi::PATH => request::<pay::Jsapi>(DIRECT, direct(draw), placed(DIRECT, number)),
        pay::Native::PATH => request::<pay::Native>(DIRECT, direct(draw), placed(DIRECT, number)),
        pay::App::PATH => request::<pay::App>(DIRECT, direct(draw), placed(DIRECT, number)),
        pay::H5::PATH => request::<pay::H5>(DIRECT, direct(draw), placed(DIRECT, number)),
        partner::Jsapi::PATH => {
            request::<partner::Jsapi>(PLATFORM, provided(draw), placed(PLATFORM, number))
        }
        partner::Native::PATH => {
            request::<partner::Native>(PLATFORM, provided(draw), placed(PLATFORM, number))
        }
        combine::Jsapi::PATH => {
            let effect = placed(PLATFORM, &format!("{number}-2"));
            request::<combine::Jsapi>(PLATFORM, combined(draw), effect)
        }
        combine::Native::PATH => {
            let effect = placed(PLATFORM, &format!("{number}-2"));
            request::<combine::Native>(PLATFORM, combined(draw), effect)
        }
        combine::Close::PATH => {
            first::<combine::Jsapi>(&world.platform, combined(draw)).await;
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
        _ => return None,
    })
}
