//! Orders against the real server: query, close and reverse, of a merchant and of a provider.

use redress::Fate;
use redress::api::error::{INVALID_REQUEST, ORDER_NOT_EXIST, ORDER_PAID};
use redress::api::pay::{Amount, Closed, TradeState, TradeType};
use redress::api::{Fen, Mchid, OutTradeNo, partner, pay};
use redress_server::testing::TestServer;
use redress_server::{DIRECT, PLATFORM, SUB_MERCHANT};

use crate::server::{client, start};

/// Places an order through the control API; the platform's are its sub-merchant's.
pub(crate) async fn place(
    server: &TestServer,
    mchid: &str,
    out_trade_no: &str,
    trade_type: &str,
    outcome: &str,
) {
    let (appid, sub_mchid) = if mchid == PLATFORM {
        ("wx8888888888888888", format!(r#""sub_mchid":"{SUB_MERCHANT}","#))
    } else {
        ("wxd678efh567hg6787", String::new())
    };
    let order = format!(
        r#"{{"mchid":"{mchid}",{sub_mchid}"appid":"{appid}","out_trade_no":"{out_trade_no}","trade_type":"{trade_type}","outcome":"{outcome}","amount":5000,"payer":"oUpF8uMuAJO"}}"#
    );
    act(server, "orders", order).await;
}

/// A call of the control API that must succeed.
pub(crate) async fn act(server: &TestServer, path: &str, body: String) {
    let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().expect("a client");
    let request = http.post(format!("{}/_control/{path}", server.base_url()));
    let request = request.header("Content-Type", "application/json").body(body);
    let answer = request.send().await.expect("an answer");
    assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap_or_default());
}

fn number(text: &str) -> OutTradeNo {
    text.parse().expect("a number")
}

fn mchid(text: &str) -> Mchid {
    text.parse().expect("a merchant")
}

#[tokio::test]
async fn a_merchant_queries_closes_and_reverses() {
    let server = start().await;
    let direct = client(&server, DIRECT);
    place(&server, DIRECT, "a_b-c*d", "NATIVE", "unpaid").await;
    place(&server, DIRECT, "paid01", "JSAPI", "paid").await;
    place(&server, DIRECT, "code01", "MICROPAY", "paid").await;
    let query = |text| pay::Query { out_trade_no: number(text), mchid: mchid(DIRECT) };
    let close = |text| pay::Close { out_trade_no: number(text), mchid: mchid(DIRECT) };

    let order = direct.send(&query("a_b-c*d")).await.unwrap();
    assert_eq!(order.trade_state, TradeState::NotPay);
    assert_eq!((order.transaction_id, order.success_time, order.payer), (None, None, None));
    assert_eq!(order.amount, Some(Amount::of(Fen::new(5_000), false)));
    for _ in 0..2 {
        let answer = direct.exchange(&close("a_b-c*d")).await.unwrap();
        assert_eq!((answer.status.as_u16(), answer.body), (204, Closed {}));
        assert!(answer.request_id.is_some_and(|id| id.ends_with("-0")));
    }
    assert_eq!(direct.send(&query("a_b-c*d")).await.unwrap().trade_state, TradeState::Closed);

    for (text, code) in
        [("paid01", ORDER_PAID), ("code01", INVALID_REQUEST), ("nosuchorder", ORDER_NOT_EXIST)]
    {
        let error = direct.send(&close(text)).await.unwrap_err();
        assert!(error.is(code), "{error}");
        assert_eq!(error.fate(), Fate::Rejected);
    }

    let paid = direct.send(&query("code01")).await.unwrap();
    assert_eq!(
        (paid.trade_state, paid.trade_type),
        (TradeState::Success.into(), Some(TradeType::Micropay.into()))
    );
    let transaction_id = paid.transaction_id.clone().expect("it is paid");
    let by_id = pay::QueryById { transaction_id, mchid: mchid(DIRECT) };
    let reverse = pay::Reverse {
        out_trade_no: number("code01"),
        appid: "wxd678efh567hg6787".parse().unwrap(),
        mchid: mchid(DIRECT),
    };
    direct.send(&reverse).await.unwrap();
    let order = direct.send(&by_id).await.unwrap();
    assert_eq!(order.trade_state, TradeState::Revoked);
    assert_eq!(order.success_time, paid.success_time);
    server.stop().await;
}

#[tokio::test]
async fn a_provider_queries_closes_and_reverses() {
    let server = start().await;
    let platform = client(&server, PLATFORM);
    place(&server, PLATFORM, "open01", "JSAPI", "unpaid").await;
    place(&server, PLATFORM, "code01", "MICROPAY", "paid").await;
    let (sp_mchid, sub_mchid) = (mchid(PLATFORM), mchid(SUB_MERCHANT));
    let query = |text| {
        let (sp_mchid, sub_mchid) = (sp_mchid.clone(), sub_mchid.clone());
        partner::Query { out_trade_no: number(text), sp_mchid, sub_mchid }
    };
    let close = |text| {
        let (sp_mchid, sub_mchid) = (sp_mchid.clone(), sub_mchid.clone());
        partner::Close { out_trade_no: number(text), sp_mchid, sub_mchid }
    };

    for _ in 0..2 {
        let answer = platform.exchange(&close("open01")).await.unwrap();
        assert_eq!((answer.status.as_u16(), answer.body), (204, Closed {}));
    }
    assert_eq!(platform.send(&query("open01")).await.unwrap().trade_state, TradeState::Closed);
    let error = platform.send(&close("demo20261121compensated")).await.unwrap_err();
    assert!(error.is(ORDER_PAID), "{error}");
    let mut foreign = close("open01");
    foreign.sub_mchid = mchid(DIRECT);
    let error = platform.send(&foreign).await.unwrap_err();
    assert!(error.is(INVALID_REQUEST), "{error}");

    let paid = platform.send(&query("code01")).await.unwrap();
    assert_eq!(paid.trade_state, TradeState::Success);
    let reverse = partner::Reverse {
        out_trade_no: number("code01"),
        sp_appid: None,
        sp_mchid: sp_mchid.clone(),
        sub_appid: Some("wxd678efh567hg6787".parse().unwrap()),
        sub_mchid: sub_mchid.clone(),
    };
    let reversed = platform.send(&reverse).await.unwrap();
    assert_eq!((reversed.sp_appid, reversed.sub_appid), (None, reverse.sub_appid.clone()));
    let transaction_id = paid.transaction_id.expect("it is paid");
    let by_id = partner::QueryById { transaction_id, sp_mchid, sub_mchid };
    let order = platform.send(&by_id).await.unwrap();
    assert_eq!(
        (order.trade_state, order.out_trade_no),
        (TradeState::Revoked.into(), number("code01"))
    );
    server.stop().await;
}
