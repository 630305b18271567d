//! Compensations of sub-merchants (赔付商家): taken on, then paid by a job from the sponsor's
//! operation account, or closed at once for want of money.

use redress_api::compensation::merchant::{Bill as Shown, BillState, Create, Created, Query};
use redress_api::{Mchid, OutBillNo};

use super::bill::Close;
use super::merchant_bill::{MerchantBill, MerchantContent, MerchantEvent};
use crate::chart;
use crate::command::{Broken, Operation, Stop};
use crate::context::{Context, Movement};
use crate::ledger::Reason;
use crate::merchant::Merchant;
use crate::number;
use crate::refusal;

impl Operation for Create {
    /// As for users: the same number with the same content is the same bill in its present state,
    /// and without enough money the bill is made all the same, and closed.
    fn decide(&self, cx: &mut Context<'_>, caller: &Merchant) -> Result<Created, Stop> {
        let content = MerchantContent {
            receiver: self.receiver.clone(),
            amount: self.amount,
            transfer_remark: self.transfer_remark.clone(),
            sponsor_mchid: self.sponsor_mchid.clone().unwrap_or_else(|| caller.mchid.clone()),
        };
        let id = MerchantBill::row_id(&caller.mchid, &self.out_bill_no);
        if let Some(bill) = cx.get::<MerchantBill>(&id)? {
            return if bill.content == content {
                Ok(bill.shown().into())
            } else {
                Err(refusal::BILL_DIFFERS.plain().into())
            };
        }
        if !caller.may_debit(&content.sponsor_mchid) {
            return Err(refusal::SPONSOR_NOT_AUTHORISED.plain().into());
        }
        let receiver = &content.receiver.mch_info.mchid;
        caller.serves(receiver)?;
        let bill_id = cx.fresh_bill_id();
        let held = cx.hold(&Movement {
            debit: &chart::operation(&content.sponsor_mchid),
            credit: &chart::available(receiver),
            amount: content.amount,
            reason: Reason::Compensation,
            reference: bill_id.as_str(),
        })?;
        let mut bill = MerchantBill {
            sp_mchid: caller.mchid.clone(),
            out_bill_no: self.out_bill_no.clone(),
            bill_id,
            content,
            state: BillState::Accepted,
            hold: held.as_ref().ok().copied(),
            accept_time: cx.now(),
            success_time: None,
            close: None,
        };
        if held.is_ok() {
            cx.schedule(cx.now(), bill.job());
        } else {
            bill.step(MerchantEvent::Close)?;
            bill.close = Some(Close { at: cx.now(), reason: "NOT_ENOUGH".to_owned() });
        }
        cx.put(&bill)?;
        number::lead(cx, &bill)?;
        Ok(bill.shown().into())
    }
}

/// Pays a sub-merchant's compensation that was taken on; what the job does.
pub(crate) fn pay_merchant(
    cx: &mut Context<'_>,
    sp_mchid: &Mchid,
    out_bill_no: &OutBillNo,
) -> Result<(), Stop> {
    let id = MerchantBill::row_id(sp_mchid, out_bill_no);
    let mut bill: MerchantBill = cx.get(&id)?.ok_or_else(|| Broken(format!("no bill {id}")))?;
    if bill.state != BillState::Accepted {
        return Ok(());
    }
    let hold = bill.hold.ok_or_else(|| Broken(format!("bill {id} holds no money")))?;
    cx.post(&bill.debit(), hold)?;
    bill.step(MerchantEvent::Pay)?;
    bill.success_time = Some(cx.now());
    cx.put(&bill)
}

impl Operation for Query {
    fn decide(&self, cx: &mut Context<'_>, caller: &Merchant) -> Result<Shown, Stop> {
        let id = MerchantBill::row_id(&caller.mchid, &self.out_bill_no);
        let named = |bill: &MerchantBill| {
            self.sponsor_mchid.as_ref().is_none_or(|named| *named == bill.content.sponsor_mchid)
        };
        let bill = cx.get::<MerchantBill>(&id)?.filter(named);
        Ok(bill.ok_or_else(|| refusal::BILL_UNKNOWN.plain())?.shown())
    }
}
