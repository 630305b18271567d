//! Orders: placed, shown, closed, reversed, and their subsidies.

use redress_api::{Fen, Mchid, Open, partner, pay, subsidy};
use redress_core::order::{Outcome, Place, TradeState, TradeType};
use redress_core::refusal;

use super::{DIRECT, MALLS, Model, Order, PLATFORMS, SUB_MERCHANTS, Verdict, no};

/// Whom a request names: a merchant alone, or with the sub-merchant for which it asks.
pub(crate) struct Party {
    pub(crate) mchid: String,
    pub(crate) sub: Option<String>,
}

/// What a query of an order says, to either kind of merchant.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(crate) state: TradeState,
    trade_type: TradeType,
    id: Option<String>,
    paid_at: Option<i64>,
    payer: Option<String>,
    fen: i64,
    payer_fen: Option<i64>,
}

impl From<pay::Order> for Shown {
    fn from(order: pay::Order) -> Self {
        let amount = order.amount.expect("an amount");
        Self {
            state: order.trade_state.known().expect("a state"),
            trade_type: order.trade_type.as_ref().and_then(Open::known).expect("a type"),
            id: order.transaction_id.map(|id| id.to_string()),
            paid_at: order.success_time.map(redress_api::Timestamp::unix),
            payer: order.payer.and_then(|payer| payer.openid),
            fen: amount.total.expect("a total").get(),
            payer_fen: amount.payer_total.map(Fen::get),
        }
    }
}

impl From<partner::Order> for Shown {
    fn from(order: partner::Order) -> Self {
        let payer = order.payer.and_then(|payer| payer.sp_openid);
        Self::from(pay::Order {
            appid: order.sp_appid,
            mchid: order.sp_mchid,
            out_trade_no: order.out_trade_no,
            transaction_id: order.transaction_id,
            trade_type: order.trade_type,
            trade_state: order.trade_state,
            trade_state_desc: order.trade_state_desc,
            bank_type: order.bank_type,
            attach: order.attach,
            success_time: order.success_time,
            payer: payer.map(|openid| pay::Payer { openid: Some(openid) }),
            amount: order.amount,
        })
    }
}

impl Model {
    /// Whether the order can be placed; `None` as its number if the world gives it one.
    pub(crate) fn may_place(&self, place: &Place) -> bool {
        let key = (place.mchid.to_string(), place.out_trade_no.to_string());
        let id = place.transaction_id.as_ref();
        let related = place
            .sub_mchid
            .as_ref()
            .is_none_or(|sub| SUB_MERCHANTS.contains(&(place.mchid.as_str(), sub.as_str())));
        related
            && !self.orders.contains_key(&key)
            && id.is_none_or(|id| !self.transactions.contains_key(id.as_str()))
    }

    pub(crate) fn place(&mut self, place: &Place, number: Option<&str>, now: i64) -> TradeState {
        let key = (place.mchid.to_string(), place.out_trade_no.to_string());
        let state = match (place.outcome, place.refunded) {
            (Outcome::Paid, None) => TradeState::Success,
            (Outcome::Paid, Some(_)) => TradeState::Refund,
            (Outcome::Unpaid, _) if place.trade_type == TradeType::Micropay => {
                TradeState::UserPaying
            }
            (Outcome::Unpaid, _) => TradeState::NotPay,
            (Outcome::Failed, _) => TradeState::PayError,
        };
        if let Some(number) = number {
            self.transactions.insert(number.to_owned(), key.clone());
            let fen = place.amount.get() - place.refunded.map_or(0, Fen::get);
            self.take(place, fen);
        }
        let (place, number) = (place.clone(), number.map(str::to_owned));
        let (cancelled, unfrozen, placed_at, paid_at) = (None, false, now, now);
        let order = Order { place, state, number, cancelled, unfrozen, placed_at, paid_at };
        self.orders.insert(key, order);
        state
    }

    pub(super) fn take(&mut self, place: &Place, fen: i64) {
        self.spends(&place.payer, fen);
        let seller = place.sub_mchid.as_ref().unwrap_or(&place.mchid);
        let purse = self.purse(seller.as_str());
        if place.profit_sharing {
            purse.frozen += fen;
        } else {
            purse.available += fen;
        }
    }

    /// 180 days are over.
    pub(crate) fn unfreeze(&mut self, key: &(String, String)) {
        let order = self.orders.get_mut(key).expect("the order");
        if order.unfrozen || !matches!(order.state, TradeState::Success | TradeState::Refund) {
            return;
        }
        order.unfrozen = true;
        let fen = order.place.amount.get() - order.place.refunded.map_or(0, Fen::get);
        let place = order.place.clone();
        let seller = place.sub_mchid.as_ref().unwrap_or(&place.mchid);
        let purse = self.purse(seller.as_str());
        purse.frozen -= fen;
        purse.available += fen;
    }

    /// The order, if the caller may ask for it so.
    fn known(&self, caller: &str, party: &Party, number: &str) -> Verdict<(String, String)> {
        let Party { mchid, sub } = party;
        let may_call = match sub {
            Some(_) => PLATFORMS.contains(&caller) || MALLS.contains(&caller),
            None => DIRECT.contains(&caller),
        };
        if !may_call {
            return no(refusal::NOT_SUPPORTED);
        }
        if mchid != caller {
            return no(refusal::MCHID_DIFFERS);
        }
        if sub.as_ref().is_some_and(|sub| !SUB_MERCHANTS.contains(&(caller, sub))) {
            return no(refusal::NO_RELATION);
        }
        let key = (caller.to_owned(), number.to_owned());
        let order = self.orders.get(&key);
        let seller = order.map(|order| order.place.sub_mchid.as_ref().map(Mchid::as_str));
        if seller == Some(sub.as_deref()) { Ok(key) } else { no(refusal::ORDER_UNKNOWN) }
    }

    pub(crate) fn query_order(&self, caller: &str, party: &Party, number: &str) -> Verdict<Shown> {
        let key = self.known(caller, party, number)?;
        let order = &self.orders[&key];
        let paid = order.number.is_some();
        Ok(Shown {
            state: order.state,
            trade_type: order.place.trade_type,
            id: order.number.clone(),
            paid_at: paid.then_some(order.paid_at),
            payer: paid.then(|| order.place.payer.clone()),
            fen: order.place.amount.get(),
            payer_fen: paid.then(|| order.place.amount.get()),
        })
    }

    pub(crate) fn query_order_by_id(
        &self,
        caller: &str,
        party: &Party,
        id: &str,
    ) -> Verdict<Shown> {
        let by = self.transactions.get(id).filter(|(by, _)| by == caller);
        self.query_order(caller, party, by.map_or("", |(_, number)| number))
    }

    pub(crate) fn close(&mut self, caller: &str, party: &Party, number: &str) -> Verdict<()> {
        let key = self.known(caller, party, number)?;
        let order = self.orders.get_mut(&key).expect("the order");
        if order.place.trade_type == TradeType::Micropay {
            return no(refusal::CLOSE_CODE_PAYMENT);
        }
        if order.number.is_some() {
            return no(refusal::CLOSE_PAID);
        }
        order.state = TradeState::Closed;
        Ok(())
    }

    pub(crate) fn reverse(
        &mut self,
        caller: &str,
        party: &Party,
        number: &str,
        appid: Option<&str>,
        now: i64,
    ) -> Verdict<()> {
        let key = self.known(caller, party, number)?;
        let order = &self.orders[&key];
        if appid.is_some_and(|appid| order.place.appid.as_str() != appid) {
            return no(refusal::APPID_DIFFERS);
        }
        if order.place.trade_type != TradeType::Micropay {
            return no(refusal::NOT_A_CODE_PAYMENT);
        }
        match order.state {
            TradeState::Refund => return no(refusal::REVERSE_REFUNDED),
            TradeState::Closed => return no(refusal::REVERSE_CLOSED),
            TradeState::Success => {
                let place = order.place.clone();
                if now - order.paid_at > 7 * 24 * 60 * 60 {
                    return no(refusal::REVERSE_EXPIRED);
                }
                let seller = party.sub.as_deref().unwrap_or(caller);
                let purse = self.purses.get(seller).copied().unwrap_or_default();
                let has = if place.profit_sharing { purse.frozen } else { purse.available };
                if has < place.amount.get() {
                    return no(refusal::REVERSE_NOT_ENOUGH);
                }
                self.take(&place, -place.amount.get());
            }
            TradeState::NotPay
            | TradeState::UserPaying
            | TradeState::PayError
            | TradeState::Revoked => {}
        }
        self.orders.get_mut(&key).expect("the order").state = TradeState::Revoked;
        Ok(())
    }

    /// The description that is answered.
    pub(crate) fn subsidy(&mut self, caller: &str, cancel: &subsidy::Cancel) -> Verdict<String> {
        if !MALLS.contains(&caller) {
            return no(refusal::NOT_SUPPORTED);
        }
        let stall = cancel.sub_mchid.as_str();
        if !SUB_MERCHANTS.contains(&(caller, stall)) {
            return no(refusal::NO_RELATION);
        }
        let key = self.transactions.get(cancel.transaction_id.as_str());
        let key = key.filter(|(mall, _)| mall == caller).cloned();
        let order = key.and_then(|key| self.orders.get_mut(&key));
        let order = order.filter(|order| order.place.sub_mchid.as_ref() == Some(&cancel.sub_mchid));
        let Some(order) = order else { return no(refusal::SUBSIDY_ORDER_UNKNOWN) };
        if order.place.subsidy_amount.is_none() {
            return no(refusal::NO_SUBSIDY_MARK);
        }
        if order.place.refunded.is_none() {
            return no(refusal::SUBSIDY_NO_REFUND);
        }
        let said = cancel.description.to_string();
        Ok(order.cancelled.get_or_insert(said).clone())
    }
}
