//! A second, simple opinion on what every command does: plain numbers, no ledger, no rows.

use std::collections::{BTreeMap, BTreeSet};

use redress_api::Open;
use redress_api::compensation::{BillState, Cancel, Create, Query, TransactionType};
use redress_core::compensation::{Answer, Step};
use redress_core::order::{Place, TradeState};
use redress_core::{Refusal, refusal};

mod codes;
mod compensations;
mod notices;
mod orders;
mod prepay;

pub(crate) use compensations::{Laid, Operation};
pub(crate) use orders::{Party, Shown};
pub(crate) use prepay::{Ask, FOREIGN, NOBODY};

/// What a command is expected to say: a state, or a refusal.
pub(crate) type Verdict<T> = Result<T, Refusal>;

/// Who is who: fixed, because the simulation registers everyone at its start.
pub(crate) const PLATFORMS: [&str; 2] = ["11", "12"];
pub(crate) const DIRECT: [&str; 2] = ["31", "32"];
pub(crate) const MALLS: [&str; 2] = ["12", "41"];
pub(crate) const STALLS: [&str; 2] = ["51", "52"];
pub(crate) const EVERYONE: [&str; 9] = ["11", "12", "21", "22", "31", "32", "41", "51", "52"];
pub(crate) const SPONSORS: [(&str, &str); 4] =
    [("11", "21"), ("11", "22"), ("12", "22"), ("11", "31")];
/// The last may not act for its sub-merchant, having no platform's role.
pub(crate) const SUB_MERCHANTS: [(&str, &str); 4] =
    [("41", "51"), ("41", "52"), ("12", "52"), ("31", "51")];

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Purse {
    pub(crate) available: i64,
    pub(crate) held: i64,
    pub(crate) frozen: i64,
}

pub(crate) struct Bill {
    pub(crate) request: Create,
    pub(crate) state: BillState,
    payer: String,
    required: bool,
    /// Only of a pre-transfer.
    laid: Option<Laid>,
}

pub(crate) struct Order {
    pub(crate) place: Place,
    pub(crate) state: TradeState,
    /// The provider's number, if it was paid.
    pub(crate) number: Option<String>,
    pub(crate) cancelled: Option<String>,
    /// Whether its money no longer waits for sharing.
    unfrozen: bool,
    placed_at: i64,
    paid_at: i64,
}

#[derive(Default)]
pub(crate) struct Model {
    pub(crate) notices: notices::Notices,
    pub(crate) family: compensations::Family,
    pub(crate) purses: BTreeMap<String, Purse>,
    /// What each payer has received, less what was paid.
    pub(crate) payers: BTreeMap<String, i64>,
    pub(crate) bank: i64,
    /// Codes that have paid, or tried to.
    codes: BTreeSet<String>,
    /// How often each payer was spared the password on a day.
    spared: BTreeMap<(String, i64), u32>,
    asks_payer: BTreeMap<String, bool>,
    pub(crate) bills: BTreeMap<(String, String), Bill>,
    pub(crate) orders: BTreeMap<(String, String), Order>,
    /// What was asked for, and what was handed out.
    asked: BTreeMap<(String, String), prepay::Asked>,
    pub(crate) transactions: BTreeMap<String, (String, String)>,
}

/// The content that a repetition must repeat.
fn same(one: &Create, other: &Create) -> bool {
    let full = |create: &Create| {
        let mut create = create.clone();
        let kind = &mut create.receiver.transaction_info.r#type;
        kind.get_or_insert(Open::Known(TransactionType::Wxpay));
        create
    };
    full(one) == full(other)
}

fn no<T>(entry: refusal::Entry) -> Verdict<T> {
    Err(entry.plain())
}

impl Model {
    pub(crate) fn purse(&mut self, mchid: &str) -> &mut Purse {
        self.purses.entry(mchid.to_owned()).or_default()
    }

    fn spends(&mut self, payer: &str, fen: i64) {
        *self.payers.entry(payer.to_owned()).or_default() -= fen;
    }

    pub(crate) fn top_up(&mut self, mchid: &str, fen: i64) {
        self.purse(mchid).available += fen;
        self.bank -= fen;
    }

    pub(crate) fn configure(&mut self, platform: &str, asks_payer: bool) {
        self.asks_payer.insert(platform.to_owned(), asks_payer);
    }

    /// The payer of a bill that may be made.
    fn admit(&self, caller: &str, request: &Create) -> Verdict<String> {
        let sponsor = request.sponsor_mchid.as_str();
        if sponsor != caller && !SPONSORS.contains(&(caller, sponsor)) {
            return no(refusal::SPONSOR_NOT_AUTHORISED);
        }
        let id = request.receiver.transaction_info.transaction_id.as_str();
        let Some(of) = self.transactions.get(id).filter(|(platform, _)| platform == caller) else {
            return no(refusal::TRANSACTION_UNKNOWN);
        };
        let order = &self.orders[of];
        if order.state == TradeState::Revoked {
            return no(refusal::TRANSACTION_UNKNOWN);
        }
        Ok(order.place.payer.clone())
    }

    pub(crate) fn create(&mut self, caller: &str, request: &Create) -> Verdict<BillState> {
        if !PLATFORMS.contains(&caller) {
            return no(refusal::NOT_SUPPORTED);
        }
        let key = (caller.to_owned(), request.out_bill_no.to_string());
        if let Some(bill) = self.bills.get(&key) {
            let again = bill.laid.is_none() && same(&bill.request, request);
            return if again { Ok(bill.state) } else { no(refusal::BILL_DIFFERS) };
        }
        let payer = self.admit(caller, request)?;
        let sponsor = request.sponsor_mchid.as_str();
        let fen = request.amount.get();
        let purse = self.purse(sponsor);
        let state = if purse.available < fen {
            BillState::Closed
        } else {
            purse.available -= fen;
            purse.held += fen;
            BillState::Accepted
        };
        let required = self.asks_payer.get(caller).copied().unwrap_or(true);
        let request = request.clone();
        self.bills.insert(key, Bill { request, state, payer, required, laid: None });
        Ok(state)
    }

    pub(crate) fn query(&self, caller: &str, query: &Query) -> Verdict<BillState> {
        if !PLATFORMS.contains(&caller) {
            return no(refusal::NOT_SUPPORTED);
        }
        let key = (caller.to_owned(), query.out_bill_no.to_string());
        self.bills.get(&key).map_or_else(|| no(refusal::BILL_UNKNOWN), |bill| Ok(bill.state))
    }

    /// By the provider's number, which leads to the bill of this key.
    pub(crate) fn query_by_id(
        &self,
        caller: &str,
        key: Option<&(String, String)>,
    ) -> Verdict<BillState> {
        if !PLATFORMS.contains(&caller) {
            return no(refusal::NOT_SUPPORTED);
        }
        let key = key.filter(|(platform, _)| platform == caller);
        key.map_or_else(|| no(refusal::BILL_UNKNOWN), |key| Ok(self.bills[key].state))
    }

    pub(crate) fn cancel(&mut self, caller: &str, cancel: &Cancel) -> Verdict<BillState> {
        let Cancel { out_bill_no } = cancel.clone();
        let state = self.query(caller, &Query { out_bill_no: out_bill_no.clone() })?;
        let bill = self
            .bills
            .get_mut(&(caller.to_owned(), out_bill_no.to_string()))
            .expect("the query has found it");
        match state {
            BillState::WaitUserConfirm => bill.state = BillState::Canceling,
            BillState::Accepted if bill.required => bill.state = BillState::Canceling,
            BillState::Canceling | BillState::Cancelled => {}
            BillState::Accepted | BillState::Success | BillState::Closed => {
                return no(refusal::BILL_NOT_CANCELLABLE);
            }
        }
        Ok(bill.state)
    }

    /// The money of an open bill goes to its payer, or back.
    fn end(&mut self, key: &(String, String), state: BillState) {
        let bill = self.bills.get_mut(key).expect("a bill");
        bill.state = state;
        let fen = bill.request.amount.get();
        let (sponsor, payer) = (bill.request.sponsor_mchid.to_string(), bill.payer.clone());
        let purse = self.purse(&sponsor);
        purse.held -= fen;
        if state == BillState::Success {
            self.spends(&payer, -fen);
        } else {
            purse.available += fen;
        }
        let laid = self.bills[key].laid.clone().filter(|_| state != BillState::Cancelled);
        if let Some(laid) = laid {
            self.told_of(&key.0, &laid);
        }
    }

    /// `None`: refused, because nobody is asked.
    pub(crate) fn answer(&mut self, key: &(String, String), answer: Answer) -> Option<BillState> {
        if self.bills.get(key)?.state != BillState::WaitUserConfirm {
            return None;
        }
        let state = match answer {
            Answer::Confirm => BillState::Success,
            Answer::Refuse => BillState::Closed,
        };
        self.end(key, state);
        Some(state)
    }

    pub(crate) fn job(&mut self, key: &(String, String), step: Step) {
        let bill = self.bills.get_mut(key).expect("a job's bill");
        match (step, bill.state) {
            (Step::Process, BillState::Accepted) if bill.required => {
                bill.state = BillState::WaitUserConfirm;
            }
            (Step::Process, BillState::Accepted) => self.end(key, BillState::Success),
            (Step::Expire, BillState::WaitUserConfirm) => self.end(key, BillState::Closed),
            (Step::FinishCancel, BillState::Canceling) => self.end(key, BillState::Cancelled),
            _ => {}
        }
    }
}
