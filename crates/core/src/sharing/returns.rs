//! Taking shared money back, and asking what came of it.

use redress_api::Fen;
use redress_api::sharing::{
    CreateReturn, OrderId, OutOrderNo, QueryReturn, ReceiverType, ReturnResult, Returned,
    ShareStatus,
};

use super::share::Share;
use super::share_return::ShareReturn;
use super::steps::ShareReturnStep;
use super::{RETURN_SECONDS_MAX, RETURNS_MAX};
use crate::chart;
use crate::command::{Broken, Operation, Stop};
use crate::context::{Context, Movement};
use crate::ledger::Reason;
use crate::merchant::Merchant;
use crate::number;
use crate::order;
use crate::refusal;

/// The caller's share that one of the numbers names; both must name it, if both are there.
fn find(
    cx: &mut Context<'_>,
    caller: &Merchant,
    id: Option<&OrderId>,
    number: Option<&OutOrderNo>,
) -> Result<Option<Share>, Stop> {
    let share = match (id, number) {
        (Some(id), _) => number::find::<Share>(cx, &caller.mchid, id.as_str())?,
        (None, Some(number)) => cx.get(&Share::row_id(&caller.mchid, number))?,
        (None, None) => None,
    };
    Ok(share.filter(|share| number.is_none_or(|number| *number == share.out_order_no)))
}

impl Operation for CreateReturn {
    /// The same number with the same content is the same return in its present state.
    fn decide(&self, cx: &mut Context<'_>, caller: &Merchant) -> Result<Returned, Stop> {
        caller.serves(&self.sub_mchid)?;
        let id = ShareReturn::row_id(&caller.mchid, &self.out_return_no);
        if let Some(back) = cx.get::<ShareReturn>(&id)? {
            return if back.is_asked_by(self) {
                Ok(back.shown())
            } else {
                Err(refusal::BILL_DIFFERS.plain().into())
            };
        }
        let mut share = find(cx, caller, self.order_id.as_ref(), self.out_order_no.as_ref())?
            .filter(|share| share.content.sub_mchid == self.sub_mchid)
            .ok_or_else(|| refusal::RETURN_OF_NOTHING.plain())?;
        let order_id = share.content.transaction_id.clone();
        let order = order::find_paid(cx, &caller.mchid, &order_id)?
            .ok_or_else(|| Broken(format!("share {} is of no order", share.order_id)))?;
        let paid = order.success_time.map_or(0, |paid| cx.now().seconds_since(paid));
        match &self.transaction_id {
            Some(named) if *named != order_id => {
                return Err(refusal::RETURN_OF_NOTHING.plain().into());
            }
            None if paid > order::FREEZE_SECONDS_MAX => {
                return Err(refusal::RETURN_NEEDS_ORDER.plain().into());
            }
            Some(_) | None => {}
        }
        take(cx, &mut share, self)?;

        let return_no = cx.fresh_digits("30100", 15);
        let to_frozen = order.is_frozen();
        let hold = cx.hold(&Movement {
            debit: &chart::available(&self.return_mchid),
            credit: &ShareReturn::credit(&self.sub_mchid, to_frozen),
            amount: self.amount,
            reason: Reason::SharingReturn,
            reference: &return_no,
        })?;
        let back = ShareReturn {
            sp_mchid: caller.mchid.clone(),
            out_return_no: self.out_return_no.clone(),
            return_no,
            order_id: share.order_id.clone(),
            out_order_no: share.out_order_no.clone(),
            transaction_id: order_id,
            sub_mchid: self.sub_mchid.clone(),
            return_mchid: self.return_mchid.clone(),
            amount: self.amount,
            description: self.description.clone(),
            result: ReturnResult::Processing,
            hold: hold.map_err(|_short| refusal::RETURN_NOT_ENOUGH.plain())?,
            to_frozen,
            accept_time: cx.now(),
            finish_time: None,
        };
        cx.put(&share)?;
        cx.put(&back)?;
        number::lead(cx, &back)?;
        cx.schedule(cx.now(), ShareReturnStep::Finish.of(&back));
        Ok(back.shown())
    }
}

/// Takes the amount out of what the merchant got of the share, within the limits.
fn take(cx: &Context<'_>, share: &mut Share, wanted: &CreateReturn) -> Result<(), Stop> {
    let number = share.content.receivers.iter().position(|receiver| {
        receiver.kind == ReceiverType::Merchant
            && receiver.account.as_str() == wanted.return_mchid.as_str()
    });
    let number = number
        .filter(|_| wanted.return_mchid != wanted.sub_mchid)
        .ok_or_else(|| refusal::RETURN_NO_RECEIVER.plain())?;
    if share.status != ShareStatus::Finished {
        return Err(refusal::RETURN_TOO_EARLY.plain().into());
    }
    if cx.now().seconds_since(share.accept_time) > RETURN_SECONDS_MAX {
        return Err(refusal::RETURN_TOO_LATE.plain().into());
    }
    let got = share.content.receivers[number].amount;
    let part = &mut share.parts[number];
    if part.returns >= RETURNS_MAX {
        return Err(refusal::RETURN_TOO_OFTEN.plain().into());
    }
    let returned: Option<Fen> = part.returned.plus(wanted.amount).filter(|sum| *sum <= got);
    part.returned = returned.ok_or_else(|| refusal::RETURN_TOO_MUCH.plain())?;
    part.returns += 1;
    Ok(())
}

impl Operation for QueryReturn {
    fn decide(&self, cx: &mut Context<'_>, caller: &Merchant) -> Result<Returned, Stop> {
        cx.get::<ShareReturn>(&ShareReturn::row_id(&caller.mchid, &self.out_return_no))?
            .filter(|back| back.sub_mchid == self.sub_mchid)
            .filter(|back| back.is_of(self.order_id.as_ref(), self.out_order_no.as_ref()))
            .map(|back| back.shown())
            .ok_or_else(|| refusal::SHARE_UNKNOWN.plain().into())
    }
}
