//! Merchants who place orders to be paid, and payers who pay by what was handed out.

use redress_api::pay::SettleInfo;
use redress_api::{Fen, Timestamp, TransactionId, partner, pay};
use redress_core::order::prepay::Handle;
use redress_core::order::{Act, Outcome, PayPrepay, Place, TradeState, TradeType};

use super::{Simulation, refused};
use crate::model::{Ask, DIRECT, FOREIGN, MALLS, NOBODY, STALLS, Verdict};
use crate::prepay::{jsapi, native, partner_jsapi, total};
use crate::scene::{APPID, mchid};

/// What was asked for.
#[derive(Clone, Debug)]
pub(super) enum Request {
    Jsapi(pay::Jsapi),
    Native(pay::Native),
    Partner(partner::Jsapi),
}

/// What the simulation remembers of it.
#[derive(Default)]
pub(super) struct Prepays {
    asked: Vec<Request>,
    /// What was handed out, for which order, and until when it pays.
    handles: Vec<(Handle, (String, String), i64)>,
}

impl Request {
    /// The order that it asks for, and until when.
    fn order(&self) -> (Place, Option<Timestamp>) {
        let place = |by: &redress_api::Mchid, number: &redress_api::OutTradeNo| Place {
            mchid: by.clone(),
            sub_mchid: None,
            appid: APPID.parse().expect("an appid"),
            out_trade_no: number.clone(),
            transaction_id: None,
            trade_type: TradeType::Jsapi,
            outcome: Outcome::Unpaid,
            amount: Fen::ZERO,
            payer: String::new(),
            profit_sharing: false,
            subsidy_amount: None,
            refunded: None,
        };
        match self {
            Self::Jsapi(jsapi) => {
                let place = Place {
                    appid: jsapi.appid.clone(),
                    amount: jsapi.amount.total,
                    payer: jsapi.payer.openid.to_string(),
                    ..place(&jsapi.mchid, &jsapi.out_trade_no)
                };
                (place, jsapi.time_expire)
            }
            Self::Native(native) => {
                let settle = native.settle_info.as_ref().and_then(|settle| settle.profit_sharing);
                let place = Place {
                    appid: native.appid.clone(),
                    trade_type: TradeType::Native,
                    amount: native.amount.total,
                    profit_sharing: settle.unwrap_or(false),
                    ..place(&native.mchid, &native.out_trade_no)
                };
                (place, native.time_expire)
            }
            Self::Partner(jsapi) => {
                let settle = jsapi.settle_info.as_ref().expect("it is settled");
                let shares = settle.profit_sharing.unwrap_or(false);
                let place = Place {
                    sub_mchid: Some(jsapi.sub_mchid.clone()),
                    appid: jsapi.sp_appid.clone(),
                    amount: jsapi.amount.total,
                    payer: jsapi.payer.sp_openid.as_ref().expect("a payer").to_string(),
                    profit_sharing: shares,
                    subsidy_amount: settle.subsidy_amount.filter(|_| shares),
                    ..place(&jsapi.sp_mchid, &jsapi.out_trade_no)
                };
                (place, jsapi.time_expire)
            }
        }
    }
}

impl Simulation {
    /// Mostly something that was asked for before: by nobody, or once already.
    fn asking(&mut self) -> Request {
        if !self.prepays.asked.is_empty() && self.random.one_in(3) {
            let back = self.random.below(6).min(self.prepays.asked.len() as u64 - 1) as usize;
            return self.prepays.asked[self.prepays.asked.len() - 1 - back].clone();
        }
        let number = self.number();
        let amount = total(self.random.pick(&[1, 100, 10_000]));
        let appid = if self.random.one_in(20) { "wx0" } else { APPID };
        let appid = appid.parse().expect("an appid");
        let now = self.world.now();
        let time_expire = self
            .random
            .one_in(3)
            .then(|| now.plus_seconds(self.random.pick(&[-5, 600, 86_400, 2_000_000, 20_000_000])));
        let payer = match self.random.below(12) {
            0 => NOBODY.to_owned(),
            1 => FOREIGN.to_owned(),
            _ => self.random.pick(&self.payers),
        };
        match self.random.below(3) {
            0 => {
                let by = mchid(self.random.pick(&DIRECT));
                let jsapi = jsapi(&number, &payer);
                Request::Jsapi(pay::Jsapi { appid, mchid: by, amount, time_expire, ..jsapi })
            }
            1 => {
                let by = mchid(self.random.pick(&DIRECT));
                let shares = self.random.one_in(3);
                let settle_info = shares.then_some(SettleInfo { profit_sharing: Some(true) });
                Request::Native(pay::Native {
                    appid,
                    mchid: by,
                    amount,
                    time_expire,
                    settle_info,
                    ..native(&number)
                })
            }
            _ => {
                let subsidy = self.random.one_in(2).then(|| self.random.pick(&[1, 100]));
                let mut jsapi = partner_jsapi(&number, subsidy);
                if self.random.one_in(4) {
                    jsapi.settle_info.as_mut().expect("it is settled").profit_sharing = None;
                }
                jsapi.payer.sp_openid = Some(payer.parse().expect("an openid"));
                Request::Partner(partner::Jsapi {
                    sp_appid: appid,
                    sp_mchid: mchid(self.random.pick(&MALLS)),
                    sub_mchid: mchid(self.random.pick(&STALLS)),
                    amount,
                    time_expire,
                    ..jsapi
                })
            }
        }
    }

    /// What the call hands out.
    fn asks(&mut self, caller: &str, request: &Request) -> Verdict<Handle> {
        Ok(match request {
            Request::Jsapi(jsapi) => {
                Handle::PrepayId(self.call(caller, jsapi)?.prepay_id.to_string())
            }
            Request::Native(native) => Handle::CodeUrl(self.call(caller, native)?.code_url),
            Request::Partner(jsapi) => {
                Handle::PrepayId(self.call(caller, jsapi)?.prepay_id.to_string())
            }
        })
    }

    pub(super) fn prepay(&mut self) {
        let request = self.asking();
        let (place, time_expire) = request.order();
        let named = place.mchid.to_string();
        let caller =
            if self.random.one_in(20) { self.caller(&MALLS).to_owned() } else { named.clone() };
        let content = format!("{request:?}");
        let time_expire = time_expire.map(Timestamp::unix);
        let ask = Ask { place: &place, time_expire, content: &content };
        let now = self.now();
        let expected = self.model.prepay(&caller, &ask, now);
        let answered = self.asks(&caller, &request);
        let handle = match (answered, expected) {
            (Err(refusal), expected) => {
                assert_eq!(expected, Err(refusal));
                return;
            }
            (Ok(_), Err(refusal)) => panic!("the model says {refusal}"),
            (Ok(handle), Ok(again)) => {
                let (Handle::PrepayId(text) | Handle::CodeUrl(text) | Handle::H5Url(text)) =
                    &handle;
                if let Some(again) = again {
                    assert_eq!(*text, again);
                    assert!(self.world.wrote.is_empty(), "a repetition writes nothing");
                    return;
                }
                let key = (named, place.out_trade_no.to_string());
                if !self.model.orders.contains_key(&key) {
                    self.orders.push(key);
                }
                self.model.handed_out(&ask, text, now);
                handle
            }
        };
        let key = (place.mchid.to_string(), place.out_trade_no.to_string());
        self.prepays.handles.push((handle, key, now + 2 * 3600));
        self.prepays.asked.push(request);
    }

    pub(super) fn pay_prepay(&mut self) {
        if self.prepays.handles.is_empty() {
            return;
        }
        let back = self.random.below(12).min(self.prepays.handles.len() as u64 - 1) as usize;
        let (handle, key, dies) =
            self.prepays.handles[self.prepays.handles.len() - 1 - back].clone();
        let openid = match self.random.below(8) {
            0..3 => None,
            3 => Some(FOREIGN.to_owned()),
            _ => Some(self.random.pick(&self.payers)),
        };
        let now = self.now();
        let expected =
            if now < dies { self.model.pays(&key, openid.as_deref(), now) } else { Err(409) };
        let pays = PayPrepay { handle, act: Act::Pay, openid };
        if let Err(status) = expected {
            assert_eq!(self.conflict(&pays).code.status, status);
            return;
        }
        let orders = refused(self.world.run(&pays)).expect("a payment");
        let [order] = orders.as_slice() else { panic!("{orders:?}") };
        let number = order.transaction_id.as_ref().map(TransactionId::as_str);
        self.model.acted(&key, TradeState::Success, number, now);
    }

    /// A life in which nothing happens proves nothing.
    pub(super) fn was_paid(&self) {
        let handles = &self.prepays.handles;
        assert!(handles.len() > 100, "{} prepay ids are handed out", handles.len());
        let is_paid = |key| {
            let state = self.model.orders[key].state;
            matches!(state, TradeState::Success | TradeState::Refund)
        };
        let paid = handles.iter().filter(|(_, key, _)| is_paid(key)).count();
        assert!(paid > 20, "{paid} prepay ids have paid");
    }
}
