//! A share and a finish: one row, because they share their numbers and their query.

use redress_api::sharing::{
    self, Create, Description, OrderId, OutOrderNo, ReceiverAccount, ReceiverType, ShareDetail,
    ShareResult, ShareStatus,
};
use redress_api::{Fen, Mchid, Open, Timestamp, TransactionId};
use serde::{Deserialize, Serialize};

use super::steps::ShareStep;
use crate::books::{Entry, Standing, Tally};
use crate::chart;
use crate::command::{Broken, Stop};
use crate::context::Context;
use crate::job::Job;
use crate::ledger::{AccountId, Reason, TransferId};
use crate::number;
use crate::row::Row;

/// What happens to a share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The receivers get their parts.
    Finish,
}

/// The state after an event, if the event can happen.
#[must_use]
pub const fn next(status: ShareStatus, event: Event) -> Option<ShareStatus> {
    match (status, event) {
        (ShareStatus::Processing, Event::Finish) => Some(ShareStatus::Finished),
        (ShareStatus::Finished, Event::Finish) => None,
    }
}

/// What the platform asked for: a second request of the same number must say the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// Whose money.
    pub sub_mchid: Mchid,
    /// The order.
    pub transaction_id: TransactionId,
    /// Who gets what; nobody, if it is a finish.
    pub receivers: Vec<Wanted>,
    /// Whether what is left goes to the sub-merchant.
    pub finish: bool,
    /// Why it is finished, if it is nothing but a finish.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Description>,
}

/// One receiver's part, as it was asked for. The receiver's name is not kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// What the account is.
    pub kind: ReceiverType,
    /// Who gets it.
    pub account: ReceiverAccount,
    /// In fen.
    pub amount: Fen,
    /// Why.
    pub description: Description,
}

impl Content {
    /// What a create asks for; `None` if it names a type of receiver that nobody knows, which the
    /// request's own rules exclude.
    pub(super) fn of(create: &Create) -> Option<Self> {
        let receivers = create.receivers.iter().map(|receiver| {
            Some(Wanted {
                kind: receiver.r#type.known()?,
                account: receiver.receiver_account.clone(),
                amount: receiver.amount,
                description: receiver.description.clone(),
            })
        });
        Some(Self {
            sub_mchid: create.sub_mchid.clone(),
            transaction_id: create.transaction_id.clone(),
            receivers: receivers.collect::<Option<_>>()?,
            finish: create.finish,
            description: None,
        })
    }
}

impl Wanted {
    /// Whether it goes to the one that shares.
    pub(super) fn is_for(&self, sub_mchid: &Mchid) -> bool {
        self.kind == ReceiverType::Merchant && self.account.as_str() == sub_mchid.as_str()
    }

    /// Where it goes.
    pub(super) fn credit(&self) -> Result<AccountId, Broken> {
        match self.kind {
            ReceiverType::Person => Ok(chart::payer(self.account.as_str())),
            ReceiverType::Merchant => {
                let mchid = self.account.merchant();
                let mchid = mchid.ok_or_else(|| Broken(format!("no merchant {}", self.account)))?;
                Ok(chart::available(&mchid))
            }
        }
    }
}

/// What became of one receiver's part. It stands beside what was asked for, in the same order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The provider's number of it.
    pub detail_id: String,
    /// The transfer that holds it, and then moves it.
    pub hold: TransferId,
    /// What of it was given back or is on its way, in fen.
    pub returned: Fen,
    /// How many returns were taken on.
    pub returns: u32,
}

/// A share, or a finish.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// The platform.
    pub sp_mchid: Mchid,
    /// Its number.
    pub out_order_no: OutOrderNo,
    /// The provider's number.
    pub order_id: OrderId,
    /// What was asked for.
    pub content: Content,
    /// Its state.
    pub status: ShareStatus,
    /// What became of each receiver's part.
    pub parts: Vec<Part>,
    /// What it set free, in fen.
    pub unfrozen: Fen,
    /// When it was taken on.
    pub accept_time: Timestamp,
    /// When it was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finish_time: Option<Timestamp>,
}

impl Share {
    /// The number of a share's row.
    #[must_use]
    pub fn row_id(sp_mchid: &Mchid, out_order_no: &OutOrderNo) -> String {
        format!("{sp_mchid}/{out_order_no}")
    }

    /// The account that its money is held of.
    pub(super) fn debit(&self) -> AccountId {
        chart::frozen(&self.content.sub_mchid)
    }

    /// A share that is taken on, with a number of its own, and without its parts.
    pub(super) fn accepted(
        cx: &mut Context<'_>,
        sp_mchid: &Mchid,
        out_order_no: &OutOrderNo,
        content: Content,
    ) -> Result<Self, Stop> {
        let order_id = cx.fresh_digits("30000", 15);
        let order_id = order_id.parse().map_err(|_unfit| Broken(format!("no id: {order_id}")))?;
        Ok(Self {
            sp_mchid: sp_mchid.clone(),
            out_order_no: out_order_no.clone(),
            order_id,
            content,
            status: ShareStatus::Processing,
            parts: Vec::new(),
            unfrozen: Fen::ZERO,
            accept_time: cx.now(),
            finish_time: None,
        })
    }

    /// Keeps it, and has it done.
    pub(super) fn begin(&self, cx: &mut Context<'_>) -> Result<(), Stop> {
        cx.put(self)?;
        number::lead(cx, self)?;
        cx.schedule(cx.now(), ShareStep::Finish.of(self));
        Ok(())
    }

    /// Moves it on.
    pub(super) fn step(&mut self, event: Event) -> Result<(), Stop> {
        let broken = || Broken(format!("no {event:?} from {}", self.status));
        self.status = next(self.status, event).ok_or_else(broken)?;
        Ok(())
    }

    /// What was asked for and what became of it, receiver by receiver.
    pub fn receivers(&self) -> impl Iterator<Item = (&Wanted, &Part)> {
        self.content.receivers.iter().zip(&self.parts)
    }

    /// What goes to others than the one that shares, in fen. It counts for the ratio.
    #[must_use]
    pub fn to_others(&self) -> i64 {
        let others = self.content.receivers.iter();
        let others = others.filter(|wanted| !wanted.is_for(&self.content.sub_mchid));
        others.map(|wanted| wanted.amount.get()).sum()
    }

    /// As a query answers it.
    #[must_use]
    pub fn shown(&self) -> sharing::Share {
        let detail = |(wanted, part): (&Wanted, &Part)| ShareDetail {
            amount: wanted.amount,
            description: wanted.description.to_string(),
            result: match self.status {
                ShareStatus::Processing => ShareResult::Pending.into(),
                ShareStatus::Finished => ShareResult::Success.into(),
            },
            finish_time: self.finish_time,
            fail_reason: None,
            r#type: wanted.kind.into(),
            receiver_account: wanted.account.clone(),
            detail_id: part.detail_id.clone(),
        };
        let finish = self.content.description.as_ref();
        sharing::Share {
            sub_mchid: self.content.sub_mchid.clone(),
            transaction_id: self.content.transaction_id.clone(),
            out_order_no: self.out_order_no.clone(),
            order_id: self.order_id.clone(),
            status: Open::Known(self.status),
            receivers: finish.is_none().then(|| self.receivers().map(detail).collect()),
            finish_amount: finish.map(|_| self.unfrozen),
            finish_description: finish.map(ToString::to_string),
        }
    }
}

impl Row for Share {
    const KIND: &'static str = "share";

    fn id(&self) -> String {
        Self::row_id(&self.sp_mchid, &self.out_order_no)
    }

    fn owner(&self) -> &str {
        self.sp_mchid.as_str()
    }

    fn check(&self) -> Result<(), String> {
        let Content { receivers, finish, description, .. } = &self.content;
        let finished = self.status == ShareStatus::Finished;
        let fits = self.finish_time.is_some() == finished
            && receivers.len() == self.parts.len()
            && receivers.is_empty() == description.is_some()
            && (*finish || (description.is_none() && self.unfrozen == Fen::ZERO));
        if !fits {
            return Err(format!("its fields do not fit {}", self.status));
        }
        let adds_up = self.receivers().all(|(wanted, part)| {
            let came_back = part.returned.is_positive();
            wanted.amount.is_positive()
                && (Fen::ZERO..=wanted.amount).contains(&part.returned)
                && came_back == (part.returns > 0)
                && (finished || !came_back)
        });
        if adds_up { Ok(()) } else { Err("its amounts do not add up".to_owned()) }
    }

    fn follows(&self, before: &Self) -> Result<(), String> {
        let later = |(now, then): (&Part, &Part)| {
            now.detail_id == then.detail_id
                && now.hold == then.hold
                && now.returned >= then.returned
                && now.returns >= then.returns
        };
        let same = self.order_id == before.order_id
            && self.content == before.content
            && self.unfrozen == before.unfrozen
            && self.accept_time == before.accept_time
            && (before.finish_time.is_none() || self.finish_time == before.finish_time)
            && self.parts.iter().zip(&before.parts).all(later);
        if !same {
            return Err("what never changes has changed".to_owned());
        }
        let stays = self.status == before.status && before.status == ShareStatus::Finished;
        if stays || next(before.status, Event::Finish) == Some(self.status) {
            Ok(())
        } else {
            Err(format!("no way from {} to {}", before.status, self.status))
        }
    }

    fn books(&self) -> Vec<Entry> {
        let entry = |(wanted, part): (&Wanted, &Part)| Entry {
            reference: self.order_id.to_string(),
            reason: Reason::Sharing,
            debit: self.debit(),
            // What has no account has moved nothing, and the audit finds the money missing.
            credit: wanted.credit().unwrap_or_else(|_unfit| chart::bank()),
            amount: wanted.amount,
            standing: match self.status {
                ShareStatus::Processing => Standing::Held,
                ShareStatus::Finished => Standing::Posted,
            },
            hold: Some(part.hold),
        };
        self.receivers().map(entry).collect()
    }

    fn number(&self) -> Option<String> {
        Some(self.order_id.to_string())
    }

    fn tallies(&self) -> Vec<Tally> {
        let order = &self.content.transaction_id;
        let mut tallies = vec![Tally::plus(format!("shared of {order}"), self.to_others())];
        if self.content.description.is_none() {
            tallies.push(Tally::plus(format!("shares of {order}"), 1));
        }
        for (wanted, part) in self.receivers() {
            let of = format!("returned of {} by {}", self.order_id, wanted.account);
            tallies.push(Tally::minus(of, part.returned.get()));
        }
        tallies
    }

    fn awaits(&self) -> Option<Job> {
        (self.status == ShareStatus::Processing).then(|| ShareStep::Finish.of(self))
    }
}
