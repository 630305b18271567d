//! Pre-transfers, compensations of sub-merchants, and balances.

use std::collections::BTreeMap;

use redress_api::compensation::merchant::{self, BillState as MerchantState};
use redress_api::compensation::{BillState, Create};
use redress_core::refusal;

use super::{Bill, Model, PLATFORMS, SPONSORS, SUB_MERCHANTS, Verdict, no, same};

/// What a pre-transfer says besides what a create says, and when it was taken on.
#[derive(Clone)]
pub(crate) struct Laid {
    pub(crate) url: Option<String>,
    pub(crate) at: i64,
}

/// An operation account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Operation {
    pub(crate) available: i64,
    pub(crate) held: i64,
}

#[derive(Default)]
pub(crate) struct Family {
    pub(crate) operations: BTreeMap<String, Operation>,
    pub(crate) merchant_bills: BTreeMap<(String, String), (merchant::Create, MerchantState)>,
    /// How many ends of pre-transfers were told.
    pub(crate) told: usize,
}

impl Model {
    /// `Ok`: the bill waits for its payer, and whether it is new.
    pub(crate) fn pre_transfer(
        &mut self,
        caller: &str,
        request: &Create,
        laid: Laid,
    ) -> Verdict<bool> {
        if !PLATFORMS.contains(&caller) {
            return no(refusal::NOT_SUPPORTED);
        }
        let key = (caller.to_owned(), request.out_bill_no.to_string());
        if let Some(bill) = self.bills.get(&key) {
            let before = bill.laid.as_ref().filter(|before| before.url == laid.url);
            let Some(before) = before.filter(|_| same(&bill.request, request)) else {
                return no(refusal::BILL_DIFFERS);
            };
            let waits = bill.state == BillState::WaitUserConfirm;
            let over = laid.at >= before.at + 24 * 3600;
            return if waits && !over { Ok(false) } else { no(refusal::BILL_NOT_WAITING) };
        }
        let payer = self.admit(caller, request)?;
        let fen = request.amount.get();
        let purse = self.purse(request.sponsor_mchid.as_str());
        if purse.available < fen {
            return no(refusal::SPONSOR_NOT_ENOUGH);
        }
        purse.available -= fen;
        purse.held += fen;
        let state = BillState::WaitUserConfirm;
        let request = request.clone();
        self.bills.insert(key, Bill { request, state, payer, required: true, laid: Some(laid) });
        Ok(true)
    }

    /// A pre-transfer has ended: told where it said, or where its platform's console says.
    pub(super) fn told_of(&mut self, platform: &str, laid: &Laid) {
        if laid.url.is_some() || self.notices.is_told(platform) {
            self.family.told += 1;
        }
    }

    pub(crate) fn fund(&mut self, mchid: &str, fen: i64) {
        self.family.operations.entry(mchid.to_owned()).or_default().available += fen;
        self.bank -= fen;
    }

    pub(crate) fn compensate_merchant(
        &mut self,
        caller: &str,
        request: &merchant::Create,
    ) -> Verdict<MerchantState> {
        if !PLATFORMS.contains(&caller) {
            return no(refusal::NOT_SUPPORTED);
        }
        let sponsor = request.sponsor_mchid.as_ref().map_or(caller, |sponsor| sponsor.as_str());
        let mut request = request.clone();
        request.sponsor_mchid = Some(sponsor.parse().expect("a merchant's number"));
        let key = (caller.to_owned(), request.out_bill_no.to_string());
        if let Some((before, state)) = self.family.merchant_bills.get(&key) {
            return if *before == request { Ok(*state) } else { no(refusal::BILL_DIFFERS) };
        }
        if sponsor != caller && !SPONSORS.contains(&(caller, sponsor)) {
            return no(refusal::SPONSOR_NOT_AUTHORISED);
        }
        if !SUB_MERCHANTS.contains(&(caller, request.receiver.mch_info.mchid.as_str())) {
            return no(refusal::NO_RELATION);
        }
        let fen = request.amount.get();
        let account = self.family.operations.entry(sponsor.to_owned()).or_default();
        let state = if account.available < fen {
            MerchantState::Closed
        } else {
            account.available -= fen;
            account.held += fen;
            MerchantState::Accepted
        };
        self.family.merchant_bills.insert(key, (request, state));
        Ok(state)
    }

    pub(crate) fn query_merchant(
        &self,
        caller: &str,
        query: &merchant::Query,
    ) -> Verdict<MerchantState> {
        if !PLATFORMS.contains(&caller) {
            return no(refusal::NOT_SUPPORTED);
        }
        let key = (caller.to_owned(), query.out_bill_no.to_string());
        let bill = self.family.merchant_bills.get(&key);
        let named = |(request, _): &&(merchant::Create, MerchantState)| {
            query.sponsor_mchid.is_none() || query.sponsor_mchid == request.sponsor_mchid
        };
        bill.filter(named).map_or_else(|| no(refusal::BILL_UNKNOWN), |(_, state)| Ok(*state))
    }

    pub(crate) fn pay_merchant(&mut self, key: &(String, String)) {
        let (request, state) = self.family.merchant_bills.get_mut(key).expect("a job's bill");
        if std::mem::replace(state, MerchantState::Success) == MerchantState::Success {
            return;
        }
        let fen = request.amount.get();
        let receiver = request.receiver.mch_info.mchid.to_string();
        let sponsor = request.sponsor_mchid.as_ref().expect("a sponsor").to_string();
        self.family.operations.get_mut(&sponsor).expect("an account").held -= fen;
        self.purse(&receiver).available += fen;
    }

    /// What can be paid with, and what cannot: of the basic account, or of the other.
    pub(crate) fn balance(&mut self, mchid: &str, basic: bool) -> (i64, i64) {
        if basic {
            let purse = self.purse(mchid);
            return (purse.available, purse.held + purse.frozen);
        }
        let account = self.family.operations.get(mchid).copied().unwrap_or_default();
        (account.available, account.held)
    }
}
