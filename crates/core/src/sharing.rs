//! Profit sharing (分账): what is left of a sub-merchant's order is shared out, given back, and
//! set free.
//!
//! A share holds each receiver's part when it is taken on; a job moves them all. A finish sets
//! free at once what is left, for what is on its way is held apart. Money that comes back to a
//! finished order goes on to the sub-merchant in the same step.

mod finish;
mod receiver;
mod returns;
mod share;
mod share_return;
mod shares;
mod steps;

pub use receiver::Receiver;
pub use share::{Content, Event, Part, Share, next};
pub use share_return::{ShareReturn, next as next_return};
pub use steps::{ShareReturnStep, ShareStep};

use redress_api::{Mchid, TransactionId};

use crate::command::Stop;
use crate::context::Context;
use crate::order::{self, Order, TradeState};
use crate::refusal;

/// The most shares of one order.
pub const SHARES_MAX: u32 = 50;
/// The most that is shared of an order, in hundredths of it.
pub const RATIO_MAX: i64 = 30;
/// How long after a share it can be taken back: 180 days, in seconds.
pub const RETURN_SECONDS_MAX: i64 = 180 * 24 * 3600;
/// The most returns of one receiver's part.
pub const RETURNS_MAX: u32 = 20;

/// An order of the sub-merchant whose money can be shared or set free now.
fn sharable(
    cx: &mut Context<'_>,
    caller: &Mchid,
    sub_mchid: &Mchid,
    transaction_id: &TransactionId,
) -> Result<Order, Stop> {
    let order = order::find_paid(cx, caller, transaction_id)?
        .filter(|order| order.sub_mchid.as_ref() == Some(sub_mchid))
        .ok_or_else(|| refusal::SHARE_ORDER_UNKNOWN.plain())?;
    let age = order.success_time.map_or(0, |paid| cx.now().seconds_since(paid));
    let entry = if !order.profit_sharing {
        refusal::SHARE_NOT_MARKED
    } else if order.state == TradeState::Revoked {
        refusal::SHARE_REVOKED
    } else if age < order::SETTLE_SECONDS {
        refusal::SHARE_NOT_SETTLED
    } else if !order.may_share() {
        refusal::SHARE_SUBSIDY_OPEN
    } else {
        return Ok(order);
    };
    Err(entry.plain().into())
}
