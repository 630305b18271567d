//! What payers, merchants and their providers do to orders.

use redress_api::{Fen, Mchid, partner, pay, subsidy};
use redress_core::order::{Outcome, Place, TradeState, TradeType};

use super::{Simulation, refused};
use crate::model::{DIRECT, EVERYONE, MALLS, Party, STALLS, Shown, Verdict};
use crate::scene::{APPID, mchid, transaction};

impl Simulation {
    /// A caller, whom it names, and the number of an order: mostly one that fits.
    fn asked(&mut self) -> (String, Party, String) {
        let orders = std::mem::take(&mut self.orders);
        let (mut caller, mut number) = self.recent(&["12", "31", "32", "41"], &orders);
        for _ in 0..2 {
            // A platform's own orders have neither form.
            let order = self.model.orders.get(&(caller.clone(), number.clone()));
            let own = order.is_some_and(|order| order.place.sub_mchid.is_none());
            if own && !DIRECT.contains(&caller.as_str()) {
                (caller, number) = self.recent(&["12", "31", "32", "41"], &orders);
            }
        }
        self.orders = orders;
        let order = self.model.orders.get(&(caller.clone(), number.clone()));
        let sub = order.and_then(|order| order.place.sub_mchid.as_ref()).map(Mchid::to_string);
        let mut party = Party { mchid: caller.clone(), sub };
        match self.random.below(30) {
            0 => caller = self.random.pick(&EVERYONE).to_owned(),
            1 => party.mchid = self.random.pick(&EVERYONE).to_owned(),
            2 | 3 => party.sub = Some(self.random.pick(&["51", "52", "21"]).to_owned()),
            4 => party.sub = None,
            _ => {}
        }
        (caller, party, number)
    }

    /// What a query in the direct form says.
    fn shown(&self, direct: Verdict<pay::Order>, party: &Party) -> Verdict<Shown> {
        assert!(self.world.wrote.is_empty(), "a query writes nothing");
        direct.map(|order| {
            assert_eq!(order.mchid.as_str(), party.mchid);
            Shown::from(order)
        })
    }

    /// What a query in the provider's form says.
    fn shown_to_partner(&self, order: Verdict<partner::Order>, party: &Party) -> Verdict<Shown> {
        assert!(self.world.wrote.is_empty(), "a query writes nothing");
        order.map(|order| {
            assert_eq!(order.sp_mchid.as_str(), party.mchid);
            assert_eq!(Some(order.sub_mchid.as_str()), party.sub.as_deref());
            Shown::from(order)
        })
    }

    pub(super) fn query_order(&mut self) {
        let (caller, party, number) = self.asked();
        let expected = self.model.query_order(&caller, &party, &number);
        let out_trade_no = number.parse().expect("an order's number");
        let named = mchid(&party.mchid);
        let shown = match &party.sub {
            None => {
                let answered = self.call(&caller, &pay::Query { out_trade_no, mchid: named });
                self.shown(answered, &party)
            }
            Some(sub) => {
                let (sp_mchid, sub_mchid) = (named, mchid(sub));
                let query = partner::Query { out_trade_no, sp_mchid, sub_mchid };
                let answered = self.call(&caller, &query);
                self.shown_to_partner(answered, &party)
            }
        };
        assert_eq!(shown, expected);
    }

    pub(super) fn query_order_by_id(&mut self) {
        let (caller, party, number) = self.asked();
        let order = self.model.orders.get(&(party.mchid.clone(), number));
        let id = match order.and_then(|order| order.number.clone()) {
            Some(id) if !self.random.one_in(6) => id,
            _ => self.transaction_id(&caller),
        };
        let expected = self.model.query_order_by_id(&caller, &party, &id);
        let transaction_id = transaction(&id);
        let named = mchid(&party.mchid);
        let shown = match &party.sub {
            None => {
                let answered = self.call(&caller, &pay::QueryById { transaction_id, mchid: named });
                self.shown(answered, &party)
            }
            Some(sub) => {
                let (sp_mchid, sub_mchid) = (named, mchid(sub));
                let query = partner::QueryById { transaction_id, sp_mchid, sub_mchid };
                let answered = self.call(&caller, &query);
                self.shown_to_partner(answered, &party)
            }
        };
        assert_eq!(shown, expected);
    }

    pub(super) fn close(&mut self) {
        let (mut caller, mut party, mut number) = self.asked();
        for _ in 0..3 {
            let order = self.model.orders.get(&(caller.clone(), number.clone()));
            if order.is_some_and(|order| order.place.trade_type == TradeType::Micropay) {
                (caller, party, number) = self.asked();
            }
        }
        let before = self.model.query_order(&caller, &party, &number);
        let expected = self.model.close(&caller, &party, &number);
        let out_trade_no = number.parse().expect("an order's number");
        let named = mchid(&party.mchid);
        let answered = match &party.sub {
            None => self.call(&caller, &pay::Close { out_trade_no, mchid: named }),
            Some(sub) => {
                let (sp_mchid, sub_mchid) = (named, mchid(sub));
                self.call(&caller, &partner::Close { out_trade_no, sp_mchid, sub_mchid })
            }
        };
        assert!(self.world.wrote.transfers.is_empty(), "a close moves no money");
        if before.is_ok_and(|order| order.state == TradeState::Closed) {
            assert!(self.world.wrote.is_empty(), "a repetition writes nothing");
        }
        assert_eq!(answered.map(|_| ()), expected);
    }

    pub(super) fn reverse(&mut self) {
        let (caller, party, number) = self.asked();
        let appid = if self.random.one_in(20) { "wx0" } else { APPID };
        let given = party.sub.is_none() || self.random.one_in(2);
        let now = self.now();
        let expected = self.model.reverse(&caller, &party, &number, given.then_some(appid), now);
        let out_trade_no = number.parse().expect("an order's number");
        let named = mchid(&party.mchid);
        let appid = appid.parse().expect("an appid");
        let answered = match &party.sub {
            None => {
                let reverse = pay::Reverse { out_trade_no, appid, mchid: named };
                self.call(&caller, &reverse).map(|_| ())
            }
            Some(sub) => {
                let (sp_mchid, sub_mchid) = (named, mchid(sub));
                let (sp_appid, sub_appid) = (given.then_some(appid), None);
                let reverse =
                    partner::Reverse { out_trade_no, sp_appid, sp_mchid, sub_appid, sub_mchid };
                self.call(&caller, &reverse).map(|_| ())
            }
        };
        assert_eq!(answered, expected);
    }

    pub(super) fn subsidy(&mut self) {
        let mut caller = self.caller(&MALLS).to_owned();
        let mut sub_mchid = mchid(self.random.pick(&["51", "52", "21"]));
        let mut id = self.transaction_id(&caller);
        let lately = self.orders.iter().rev().map(|key| &self.model.orders[key].place);
        let shared: Vec<Place> =
            lately.filter(|place| place.profit_sharing).take(16).cloned().collect();
        if !shared.is_empty() && !self.random.one_in(4) {
            let place = self.random.pick(&shared);
            caller = place.mchid.to_string();
            sub_mchid = place.sub_mchid.clone().unwrap_or(sub_mchid);
            let leads =
                |key: &(String, String)| key.0 == caller && key.1 == place.out_trade_no.as_str();
            let number = self.model.transactions.iter().find(|(_, key)| leads(key));
            id = number.map_or(id, |(number, _)| number.clone());
        }
        let caller = caller.as_str();
        let cancel = subsidy::Cancel {
            sub_mchid,
            transaction_id: transaction(&id),
            description: self.random.pick(&["订单退款", "other"]).parse().expect("a description"),
        };
        let expected = self.model.subsidy(caller, &cancel);
        let answered = self.call(caller, &cancel);
        assert!(self.world.wrote.transfers.is_empty());
        assert_eq!(answered.map(|cancelled| cancelled.description.to_string()), expected);
    }

    fn order(&mut self) -> Place {
        let by = self.random.pick(&["11", "12", "12", "31", "31", "32", "41", "41"]);
        let shares = MALLS.contains(&by) && !self.random.one_in(4);
        let trade_type = match self.random.below(3) {
            0 => self.random.pick(TradeType::ALL),
            _ => TradeType::Micropay,
        };
        let is_code = trade_type == TradeType::Micropay;
        let outcome = match self.random.below(8) {
            0 => Outcome::Unpaid,
            1 if is_code => Outcome::Failed,
            1..4 if !is_code && !shares => Outcome::Unpaid,
            _ => Outcome::Paid,
        };
        let paid = outcome == Outcome::Paid;
        let marked = shares && trade_type != TradeType::Micropay;
        let amount = self.random.pick(&[1, 100, 10_000]);
        let own = paid && self.random.one_in(2);
        Place {
            mchid: mchid(by),
            sub_mchid: (shares || self.random.one_in(3)).then(|| mchid(self.random.pick(&STALLS))),
            appid: APPID.parse().expect("an appid"),
            out_trade_no: self.number().parse().expect("an order's number"),
            transaction_id: own.then(|| transaction(&self.transaction_id(by))),
            trade_type,
            outcome,
            amount: Fen::new(amount),
            payer: self.random.pick(&self.payers),
            profit_sharing: shares,
            subsidy_amount: (marked && !self.random.one_in(20)).then(|| Fen::new(1)),
            refunded: (paid && self.random.one_in(if shares { 2 } else { 4 }))
                .then(|| Fen::new(1 + self.random.below(amount as u64) as i64)),
        }
    }

    pub(super) fn place(&mut self) {
        let place = self.order();
        if !self.model.may_place(&place) {
            assert_eq!(self.conflict(&place).code.status, 409);
            return;
        }
        let order = refused(self.world.run(&place)).expect("an order");
        self.orders.push((place.mchid.to_string(), place.out_trade_no.to_string()));
        let number = order.transaction_id.as_ref().map(redress_api::TransactionId::as_str);
        let now = self.now();
        assert_eq!(order.state, self.model.place(&place, number, now));
    }
}
