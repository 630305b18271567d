//! Payers who show codes, and what they do when they are asked for the password.

use redress_api::Fen;
use redress_api::pay::{CodePayer, Codepay, SceneInfo, StoreInfo, Total};
use redress_core::order::{Act, Outcome, PayerActs, Place, TradeState, TradeType};
use redress_core::payer::{Code, ShowCode};

use super::{Simulation, refused};
use crate::model::DIRECT;
use crate::scene::{APPID, mchid};

impl Simulation {
    /// A code: mostly one that is shown now, sometimes an old one.
    fn code(&mut self) -> Code {
        if !self.codes.is_empty() && self.random.one_in(4) {
            return self.random.pick(&self.codes);
        }
        let show =
            ShowCode { openid: self.random.pick(&self.payers), password: self.random.one_in(3) };
        let code = refused(self.world.run(&show)).expect("a code");
        self.codes.push(code.clone());
        code
    }

    pub(super) fn codepay(&mut self) {
        let code = self.code();
        let caller = self.caller(&DIRECT);
        let named = if self.random.one_in(20) { "32" } else { caller };
        let place = Place {
            mchid: mchid(named),
            sub_mchid: None,
            appid: if self.random.one_in(20) { "wx0" } else { APPID }.parse().expect("an appid"),
            out_trade_no: self.number().parse().expect("an order's number"),
            transaction_id: None,
            trade_type: TradeType::Micropay,
            outcome: Outcome::Unpaid,
            amount: Fen::new(self.random.pick(&[1, 100, 10_000, 100_001])),
            payer: code.openid.clone(),
            profit_sharing: false,
            subsidy_amount: None,
            refunded: None,
        };
        let store = Some("1".parse().expect("a store"));
        let codepay = Codepay {
            appid: place.appid.clone(),
            mchid: place.mchid.clone(),
            description: "咖啡".parse().expect("a description"),
            out_trade_no: place.out_trade_no.clone(),
            attach: None,
            goods_tag: None,
            support_fapiao: None,
            payer: CodePayer { auth_code: code.auth_code.clone() },
            amount: Total { total: place.amount, currency: None },
            scene_info: SceneInfo {
                device_id: None,
                device_ip: None,
                store_info: StoreInfo { id: None, out_id: store },
            },
            detail: None,
            settle_info: None,
        };
        let now = self.now();
        let expected = self.model.codepay(caller, &place, &code, now);
        let answered = self.call(caller, &codepay);
        let paid = answered.as_ref().map(|paid| paid.trade_state == TradeState::Success);
        assert_eq!(paid.map_err(Clone::clone), expected);
        let Ok(answer) = answered else { return };
        self.orders.push((caller.to_owned(), place.out_trade_no.to_string()));
        let number = answer.transaction_id.as_ref().map(redress_api::TransactionId::as_str);
        self.model.taken(place, &code, number, now);
    }

    pub(super) fn act(&mut self) {
        // Orders that need no password are left to be closed, mostly.
        let any = self.random.one_in(8);
        let waiting = self.model.orders.iter().filter(|(_, order)| {
            order.state == TradeState::UserPaying || (any && order.state == TradeState::NotPay)
        });
        let waiting: Vec<_> = waiting.map(|(key, _)| key.clone()).collect();
        let key = match waiting.as_slice() {
            [_, ..] if !self.random.one_in(5) => self.random.pick(&waiting),
            _ => (self.caller(&DIRECT).to_owned(), self.number()),
        };
        let act = if self.random.one_in(4) { Act::Fail } else { Act::Pay };
        let command = PayerActs {
            mchid: mchid(&key.0),
            out_trade_no: key.1.parse().expect("an order's number"),
            act,
            openid: None,
        };
        let Some(state) = self.model.acts(&key, act, self.now()) else {
            assert!(matches!(self.conflict(&command).code.status, 400 | 404 | 409));
            return;
        };
        let order = refused(self.world.run(&command)).expect("the payer acts");
        assert_eq!(order.state, state);
        let number = order.transaction_id.as_ref().map(redress_api::TransactionId::as_str);
        self.model.acted(&key, state, number, self.now());
    }
}
