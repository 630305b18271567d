//! Finishing an order without a share: what is left goes to its sub-merchant.

use redress_api::sharing::{Finish, Finished};

use super::sharable;
use super::share::{Content, Share};
use crate::command::{Operation, Stop};
use crate::context::Context;
use crate::merchant::Merchant;
use crate::order;
use crate::refusal;

impl Operation for Finish {
    /// The same number with the same content is the same finish. With nothing left there is
    /// nothing to finish, also when the order is finished already.
    fn decide(&self, cx: &mut Context<'_>, caller: &Merchant) -> Result<Finished, Stop> {
        caller.serves(&self.sub_mchid)?;
        let content = Content {
            sub_mchid: self.sub_mchid.clone(),
            transaction_id: self.transaction_id.clone(),
            receivers: Vec::new(),
            finish: true,
            description: Some(self.description.clone()),
        };
        let found = cx.get::<Share>(&Share::row_id(&caller.mchid, &self.out_order_no))?;
        let share = match found {
            Some(share) if share.content == content => share,
            Some(_) => return Err(refusal::BILL_DIFFERS.plain().into()),
            None => take_on(cx, caller, self, content)?,
        };
        Ok(Finished {
            sub_mchid: share.content.sub_mchid,
            transaction_id: share.content.transaction_id,
            out_order_no: share.out_order_no,
            order_id: share.order_id,
        })
    }
}

/// Sets free what is left.
fn take_on(
    cx: &mut Context<'_>,
    caller: &Merchant,
    finish: &Finish,
    content: Content,
) -> Result<Share, Stop> {
    let mut order = sharable(cx, &caller.mchid, &finish.sub_mchid, &finish.transaction_id)?;
    if !order.unsplit.is_positive() {
        return Err(refusal::FINISH_NOTHING_LEFT.plain().into());
    }
    let mut share = Share::accepted(cx, &caller.mchid, &finish.out_order_no, content)?;
    share.unfrozen = order.unsplit;
    order.sharing_started = true;
    order::unfreeze(cx, &mut order)?;
    cx.put(&order)?;
    share.begin(cx)?;
    Ok(share)
}
