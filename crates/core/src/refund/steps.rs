//! What time does to a refund, and giving one up.

use redress_api::refund::Status;
use redress_api::{Fen, Mchid, OutRefundNo};
use serde::{Deserialize, Serialize};

use super::{Event, Pocket, Refund};
use crate::command::{Broken, Command, Stop};
use crate::context::Context;
use crate::notice::{self, Tell};
use crate::order::{self, Order};
use crate::payer::Payer;
use crate::refusal;

/// How long a refund takes to reach its payer, in seconds. The pages say minutes to days; it is
/// as long as a test needs to see it on its way.
pub const SETTLE_SECONDS: i64 = 5;

/// Brings a refund to its payer, if it is still on its way.
pub(crate) fn settle(
    cx: &mut Context<'_>,
    mchid: &Mchid,
    out_refund_no: &OutRefundNo,
) -> Result<(), Stop> {
    let id = Refund::row_id(mchid, out_refund_no);
    let mut refund: Refund = cx.get(&id)?.ok_or_else(|| Broken(format!("no refund {id}")))?;
    if refund.status != Status::Processing {
        return Ok(());
    }
    let payer = cx.get::<Payer>(&refund.payer)?;
    if payer.is_some_and(|payer| payer.abnormal) {
        refund.step(Event::Fail)?;
        return put(cx, &refund, notice::Event::REFUND_ABNORMAL);
    }
    for (debit, hold) in refund.holds() {
        cx.post(&debit, hold)?;
    }
    refund.step(Event::Settle)?;
    refund.success_time = Some(cx.now());
    put(cx, &refund, notice::Event::REFUNDED)
}

fn put(cx: &mut Context<'_>, refund: &Refund, event: notice::Event) -> Result<(), Stop> {
    cx.put(refund)?;
    let tell = Tell::event(event, &refund.mchid, refund.notify_url.as_ref());
    cx.notify(&tell, &refund.told()).map(drop)
}

/// Gives up a refund that went astray: its money goes back to where it was taken from. Through the
/// control API: at the real service people decide it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Close {
    /// The merchant that asked for the refund.
    pub mchid: Mchid,
    /// Its number of the refund.
    pub out_refund_no: OutRefundNo,
}

impl Command for Close {
    type Outcome = Refund;

    fn decide(&self, cx: &mut Context<'_>) -> Result<Refund, Stop> {
        let id = Refund::row_id(&self.mchid, &self.out_refund_no);
        let Some(mut refund) = cx.get::<Refund>(&id)? else {
            return Err(refusal::control_unknown(format!("there is no refund {id}")).into());
        };
        if super::next(refund.status, Event::Close).is_none() {
            let what = format!("refund {id} is {}", refund.status);
            return Err(refusal::control_conflict(what).into());
        }
        for (debit, hold) in refund.holds() {
            cx.void(&debit, hold)?;
        }
        refund.step(Event::Close)?;
        restore(cx, &refund)?;
        put(cx, &refund, notice::Event::REFUND_CLOSED)?;
        Ok(refund)
    }
}

/// The order has the money again.
fn restore(cx: &mut Context<'_>, refund: &Refund) -> Result<(), Stop> {
    let id = Order::row_id(&refund.mchid, &refund.out_trade_no);
    let broken = |what: &str| Broken(format!("order {id} of a refund: {what}"));
    let mut order: Order = cx.get(&id)?.ok_or_else(|| broken("is gone"))?;
    let left = order.refunded.minus(refund.content.amount).filter(|left| *left >= Fen::ZERO);
    order.refunded = left.ok_or_else(|| broken("was refunded less"))?;
    let frozen = refund.taken_from(Pocket::Frozen);
    if frozen.is_positive() {
        order.add_unsplit(frozen)?;
        if !order.is_frozen() {
            // Nobody shares it any more.
            order::unfreeze(cx, &mut order)?;
        }
    }
    cx.put(&order)
}
