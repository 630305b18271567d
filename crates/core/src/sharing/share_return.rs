//! A return: what a merchant got of a share goes back to the one that shared.

use redress_api::sharing::{
    CreateReturn, Description, OrderId, OutOrderNo, OutReturnNo, ReturnResult, Returned,
};
use redress_api::{Fen, Mchid, Open, Timestamp, TransactionId};
use serde::{Deserialize, Serialize};

use super::share::Event;
use super::steps::ShareReturnStep;
use crate::books::{Entry, Standing, Tally};
use crate::chart;
use crate::command::{Broken, Stop};
use crate::job::Job;
use crate::ledger::{AccountId, Reason, TransferId};
use crate::row::Row;

/// The state after an event, if the event can happen.
#[must_use]
pub const fn next(result: ReturnResult, event: Event) -> Option<ReturnResult> {
    match (result, event) {
        (ReturnResult::Processing, Event::Finish) => Some(ReturnResult::Success),
        (ReturnResult::Success | ReturnResult::Failed, Event::Finish) => None,
    }
}

/// A return.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShareReturn {
    /// The platform.
    pub sp_mchid: Mchid,
    /// Its number.
    pub out_return_no: OutReturnNo,
    /// The provider's number.
    pub return_no: String,
    /// The share, by the provider's number.
    pub order_id: OrderId,
    /// The share, by the platform's number.
    pub out_order_no: OutOrderNo,
    /// The order.
    pub transaction_id: TransactionId,
    /// Who gets it back.
    pub sub_mchid: Mchid,
    /// Who gives it back.
    pub return_mchid: Mchid,
    /// In fen.
    pub amount: Fen,
    /// Why.
    pub description: Description,
    /// Its state.
    pub result: ReturnResult,
    /// The transfer that holds the money, and then moves it.
    pub hold: TransferId,
    /// Whether it goes to where the order's money waits for sharing: the order was not finished
    /// when the return was taken on.
    pub to_frozen: bool,
    /// When it was taken on.
    pub accept_time: Timestamp,
    /// When it was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finish_time: Option<Timestamp>,
}

impl ShareReturn {
    /// The number of a return's row.
    #[must_use]
    pub fn row_id(sp_mchid: &Mchid, out_return_no: &OutReturnNo) -> String {
        format!("{sp_mchid}/{out_return_no}")
    }

    /// The account that its money is held of.
    pub(super) fn debit(&self) -> AccountId {
        chart::available(&self.return_mchid)
    }

    /// Whether this is what a request asks for.
    pub(super) fn is_asked_by(&self, create: &CreateReturn) -> bool {
        self.sub_mchid == create.sub_mchid
            && self.is_of(create.order_id.as_ref(), create.out_order_no.as_ref())
            && self.return_mchid == create.return_mchid
            && self.amount == create.amount
            && self.description == create.description
            && create.transaction_id.as_ref().is_none_or(|id| *id == self.transaction_id)
    }

    /// Whether it is of the share that these numbers name.
    pub(super) fn is_of(&self, id: Option<&OrderId>, number: Option<&OutOrderNo>) -> bool {
        id.is_none_or(|id| *id == self.order_id)
            && number.is_none_or(|number| *number == self.out_order_no)
    }

    /// Where it goes.
    pub(super) fn credit(sub_mchid: &Mchid, to_frozen: bool) -> AccountId {
        if to_frozen { chart::frozen(sub_mchid) } else { chart::available(sub_mchid) }
    }

    /// Moves it on.
    pub(super) fn step(&mut self, event: Event) -> Result<(), Stop> {
        let broken = || Broken(format!("no {event:?} from {}", self.result));
        self.result = next(self.result, event).ok_or_else(broken)?;
        Ok(())
    }

    /// As a query answers it.
    #[must_use]
    pub fn shown(&self) -> Returned {
        Returned {
            sub_mchid: self.sub_mchid.clone(),
            order_id: self.order_id.clone(),
            out_order_no: self.out_order_no.clone(),
            out_return_no: self.out_return_no.clone(),
            return_mchid: self.return_mchid.clone(),
            amount: self.amount,
            return_no: self.return_no.clone(),
            result: Open::Known(self.result),
            fail_reason: None,
            finish_time: self.finish_time,
            transaction_id: self.transaction_id.clone(),
        }
    }
}

impl Row for ShareReturn {
    const KIND: &'static str = "share_return";

    fn id(&self) -> String {
        Self::row_id(&self.sp_mchid, &self.out_return_no)
    }

    fn owner(&self) -> &str {
        self.sp_mchid.as_str()
    }

    fn check(&self) -> Result<(), String> {
        let fits = match self.result {
            ReturnResult::Processing => self.finish_time.is_none(),
            ReturnResult::Success => self.finish_time.is_some(),
            ReturnResult::Failed => false,
        };
        if fits && self.amount.is_positive() && self.return_mchid != self.sub_mchid {
            Ok(())
        } else {
            Err(format!("its fields do not fit {}", self.result))
        }
    }

    fn follows(&self, before: &Self) -> Result<(), String> {
        let moved = Self { result: self.result, finish_time: self.finish_time, ..before.clone() };
        if moved != *self {
            return Err("what never changes has changed".to_owned());
        }
        if next(before.result, Event::Finish) == Some(self.result) {
            Ok(())
        } else {
            Err(format!("no way from {} to {}", before.result, self.result))
        }
    }

    fn books(&self) -> Vec<Entry> {
        vec![Entry {
            reference: self.return_no.clone(),
            reason: Reason::SharingReturn,
            debit: self.debit(),
            credit: Self::credit(&self.sub_mchid, self.to_frozen),
            amount: self.amount,
            standing: match self.result {
                ReturnResult::Processing => Standing::Held,
                ReturnResult::Success => Standing::Posted,
                ReturnResult::Failed => Standing::Voided,
            },
            hold: Some(self.hold),
        }]
    }

    fn number(&self) -> Option<String> {
        Some(self.return_no.clone())
    }

    fn tallies(&self) -> Vec<Tally> {
        let amount = self.amount.get();
        let of = format!("returned of {} by {}", self.order_id, self.return_mchid);
        let mut tallies = vec![Tally::plus(of, amount)];
        if self.result == ReturnResult::Success {
            tallies.push(Tally::minus(format!("shared of {}", self.transaction_id), amount));
        }
        tallies
    }

    fn awaits(&self) -> Option<Job> {
        (self.result == ReturnResult::Processing).then(|| ShareReturnStep::Finish.of(self))
    }
}
