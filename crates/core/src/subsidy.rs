//! Subsidies: what a platform announces to add to an order; paying it, giving it back, calling it
//! off.

use redress_api::subsidy::{CancelDescription, Description, OutOrderNo, OutSubsidyNo, SubsidyId};
use redress_api::{Fen, Mchid, OutTradeNo, RefundId, Timestamp, TransactionId};
use serde::{Deserialize, Serialize};

use crate::books::{Entry, Standing, Tally};
use crate::chart;
use crate::command::Stop;
use crate::context::Context;
use crate::ledger::Reason;
use crate::merchant::Merchant;
use crate::order::{self, Order};
use crate::refund::Pocket;
use crate::refusal;
use crate::row::Row;

mod cancel;
mod create;
mod give_back;

pub use create::AGAIN_SECONDS_MAX;

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
    /// Paid to the sub-merchant: there is a [`Payment`].
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

    /// Whether it was paid.
    #[must_use]
    pub const fn is_paid(&self) -> bool {
        matches!(self.state, State::Paid)
    }
}

/// A subsidy that was paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// The platform.
    pub mchid: Mchid,
    /// The sub-merchant of the order.
    pub sub_mchid: Mchid,
    /// The provider's number of the order.
    pub transaction_id: TransactionId,
    /// The platform's number of the order.
    pub out_trade_no: OutTradeNo,
    /// The provider's number.
    pub subsidy_id: SubsidyId,
    /// The platform's number, if it gave one.
    pub out_subsidy_no: Option<OutSubsidyNo>,
    /// The refund because of which it is less than announced.
    pub refund_id: Option<RefundId>,
    /// In fen.
    pub amount: Fen,
    /// What for.
    pub description: Description,
    /// When it was paid.
    pub success_time: Timestamp,
    /// How much of it was given back, in fen.
    pub returned: Fen,
}

impl Payment {
    /// The number of a subsidy's row: an order has one.
    #[must_use]
    pub fn row_id(mchid: &Mchid, transaction_id: &TransactionId) -> String {
        format!("{mchid}/{transaction_id}")
    }
}

impl Row for Payment {
    const KIND: &'static str = "subsidy";

    fn id(&self) -> String {
        Self::row_id(&self.mchid, &self.transaction_id)
    }

    fn owner(&self) -> &str {
        self.mchid.as_str()
    }

    fn check(&self) -> Result<(), String> {
        let returned = Fen::ZERO..=self.amount;
        if self.amount.is_positive() && returned.contains(&self.returned) {
            Ok(())
        } else {
            Err("its amounts do not add up".to_owned())
        }
    }

    fn follows(&self, before: &Self) -> Result<(), String> {
        let same = Self { returned: before.returned, ..self.clone() } == *before;
        if same && self.returned >= before.returned {
            Ok(())
        } else {
            Err("what never changes has changed".to_owned())
        }
    }

    fn books(&self) -> Vec<Entry> {
        vec![Entry {
            reference: self.subsidy_id.to_string(),
            reason: Reason::Subsidy,
            debit: chart::operation(&self.mchid),
            credit: chart::frozen(&self.sub_mchid),
            amount: self.amount,
            standing: Standing::Moved,
            hold: None,
        }]
    }

    fn number(&self) -> Option<String> {
        Some(self.subsidy_id.to_string())
    }

    fn tallies(&self) -> Vec<Tally> {
        let order = Order::row_id(&self.mchid, &self.out_trade_no);
        vec![Tally::plus(sum(&order), 1), Tally::minus(returns(&self.id()), self.returned.get())]
    }
}

/// The number of an order's subsidies, as the audit names it.
pub(crate) fn sum(order: &str) -> String {
    format!("subsidies of {order}")
}

/// What was given back of a subsidy, as the audit names it.
fn returns(subsidy: &str) -> String {
    format!("returns of the subsidy of {subsidy}")
}

/// Where the platform's number of a subsidy leads: to the order that it was used for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentNumber {
    /// The platform.
    pub mchid: Mchid,
    /// Its number.
    pub out_subsidy_no: OutSubsidyNo,
    /// The order.
    pub transaction_id: TransactionId,
}

impl PaymentNumber {
    /// The number of a number's row.
    #[must_use]
    pub fn row_id(mchid: &Mchid, out_subsidy_no: &OutSubsidyNo) -> String {
        format!("{mchid}/{out_subsidy_no}")
    }
}

impl Row for PaymentNumber {
    const KIND: &'static str = "subsidy_number";

    fn id(&self) -> String {
        Self::row_id(&self.mchid, &self.out_subsidy_no)
    }

    fn owner(&self) -> &str {
        self.mchid.as_str()
    }

    fn check(&self) -> Result<(), String> {
        Ok(())
    }

    fn follows(&self, _: &Self) -> Result<(), String> {
        Err("a number never leads elsewhere".to_owned())
    }
}

/// Money of a subsidy that was given back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Return {
    /// The platform.
    pub mchid: Mchid,
    /// The platform's number.
    pub out_order_no: OutOrderNo,
    /// The provider's number.
    pub subsidy_refund_id: SubsidyId,
    /// The subsidy.
    pub subsidy_id: SubsidyId,
    /// What was asked for.
    pub content: ReturnContent,
    /// Where it was taken from.
    pub pocket: Pocket,
    /// When it was given back.
    pub success_time: Timestamp,
}

/// What a return asks for: what a repetition has to say again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnContent {
    /// The sub-merchant of the order.
    pub sub_mchid: Mchid,
    /// The provider's number of the order.
    pub transaction_id: TransactionId,
    /// The refund that it goes with.
    pub refund_id: Option<RefundId>,
    /// The subsidy, if it is named.
    pub subsidy_id: Option<SubsidyId>,
    /// In fen.
    pub amount: Fen,
    /// What for.
    pub description: Description,
    /// Where it is to be taken from, if that is said.
    pub from: Option<Pocket>,
}

impl Return {
    /// The number of a return's row.
    #[must_use]
    pub fn row_id(mchid: &Mchid, out_order_no: &OutOrderNo) -> String {
        format!("{mchid}/{out_order_no}")
    }
}

impl Row for Return {
    const KIND: &'static str = "subsidy_return";

    fn id(&self) -> String {
        Self::row_id(&self.mchid, &self.out_order_no)
    }

    fn owner(&self) -> &str {
        self.mchid.as_str()
    }

    fn check(&self) -> Result<(), String> {
        if self.content.amount.is_positive() && self.pocket != Pocket::Operation {
            Ok(())
        } else {
            Err("its money comes from nowhere".to_owned())
        }
    }

    fn follows(&self, _: &Self) -> Result<(), String> {
        Err("a return never changes".to_owned())
    }

    fn books(&self) -> Vec<Entry> {
        vec![Entry {
            reference: self.subsidy_refund_id.to_string(),
            reason: Reason::SubsidyReturn,
            debit: self.pocket.account(&self.mchid, &self.content.sub_mchid),
            credit: chart::operation(&self.mchid),
            amount: self.content.amount,
            standing: Standing::Moved,
            hold: None,
        }]
    }

    fn number(&self) -> Option<String> {
        Some(self.subsidy_refund_id.to_string())
    }

    fn tallies(&self) -> Vec<Tally> {
        let subsidy = Payment::row_id(&self.mchid, &self.content.transaction_id);
        vec![Tally::plus(returns(&subsidy), self.content.amount.get())]
    }
}

/// The paid order of this number that a platform placed for this sub-merchant.
fn order_of(
    cx: &mut Context<'_>,
    caller: &Merchant,
    sub_mchid: &Mchid,
    transaction_id: &TransactionId,
) -> Result<Order, Stop> {
    caller.serves(sub_mchid)?;
    order::find_paid(cx, &caller.mchid, transaction_id)?
        .filter(|order| order.sub_mchid.as_ref() == Some(sub_mchid))
        .ok_or_else(|| refusal::SUBSIDY_ORDER_UNKNOWN.plain().into())
}

fn fresh_id(cx: &mut Context<'_>) -> SubsidyId {
    cx.fresh_digits("400000056", 15).parse().expect("32 digits are a subsidy's number")
}
