//! `POST /v3/pay/partner/transactions/jsapi`: place a sub-merchant's order that is paid in a page or
//! mini program.

use serde_json::json;

use super::NO_RELATION;
use crate::prepay::{Kind, PAYER, partner};
use crate::world::{PLATFORM_APPID, World};

const KIND: Kind = Kind {
    path: "/v3/pay/partner/transactions/jsapi",
    caller: |world| &world.platform,
    body: partner,
    gives: "prepay_id",
    trade_type: "JSAPI",
    names_payer: true,
};

const SHOWN: &str = r#"{"sp_appid":"wx8888888888888888","sp_mchid":"1900001108","sub_mchid":"1900013401","out_trade_no":"prepay01","transaction_id":"$id","trade_type":"JSAPI","trade_state":"SUCCESS","trade_state_desc":"支付成功","bank_type":"OTHERS","attach":"自定义数据说明","success_time":"$time","payer":{"sp_openid":"oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"},"amount":{"total":100,"payer_total":100,"currency":"CNY","payer_currency":"CNY"}}"#;

#[tokio::test]
async fn is_placed_and_paid() {
    KIND.is_placed_and_paid(SHOWN).await;
}

#[tokio::test]
async fn is_asked_for_again() {
    KIND.is_asked_for_again().await;
}

#[tokio::test]
async fn has_one_order_of_sixteen_twins() {
    KIND.has_one_order_of_sixteen_twins().await;
}

#[tokio::test]
async fn is_refused() {
    KIND.is_refused("sp_mchid", "sp_appid", "通知地址").await;
}

#[tokio::test]
async fn knows_its_payers() {
    KIND.knows_its_payers(|openid| json!({ "sp_openid": openid })).await;
}

/// The money waits for sharing, and the subsidy is announced.
#[tokio::test]
async fn waits_for_sharing_with_a_subsidy() {
    let world = World::start().await;
    let settle = |subsidy: i64| {
        json!({
            "amount": { "total": 600_000 },
            "settle_info": { "profit_sharing": true, "subsidy_amount": subsidy },
        })
    };
    let too_much = (400, "INVALID_REQUEST", "补差金额超过订单金额或单笔上限");
    world.refused(&KIND.draft(&world, "prepay51", &settle(500_001)), too_much).await;
    let mut more_than_it_costs = settle(101);
    more_than_it_costs["amount"] = json!({ "total": 100 });
    world.refused(&KIND.draft(&world, "prepay51", &more_than_it_costs), too_much).await;

    let given = world.ok(&KIND.draft(&world, "prepay51", &settle(500_000))).await;
    let before = world.account("merchant:1900013401:frozen").await["balance"].as_i64().unwrap();
    let (_, paid) = KIND.pay(&world, &given).await;
    let order = &paid["orders"][0];
    assert_eq!(
        (&order["unsplit"], &order["subsidy"]["amount"]),
        (&600_000.into(), &500_000.into())
    );
    let after = world.account("merchant:1900013401:frozen").await["balance"].as_i64().unwrap();
    assert_eq!(after - before, 600_000);
    world.verify().await;
}

/// The payer under the sub-merchant's application, and the sub-merchants themselves.
#[tokio::test]
async fn names_the_sub_merchant() {
    let world = World::start().await;
    let stranger = KIND.draft(&world, "prepay61", &json!({ "sub_mchid": "1230000109" }));
    world.refused(&stranger, NO_RELATION).await;
    let other = KIND.draft(&world, "prepay61", &json!({ "sub_appid": "wx0000000000000000" }));
    let differs = (400, "APPID_MCHID_NOT_MATCH", "appid和mch_id不匹配");
    world.refused(&other, differs).await;
    let missing = |pointer: &str, label: &str| {
        format!("输入源“/body/{pointer}”映射到字段“{label}”必填性规则校验失败，此字段为必填项")
    };
    let payer = json!({ "sub_openid": PAYER });
    for (fields, message) in [
        (json!({ "payer": {} }), missing("payer/sp_openid", "用户服务标识")),
        (json!({ "payer": payer }), missing("sub_appid", "子商户/二级商户APPID")),
    ] {
        let draft = KIND.draft(&world, "prepay61", &fields);
        world.refused(&draft, (400, "PARAM_ERROR", &message)).await;
    }
    let fields = json!({ "sub_appid": PLATFORM_APPID, "payer": payer });
    let given = world.ok(&KIND.draft(&world, "prepay61", &fields)).await;
    assert_eq!(KIND.pay(&world, &given).await.0, 200);
    let query = KIND.query(&world, "prepay61").await;
    assert_eq!(query["sub_appid"], PLATFORM_APPID);
    assert_eq!(query["payer"]["sub_openid"], PAYER);
    world.verify().await;
}
