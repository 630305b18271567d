//! Placing orders to be paid: prepay ids, who pays by them and until when, and what is refused.

use redress_api::pay::{self, SettleInfo, TradeState};
use redress_api::{Endpoint, Fen, Timestamp, TransactionId, partner};
use redress_core::order::prepay::{Handle, PREPAY_SECONDS_MAX};
use redress_core::order::{
    Act, Order, Outcome, PAY_SECONDS, PayPrepay, PayerActs, Place, TradeType,
};
use redress_core::payer::{Introduce, Payer};
use redress_core::{Operation, Refusal, refusal};

use crate::codepay::{codepay, shown};
use crate::scene::{APPID, MALL, PAYER, SHOP, STALL, close, mchid, of_stall, place};
use crate::world::{Failure, World};

pub(crate) mod requests;

pub(crate) use requests::{URL, app, h5, jsapi, native, partner_jsapi, total};

impl World {
    fn prepay_id(&mut self, request: &pay::Jsapi) -> String {
        self.call(SHOP, request).expect("a prepay id").prepay_id.to_string()
    }

    fn paid_by(&mut self, handle: Handle, openid: Option<&str>) -> Result<Vec<Order>, Failure> {
        let openid = openid.map(ToOwned::to_owned);
        self.run(&PayPrepay { handle, act: Act::Pay, openid })
    }

    /// The status of the refusal, which leaves no trace.
    fn not_paid_by(&mut self, handle: Handle, openid: Option<&str>) -> u16 {
        let openid = openid.map(ToOwned::to_owned);
        self.refusal(&PayPrepay { handle, act: Act::Pay, openid }).code.status
    }

    fn introduce(&mut self, openid: &str, appid: Option<&str>) -> Payer {
        let appid = appid.map(|appid| appid.parse().expect("an appid"));
        let openid = Some(openid.to_owned());
        self.run(&Introduce { openid, appid, abnormal: None }).expect("a payer")
    }
}

#[test]
fn the_same_request_gives_the_same_id_for_two_hours() {
    let mut world = World::set();
    let request = jsapi("order-7", PAYER);
    let first = world.prepay_id(&request);
    assert!(first.starts_with("wx2026") && first.len() == 36, "{first}");
    world.step(PREPAY_SECONDS_MAX - 1);
    assert_eq!(world.prepay_id(&request), first);
    assert!(world.wrote.is_empty(), "a repetition writes nothing");
    world.step(1);
    let second = world.prepay_id(&request);
    assert_ne!(second, first);
    assert_eq!(world.prepay_id(&request), second);
    assert_eq!(world.not_paid_by(Handle::PrepayId(first), None), 409, "its time is over");
    let paid = world.paid_by(Handle::PrepayId(second.clone()), None).expect("a payment");
    assert_eq!(paid[0].state, TradeState::Success);
    assert_eq!(world.not_paid_by(Handle::PrepayId(second), None), 409, "paid once");
    assert_eq!(world.refused(SHOP, &request), refusal::NUMBER_USED.plain());
    world.assert_clean();
}

#[test]
fn any_other_request_under_the_number_is_refused() {
    let mut world = World::set();
    world.introduce("o_other", None);
    let request = jsapi("order-7", PAYER);
    world.prepay_id(&request);
    let differs = refusal::REENTRY_DIFFERS.plain();
    let time_expire = Some(world.now().plus_seconds(600));
    let settle_info = Some(SettleInfo { profit_sharing: Some(true) });
    for other in [
        pay::Jsapi { description: "茶".parse().unwrap(), ..request.clone() },
        pay::Jsapi { attach: None, ..request.clone() },
        pay::Jsapi { amount: total(101), ..request.clone() },
        pay::Jsapi { notify_url: "https://a/".parse().unwrap(), ..request.clone() },
        pay::Jsapi { support_fapiao: Some(false), ..request.clone() },
        pay::Jsapi { time_expire, ..request.clone() },
        pay::Jsapi { settle_info, ..request },
        jsapi("order-7", "o_other"),
    ] {
        assert_eq!(world.refused(SHOP, &other), differs);
    }
    assert_eq!(world.refused(SHOP, &native("order-7")), differs);
    assert_eq!(world.refused(SHOP, &app("order-7")), differs);
    assert_eq!(world.refused(SHOP, &h5("order-7")), differs);
    world.call(SHOP, &app("order-8")).expect("an order");
    assert_eq!(world.refused(SHOP, &native("order-8")), differs);
    world.assert_clean();
}

/// Each form pays its own kind of order and no other.
#[test]
fn what_was_handed_out_leads_to_the_order() {
    let mut world = World::set();
    let jsapi_id = world.prepay_id(&jsapi("order-1a", PAYER));
    let code_url = world.call(SHOP, &native("order-2a")).expect("a code").code_url;
    let app_id = world.call(SHOP, &app("order-3a")).expect("an id").prepay_id.to_string();
    let h5_url = world.call(SHOP, &h5("order-4a")).expect("a URL").h5_url;
    assert!(code_url.starts_with("weixin://wxpay/bizpayurl?pr="), "{code_url}");
    let inner =
        h5_url.strip_prefix("https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=");
    let (inner, package) = inner.and_then(|rest| rest.split_once("&package=")).expect("an h5_url");
    package.parse::<u32>().expect("a number");

    let token = |id: &str| id[16..].to_owned();
    let scheme = "weixin://wxpay/bizpayurl?pr=";
    let mut turned = jsapi_id.clone();
    turned.replace_range(2..3, "3");
    for wrong in [
        Handle::PrepayId(String::new()),
        Handle::PrepayId("wx".to_owned()),
        Handle::PrepayId("付款".repeat(9)),
        Handle::PrepayId(token(&jsapi_id)),
        Handle::PrepayId(turned),
        Handle::PrepayId(inner.to_owned()),
        Handle::PrepayId(code_url.clone()),
        Handle::CodeUrl(format!("{scheme}{}", token(&jsapi_id))),
        Handle::CodeUrl(scheme.to_owned()),
        Handle::CodeUrl(jsapi_id.clone()),
        Handle::H5Url(h5_url.replace("package=", "package=1")),
        Handle::H5Url(h5_url.replace(inner, &app_id)),
        Handle::H5Url(inner.to_owned()),
    ] {
        assert_eq!(world.not_paid_by(wrong.clone(), Some("o_1")), 404, "{wrong:?}");
    }
    let with_return = format!("{h5_url}&redirect_url=https%3A%2F%2Fa");
    for (number, handle, openid, trade_type) in [
        ("order-1a", Handle::PrepayId(jsapi_id), None, TradeType::Jsapi),
        ("order-2a", Handle::CodeUrl(code_url), Some("o_1"), TradeType::Native),
        ("order-3a", Handle::PrepayId(app_id), Some("o_2"), TradeType::App),
        ("order-4a", Handle::H5Url(with_return), Some("o_3"), TradeType::Mweb),
    ] {
        if trade_type != TradeType::Jsapi {
            assert_eq!(world.not_paid_by(handle.clone(), None), 400, "somebody has to pay");
            assert_eq!(world.not_paid_by(handle.clone(), Some("o 1")), 400);
        }
        let paid = world.paid_by(handle, openid).expect("a payment");
        let [paid] = paid.as_slice() else { panic!("{paid:?}") };
        assert_eq!((paid.out_trade_no.as_str(), paid.trade_type), (number, trade_type));
        assert_eq!(paid.payer.as_deref(), Some(openid.unwrap_or(PAYER)));
    }
    assert_eq!(world.money(&mchid(SHOP)).0, 400);
    world.assert_clean();
}

#[test]
fn nobody_else_pays_and_no_name_of_another_application() {
    let mut world = World::set();
    world.introduce("o_elsewhere", Some("wx0"));
    let id = world.prepay_id(&jsapi("order-7", PAYER));
    assert_eq!(world.not_paid_by(Handle::PrepayId(id.clone()), Some("o_other")), 409);
    let code_url = world.call(SHOP, &native("order-8")).expect("a code").code_url;
    assert_eq!(world.not_paid_by(Handle::CodeUrl(code_url), Some("o_elsewhere")), 409);
    let act = Act::Fail;
    let fails = PayPrepay { handle: Handle::PrepayId(id.clone()), act, openid: None };
    assert_eq!(world.refusal(&fails).code.status, 409, "only code payments fail");
    world.paid_by(Handle::PrepayId(id), Some(PAYER)).expect("a payment");
    let refused = world.refused(SHOP, &jsapi("order-9", "o_elsewhere"));
    assert_eq!(refused, refusal::OPENID_OTHER.plain());
    assert_eq!((refused.code.status, refused.code.code), (500, "OPENID_MISMATCH"));
    assert_eq!(world.refused(SHOP, &jsapi("order-9", "o_new")), refusal::OPENID_UNKNOWN.plain());
    world.introduce("o_new", Some(APPID));
    world.prepay_id(&jsapi("order-9", "o_new"));
    world.assert_clean();
}

#[test]
fn payers_are_introduced() {
    let mut world = World::set();
    let fresh = world.run(&Introduce::default()).expect("a payer");
    assert!(fresh.openid.len() == 28 && fresh.appid.is_none() && !fresh.abnormal);
    let known = world.introduce("o_known", Some(APPID));
    assert_eq!(world.introduce("o_known", None), known);
    let openid = || Some("o_known".to_owned());
    let elsewhere = Introduce { openid: openid(), appid: "wx0".parse().ok(), abnormal: None };
    assert_eq!(world.refusal(&elsewhere).code.status, 409);
    let abnormal = Introduce { openid: openid(), appid: None, abnormal: Some(true) };
    assert!(world.run(&abnormal).expect("a payer").abnormal);
    assert!(world.introduce("o_known", None).abnormal, "it stays");
    let nobody = Introduce { openid: Some("o o".to_owned()), ..Introduce::default() };
    assert_eq!(world.refusal(&nobody).code.status, 400);
    // Whoever shows a code, or has paid, is known everywhere.
    shown(&mut world, false);
    world.prepay_id(&jsapi("order-7", "o_payer"));
    world.assert_clean();
}

/// The time is moved to where it may be; when it is over nobody pays, and the order is closed with
/// the others.
#[test]
fn until_when_an_order_can_be_paid() {
    const DAY: i64 = 24 * 3600;
    for (asked, until, closed) in [
        (None, PAY_SECONDS, PAY_SECONDS),
        (Some(-DAY), 60, PAY_SECONDS),
        (Some(0), 60, PAY_SECONDS),
        (Some(61), 61, PAY_SECONDS),
        (Some(30 * DAY), 30 * DAY, 30 * DAY),
        (Some(100 * DAY), 90 * DAY, 90 * DAY),
    ] {
        let mut world = World::set();
        let time_expire = asked.map(|seconds| world.now().plus_seconds(seconds));
        let request = pay::Native { time_expire, ..native("order-7") };
        world.call(SHOP, &request).expect("an order");
        let payer = Some(PAYER.to_owned());
        let pays = PayerActs {
            mchid: mchid(SHOP),
            out_trade_no: request.out_trade_no.clone(),
            act: Act::Pay,
            openid: payer,
        };
        world.step(until - 1);
        world.settle();
        world.call(SHOP, &request).expect("again");
        assert_eq!(world.order(SHOP, "order-7").state, TradeState::NotPay);
        world.step(1);
        assert_eq!(world.refusal(&pays).code.status, 409);
        assert_eq!(world.refused(SHOP, &request), refusal::PREPAY_EXPIRED.plain());
        world.settle();
        if closed > until {
            world.step(closed - until - 1);
            world.settle();
            assert_eq!(world.order(SHOP, "order-7").state, TradeState::NotPay);
            world.step(1);
            world.settle();
        }
        assert_eq!(world.order(SHOP, "order-7").state, TradeState::Closed);
        assert_eq!(world.refused(SHOP, &request), refusal::NUMBER_CLOSED.plain());
        assert_eq!(world.refusal(&pays).code.status, 409);
        world.assert_clean();
    }
}

/// A sub-merchant's order has fifteen days at most.
#[test]
fn until_when_a_sub_merchants_order_can_be_paid() {
    let mut world = World::set();
    let time_expire = Some(world.now().plus_seconds(40 * 24 * 3600));
    let request = partner::Jsapi { time_expire, ..partner_jsapi("order-7", None) };
    world.call(MALL, &request).expect("an order");
    let until = world.now().plus_seconds(15 * 24 * 3600);
    assert_eq!(world.order(MALL, "order-7").payable_until(), until);
}

/// Each of the endpoints over each state that its number can be in.
#[test]
fn every_state_and_every_endpoint() {
    fn refused<E: Operation + Clone>(world: &mut World, request: &E) -> Option<Refusal> {
        match world.call(SHOP, request) {
            Ok(_) => None,
            Err(Failure::Refused(_)) => Some(world.refused(SHOP, request)),
            Err(Failure::Broken(broken)) => panic!("{broken}"),
        }
    }
    let used = Some(refusal::NUMBER_USED.plain());
    let table = [
        (TradeState::Success, used.clone()),
        (TradeState::Refund, used.clone()),
        (TradeState::NotPay, Some(refusal::REENTRY_DIFFERS.plain())),
        (TradeState::Closed, Some(refusal::NUMBER_CLOSED.plain())),
        (TradeState::Revoked, Some(refusal::NUMBER_REVOKED.plain())),
        (TradeState::UserPaying, used.clone()),
        (TradeState::PayError, used.clone()),
    ];
    assert_eq!(table.each_ref().map(|(state, _)| *state), TradeState::ALL);
    for (state, expected) in table {
        let mut world = World::set();
        let unpaid =
            |trade_type| Place { trade_type, outcome: Outcome::Unpaid, ..place(SHOP, "order-7") };
        let conjured = match state {
            TradeState::Success => place(SHOP, "order-7"),
            TradeState::Refund => Place { refunded: Some(Fen::new(1)), ..place(SHOP, "order-7") },
            TradeState::NotPay | TradeState::Closed => unpaid(TradeType::Native),
            TradeState::Revoked | TradeState::UserPaying => unpaid(TradeType::Micropay),
            TradeState::PayError => Place { outcome: Outcome::Failed, ..place(SHOP, "order-7") },
        };
        world.place(&conjured);
        if state == TradeState::Closed {
            world.call(SHOP, &close("order-7")).expect("a close");
        } else if state == TradeState::Revoked {
            world.call(SHOP, &crate::scene::reverse("order-7")).expect("a reverse");
        }
        assert_eq!(world.order(SHOP, "order-7").state, state);
        assert_eq!(refused(&mut world, &jsapi("order-7", PAYER)), expected, "{state}");
        assert_eq!(refused(&mut world, &native("order-7")), expected, "{state}");
        assert_eq!(refused(&mut world, &app("order-7")), expected, "{state}");
        assert_eq!(refused(&mut world, &h5("order-7")), expected, "{state}");
        let code = shown(&mut world, false);
        let revoked = state == TradeState::Revoked;
        let by_code = if revoked { refusal::NUMBER_REVOKED } else { refusal::NUMBER_USED }.plain();
        assert_eq!(refused(&mut world, &codepay("order-7", &code, 1)), Some(by_code), "{state}");
        world.assert_clean();
    }
}

#[test]
fn whose_order_it_is() {
    let mut world = World::set();
    let mut other = native("order-7");
    other.mchid = mchid(MALL);
    assert_eq!(world.refused(SHOP, &other), refusal::MCHID_DIFFERS.plain());
    let mut other = native("order-7");
    other.appid = "wx0".parse().unwrap();
    assert_eq!(world.refused(SHOP, &other), refusal::APPID_DIFFERS.plain());
    let good = partner_jsapi("order-7", None);
    let mut other = good.clone();
    other.sub_mchid = mchid(SHOP);
    assert_eq!(world.refused(MALL, &other), refusal::NO_RELATION.plain());
    let mut other = good.clone();
    other.sub_appid = Some("wx0".parse().unwrap());
    assert_eq!(world.refused(MALL, &other), refusal::APPID_DIFFERS.plain());
    for stranger in [SHOP, STALL] {
        assert_eq!(world.refused(stranger, &good), refusal::NOT_SUPPORTED.plain());
    }
    for stranger in [MALL, STALL] {
        assert_eq!(world.refused(stranger, &native("order-7")), refusal::NOT_SUPPORTED.plain());
    }
    world.assert_clean();
}

#[test]
fn a_subsidy_is_announced_with_sharing_up_to_the_order_and_5000_yuan() {
    let mut world = World::set();
    for (number, fen, subsidy, kept) in [
        ("order-1a", 100, Some(100), Ok(Some(100))),
        ("order-2a", 100, Some(101), Err(())),
        ("order-3a", 600_000, Some(500_000), Ok(Some(500_000))),
        ("order-4a", 600_000, Some(500_001), Err(())),
        ("order-5a", 100, None, Ok(None)),
    ] {
        let request = partner::Jsapi { amount: total(fen), ..partner_jsapi(number, subsidy) };
        match kept {
            Err(()) => {
                assert_eq!(world.refused(MALL, &request), refusal::SUBSIDY_TOO_MUCH.plain());
            }
            Ok(kept) => {
                world.call(MALL, &request).expect("an order");
                let subsidy = world.order(MALL, number).subsidy;
                assert_eq!(subsidy.map(|subsidy| subsidy.amount.get()), kept);
            }
        }
    }
    // Without sharing it means nothing.
    let mut request = partner_jsapi("order-6a", Some(7));
    request.settle_info.as_mut().unwrap().profit_sharing = None;
    world.call(MALL, &request).expect("an order");
    let order = world.order(MALL, "order-6a");
    assert_eq!((order.subsidy, order.profit_sharing), (None, false));
    world.assert_clean();
}

/// The merchant is told what its query answers.
#[test]
fn a_payment_is_told_of() {
    let mut world = World::set();
    let id = world.prepay_id(&jsapi("order-7", PAYER));
    assert!(world.notices().is_empty());
    world.paid_by(Handle::PrepayId(id), None).expect("a payment");
    let [notice] = world.notices().try_into().expect("one notice");
    assert_eq!(notice.event_type, "TRANSACTION.SUCCESS");
    assert_eq!((&*notice.original_type, &*notice.summary), ("transaction", "支付成功"));
    assert_eq!((notice.mchid.as_str(), notice.url.as_str()), (SHOP, URL));
    let query = pay::Query { out_trade_no: "order-7".parse().unwrap(), mchid: mchid(SHOP) };
    let order = world.call(SHOP, &query).expect("an order");
    assert_eq!(serde_json::from_str::<pay::Order>(&notice.resource).unwrap(), order);

    let mut request = partner_jsapi("order-8", Some(5));
    request.sub_appid = Some(APPID.parse().unwrap());
    request.payer.sub_openid = Some(PAYER.parse().unwrap());
    let id = world.call(MALL, &request).expect("an order").prepay_id;
    world.paid_by(Handle::PrepayId(id.to_string()), None).expect("a payment");
    let (sp_mchid, sub_mchid) = (mchid(MALL), mchid(STALL));
    let query = partner::Query { out_trade_no: "order-8".parse().unwrap(), sp_mchid, sub_mchid };
    let order = world.call(MALL, &query).expect("an order");
    assert_eq!(order.sub_appid, request.sub_appid);
    let payer = order.payer.clone().expect("a payer");
    assert_eq!(
        (payer.sp_openid.as_deref(), payer.sub_openid.as_deref()),
        (Some(PAYER), Some(PAYER))
    );
    let of_mall: Vec<_> = world.notices().into_iter().filter(|n| n.mchid == mchid(MALL)).collect();
    assert_eq!(serde_json::from_str::<partner::Order>(&of_mall[0].resource).unwrap(), order);

    // A code payment has its own answer.
    let code = shown(&mut world, false);
    world.call(SHOP, &codepay("order-9", &code, 1)).expect("a payment");
    assert_eq!(world.notices().len(), 2);
    world.assert_clean();
}

/// One rule for both kinds of merchant.
#[test]
fn a_service_provider_takes_a_code() {
    let mut world = World::set();
    let request = |world: &mut World, number: &str, password| {
        let code = shown(world, password);
        let direct = codepay(number, &code, 100);
        partner::Codepay {
            sp_appid: direct.appid,
            sp_mchid: mchid(MALL),
            sub_appid: Some(APPID.parse().unwrap()),
            sub_mchid: mchid(STALL),
            description: direct.description,
            out_trade_no: direct.out_trade_no,
            attach: None,
            goods_tag: None,
            support_fapiao: None,
            payer: direct.payer,
            amount: direct.amount,
            scene_info: direct.scene_info,
            detail: None,
            settle_info: Some(SettleInfo { profit_sharing: Some(true) }),
        }
    };
    let paid = request(&mut world, "stall-7", false);
    let answer = world.call(MALL, &paid).expect("a payment");
    assert_eq!(partner::Codepay::status(&answer), 200);
    let payer = answer.payer.expect("a payer");
    assert_eq!(payer.sp_openid, payer.sub_openid);
    let order = world.order(MALL, "stall-7");
    assert!(order.transaction_id.as_ref().map(TransactionId::as_str).is_some());
    assert_eq!((order.unsplit.get(), order.state), (100, TradeState::Success));
    assert_eq!(world.refused(MALL, &paid), refusal::NUMBER_USED.plain());

    let waits = request(&mut world, "stall-8", true);
    let answer = world.call(MALL, &waits).expect("an order");
    assert_eq!(partner::Codepay::status(&answer), 202);
    world.step(45);
    world.settle();
    assert_eq!(world.order(MALL, "stall-8").state, TradeState::Revoked);
    assert_eq!(world.refused(MALL, &waits), refusal::NUMBER_REVOKED.plain());

    let mut other = request(&mut world, "stall-9", false);
    other.sp_appid = "wx0".parse().unwrap();
    assert_eq!(world.refused(MALL, &other), refusal::APPID_DIFFERS.plain());
    other.sp_appid = APPID.parse().unwrap();
    other.sub_mchid = mchid(SHOP);
    assert_eq!(world.refused(MALL, &other), refusal::NO_RELATION.plain());
    assert_eq!(world.refused(SHOP, &other), refusal::NOT_SUPPORTED.plain());
    world.place(&of_stall("stall-6"));
    let used = request(&mut world, "stall-6", false);
    assert_eq!(world.refused(MALL, &used), refusal::NUMBER_USED.plain());
    world.assert_clean();
}

/// A close and a payment: whichever comes first.
#[test]
fn a_close_races_a_payment() {
    for closes_first in [true, false] {
        let mut world = World::set();
        let id = world.prepay_id(&jsapi("order-7", PAYER));
        if closes_first {
            world.call(SHOP, &close("order-7")).expect("a close");
            assert_eq!(world.not_paid_by(Handle::PrepayId(id), None), 409);
        } else {
            world.paid_by(Handle::PrepayId(id), None).expect("a payment");
            assert_eq!(world.refused(SHOP, &close("order-7")), refusal::CLOSE_PAID.plain());
        }
        world.assert_clean();
    }
}

#[test]
fn a_prepay_id_says_when_it_was_made() {
    let mut world = World::set();
    let id = world.prepay_id(&jsapi("order-7", PAYER));
    let now: Timestamp = world.now();
    let digits: String = now.to_string().chars().filter(char::is_ascii_digit).take(14).collect();
    assert_eq!(&id[2..16], digits);
}
