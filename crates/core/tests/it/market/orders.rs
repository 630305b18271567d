//! Orders: by code and conjured; queried, closed, reversed.

use redress_api::{Fen, partner, pay};
use redress_core::order::{Act, Order, Outcome, PayerActs, Place, TradeType};
use redress_core::payer::{Code, ShowCode};
use serde_json::{Value as Json, json};

use super::{APPID, MALL, Market, RIVAL, SHOP, STALLS};
use crate::scene::place;

pub(super) const PAYERS: [&str; 3] = ["o1", "o2", "o3"];

impl Market {
    pub(super) fn orders(&mut self) {
        match self.random.below(12) {
            0..3 => self.place(),
            3..6 => self.codepay(),
            6 => self.payer_acts(),
            7 => self.query_order(),
            8 => self.close(),
            _ => self.reverse(),
        }
    }

    fn place(&mut self) {
        let by = self.random.pick(&[MALL, MALL, RIVAL, SHOP]);
        let sub = (by != SHOP).then(|| self.random.pick(&STALLS));
        let amount = self.random.pick(&[100, 10_000, 150_000]);
        let number = self.number("order");
        let profit_sharing = sub.is_some() && !self.random.one_in(3);
        let trade_type = self.random.pick(&[TradeType::Jsapi, TradeType::Micropay]);
        let subsidy = profit_sharing && trade_type == TradeType::Jsapi && self.random.one_in(2);
        let outcome = if self.random.one_in(3) { Outcome::Unpaid } else { Outcome::Paid };
        let payer = self.random.pick(&PAYERS).to_owned();
        self.act(&Place {
            sub_mchid: sub.map(crate::scene::mchid),
            trade_type,
            outcome,
            amount: Fen::new(amount),
            payer,
            profit_sharing,
            subsidy_amount: subsidy.then(|| Fen::new(amount / 10)),
            ..place(by, &number)
        });
    }

    fn codepay(&mut self) {
        let code = self.code();
        let total = self.random.pick(&[1, 5_000, 200_000]);
        let profit_sharing = self.random.one_in(4);
        let body = json!({
            "appid": APPID,
            "mchid": SHOP,
            "description": "面包",
            "out_trade_no": self.number("order"),
            "payer": { "auth_code": code },
            "amount": { "total": total },
            "scene_info": { "store_info": { "id": "1" } },
            "settle_info": { "profit_sharing": profit_sharing },
        });
        self.ask::<pay::Codepay>(SHOP, body);
    }

    /// A code that a payer shows, mostly one that can still pay.
    pub(super) fn code(&mut self) -> String {
        if !self.random.one_in(4) {
            let openid = self.random.pick(&PAYERS).to_owned();
            let password = self.random.one_in(3);
            self.act(&ShowCode { openid, password });
        }
        let now = self.world.now();
        let fresh = |code: &Code| code.used_by.is_none() && now < code.expire_time;
        let code = self.any_like(fresh);
        code.map_or("134567890123456789".to_owned(), |code| code.auth_code.to_string())
    }

    fn payer_acts(&mut self) {
        let Some(order) = self.any::<Order>() else { return };
        let act = if self.random.one_in(4) { Act::Fail } else { Act::Pay };
        let Order { mchid, out_trade_no, .. } = order;
        let openid = self.random.one_in(3).then(|| self.random.pick(&PAYERS).to_owned());
        self.act(&PayerActs { mchid, out_trade_no, act, openid });
    }

    /// An order, and who it names in requests: direct, or with the sub-merchant.
    fn named(&mut self) -> Option<(Order, Json)> {
        let order = self.any::<Order>()?;
        let out_trade_no = self.mostly(order.out_trade_no.as_str(), &["order000001"]);
        let names = match &order.sub_mchid {
            Some(sub) => {
                let sub_mchid = self.mostly(sub.as_str(), &STALLS);
                json!({ "sp_mchid": order.mchid, "sub_mchid": sub_mchid, "out_trade_no": out_trade_no })
            }
            None => json!({ "mchid": order.mchid, "out_trade_no": out_trade_no }),
        };
        Some((order, names))
    }

    fn query_order(&mut self) {
        let Some((order, mut names)) = self.named() else { return };
        let by = order.mchid.to_string();
        let by_id = order.transaction_id.clone().filter(|_| self.random.one_in(2));
        if let Some(id) = &by_id {
            names["transaction_id"] = json!(id);
            names.as_object_mut().expect("names").remove("out_trade_no");
        }
        match (&order.sub_mchid, by_id) {
            (Some(_), Some(_)) => drop(self.ask::<partner::QueryById>(&by, names)),
            (Some(_), None) => drop(self.ask::<partner::Query>(&by, names)),
            (None, Some(_)) => drop(self.ask::<pay::QueryById>(&by, names)),
            (None, None) => drop(self.ask::<pay::Query>(&by, names)),
        }
    }

    fn close(&mut self) {
        let Some((order, names)) = self.named() else { return };
        let by = order.mchid.to_string();
        match order.sub_mchid {
            Some(_) => drop(self.ask::<partner::Close>(&by, names)),
            None => drop(self.ask::<pay::Close>(&by, names)),
        }
    }

    fn reverse(&mut self) {
        let Some((order, mut names)) = self.named() else { return };
        let by = order.mchid.to_string();
        if order.sub_mchid.is_some() {
            self.ask::<partner::Reverse>(&by, names);
        } else {
            names["appid"] = json!(self.mostly(order.appid.as_str(), &["wxother"]));
            self.ask::<pay::Reverse>(&by, names);
        }
    }
}
