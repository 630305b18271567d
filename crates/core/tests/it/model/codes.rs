//! Code payments: which code pays, when the password is spared, and what follows when it is not.

use redress_core::order::{Act, Outcome, Place, TradeState};
use redress_core::payer::Code;
use redress_core::refusal;

use super::{DIRECT, Model, Verdict, no};
use crate::scene::APPID;

impl Model {
    /// Whether the payer is spared the password, or why nothing is paid.
    pub(crate) fn codepay(
        &self,
        caller: &str,
        place: &Place,
        code: &Code,
        now: i64,
    ) -> Verdict<bool> {
        if !DIRECT.contains(&caller) {
            return no(refusal::NOT_SUPPORTED);
        }
        if place.mchid.as_str() != caller {
            return no(refusal::MCHID_DIFFERS);
        }
        if place.appid.as_str() != APPID {
            return no(refusal::APPID_DIFFERS);
        }
        let key = (caller.to_owned(), place.out_trade_no.to_string());
        match self.orders.get(&key).map(|order| order.state) {
            None => {}
            Some(TradeState::Revoked) => return no(refusal::NUMBER_REVOKED),
            Some(_) => return no(refusal::NUMBER_USED),
        }
        if self.codes.contains(code.auth_code.as_str()) {
            return no(refusal::CODE_USED);
        }
        if now >= code.expire_time.unix() {
            return no(refusal::CODE_INVALID);
        }
        let spared = self.spared.get(&(code.openid.clone(), day(now))).copied();
        let small = place.amount.get() <= 100_000;
        Ok(small && !code.password && spared.unwrap_or_default() < 10)
    }

    /// The payment was taken on; with a number, it was paid.
    pub(crate) fn taken(&mut self, place: Place, code: &Code, number: Option<&str>, now: i64) {
        self.codes.insert(code.auth_code.to_string());
        if number.is_some() {
            *self.spared.entry((code.openid.clone(), day(now))).or_default() += 1;
        }
        let outcome = if number.is_some() { Outcome::Paid } else { Outcome::Unpaid };
        self.place(&Place { outcome, ..place }, number, now);
    }

    /// What a payer's act makes of an order, if it can be done.
    pub(crate) fn acts(&self, key: &(String, String), act: Act, now: i64) -> Option<TradeState> {
        let order = self.orders.get(key)?;
        if order.place.payer.is_empty() || (act == Act::Pay && now >= self.until(key)) {
            return None;
        }
        match (order.state, act) {
            (TradeState::NotPay | TradeState::UserPaying, Act::Pay) => Some(TradeState::Success),
            (TradeState::UserPaying, Act::Fail) => Some(TradeState::PayError),
            _ => None,
        }
    }

    /// The act was done.
    pub(crate) fn acted(
        &mut self,
        key: &(String, String),
        state: TradeState,
        number: Option<&str>,
        now: i64,
    ) {
        let order = self.orders.get_mut(key).expect("the order");
        order.state = state;
        if let Some(number) = number {
            (order.number, order.paid_at) = (Some(number.to_owned()), now);
            let place = order.place.clone();
            self.transactions.insert(number.to_owned(), key.clone());
            self.take(&place, place.amount.get());
        }
    }

    /// The seven days are over.
    pub(crate) fn expire(&mut self, key: &(String, String)) {
        let order = self.orders.get_mut(key).expect("the order");
        if order.state == TradeState::NotPay {
            order.state = TradeState::Closed;
        }
    }

    /// The 45 seconds are over.
    pub(crate) fn revoke(&mut self, key: &(String, String)) {
        let order = self.orders.get_mut(key).expect("the order");
        if matches!(order.state, TradeState::UserPaying | TradeState::PayError) {
            order.state = TradeState::Revoked;
        }
    }
}

/// The day in China.
fn day(now: i64) -> i64 {
    (now + 8 * 3600).div_euclid(24 * 3600)
}
