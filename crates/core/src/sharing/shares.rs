//! Sharing an order out, and asking what came of it and what is left.

use std::collections::BTreeSet;

use redress_api::sharing::{Amounts, Create, Created, Query, Unsplit};
use redress_api::{Fen, sharing};

use super::receiver::{is_listed, owns};
use super::share::{Content, Part, Share, Wanted};
use super::{RATIO_MAX, SHARES_MAX, sharable};
use crate::chart;
use crate::command::{Broken, Operation, Stop};
use crate::context::{Context, Movement};
use crate::ledger::Reason;
use crate::merchant::Merchant;
use crate::order::{self, Order};
use crate::refusal;
use crate::subsidy::{Payment, Subsidy};

impl Operation for Create {
    /// The same number with the same content is the same share in its present state.
    fn decide(&self, cx: &mut Context<'_>, caller: &Merchant) -> Result<Created, Stop> {
        caller.serves(&self.sub_mchid)?;
        owns(caller, self.appid.as_ref())?;
        let content = Content::of(self).ok_or_else(|| refusal::RECEIVER_UNKNOWN.plain())?;
        if let Some(share) = cx.get::<Share>(&Share::row_id(&caller.mchid, &self.out_order_no))? {
            return if share.content == content {
                Ok(share.shown().into())
            } else {
                Err(refusal::BILL_DIFFERS.plain().into())
            };
        }
        let mut order = sharable(cx, &caller.mchid, &self.sub_mchid, &self.transaction_id)?;
        if order.sharing_finished {
            return Err(refusal::SHARE_FINISHED.plain().into());
        }
        if order.refunded >= order.amount {
            return Err(refusal::SHARE_REFUNDED.plain().into());
        }
        check_receivers(cx, caller, &content)?;
        take(cx, &mut order, &content)?;

        let mut share = Share::accepted(cx, &caller.mchid, &self.out_order_no, content)?;
        for wanted in &share.content.receivers {
            let hold = cx.hold(&Movement {
                debit: &chart::frozen(&self.sub_mchid),
                credit: &wanted.credit()?,
                amount: wanted.amount,
                reason: Reason::Sharing,
                reference: share.order_id.as_str(),
            })?;
            let hold = hold.map_err(|short| Broken(format!("frozen money is gone: {short}")))?;
            let detail_id = cx.fresh_digits("36", 13);
            share.parts.push(Part { detail_id, hold, returned: Fen::ZERO, returns: 0 });
        }
        order.shares += 1;
        order.sharing_started = true;
        if share.content.finish {
            share.unfrozen = order.unsplit;
            order::unfreeze(cx, &mut order)?;
        }
        cx.put(&order)?;
        share.begin(cx)?;
        Ok(share.shown().into())
    }
}

/// Each receiver stands there once and is on the list. The one that shares needs no list, and
/// gets the rest anyway when the order is finished.
fn check_receivers(cx: &mut Context<'_>, caller: &Merchant, content: &Content) -> Result<(), Stop> {
    let mut seen = BTreeSet::new();
    for Wanted { kind, account, .. } in &content.receivers {
        if !seen.insert((*kind, account)) {
            return Err(refusal::RECEIVER_TWICE.plain().into());
        }
    }
    for wanted in &content.receivers {
        if wanted.is_for(&content.sub_mchid) {
            if content.finish {
                return Err(refusal::RECEIVER_FINISHES.plain().into());
            }
        } else if !is_listed(cx, &caller.mchid, wanted.kind, &wanted.account)? {
            return Err(refusal::RECEIVER_NOT_LISTED.plain().into());
        }
    }
    Ok(())
}

/// Takes the parts out of what waits, within the limits.
fn take(cx: &mut Context<'_>, order: &mut Order, content: &Content) -> Result<(), Stop> {
    if order.shares >= SHARES_MAX {
        return Err(refusal::SHARE_TOO_OFTEN.plain().into());
    }
    let not_enough = || refusal::SHARE_NOT_ENOUGH.plain();
    let (mut total, mut others) = (Fen::ZERO, Fen::ZERO);
    for wanted in &content.receivers {
        total = total.plus(wanted.amount).ok_or_else(not_enough)?;
        if !wanted.is_for(&content.sub_mchid) {
            others = others.plus(wanted.amount).ok_or_else(not_enough)?;
        }
    }
    let shared = order.shared.plus(others).ok_or_else(not_enough)?;
    if i128::from(shared.get()) * 100 > i128::from(base(cx, order)?.get()) * i128::from(RATIO_MAX) {
        return Err(refusal::SHARE_OVER_RATIO.plain().into());
    }
    order.take_unsplit(total).ok_or_else(not_enough)?;
    order.shared = shared;
    Ok(())
}

/// What the ratio is of: the order's amount, and what it has of a subsidy.
fn base(cx: &mut Context<'_>, order: &Order) -> Result<Fen, Stop> {
    let is_paid = order.subsidy.as_ref().is_some_and(Subsidy::is_paid);
    let Some(id) = order.transaction_id.as_ref().filter(|_| is_paid) else {
        return Ok(order.amount);
    };
    let Some(paid) = cx.get::<Payment>(&Payment::row_id(&order.mchid, id))? else {
        return Err(Broken(format!("the subsidy of {id} is gone")).into());
    };
    let sum = order.amount.plus(paid.amount).and_then(|sum| sum.minus(paid.returned));
    Ok(sum.ok_or_else(|| Broken("amounts overflow".to_owned()))?)
}

impl Operation for Query {
    fn decide(&self, cx: &mut Context<'_>, caller: &Merchant) -> Result<sharing::Share, Stop> {
        cx.get::<Share>(&Share::row_id(&caller.mchid, &self.out_order_no))?
            .filter(|share| share.content.sub_mchid == self.sub_mchid)
            .filter(|share| share.content.transaction_id == self.transaction_id)
            .map(|share| share.shown())
            .ok_or_else(|| refusal::SHARE_UNKNOWN.plain().into())
    }
}

impl Operation for Amounts {
    fn decide(&self, cx: &mut Context<'_>, caller: &Merchant) -> Result<Unsplit, Stop> {
        let order = order::find_paid(cx, &caller.mchid, &self.transaction_id)?
            .ok_or_else(|| refusal::SHARE_UNKNOWN.plain())?;
        if !order.profit_sharing {
            return Err(refusal::AMOUNTS_NOT_MARKED.plain().into());
        }
        let transaction_id = self.transaction_id.clone();
        Ok(Unsplit { transaction_id, unsplit_amount: order.unsplit })
    }
}
