//! Subsidies: what a platform announces to add to an order, and cancelling it.

use redress_api::subsidy::{Cancel, CancelDescription, CancelResult, Cancelled};
use redress_api::{Fen, Timestamp};
use serde::{Deserialize, Serialize};

use crate::command::{Operation, Stop};
use crate::context::Context;
use crate::merchant::Merchant;
use crate::order;
use crate::refusal;

/// The subsidy of an order (补差标识).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subsidy {
    /// What was announced, in fen.
    pub amount: Fen,
    /// What became of it.
    pub state: State,
}

/// What became of a subsidy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum State {
    /// Announced, neither paid nor cancelled: the order cannot be shared.
    Announced,
    /// Paid to the sub-merchant.
    Paid,
    /// Cancelled.
    Cancelled {
        /// Why, in the caller's words.
        description: CancelDescription,
        /// When.
        at: Timestamp,
    },
}

impl Subsidy {
    /// A subsidy that an order was placed with.
    #[must_use]
    pub const fn announced(amount: Fen) -> Self {
        Self { amount, state: State::Announced }
    }

    /// Whether nothing about it is open any more.
    #[must_use]
    pub const fn is_settled(&self) -> bool {
        match self.state {
            State::Announced => false,
            State::Paid | State::Cancelled { .. } => true,
        }
    }
}

impl Operation for Cancel {
    fn decide(&self, cx: &mut Context<'_>, caller: &Merchant) -> Result<Cancelled, Stop> {
        if !caller.sub_merchants.contains(&self.sub_mchid) {
            return Err(refusal::NO_RELATION.plain().into());
        }
        let order = order::find_paid(cx, &caller.mchid, &self.transaction_id)?
            .filter(|order| order.sub_mchid.as_ref() == Some(&self.sub_mchid));
        let mut order = order.ok_or_else(|| refusal::SUBSIDY_ORDER_UNKNOWN.plain())?;
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
