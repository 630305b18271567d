//! Orders to be paid: which request gets a prepay id, which the same again, and who may pay.

use redress_core::order::{Outcome, Place, TradeState};
use redress_core::refusal;

use super::{DIRECT, MALLS, Model, PLATFORMS, SUB_MERCHANTS, Verdict, no};
use crate::scene::APPID;

const DAY: i64 = 24 * 3600;
/// A payer whom another application knows.
pub(crate) const FOREIGN: &str = "o_foreign";
pub(crate) const NOBODY: &str = "o_nobody";

/// A request in plain words.
pub(crate) struct Ask<'a> {
    /// Unpaid; without a payer when the merchant names none.
    pub(crate) place: &'a Place,
    pub(crate) time_expire: Option<i64>,
    /// Everything that it says.
    pub(crate) content: &'a str,
}

pub(crate) struct Asked {
    content: String,
    /// Until when the order can be paid.
    pub(super) until: i64,
    /// What was handed out last, and until when it pays.
    handle: String,
    dies: i64,
}

impl Model {
    /// What is handed out once more; nothing if it is a fresh one.
    pub(crate) fn prepay(&self, caller: &str, ask: &Ask<'_>, now: i64) -> Verdict<Option<String>> {
        let Ask { place, content, .. } = ask;
        let sub = place.sub_mchid.as_ref().map(redress_api::Mchid::as_str);
        let may_call = match sub {
            Some(_) => PLATFORMS.contains(&caller) || MALLS.contains(&caller),
            None => DIRECT.contains(&caller),
        };
        if !may_call {
            return no(refusal::NOT_SUPPORTED);
        }
        if place.mchid.as_str() != caller {
            return no(refusal::MCHID_DIFFERS);
        }
        if sub.is_some_and(|sub| !SUB_MERCHANTS.contains(&(caller, sub))) {
            return no(refusal::NO_RELATION);
        }
        if place.appid.as_str() != APPID {
            return no(refusal::APPID_DIFFERS);
        }
        let key = (caller.to_owned(), place.out_trade_no.to_string());
        if let Some(order) = self.orders.get(&key) {
            return match order.state {
                TradeState::Revoked => no(refusal::NUMBER_REVOKED),
                TradeState::Closed => no(refusal::NUMBER_CLOSED),
                TradeState::Success
                | TradeState::Refund
                | TradeState::UserPaying
                | TradeState::PayError => no(refusal::NUMBER_USED),
                TradeState::NotPay if now >= self.until(&key) => no(refusal::PREPAY_EXPIRED),
                TradeState::NotPay => match self.asked.get(&key) {
                    Some(asked) if asked.content == *content => {
                        Ok((now < asked.dies).then(|| asked.handle.clone()))
                    }
                    _ => no(refusal::REENTRY_DIFFERS),
                },
            };
        }
        match place.payer.as_str() {
            NOBODY => return no(refusal::OPENID_UNKNOWN),
            FOREIGN => return no(refusal::OPENID_OTHER),
            _ => {}
        }
        if place.subsidy_amount.is_some_and(|amount| amount > place.amount) {
            return no(refusal::SUBSIDY_TOO_MUCH);
        }
        Ok(None)
    }

    /// A fresh one was handed out.
    pub(crate) fn handed_out(&mut self, ask: &Ask<'_>, handle: &str, now: i64) {
        let place = ask.place;
        let key = (place.mchid.to_string(), place.out_trade_no.to_string());
        if !self.orders.contains_key(&key) {
            self.place(&Place { outcome: Outcome::Unpaid, ..place.clone() }, None, now);
        }
        let most = if place.sub_mchid.is_some() { 15 } else { 90 };
        let until = self.asked.get(&key).map_or_else(
            || ask.time_expire.map_or(now + 7 * DAY, |time| time.clamp(now + 60, now + most * DAY)),
            |asked| asked.until,
        );
        let (content, handle) = (ask.content.to_owned(), handle.to_owned());
        self.asked.insert(key, Asked { content, until, handle, dies: now + 2 * 3600 });
    }

    /// Until when an order can be paid.
    pub(super) fn until(&self, key: &(String, String)) -> i64 {
        let placed = || self.orders[key].placed_at + 7 * DAY;
        self.asked.get(key).map_or_else(placed, |asked| asked.until)
    }

    /// Whether the order is paid; else the status of the refusal.
    pub(crate) fn pays(
        &mut self,
        key: &(String, String),
        openid: Option<&str>,
        now: i64,
    ) -> Result<(), u16> {
        let until = self.until(key);
        let order = self.orders.get_mut(key).expect("the order");
        if order.state != TradeState::NotPay || now >= until {
            return Err(409);
        }
        match (order.place.payer.as_str(), openid) {
            ("", None) => Err(400),
            ("", Some(FOREIGN)) => Err(409),
            ("", Some(openid)) => {
                openid.clone_into(&mut order.place.payer);
                Ok(())
            }
            (payer, Some(openid)) if payer != openid => Err(409),
            _ => Ok(()),
        }
    }
}
