//! Money that goes back or on top: compensations, refunds and subsidies.

use redress::api::{Endpoint, compensation, refund, subsidy};
use redress_server::{DIRECT, PLATFORM, SPONSOR, SUB_MERCHANT};
use serde_json::{Value as Json, json};

use super::super::world::World;
use super::{Draw, Effect, PLATFORM_APPID, Ready, first, request};

fn bill(Draw { number, amount }: &Draw, transaction_id: &str) -> Json {
    json!({
        "receiver": {
            "type": "TRANSACTION_USER",
            "transaction_info": { "transaction_id": transaction_id, "type": "WXPAY" },
        },
        "out_bill_no": number, "amount": amount, "transfer_remark": "直播违规扣罚",
        "sponsor_mchid": SPONSOR,
    })
}

fn subsidised(number: &str, transaction_id: &str) -> Json {
    json!({
        "sub_mchid": SUB_MERCHANT, "transaction_id": transaction_id, "amount": 1_000,
        "description": "测试备注", "out_subsidy_no": format!("{number}y"),
    })
}

/// A request that moves money back or on top.
pub(super) async fn ready(world: &World, path: &str, draw: &Draw, id: &str) -> Option<Ready> {
    let (number, amount, platform) = (&*draw.number, draw.amount, &world.platform);
    Some(match path {
        compensation::Create::PATH => {
            let effect = Effect::Thing(format!("bills/{PLATFORM}/{number}"));
            request::<compensation::Create>(PLATFORM, bill(draw, id), effect)
        }
        compensation::Cancel::PATH => {
            first::<compensation::Create>(platform, bill(draw, id)).await;
            let bill = format!("bills/{PLATFORM}/{number}");
            world.calm().await;
            let effect = Effect::Value(bill, "/state", "CANCELLED");
            request::<compensation::Cancel>(PLATFORM, json!({ "out_bill_no": number }), effect)
        }
        compensation::PreTransfer::PATH => {
            let effect = Effect::Thing(format!("bills/{PLATFORM}/{number}"));
            request::<compensation::PreTransfer>(PLATFORM, bill(draw, id), effect)
        }
        compensation::merchant::Create::PATH => {
            let fields = json!({
                "receiver": { "type": "MERCHANT", "mch_info": { "mchid": SUB_MERCHANT } },
                "out_bill_no": number, "amount": amount, "transfer_remark": "赔付金发放",
            });
            let effect = Effect::Listed("merchant-bills", "out_bill_no", number.to_owned());
            request::<compensation::merchant::Create>(PLATFORM, fields, effect)
        }
        refund::Create::PATH => {
            let fields = json!({
                "out_trade_no": number, "out_refund_no": number,
                "amount": { "refund": amount, "total": 10_000, "currency": "CNY" },
            });
            let effect = Effect::Thing(format!("refunds/{DIRECT}/{number}"));
            request::<refund::Create>(DIRECT, fields, effect)
        }
        refund::ecommerce::Apply::PATH => {
            let fields = json!({
                "sub_mchid": SUB_MERCHANT, "sp_appid": PLATFORM_APPID, "out_trade_no": number,
                "out_refund_no": number, "amount": { "refund": amount, "total": 10_000 },
            });
            let effect = Effect::Thing(format!("refunds/{PLATFORM}/{number}"));
            request::<refund::ecommerce::Apply>(PLATFORM, fields, effect)
        }
        subsidy::Create::PATH => {
            let effect = Effect::Listed("subsidies", "transaction_id", id.to_owned());
            request::<subsidy::Create>(PLATFORM, subsidised(number, id), effect)
        }
        subsidy::Return::PATH => {
            first::<subsidy::Create>(platform, subsidised(number, id)).await;
            let fields = json!({
                "sub_mchid": SUB_MERCHANT, "out_order_no": number, "transaction_id": id,
                "amount": amount.min(400), "description": "退还补差",
            });
            let effect = Effect::Listed("subsidy-returns", "out_order_no", number.to_owned());
            request::<subsidy::Return>(PLATFORM, fields, effect)
        }
        subsidy::Cancel::PATH => {
            let fields = json!({
                "sub_mchid": SUB_MERCHANT, "transaction_id": id, "description": "订单退款",
            });
            let order = format!("orders/{PLATFORM}/{number}");
            let effect = Effect::Value(order, "/subsidy/state/is", "cancelled");
            request::<subsidy::Cancel>(PLATFORM, fields, effect)
        }
        _ => return None,
    })
}
