//! Refunds and subsidies.

use redress_api::{refund, subsidy};
use redress_core::order::Order;
use redress_core::payer::Introduce;
use redress_core::refund::{Close, Refund, Status};
use redress_core::subsidy::{State, Subsidy};
use serde_json::json;

use super::{MALL, Market, STALLS};

impl Market {
    pub(super) fn refunds(&mut self) {
        match self.random.below(12) {
            0..3 => self.refund(),
            3 | 4 => self.apply(),
            5 => self.query_refund(),
            6 => self.mark(),
            7 => self.close_refund(),
            8 => self.subsidise(),
            9 => self.return_subsidy(),
            _ => self.cancel_subsidy(),
        }
    }

    /// A paid order.
    fn paid_order(&mut self) -> Option<Order> {
        (0..4).find_map(|_| self.any::<Order>().filter(|order| order.transaction_id.is_some()))
    }

    /// An order that carries a subsidy.
    fn marked_order(&mut self) -> Option<Order> {
        let now = self.world.now();
        let order = self.any_like::<Order>(|order| {
            let settled = order.success_time.is_some_and(|paid| now.seconds_since(paid) >= 60);
            settled && order.subsidy.is_some()
        });
        order.filter(|order| order.transaction_id.is_some())
    }

    /// A paid order, often one with a subsidy.
    fn refundable(&mut self) -> Option<Order> {
        if self.random.one_in(3) { self.marked_order() } else { self.paid_order() }
    }

    fn refund(&mut self) {
        let Some(order) = self.refundable() else { return };
        let left = order.amount.get() - order.refunded.get();
        let refund = self.part(left.max(1));
        let refund = if self.random.one_in(3) { refund } else { 1 + refund / 3 };
        let mut body = json!({
            "transaction_id": order.transaction_id,
            "out_refund_no": self.number("refund"),
            "amount": { "refund": refund, "total": order.amount, "currency": "CNY" },
        });
        if let Some(sub) = &order.sub_mchid {
            body["sub_mchid"] = json!(self.mostly(sub.as_str(), &STALLS));
        }
        if self.random.one_in(5) {
            body["amount"]["from"] = json!([{
                "account": self.random.pick(&["AVAILABLE", "UNAVAILABLE"]), "amount": refund,
            }]);
        }
        self.ask::<refund::Create>(order.mchid.as_str(), body);
    }

    fn apply(&mut self) {
        let Some(order) = self.paid_order() else { return };
        let Some(sub) = order.sub_mchid.clone() else { return };
        let left = order.amount.get() - order.refunded.get();
        let refund = 1 + self.part(left.max(1)) / 2;
        let mut body = json!({
            "sub_mchid": sub,
            "sp_appid": order.appid,
            "transaction_id": order.transaction_id,
            "out_refund_no": self.number("refund"),
            "amount": { "refund": refund, "total": order.amount, "currency": "CNY" },
        });
        if self.random.one_in(4) {
            body["refund_account"] = json!("REFUND_SOURCE_PARTNER_ADVANCE");
        }
        self.ask::<refund::ecommerce::Apply>(order.mchid.as_str(), body);
    }

    fn query_refund(&mut self) {
        let Some(refund) = self.any::<Refund>() else { return };
        let Refund { mchid, sub_mchid, out_refund_no, refund_id, .. } = refund;
        let by = mchid.as_str();
        let Some(sub_mchid) = sub_mchid else {
            self.ask::<refund::Query>(by, json!({ "out_refund_no": out_refund_no }));
            return;
        };
        let by_number = json!({ "out_refund_no": out_refund_no, "sub_mchid": sub_mchid });
        match self.random.below(3) {
            0 => {
                let body = json!({ "refund_id": refund_id, "sub_mchid": sub_mchid });
                self.ask::<refund::ecommerce::QueryById>(by, body);
            }
            1 => drop(self.ask::<refund::ecommerce::Query>(by, by_number)),
            _ => drop(self.ask::<refund::Query>(by, by_number)),
        }
    }

    /// An account that cannot take money, for a while.
    fn mark(&mut self) {
        let openid = self.random.pick(&super::orders::PAYERS).to_owned();
        let abnormal = self.random.one_in(3);
        self.act(&Introduce { openid: Some(openid), appid: None, abnormal: Some(abnormal) });
    }

    fn close_refund(&mut self) {
        let astray = |refund: &Refund| refund.status == Status::Abnormal;
        let Some(Refund { mchid, out_refund_no, .. }) = self.any_like(astray) else { return };
        self.act(&Close { mchid, out_refund_no });
    }

    fn subsidise(&mut self) {
        let Some(order) = self.marked_order() else { return };
        let amount = order.subsidy.as_ref().map_or(10, |subsidy| subsidy.amount.get());
        let amount = if self.random.one_in(4) { self.part(amount) } else { amount };
        let body = json!({
            "sub_mchid": order.seller(),
            "transaction_id": order.transaction_id,
            "amount": amount,
            "description": "补差",
            "out_subsidy_no": self.number("subsidy"),
        });
        self.ask::<subsidy::Create>(order.mchid.as_str(), body);
    }

    fn return_subsidy(&mut self) {
        let paid = |subsidy: &Subsidy| subsidy.state == State::Paid;
        let back = |order: &Order| order.refunds > 0 && order.subsidy.as_ref().is_some_and(paid);
        let Some(order) = self.any_like(back) else { return };
        let Some(_) = &order.transaction_id else { return };
        let amount = order.subsidy.as_ref().map_or(10, |subsidy| subsidy.amount.get());
        let amount = 1 + self.part(amount) / 3;
        let body = json!({
            "sub_mchid": order.seller(),
            "out_order_no": self.number("back"),
            "transaction_id": order.transaction_id,
            "amount": amount,
            "description": "补差回退",
        });
        self.ask::<subsidy::Return>(order.mchid.as_str(), body);
    }

    fn cancel_subsidy(&mut self) {
        let Some(order) = self.marked_order() else { return };
        let sub = self.mostly(order.seller().as_str(), &[MALL, "51"]);
        let body = json!({
            "sub_mchid": sub,
            "transaction_id": order.transaction_id,
            "description": "订单退款",
        });
        self.ask::<subsidy::Cancel>(order.mchid.as_str(), body);
    }
}
