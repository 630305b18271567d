//! A second, simple opinion on what every command does: plain numbers, no ledger, no rows.

use std::collections::BTreeMap;

use redress_api::compensation::{BillState, Cancel, Create, Query, TransactionType};
use redress_api::{Open, pay, subsidy};
use redress_core::compensation::{Answer, Step};
use redress_core::order::{Outcome, Place, State, TradeType};
use redress_core::{Refusal, refusal};

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
pub(crate) const SUB_MERCHANTS: [(&str, &str); 3] = [("41", "51"), ("41", "52"), ("12", "52")];

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
}

pub(crate) struct Order {
    pub(crate) place: Place,
    pub(crate) state: State,
    pub(crate) cancelled: Option<String>,
    paid_at: i64,
}

#[derive(Default)]
pub(crate) struct Model {
    pub(crate) purses: BTreeMap<String, Purse>,
    /// What each payer has received, less what was paid.
    pub(crate) payers: BTreeMap<String, i64>,
    pub(crate) bank: i64,
    asks_payer: BTreeMap<String, bool>,
    pub(crate) bills: BTreeMap<(String, String), Bill>,
    pub(crate) orders: BTreeMap<(String, String), Order>,
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

    fn pays(&mut self, payer: &str, fen: i64) {
        *self.payers.entry(payer.to_owned()).or_default() -= fen;
    }

    pub(crate) fn top_up(&mut self, mchid: &str, fen: i64) {
        self.purse(mchid).available += fen;
        self.bank -= fen;
    }

    pub(crate) fn configure(&mut self, platform: &str, asks_payer: bool) {
        self.asks_payer.insert(platform.to_owned(), asks_payer);
    }

    pub(crate) fn create(&mut self, caller: &str, request: &Create) -> Verdict<BillState> {
        if !PLATFORMS.contains(&caller) {
            return no(refusal::NOT_SUPPORTED);
        }
        let key = (caller.to_owned(), request.out_bill_no.to_string());
        if let Some(bill) = self.bills.get(&key) {
            let again = same(&bill.request, request);
            return if again { Ok(bill.state) } else { no(refusal::BILL_DIFFERS) };
        }
        let sponsor = request.sponsor_mchid.as_str();
        if sponsor != caller && !SPONSORS.contains(&(caller, sponsor)) {
            return no(refusal::SPONSOR_NOT_AUTHORISED);
        }
        let id = request.receiver.transaction_info.transaction_id.as_str();
        let Some(of) = self.transactions.get(id).filter(|(platform, _)| platform == caller) else {
            return no(refusal::TRANSACTION_UNKNOWN);
        };
        let payer = self.orders[of].place.payer.clone();
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
        self.bills.insert(key, Bill { request: request.clone(), state, payer, required });
        Ok(state)
    }

    pub(crate) fn query(&self, caller: &str, query: &Query) -> Verdict<BillState> {
        if !PLATFORMS.contains(&caller) {
            return no(refusal::NOT_SUPPORTED);
        }
        let key = (caller.to_owned(), query.out_bill_no.to_string());
        self.bills.get(&key).map_or_else(|| no(refusal::BILL_UNKNOWN), |bill| Ok(bill.state))
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
            self.pays(&payer, -fen);
        } else {
            purse.available += fen;
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

    /// Whether the order can be placed; `None` as its number if the world gives it one.
    pub(crate) fn may_place(&self, place: &Place) -> bool {
        let key = (place.mchid.to_string(), place.out_trade_no.to_string());
        let id = place.transaction_id.as_ref();
        let related = place
            .sub_mchid
            .as_ref()
            .is_none_or(|sub| SUB_MERCHANTS.contains(&(place.mchid.as_str(), sub.as_str())));
        related
            && !self.orders.contains_key(&key)
            && id.is_none_or(|id| !self.transactions.contains_key(id.as_str()))
    }

    pub(crate) fn place(&mut self, place: &Place, number: Option<&str>, now: i64) -> State {
        let key = (place.mchid.to_string(), place.out_trade_no.to_string());
        let state = match (place.outcome, place.refunded) {
            (Outcome::Paid, None) => State::Success,
            (Outcome::Paid, Some(_)) => State::Refund,
            (Outcome::Unpaid, _) if place.trade_type == TradeType::Micropay => State::UserPaying,
            (Outcome::Unpaid, _) => State::NotPay,
            (Outcome::Failed, _) => State::PayError,
        };
        if let Some(number) = number {
            self.transactions.insert(number.to_owned(), key.clone());
            let fen = place.amount.get() - place.refunded.map_or(0, redress_api::Fen::get);
            self.take(place, fen);
        }
        let order = Order { place: place.clone(), state, cancelled: None, paid_at: now };
        self.orders.insert(key, order);
        state
    }

    fn take(&mut self, place: &Place, fen: i64) {
        self.pays(&place.payer, fen);
        let seller = place.sub_mchid.as_ref().unwrap_or(&place.mchid);
        let purse = self.purse(seller.as_str());
        if place.profit_sharing {
            purse.frozen += fen;
        } else {
            purse.available += fen;
        }
    }

    pub(crate) fn reverse(
        &mut self,
        caller: &str,
        reverse: &pay::Reverse,
        now: i64,
    ) -> Verdict<()> {
        if !DIRECT.contains(&caller) {
            return no(refusal::NOT_SUPPORTED);
        }
        if reverse.mchid.as_str() != caller {
            return no(refusal::MCHID_DIFFERS);
        }
        let key = (caller.to_owned(), reverse.out_trade_no.to_string());
        let Some(order) = self.orders.get(&key) else { return no(refusal::ORDER_UNKNOWN) };
        if order.place.appid != reverse.appid {
            return no(refusal::APPID_DIFFERS);
        }
        if order.place.trade_type != TradeType::Micropay {
            return no(refusal::NOT_A_CODE_PAYMENT);
        }
        match order.state {
            State::Refund => return no(refusal::REVERSE_REFUNDED),
            State::Closed => return no(refusal::REVERSE_CLOSED),
            State::Success => {
                let place = order.place.clone();
                if now - order.paid_at > 7 * 24 * 60 * 60 {
                    return no(refusal::REVERSE_EXPIRED);
                }
                let purse = self.purses.get(caller).copied().unwrap_or_default();
                let has = if place.profit_sharing { purse.frozen } else { purse.available };
                if has < place.amount.get() {
                    return no(refusal::REVERSE_NOT_ENOUGH);
                }
                self.take(&place, -place.amount.get());
            }
            State::NotPay | State::UserPaying | State::PayError | State::Revoked => {}
        }
        self.orders.get_mut(&key).expect("the order").state = State::Revoked;
        Ok(())
    }

    /// The description that is answered.
    pub(crate) fn subsidy(&mut self, caller: &str, cancel: &subsidy::Cancel) -> Verdict<String> {
        if !MALLS.contains(&caller) {
            return no(refusal::NOT_SUPPORTED);
        }
        let stall = cancel.sub_mchid.as_str();
        if !SUB_MERCHANTS.contains(&(caller, stall)) {
            return no(refusal::NO_RELATION);
        }
        let key = self.transactions.get(cancel.transaction_id.as_str());
        let key = key.filter(|(mall, _)| mall == caller).cloned();
        let order = key.and_then(|key| self.orders.get_mut(&key));
        let order = order.filter(|order| order.place.sub_mchid.as_ref() == Some(&cancel.sub_mchid));
        let Some(order) = order else { return no(refusal::SUBSIDY_ORDER_UNKNOWN) };
        if order.place.subsidy_amount.is_none() {
            return no(refusal::NO_SUBSIDY_MARK);
        }
        if order.place.refunded.is_none() {
            return no(refusal::SUBSIDY_NO_REFUND);
        }
        let said = cancel.description.to_string();
        Ok(order.cancelled.get_or_insert(said).clone())
    }
}
