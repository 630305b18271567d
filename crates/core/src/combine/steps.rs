//! What time, the payer and the merchant do to all orders of a combined one.

use redress_api::combine::CombineOutTradeNo;
use redress_api::{Mchid, Timestamp};
use serde::{Deserialize, Serialize};

use super::combined::{Combined, Event, Phase, next};
use super::operations::shown;
use crate::command::{Broken, Stop};
use crate::context::Context;
use crate::job::Job;
use crate::notice::{self, Tell};
use crate::order::{self, Act, Order};
use crate::refusal;

/// The shortest time that a combined order can be paid: a minute, in seconds.
pub const EXPIRE_SECONDS_MIN: i64 = 60;
/// The longest time that a combined order can be paid: 7 days, in seconds.
pub const EXPIRE_SECONDS_MAX: i64 = 7 * 24 * 3600;

/// Until when a combined order can be paid: as the merchant said, from a minute to seven days.
pub(super) fn deadline(asked: Option<Timestamp>, now: Timestamp) -> Timestamp {
    let [least, most] = [EXPIRE_SECONDS_MIN, EXPIRE_SECONDS_MAX].map(|s| now.plus_seconds(s));
    asked.map_or(most, |asked| asked.clamp(least, most))
}

/// What a job does to a combined order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Closes one that nobody has paid in time.
    Close,
}

impl Step {
    /// The job that takes this step with a combined order.
    #[must_use]
    pub fn of(self, combined: &Combined) -> Job {
        let (mchid, out_trade_no) = (combined.mchid.clone(), combined.out_trade_no.clone());
        Job::Combined { mchid, out_trade_no, step: self }
    }

    /// Takes it, if the combined order still waits.
    pub(crate) fn take(
        self,
        cx: &mut Context<'_>,
        mchid: &Mchid,
        out_trade_no: &CombineOutTradeNo,
    ) -> Result<(), Stop> {
        let id = Combined::row_id(mchid, out_trade_no);
        let combined: Option<Combined> = cx.get(&id)?;
        let mut combined = combined.ok_or_else(|| Broken(format!("no combined order {id}")))?;
        match (self, combined.phase) {
            (Self::Close, Phase::Waiting) => close(cx, &mut combined),
            (Self::Close, Phase::Paid | Phase::Closed) => Ok(()),
        }
    }
}

/// The orders of a combined one, in its order.
///
/// # Errors
/// If a row is not loaded, or one of them is gone.
pub(super) fn orders(cx: &mut Context<'_>, combined: &Combined) -> Result<Vec<Order>, Stop> {
    let ids = combined.numbers().map(|number| Order::row_id(&combined.mchid, number));
    let ids: Vec<_> = ids.collect();
    let order = |id: &String| {
        cx.get::<Order>(id)?.ok_or_else(|| Broken(format!("no order {id}, yet combined")).into())
    };
    ids.iter().map(order).collect()
}

/// The payer acts: pays all of them, or none, and the merchant is told.
///
/// # Errors
/// For the control API: it does not wait for this payer.
pub(crate) fn act(
    cx: &mut Context<'_>,
    mchid: &Mchid,
    out_trade_no: &str,
    act: Act,
    openid: Option<&str>,
) -> Result<Vec<Order>, Stop> {
    let conflict = |what: String| Stop::from(refusal::control_conflict(what));
    let id = format!("{mchid}/{out_trade_no}");
    let combined: Option<Combined> = cx.get(&id)?;
    let mut combined = combined.ok_or_else(|| Broken(format!("no combined order {id}")))?;
    if act == Act::Fail || next(combined.phase, Event::Pay).is_none() {
        return Err(conflict(format!("combined order {id} is {:?}", combined.phase)));
    }
    if cx.now() >= combined.time_expire {
        let until = combined.time_expire;
        return Err(conflict(format!("combined order {id} could be paid until {until}")));
    }
    let what = format!("combined order {id}");
    let known = combined.payer.as_deref();
    let payer = order::who_pays(cx, &what, known, openid, &combined.content.appid)?;
    combined.payer = Some(payer.clone());
    combined.step(Event::Pay)?;
    cx.put(&combined)?;
    let mut paid = orders(cx, &combined)?;
    for order in &mut paid {
        order.payer = Some(payer.clone());
        order::pay(cx, order)?;
        cx.put(order)?;
    }
    let url = combined.content.notify_url.as_ref();
    let tell = Tell::event(notice::Event::PAID, &combined.mchid, url);
    cx.notify(&tell, &shown(&combined, &paid))?;
    Ok(paid)
}

/// Closes all of them.
pub(super) fn close(cx: &mut Context<'_>, combined: &mut Combined) -> Result<(), Stop> {
    combined.step(Event::Close)?;
    cx.put(combined)?;
    for mut order in orders(cx, combined)? {
        order.step(order::Event::Close)?;
        cx.put(&order)?;
    }
    Ok(())
}
