//! Calling the subsidy of an order off.

use redress_api::subsidy::{Cancel, CancelResult, Cancelled};

use super::{State, order_of};
use crate::command::{Operation, Stop};
use crate::context::Context;
use crate::merchant::Merchant;
use crate::refusal;

impl Operation for Cancel {
    fn decide(&self, cx: &mut Context<'_>, caller: &Merchant) -> Result<Cancelled, Stop> {
        let mut order = order_of(cx, caller, &self.sub_mchid, &self.transaction_id)?;
        let Some(subsidy) = &mut order.subsidy else {
            return Err(refusal::NO_SUBSIDY_MARK.plain().into());
        };
        let description = match &subsidy.state {
            State::Cancelled { description, .. } => description.clone(),
            State::Paid => return Err(refusal::SUBSIDY_PAID.plain().into()),
            State::Announced if order.sharing_started => {
                return Err(refusal::SUBSIDY_SHARING_STARTED.plain().into());
            }
            State::Announced if !order.refunded.is_positive() => {
                return Err(refusal::SUBSIDY_NO_REFUND.plain().into());
            }
            State::Announced => {
                let description = self.description.clone();
                subsidy.state = State::Cancelled { description, at: cx.now() };
                cx.put(&order)?;
                self.description.clone()
            }
        };
        Ok(Cancelled {
            sub_mchid: self.sub_mchid.clone(),
            transaction_id: self.transaction_id.clone(),
            result: CancelResult::Success.into(),
            description: description.to_string(),
        })
    }
}
