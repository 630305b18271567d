//! Requests that exclude each other, sent at the same moment: one wins, the others are told why
//! not, and the money adds up.

use redress_server::{DIRECT, PLATFORM, SUB_MERCHANT};
use serde_json::{Value as Json, json};

use crate::prepay::{PAYER, direct};
use crate::refunds::{APPLY, PAY_SUBSIDY, apply, settle, subsidy};
use crate::sharing::{ORDERS, left, query, ready, share, shared, sold, until};
use crate::world::{APPID, World, reverse};

const ROUNDS: usize = 8;

/// Both at once; the second gets ahead in every other round.
async fn race<A, B>(
    round: usize,
    one: impl Future<Output = A>,
    other: impl Future<Output = B>,
) -> (A, B) {
    if round.is_multiple_of(2) {
        tokio::join!(one, other)
    } else {
        let (other, one) = tokio::join!(other, one);
        (one, other)
    }
}

/// A request through the API, with what it is answered.
async fn asked(world: &World, draft: &crate::caller::Draft) -> (u16, Json) {
    let answer = world.send(draft).await;
    let body = if answer.body.is_empty() { Json::Null } else { answer.json() };
    (answer.status, body)
}

/// Two payers scan the same code while the merchant closes the order.
#[tokio::test]
async fn a_close_and_those_who_pay_by_the_code() {
    let world = World::start().await;
    for round in 0..ROUNDS {
        let number = format!("scanned-{round}");
        let native = world.direct.post("/v3/pay/transactions/native", &direct(&number).to_string());
        let code_url = world.ok(&native).await["code_url"].take();
        let pay = |openid: &str| json!({ "code_url": code_url, "openid": openid }).to_string();
        let (one, other) = (pay(PAYER), pay("o_neighbour"));
        let path = format!("/v3/pay/transactions/out-trade-no/{number}/close");
        let close = world.direct.post(&path, &json!({ "mchid": DIRECT }).to_string());
        let paying = async {
            tokio::join!(world.control("POST", "/pay", &one), world.control("POST", "/pay", &other))
        };
        let ((closed, answer), (one, other)) = race(round, asked(&world, &close), paying).await;
        let order = world.show(&format!("/orders/{DIRECT}/{number}")).await;
        let payers = usize::from(one.0 == 200) + usize::from(other.0 == 200);
        assert!([&one, &other].iter().all(|(status, _)| matches!(status, 200 | 409)));
        match (closed, payers) {
            (204, 0) => assert_eq!(order["state"], "CLOSED"),
            (400, 1) => {
                assert_eq!(answer["code"], "ORDER_PAID");
                let payer = if one.0 == 200 { PAYER } else { "o_neighbour" };
                assert_eq!((&order["state"], &order["payer"]), (&json!("SUCCESS"), &json!(payer)));
            }
            other => panic!("{other:?}: {order}"),
        }
    }
    world.verify().await;
}

/// The same of a sub-merchant's order, whose payer has it on the screen.
#[tokio::test]
async fn a_close_and_the_payer() {
    let world = World::start().await;
    let body = json!({ "sp_mchid": PLATFORM, "sub_mchid": SUB_MERCHANT }).to_string();
    for round in 0..ROUNDS {
        let number = format!("shown-{round}");
        let order = json!({
            "mchid": PLATFORM, "sub_mchid": SUB_MERCHANT, "out_trade_no": number,
            "trade_type": "JSAPI", "outcome": "unpaid", "profit_sharing": true,
        });
        world.order(order).await;
        let path = format!("/v3/pay/partner/transactions/out-trade-no/{number}/close");
        let close = world.platform.post(&path, &body);
        let order = format!("/orders/{PLATFORM}/{number}");
        let payer = format!("{order}/payer");
        let pay = world.control("POST", &payer, r#"{"act":"pay"}"#);
        let ((closed, answer), (paid, _)) = race(round, asked(&world, &close), pay).await;
        let order = world.show(&order).await;
        match (closed, paid) {
            (204, 409) => {
                assert_eq!((&order["state"], &order["unsplit"]), (&json!("CLOSED"), &json!(0)))
            }
            (400, 200) => {
                assert_eq!(answer["code"], "ORDER_PAID");
                assert_eq!(
                    (&order["state"], &order["unsplit"]),
                    (&json!("SUCCESS"), &json!(5_000))
                );
            }
            other => panic!("{other:?}: {order}"),
        }
    }
    world.verify().await;
}

/// A reverse takes back what the password has paid a moment ago.
#[tokio::test]
async fn a_reverse_and_the_password() {
    let world = World::start().await;
    let seller = format!("merchant:{DIRECT}:available");
    let before = world.account(&seller).await["balance"].take();
    let body = json!({ "appid": APPID, "mchid": DIRECT }).to_string();
    for round in 0..ROUNDS {
        let number = format!("till-{round}");
        world.order(json!({ "out_trade_no": number, "outcome": "unpaid" })).await;
        let reverse = world.direct.post(&reverse(&number), &body);
        let order = format!("/orders/{DIRECT}/{number}");
        let payer = format!("{order}/payer");
        let pay = world.control("POST", &payer, r#"{"act":"pay"}"#);
        let ((reversed, _), (paid, _)) = race(round, asked(&world, &reverse), pay).await;
        assert!(reversed == 200 && (paid == 200 || paid == 409), "{reversed} {paid}");
        let order = world.show(&order).await;
        assert_eq!(order["state"], "REVOKED");
        assert_eq!(order["success_time"].is_string(), paid == 200, "{order}");
    }
    assert_eq!(world.account(&seller).await["balance"], before);
    world.verify().await;
}

/// There is enough for one of them.
#[tokio::test]
async fn a_share_and_a_refund_of_the_same_money() {
    let (world, _) = ready().await;
    let mut orders = Vec::new();
    for round in 0..ROUNDS {
        let number = format!("scarce-{round}");
        orders.push((sold(&world, &number).await, number));
    }
    world.step(60).await;
    for (round, (id, number)) in orders.iter().enumerate() {
        let share = share(id, number, &[(PLATFORM, 3_000)]).to_string();
        let share = world.platform.post(ORDERS, &share);
        let refund = world.platform.post(APPLY, &apply(number, number, 7_001, 10_000).to_string());
        let ((shared, no_share), (refunded, no_refund)) =
            race(round, asked(&world, &share), asked(&world, &refund)).await;
        let said = |body: &Json| (body["code"].clone(), body["message"].clone());
        match (shared, refunded) {
            (200, 403) => {
                let short = "订单的待分账余额不足，请先回退已分账的资金";
                assert_eq!(said(&no_refund), (json!("NOT_ENOUGH"), json!(short)));
                until(&world, &query(id, number), "status", "FINISHED").await;
                assert_eq!(left(&world, id).await, 7_000);
            }
            (403, 200) => {
                assert_eq!(said(&no_share), (json!("NOT_ENOUGH"), json!("分账金额不足")));
                assert_eq!(left(&world, id).await, 2_999);
            }
            other => panic!("{other:?}"),
        }
    }
    settle(&world).await;
    world.verify().await;
}

/// A share waits for the subsidy: it comes after it, or not at all.
#[tokio::test]
async fn a_subsidy_and_a_share() {
    let (world, _) = ready().await;
    let mut orders = Vec::new();
    for round in 0..ROUNDS {
        let number = format!("topped-{round}");
        let order = json!({
            "mchid": PLATFORM, "sub_mchid": SUB_MERCHANT, "out_trade_no": number,
            "trade_type": "JSAPI", "profit_sharing": true, "subsidy_amount": 100,
        });
        let id = world.order(order).await["transaction_id"].as_str().unwrap().to_owned();
        orders.push((id, number));
    }
    world.step(60).await;
    for (round, (id, number)) in orders.iter().enumerate() {
        let body = share(id, number, &[(PLATFORM, 1)]);
        let create = world.platform.post(PAY_SUBSIDY, &subsidy(id, 100).to_string());
        let share = world.platform.post(ORDERS, &body.to_string());
        let ((paid, answer), (status, refused)) =
            race(round, asked(&world, &create), asked(&world, &share)).await;
        assert_eq!(paid, 200, "{answer}");
        match status {
            200 => {}
            400 => assert_eq!(refused["message"], "订单补差未完成，请先补差或取消补差"),
            other => panic!("{other}: {refused}"),
        }
        shared(&world, &body).await;
        assert_eq!(left(&world, id).await, 5_099);
    }
    world.verify().await;
}
