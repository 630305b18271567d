//! Sharing what an order has earned, and taking it back.

use redress::api::{Endpoint, sharing};
use redress_server::{PLATFORM, SPONSOR, SUB_MERCHANT};
use serde_json::{Value as Json, json};

use super::super::world::World;
use super::{Draw, Effect, PLATFORM_APPID, Ready, first, request};

pub(super) fn share(
    number: &str,
    transaction_id: &str,
    kind: &str,
    account: &str,
    amount: u64,
) -> Json {
    json!({
        "appid": PLATFORM_APPID, "sub_mchid": SUB_MERCHANT, "transaction_id": transaction_id,
        "out_order_no": number, "finish": false,
        "receivers": [{
            "type": kind, "receiver_account": account, "amount": amount, "description": "分账",
        }],
    })
}

fn receiver(kind: &str, account: &str) -> Json {
    json!({
        "appid": PLATFORM_APPID, "type": kind, "account": account, "name": "示例商户全称",
        "relation_type": "SUPPLIER",
    })
}

/// A request that is about shares.
pub(super) async fn ready(world: &World, path: &str, draw: &Draw, id: &str) -> Option<Ready> {
    let (number, amount, platform) = (&*draw.number, draw.amount, &world.platform);
    Some(match path {
        sharing::Create::PATH => {
            first::<sharing::AddReceiver>(platform, receiver("MERCHANT_ID", SPONSOR)).await;
            let fields = share(number, id, "MERCHANT_ID", SPONSOR, amount);
            let effect = Effect::Share { transaction_id: id.to_owned(), number: number.to_owned() };
            request::<sharing::Create>(PLATFORM, fields, effect)
        }
        sharing::CreateReturn::PATH => {
            let shared = format!("{number}s");
            first::<sharing::AddReceiver>(platform, receiver("MERCHANT_ID", SPONSOR)).await;
            first::<sharing::Create>(platform, share(&shared, id, "MERCHANT_ID", SPONSOR, amount))
                .await;
            world.calm().await;
            let fields = json!({
                "sub_mchid": SUB_MERCHANT, "out_order_no": shared, "out_return_no": number,
                "return_mchid": SPONSOR, "amount": 10, "description": "分账回退",
            });
            let effect = Effect::ShareReturn { share: shared, number: number.to_owned() };
            request::<sharing::CreateReturn>(PLATFORM, fields, effect)
        }
        sharing::Finish::PATH => {
            let fields = json!({
                "sub_mchid": SUB_MERCHANT, "transaction_id": id,
                "out_order_no": number, "description": "分账完结",
            });
            let effect = Effect::Share { transaction_id: id.to_owned(), number: number.to_owned() };
            request::<sharing::Finish>(PLATFORM, fields, effect)
        }
        sharing::AddReceiver::PATH | sharing::DeleteReceiver::PATH => {
            let account = format!("o_{number}");
            let mut fields = receiver("PERSONAL_OPENID", &account);
            let is_listed = path == sharing::AddReceiver::PATH;
            let effect = Effect::Receiver { transaction_id: id.to_owned(), account, is_listed };
            if is_listed {
                request::<sharing::AddReceiver>(PLATFORM, fields, effect)
            } else {
                first::<sharing::AddReceiver>(platform, fields.clone()).await;
                let known = fields.as_object_mut().expect("fields");
                known.retain(|name, _| name != "name" && name != "relation_type");
                request::<sharing::DeleteReceiver>(PLATFORM, fields, effect)
            }
        }
        _ => return None,
    })
}
